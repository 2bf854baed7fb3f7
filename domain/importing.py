"""Many commands as one append: files, feeds and what the books derive."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Root
from domain.command import Answer, Command
from domain.errors import Refusal
from domain.request import (
    AlreadyAnswered,
    Cause,
    Conflict,
    KeyReused,
    Outcome,
    Request,
    TooBusy,
    check_version,
    repeat,
    request_of,
)
from domain.unit_of_work import UnitOfWork

MOST_TRIES = 200
MOST_HELD = 50_000


class Host(Protocol):
    """The store that an import belongs to."""

    log_: Any
    mapper: Any

    def today(self) -> date:
        """The current date."""

    def load_fresh(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates from the log as it stands now."""

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The position and fact that carried the tag last."""

    def forget(self, ids: Iterable[UUID]) -> None:
        """Drop loaded copies."""


class Import:
    """Commands of a file or a feed, decided one by one and appended together.

    Each sees what those before it decided. ``run`` answers or raises as ``execute`` does;
    nothing is recorded before ``flush``. A command that was accepted before is answered again.
    ``refused`` lists commands that were refused only when a flush had to decide again.
    """

    def __init__(self, store: Host, actor: Actor) -> None:
        self._store = store
        self._actor = actor
        self._aggregates: dict[UUID, Root] = {}
        self._collected: dict[UUID, int] = {}
        self._tagged: dict[str, tuple[int, Root.Event]] = {}
        self._batch: list[tuple[Request, list[Any]]] = []
        self._commands: list[tuple[Command, Cause]] = []
        self._known: dict[UUID, AlreadyAnswered] = {}
        self._absent: set[UUID] = set()
        self._hashes: dict[int, bytes] = {}
        self._decided: dict[UUID, tuple[Command, Outcome]] = {}
        self.position = 0
        self.refused: list[tuple[Command, Refusal]] = []

    def expect(self, commands: Sequence[Command]) -> None:
        """Ask once which of these were accepted before, and load what they name."""
        self._hashes |= {id(c): c.request_hash(self._actor.id) for c in commands}
        keys = [(c.command_id, self._hashes[id(c)]) for c in commands]
        self._known.update(self._store.log_.find_answers(keys))
        self.foresee(list({id_ for command in commands for id_ in named_in(command)}))

    def foresee(self, ids: Sequence[UUID]) -> None:
        """Load records in one question ahead of their commands; remember which do not exist."""
        wanted = [id_ for id_ in ids if id_ not in self._aggregates]
        found = self._store.load_fresh(wanted)
        self._aggregates |= found
        self._absent.update(id_ for id_ in wanted if id_ not in found)

    def run(self, command: Command, cause: Cause | None = None) -> Outcome:
        """Decide one command on top of those before it."""
        if prior := self._known.get(command.command_id):
            return repeat(command, prior)
        if twin := self._decided.get(command.command_id):
            return again(command, *twin)
        self._actor.require_role(type(command).ROLES)
        work = UnitOfWork(self._actor, self._store.today(), self)
        try:
            answer = command.run(work)
            check_version(command, work)
        except Refusal:
            self._undo(work)
            if self._renewed(work):
                return self.run(command, cause)
            raise
        if command.dry_run:
            self._undo(work)
            return Outcome(answer, None)
        self._collect(command, work, answer, cause or Cause())
        outcome = Outcome(answer, None)
        self._decided[command.command_id] = command, outcome
        return outcome

    def flush(self) -> int:
        """Append everything decided so far in one transaction; the last position.

        Where something it relied on has changed meanwhile, every command decides again. Raises
        TooBusy where that goes on and on, and AlreadyTaken; nothing is appended then.
        """
        for _ in range(MOST_TRIES):
            if not self._batch:
                return self.position
            try:
                self.position = self._store.log_.import_events(self._batch)
            except Conflict:
                self._decide_again()
            else:
                self._clear()
        if self._batch:
            raise TooBusy(f"gave up after {MOST_TRIES} tries")
        return self.position

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
        self._batch, self._commands, self._known = [], [], {}
        for id_ in self._collected:
            self._aggregates[id_].collect_events()
        self._store.forget(self._collected)
        self._collected, self._tagged, self._absent, self._hashes = {}, {}, set(), {}
        self._decided = {}
        if len(self._aggregates) > MOST_HELD:
            self._aggregates = {}

    def fetch(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates as the commands before this one left them."""
        missing = [id_ for id_ in ids if id_ not in self._aggregates and id_ not in self._absent]
        if missing:
            self._aggregates |= self._store.load_fresh(missing)
        return {id_: self._aggregates[id_] for id_ in ids if id_ in self._aggregates}

    consult = fetch

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The last fact with the tag, among those not yet appended too."""
        return self._tagged.get(tag) or self._store.latest(tag)

    def _collect(self, command: Command, work: UnitOfWork, answer: Answer, cause: Cause) -> None:
        facts: list[Any] = []
        for id_, aggregate in work.changed.items():
            self._aggregates[id_] = aggregate
            facts += aggregate.pending_events[self._collected.get(id_, 0) :]
            self._collected[id_] = len(aggregate.pending_events)
        known = self._hashes.get(id(command))
        request_hash = known or command.request_hash(self._actor.id)
        request = request_of(command, work, answer, cause, request_hash)
        for fact in facts:
            self._tagged |= {tag: (work.guards.get(tag, 0), fact) for tag in fact.tags()}
        self._batch.append((request, list(map(self._store.mapper.to_stored_event, facts))))
        self._commands.append((command, cause))

    def _renewed(self, work: UnitOfWork) -> bool:
        """Whether what a refusal rests on has moved on since it was loaded; it is loaded again."""
        seen = {*work.consulted, *work.changed} - self._collected.keys()
        before = {id_: self._aggregates[id_].version for id_ in seen if id_ in self._aggregates}
        fresh = self._store.load_fresh(list(before)) if before else {}
        self._aggregates |= fresh
        return any(fresh[id_].version != version for id_, version in before.items())

    def _undo(self, work: UnitOfWork) -> None:
        """Rebuild what a refused command had already touched."""
        for id_, aggregate in work.changed.items():
            kept = aggregate.pending_events[: self._collected.get(id_, 0)]
            if len(kept) == len(aggregate.pending_events):
                continue
            again = self._store.load_fresh([id_]).get(id_)
            for fact in kept:
                again = fact.mutate(again)
            if again is None:
                self._aggregates.pop(id_, None)
            else:
                again.pending_events.extend(kept)
                self._aggregates[id_] = again


def again(command: Command, first: Command, outcome: Outcome) -> Outcome:
    """The same command twice in one batch. Raises KeyReused where the content differs."""
    if command != first:
        raise KeyReused(f"command id {command.command_id} was used for another request")
    return Outcome(outcome.answer, None, repeated=True)


def named_in(command: Command) -> Iterable[UUID]:
    """Ids that a command's own fields hold; those of nested values are loaded when needed."""
    return [value for value in vars(command).values() if isinstance(value, UUID)]
