"""Many commands as one append: files, feeds and what the books derive."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Root
from domain.command import Answer, Command
from domain.errors import Refusal
from domain.log import Log
from domain.request import (
    AlreadyAnswered,
    AlreadyTaken,
    Cause,
    Conflict,
    Outcome,
    Request,
    TooBusy,
    check_version,
    repeat,
    request_of,
    reused,
)
from domain.unit_of_work import UnitOfWork

MOST_TRIES = 200
MOST_HELD = 50_000


class Host(Protocol):
    """The store that an import belongs to."""

    log_: Log
    mapper: Any

    def today(self) -> date:
        """The current date."""

    def load_fresh(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates from the log as it stands now."""

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The position and fact that carried the tag last."""

    def tagged(self, tag: str) -> tuple[int, Sequence[UUID]]:
        """The last position that carried the tag, and the streams of all that did."""

    def forget(self, ids: Iterable[UUID]) -> None:
        """Drop loaded copies."""


class Import:
    """Commands of a file or a feed, decided one by one and appended together.

    Each sees what those before it decided. ``run`` answers or raises as ``execute`` does;
    nothing is recorded before ``flush``. A command that was accepted before is answered again.
    ``refused`` lists commands that were refused only when they had to decide again.
    """

    def __init__(self, store: Host, actor: Actor) -> None:
        self._store = store
        self._actor = actor
        self._aggregates: dict[UUID, Root] = {}
        self._collected: dict[UUID, int] = {}
        self._tagged: dict[str, tuple[int, Root.Event]] = {}
        self._claimed: set[str] = set()
        self._batch: list[tuple[Request, list[Any]]] = []
        self._commands: list[tuple[Command, Cause]] = []
        self._asked: set[UUID] = set()
        self._known: dict[UUID, tuple[bytes, AlreadyAnswered]] = {}
        self._absent: set[UUID] = set()
        self.position = 0
        self.refused: list[tuple[Command, Refusal]] = []
        self._appended: dict[UUID, bytes] = {}

    def expect(self, commands: Sequence[Command]) -> None:
        """Ask once which of these were accepted before, and load what they name."""
        self._ask([command.command_id for command in commands])
        self.foresee(list({id_ for command in commands for id_ in named_in(command)}))

    def _ask(self, command_ids: Sequence[UUID]) -> None:
        self._known |= self._store.log_.select_answers(command_ids)
        self._asked.update(command_ids)

    def foresee(self, ids: Sequence[UUID]) -> None:
        """Load records in one question ahead of their commands; remember which do not exist."""
        wanted = [id_ for id_ in ids if id_ not in self._aggregates]
        found = self._store.load_fresh(wanted)
        self._aggregates |= found
        self._absent.update(id_ for id_ in wanted if id_ not in found)

    def run(self, command: Command, cause: Cause | None = None) -> Outcome:
        """Decide one command on top of those before it. A refused one leaves no trace."""
        request_hash = command.request_hash(self._actor.id)
        if prior := self._prior(command, request_hash):
            return repeat(command, prior)
        self._actor.require_role(type(command).ROLES)
        command.require_gathered()
        work = UnitOfWork(self._actor, self._store.today(), self)
        try:
            return self._decide(command, work, cause or Cause(), request_hash)
        except Refusal:
            rests_on, decided = self._rests_on(work), set(self._collected)
            self._undo(work)
            if prior := self._late_prior(command, request_hash):
                return repeat(command, prior)
            if self._renewed(rests_on, decided):
                return self.run(command, cause)
            raise
        except BaseException:
            self._undo(work)
            raise

    def _prior(self, command: Command, request_hash: bytes) -> AlreadyAnswered | None:
        """The answer it got before. Raises KeyReused."""
        if (known := self._known.get(command.command_id)) is None:
            return None
        if known[0] != request_hash:
            raise reused(command.command_id)
        return known[1]

    def _late_prior(self, command: Command, request_hash: bytes) -> AlreadyAnswered | None:
        """A refusal may come after the same command's own success, if nobody has asked yet."""
        if command.command_id in self._asked:
            return None
        self._ask([command.command_id])
        return self._prior(command, request_hash)

    def _decide(
        self, command: Command, work: UnitOfWork, cause: Cause, request_hash: bytes
    ) -> Outcome:
        answer = command.run(work)
        check_version(command, work)
        request = request_of(command, work, answer, cause, request_hash)
        facts = self._facts(work)
        claims = [claim for fact in facts for claim in fact.claims()]
        self._refuse_taken(claims)
        if command.dry_run:
            self._undo(work)
        else:
            self._collect(command, cause, work, request, facts)
            self._claimed.update(claims)
        return Outcome(answer, None)

    def _facts(self, work: UnitOfWork) -> list[Any]:
        """What this command adds to what those before it decided."""
        return [
            fact
            for id_, aggregate in work.changed.items()
            for fact in aggregate.pending_events[self._collected.get(id_, 0) :]
        ]

    def _refuse_taken(self, claims: Sequence[str]) -> None:
        """Raises AlreadyTaken, by a record or by a command of this batch."""
        taken = next((claim for claim in claims if claim in self._claimed), None)
        taken = taken or (self._store.log_.find_taken(claims) if claims else None)
        if taken:
            raise AlreadyTaken(f"{taken} is taken")

    def flush(self) -> int:
        """Append everything decided so far in one transaction; the last position.

        Where something it relied on has changed meanwhile, every command decides again. Raises
        TooBusy where that goes on and on; nothing is appended then.
        """
        self._appended = {}
        for _ in range(MOST_TRIES):
            if not self._batch:
                return self.position
            try:
                self.position = self._store.log_.import_events(self._batch)
            except (Conflict, AlreadyTaken):
                self._decide_again()
            else:
                self._appended = {one.command_id: one.answer for one, _ in self._batch}
                self._clear()
        if self._batch:
            raise TooBusy(f"gave up after {MOST_TRIES} tries")
        return self.position

    def appended(self, command: Command) -> Answer | None:
        """The answer of a command that the last flush has appended; None of any other.

        Where the flush decided again it may be another answer than ``run`` gave.
        """
        answer = self._appended.get(command.command_id)
        return command.ANSWER.model_validate_json(answer) if answer else None

    def _decide_again(self) -> None:
        commands = self._commands
        self._store.forget(self._aggregates)
        self._clear()
        self._aggregates = {}
        self.expect([command for command, _ in commands])
        for command, cause in commands:
            try:
                self.run(command, cause)
            except Refusal as refusal:
                self.refused.append((command, refusal))

    def _clear(self) -> None:
        self._batch, self._commands, self._known, self._asked = [], [], {}, set()
        for id_ in self._collected:
            self._aggregates[id_].collect_events()
        self._store.forget(self._collected)
        self._collected, self._tagged, self._absent, self._claimed = {}, {}, set(), set()
        if len(self._aggregates) > MOST_HELD:
            self._aggregates = {}

    def fetch(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates as the commands before this one left them."""
        missing = [id_ for id_ in ids if id_ not in self._aggregates and id_ not in self._absent]
        if missing:
            self._aggregates |= self._store.load_fresh(missing)
            self._absent.update(id_ for id_ in missing if id_ not in self._aggregates)
        return {id_: self._aggregates[id_] for id_ in ids if id_ in self._aggregates}

    consult = fetch

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The last fact with the tag, among those not yet appended too."""
        return self._tagged.get(tag) or self._store.latest(tag)

    def tagged(self, tag: str) -> tuple[int, Sequence[UUID]]:
        """Those in the log, and those that commands before this one added."""
        position, ids = self._store.tagged(tag)
        own = [id_ for id_ in self._collected if self._carries(id_, tag)]
        return position, sorted({*ids, *own})

    def _carries(self, id_: UUID, tag: str) -> bool:
        facts: list[Any] = self._aggregates[id_].pending_events
        return any(tag in fact.tags() for fact in facts)

    def _collect(
        self, command: Command, cause: Cause, work: UnitOfWork, request: Request, facts: list[Any]
    ) -> None:
        stored = list(map(self._store.mapper.to_stored_event, facts))
        for id_, aggregate in work.changed.items():
            self._aggregates[id_] = aggregate
            self._collected[id_] = len(aggregate.pending_events)
        for fact in facts:
            self._tagged |= {tag: (work.guards.get(tag, 0), fact) for tag in fact.tags()}
        self._batch.append((request, stored))
        self._commands.append((command, cause))
        self._known[command.command_id] = (
            request.request_hash, AlreadyAnswered(0, request.answer),
        )  # fmt: skip

    def _rests_on(self, work: UnitOfWork) -> dict[UUID, int]:
        """The versions in the log of what a command has seen."""
        seen = {id_: self._aggregates.get(id_) for id_ in work.consulted} | work.changed
        return {id_: agg.version - len(agg.pending_events) for id_, agg in seen.items() if agg}

    def _renewed(self, rests_on: dict[UUID, int], decided: set[UUID]) -> bool:
        """Whether what a refusal rests on has moved on since it was loaded; it is loaded again.

        Where commands before it rest on that too, they decide again.
        """
        fresh = self._store.load_fresh(list(rests_on)) if rests_on else {}
        moved = {id_ for id_, found in fresh.items() if found.version != rests_on[id_]}
        if moved & decided:
            self._decide_again()
        else:
            self._aggregates |= {id_: fresh[id_] for id_ in moved}
        return bool(moved)

    def _undo(self, work: UnitOfWork) -> None:
        """Rebuild what a refused command had already touched."""
        for id_, aggregate in work.changed.items():
            kept = aggregate.pending_events[: self._collected.get(id_, 0)]
            if len(kept) < len(aggregate.pending_events):
                self._rebuild(id_, kept)

    def _rebuild(self, id_: UUID, kept: Sequence[Any]) -> None:
        again = self._store.load_fresh([id_]).get(id_)
        if again is not None and kept and again.version >= kept[0].originator_version:
            kept = []  # somebody was faster: the flush finds out and every command decides again
            self._collected.pop(id_)
        for fact in kept:
            again = fact.mutate(again)
        self._aggregates.pop(id_, None)
        if again is not None:
            again.pending_events.extend(kept)
            self._aggregates[id_] = again


def named_in(command: Command) -> Iterable[UUID]:
    """Ids that a command's own fields hold; those of nested values are loaded when needed."""
    return [value for value in vars(command).values() if isinstance(value, UUID)]
