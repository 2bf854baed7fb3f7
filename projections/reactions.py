"""Reactions: readers of the log whose results are appended to it, by one leader, in log order.

Each command's id is derived from its source event, so a crash between append and tracking row
repeats nothing. A reaction that must not skip halts before the event and tries again when the
log grows.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

from psycopg import OperationalError

from domain.actor import SYSTEM
from domain.command import Command
from domain.errors import Refusal
from domain.importing import Import
from domain.request import Cause, TooBusy
from domain.store import Store
from projections.recorded import Decode, Recorded, read_page
from projections.table import Conn
from projections.unreadable import guarded

log = logging.getLogger(__name__)

PAGE_SIZE = 1000


Planned = tuple[Recorded, Sequence[Command]]


class Halt(Exception):
    """The reaction cannot go past this event now; says why."""


class Reaction(Protocol):
    """``halts``: a refused command stops it, else the event is dead-lettered."""

    name: str
    halts: bool

    def begin(self, conn: Conn, decode: Decode, position: int) -> None:
        """Bring state held in memory to a position."""

    def commands(self, conn: Conn, at: Recorded) -> Sequence[Command]:
        """What follows from an event. Raises Halt."""


class Reactor:
    """Runs one reaction on a connection of its own."""

    def __init__(self, conn: Conn, decode: Decode, store: Store, reaction: Reaction) -> None:
        self._conn = conn
        self._decode = decode
        self._store = store
        self._reaction = reaction
        self.position = -1
        self._halted = ""
        conn.execute("LISTEN log")
        conn.execute(
            "INSERT INTO projections (name, version, slot, live) VALUES (%s, 1, %s, true)"
            " ON CONFLICT DO NOTHING",
            [reaction.name, reaction.name],
        )

    def lead(self) -> bool:
        """Whether this process runs the reaction; takes over when it is free."""
        if self.position >= 0:
            return True
        row = self._conn.execute(
            "SELECT pg_try_advisory_lock(7310103, hashtext(%s))", [self._reaction.name]
        ).fetchone()
        if row and row[0]:
            self._begin()
        return self.position >= 0

    def _begin(self) -> None:
        """Go on from the tracking row, which nobody else moves while the lock is ours."""
        row = self._conn.execute(
            "SELECT position FROM projections WHERE slot = %s", [self._reaction.name]
        ).fetchone()
        assert row is not None  # noqa: S101 -- there since we began to listen
        self._reaction.begin(self._conn, self._decode, row[0])
        self.position = row[0]

    def catch_up(self) -> int:
        """React to everything there is; how many events that was."""
        count = 0
        while read := self.step():
            count += read
        return count

    def step(self) -> int:
        """React to one page; its commands are one append."""
        page = read_page(self._conn, guarded(self._decode), self.position, PAGE_SIZE)
        if not page:
            return 0
        done, halted = self._react(page)
        if done or halted:
            self._track(done[-1].position if done else self.position, halted)
        if halted:
            self._begin()  # what it holds in memory may have seen more than was done
        return len(done)

    def _react(self, page: Sequence[Recorded]) -> tuple[list[Recorded], str]:
        planned, halted = self._plan(page)
        refused = self._send(planned)
        if refused:
            planned = planned[: refused[0]]
            halted = refused[1]
        return [at for at, _ in planned], halted

    def _plan(self, page: Sequence[Recorded]) -> tuple[list[Planned], str]:
        """What follows from each event, up to the one that halts; and why it does."""
        planned: list[Planned] = []
        for at in page:
            commands: Sequence[Command] = ()
            try:
                commands = self._reaction.commands(self._conn, at)
            except Halt as halt:
                return planned, f"event {at.position}: {halt}"
            except OperationalError:
                raise
            except Exception as fault:
                log.exception("%s cannot digest event %s", self._reaction.name, at.position)
                if self._reaction.halts:
                    return planned, f"event {at.position}: {type(fault).__name__}: {fault}"
                self._dead_letter(at, f"{type(fault).__name__}: {fault}")
            planned.append((at, commands))
        return planned, ""

    def _send(self, planned: Sequence[Planned]) -> tuple[int, str] | None:
        """Append the commands; the index of the event that stops us, where one does."""
        for index, error in sorted(self._refused(planned).items()):
            at = planned[index][0]
            if self._reaction.halts:
                return index, f"event {at.position}: {error}"
            self._dead_letter(at, error)
        return None

    def _refused(self, planned: Sequence[Planned]) -> dict[int, str]:
        """Append in one go, or event by event where that is refused; what was, by index.

        Raises TooBusy, after which the same may be tried again.
        """
        try:
            return self._append(planned)
        except TooBusy:
            raise
        except Refusal as refusal:
            if len(planned) == 1:
                return {0: f"{refusal.code}: {refusal}"}
        return self._one_by_one(planned)

    def _one_by_one(self, planned: Sequence[Planned]) -> dict[int, str]:
        refused: dict[int, str] = {}
        for index, one in enumerate(planned):
            if found := self._refused([one]):
                refused[index] = found[0]
                if self._reaction.halts:
                    break
        return refused

    def _append(self, planned: Sequence[Planned]) -> dict[int, str]:
        refused: dict[int, str] = {}
        with self._store.importing(SYSTEM) as batch:
            batch.expect([command for _, commands in planned for command in commands])
            for index, (at, commands) in enumerate(planned):
                if error := self._run(batch, at, commands):
                    refused[index] = error
                    if self._reaction.halts:
                        break
        late = {command.command_id: said(command, refusal) for command, refusal in batch.refused}
        for index, (_, commands) in enumerate(planned):
            for command in commands:
                if command.command_id in late:
                    refused.setdefault(index, late[command.command_id])
        return refused

    def _run(self, batch: Import, at: Recorded, commands: Sequence[Command]) -> str:
        cause = Cause(correlation_id=at.correlation_id, causation_id=at.position)
        for command in commands:
            try:
                batch.run(command, cause)
            except Refusal as refusal:
                return said(command, refusal)
            except OperationalError:
                raise
            except Exception as fault:
                log.exception("%s fails", type(command).__name__)
                return f"{type(command).__name__} {type(fault).__name__}: {fault}"
        return ""

    def _dead_letter(self, at: Recorded, error: str) -> None:
        log.error("%s gives up event %s: %s", self._reaction.name, at.position, error)
        self._conn.execute(
            "INSERT INTO dead_letters (reader, position, error) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [self._reaction.name, at.position, error],
        )

    def _track(self, position: int, halted: str) -> None:
        if halted and halted != self._halted:
            log.error("%s halts: %s", self._reaction.name, halted)
        self._halted = halted
        self._conn.execute(
            "UPDATE projections SET position = %s, halted = %s WHERE slot = %s",
            [position, halted or None, self._reaction.name],
        )
        self.position = position

    def wait(self, timeout_s: float) -> None:
        """Sleep until the log grows or the time is over."""
        for _ in self._conn.notifies(timeout=timeout_s, stop_after=1):
            pass

    def close(self) -> None:
        """Give up the connection and with it the lead, so that another may take it."""
        self._conn.close()


def said(command: Command, refusal: Refusal) -> str:
    """A refused command in one line."""
    return f"{type(command).__name__} {refusal.code}: {refusal}"
