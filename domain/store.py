"""Runs commands and appends their events: once, in order, each with an answer of its own."""

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, Mapper, Recording
from eventsourcing.utils import Environment

from domain.actor import Actor
from domain.aggregate import Root
from domain.command import Answer, Command
from domain.errors import Refusal
from domain.turnstile import Turnstile, Visit
from domain.unit_of_work import EntityNotNamed, StaleVersion, UnitOfWork

MOST_TRIES = 200


class KeyReused(Refusal):
    """The idempotency key was used before with other content or by somebody else."""

    code = "KEY_REUSED"


class Conflict(Exception):  # noqa: N818 -- the field's word
    """Something the command relied on has changed; nothing was written."""


class AlreadyTaken(Refusal):
    """A natural key (a code, a number, a bank reference) belongs to another record."""

    code = "ALREADY_TAKEN"


class TooBusy(Refusal):
    """Others kept changing the same records; nothing was written, and a retry is safe."""

    code = "TOO_BUSY"


class AlreadyAnswered(Exception):  # noqa: N818 -- an answer, not an error
    """The key and content were accepted before; carries the stored answer."""

    def __init__(self, position: int, answer: bytes) -> None:
        super().__init__(position)
        self.position = position
        self.answer = answer


@dataclass(frozen=True)
class Cause:
    """Where a command came from: one correlation a chain, the causing event, a trace."""

    correlation_id: UUID | None = None
    causation_id: int | None = None
    trace: str = ""


@dataclass(frozen=True)
class Request:
    """All an append carries besides the events themselves."""

    command_id: UUID
    request_hash: bytes
    answer: bytes
    actor: str
    cause: Cause
    entity: str
    effective_date: date
    consulted: dict[UUID, int]
    guards: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """The answer of a command and the log's position that holds it (None for a dry run)."""

    answer: Answer
    position: int | None
    repeated: bool = False


class Log(Protocol):
    """What the store needs of the recorder beyond the library's own methods."""

    def select_streams(self, ids: Sequence[UUID]) -> Iterator[Any]:
        """Stored events of several streams, each in order of version."""

    def select_latest(self, tag: str) -> tuple[int, Any]:
        """Position and stored event that carried the tag last; (0, None) where none did."""

    def find_answer(self, command_id: UUID, request_hash: bytes) -> AlreadyAnswered | None:
        """The stored answer of a command. Raises KeyReused where the content differs."""

    def import_events(self, batch: Sequence[tuple[Request, Sequence[Any]]]) -> int:
        """Append many commands in one transaction; the last position. Raises Conflict."""

    def find_answers(self, keys: Sequence[tuple[UUID, bytes]]) -> dict[UUID, AlreadyAnswered]:
        """Stored answers of several commands. Raises KeyReused where content differs."""


class Shelf:
    """A bounded, thread-safe store of loaded aggregates, least recently used out first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[UUID, Root] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, id_: UUID) -> Root | None:
        """The aggregate, left on the shelf."""
        with self._lock:
            if (found := self._held.get(id_)) is not None:
                self._held.move_to_end(id_)
            return found

    def take(self, id_: UUID) -> Root | None:
        """The aggregate, off the shelf: for one hand only."""
        with self._lock:
            return self._held.pop(id_, None)

    def put(self, aggregate: Root) -> None:
        """Lay an aggregate down; drops the one unused longest when the shelf is full."""
        with self._lock:
            self._held[aggregate.id] = aggregate
            if len(self._held) > self._size:
                self._held.popitem(last=False)

    def drop(self, ids: Iterable[UUID]) -> None:
        """Forget these."""
        with self._lock:
            for id_ in ids:
                self._held.pop(id_, None)


class Store(Application[UUID]):
    """The application: one log, its commands, and the aggregates they load.

    ``today`` answers the current date; it is asked once a command.
    """

    def __init__(
        self,
        recorder: ApplicationRecorder,
        mapper: Mapper[UUID],
        today: Callable[[], date],
        shelf_size: int = 20_000,
    ) -> None:
        self._given = recorder, mapper
        super().__init__({})
        self.today = today
        self.log_: Any = recorder
        self.shared = Shelf(shelf_size)
        self.own = Shelf(shelf_size)
        self._turnstile = Turnstile()

    def construct_env(self, name: str, env: Any = None) -> Environment:  # noqa: ARG002
        """Settings come from the wiring, not from the library's own variables."""
        return Environment(name, {"PERSISTENCE_MODULE": "eventsourcing.popo"})

    def construct_mapper(self) -> Mapper[UUID]:
        """The mapper given."""
        return self._given[1]

    def construct_recorder(self) -> ApplicationRecorder:
        """The recorder given."""
        return self._given[0]

    def execute(self, command: Command, actor: Actor, cause: Cause | None = None) -> Outcome:
        """Run one command to its end.

        Raises a Refusal where a rule says no. The same ``command_id`` with the same content
        answers what it answered first.
        """
        actor.require_role(type(command).ROLES)
        for attempt in range(MOST_TRIES):
            visit = self._turnstile.visit()
            desk = Desk(self, visit, fresh=attempt > 0 or command.dry_run)
            try:
                return self._attempt(command, actor, cause or Cause(), desk)
            except Conflict:
                pause(attempt)
            finally:
                visit.leave()
        raise TooBusy(f"gave up after {MOST_TRIES} tries")

    def _attempt(self, command: Command, actor: Actor, cause: Cause, desk: "Desk") -> Outcome:
        work = UnitOfWork(actor, self.today(), desk)
        request_hash = command.request_hash(actor.id)
        try:
            answer = command.run(work)
            check_version(command, work)
        except Refusal as refusal:
            return self._refused(command, request_hash, refusal, fresh=desk.fresh)
        if command.dry_run:
            return Outcome(answer, None)
        request = request_of(command, work, answer, cause, request_hash)
        return self._append(command, work, request, answer)

    def _refused(
        self, command: Command, request_hash: bytes, refusal: Refusal, *, fresh: bool
    ) -> Outcome:
        """A refusal may rest on an old copy, or come after the same command's own success."""
        if prior := self.log_.find_answer(command.command_id, request_hash):
            return repeat(command, prior)
        if fresh:
            raise refusal
        raise Conflict

    def _append(
        self, command: Command, work: UnitOfWork, request: Request, answer: Answer
    ) -> Outcome:
        changed = [agg for agg in work.changed.values() if agg.pending_events]
        touched = {*work.consulted, *(agg.id for agg in changed)}
        try:
            recordings = self.save(*changed, request=request)
        except Conflict:
            self.forget(touched)
            raise
        except AlreadyAnswered as prior:
            return repeat(command, prior)
        self._keep(work)
        return Outcome(answer, last_position(recordings))

    def _keep(self, work: UnitOfWork) -> None:
        self.shared.drop(work.changed)
        for aggregate in work.changed.values():
            self.own.put(aggregate)

    def forget(self, ids: Iterable[UUID]) -> None:
        """Drop loaded copies: the next reader sees the log."""
        listed = list(ids)
        self.shared.drop(listed)
        self.own.drop(listed)

    def load_fresh(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates from the log as it stands now."""
        loaded: dict[UUID, Root] = {}
        for stored in self.log_.select_streams(ids):
            fact: Any = self.mapper.to_domain_event(stored)
            loaded[fact.originator_id] = fact.mutate(loaded.get(fact.originator_id))
        return loaded

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The position and fact that carried the tag last."""
        position, stored = self.log_.select_latest(tag)
        return position, self.mapper.to_domain_event(stored) if stored else None  # type: ignore[return-value]

    @contextmanager
    def importing(self, actor: Actor) -> Iterator["Import"]:
        """Run many commands as one append: see :class:`Import`."""
        batch = Import(self, actor)
        yield batch
        batch.flush()


class Desk:
    """What one try of a command works on: shared copies to consult, its own to change."""

    def __init__(self, store: Store, visit: Visit, *, fresh: bool) -> None:
        self._store = store
        self._visit = visit
        self.fresh = fresh

    def consult(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """From the shared shelf, or from the log."""
        return self._from(self._store.shared, ids, self._store.shared.get, keep=True)

    def fetch(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """From the shelf of own copies once nobody else holds them, or from the log."""
        self._visit.hold(ids)
        return self._from(self._store.own, ids, self._store.own.take, keep=False)

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """From the log, once nobody else in this process is about to add to the tag."""
        self._visit.hold([tag])
        return self._store.latest(tag)

    def _from(
        self, shelf: Shelf, ids: Sequence[UUID], look: Callable[[UUID], Root | None], *, keep: bool
    ) -> dict[UUID, Root]:
        found = {} if self.fresh else {id_: agg for id_ in ids if (agg := look(id_))}
        missing = [id_ for id_ in ids if id_ not in found]
        loaded = self._store.load_fresh(missing) if missing else {}
        for aggregate in loaded.values() if keep else ():
            shelf.put(aggregate)
        return found | loaded


class Import:
    """Commands of a file or a feed, decided one by one and appended together.

    Each sees what those before it decided. ``run`` answers or raises as ``execute`` does;
    nothing is recorded before ``flush``. A command that was accepted before is answered again.
    ``refused`` lists commands that were refused only when a flush had to decide again.
    """

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor
        self._aggregates: dict[UUID, Root] = {}
        self._collected: dict[UUID, int] = {}
        self._tagged: dict[str, tuple[int, Root.Event]] = {}
        self._batch: list[tuple[Request, list[Any]]] = []
        self._commands: list[tuple[Command, Cause]] = []
        self._known: dict[UUID, AlreadyAnswered] = {}
        self.position = 0
        self.refused: list[tuple[Command, Refusal]] = []

    def expect(self, commands: Sequence[Command]) -> None:
        """Look up in one question which of these were accepted before."""
        keys = [(c.command_id, c.request_hash(self._actor.id)) for c in commands]
        self._known.update(self._store.log_.find_answers(keys))

    def run(self, command: Command, cause: Cause | None = None) -> Outcome:
        """Decide one command on top of those before it."""
        if prior := self._known.get(command.command_id):
            return repeat(command, prior)
        self._actor.require_role(type(command).ROLES)
        work = UnitOfWork(self._actor, self._store.today(), self)
        try:
            answer = command.run(work)
            check_version(command, work)
        except Refusal:
            self._undo(work)
            raise
        if command.dry_run:
            self._undo(work)
            return Outcome(answer, None)
        self._collect(command, work, answer, cause or Cause())
        return Outcome(answer, None)

    def flush(self) -> int:
        """Append everything decided so far in one transaction; the last position.

        Where something it relied on has changed meanwhile, every command decides again.
        """
        for _ in range(MOST_TRIES):
            if not self._batch:
                return self.position
            try:
                self.position = self._store.log_.import_events(self._batch)
            except Conflict:
                self._decide_again()
                continue
            self._clear()
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
        self._collected, self._tagged = {}, {}
        if len(self._aggregates) > 50_000:  # noqa: PLR2004 -- a bound on memory, not a rule
            self._aggregates = {}

    def fetch(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates as the commands before this one left them."""
        missing = [id_ for id_ in ids if id_ not in self._aggregates]
        if missing:
            self._aggregates |= self._store.load_fresh(missing)
        return {id_: self._aggregates[id_] for id_ in ids if id_ in self._aggregates}

    consult = fetch

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The last fact with the tag, among those not yet appended too."""
        return self._tagged.get(tag) or self._store.latest(tag)

    def _collect(self, command: Command, work: UnitOfWork, answer: Answer, cause: Cause) -> None:
        facts = []
        for id_, aggregate in work.changed.items():
            self._aggregates[id_] = aggregate
            facts += aggregate.pending_events[self._collected.get(id_, 0) :]
            self._collected[id_] = len(aggregate.pending_events)
        request = request_of(command, work, answer, cause, command.request_hash(self._actor.id))
        for fact in facts:
            self._tagged |= {tag: (work.guards.get(tag, 0), fact) for tag in fact.tags()}
        self._batch.append((request, list(map(self._store.mapper.to_stored_event, facts))))
        self._commands.append((command, cause))

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


def check_version(command: Command, work: UnitOfWork) -> None:
    """Raise StaleVersion unless a changed record had the version the caller expects."""
    if command.expected_version is None:
        return
    seen = [agg.version - len(agg.pending_events) for agg in work.changed.values()]
    if command.expected_version not in seen:
        raise StaleVersion(
            f"expected version {command.expected_version}, found {max(seen, default=0)}",
            field="expected_version",
        )


def request_of(
    command: Command, work: UnitOfWork, answer: Answer, cause: Cause, request_hash: bytes
) -> Request:
    """The envelope of what a command decided. Raises EntityNotNamed."""
    if not work.entity:
        raise EntityNotNamed("the command did not say for which legal entity it acts")
    return Request(
        command_id=command.command_id,
        request_hash=request_hash,
        answer=answer.model_dump_json().encode(),
        actor=work.actor.id,
        cause=cause,
        entity=work.entity,
        effective_date=command.effective_on(work.today),
        consulted={id_: v for id_, v in work.consulted.items() if id_ not in work.changed},
        guards=work.guards,
    )


def repeat(command: Command, prior: AlreadyAnswered) -> Outcome:
    """The first answer, again."""
    return Outcome(command.ANSWER.model_validate_json(prior.answer), prior.position, repeated=True)


def last_position(recordings: Sequence[Recording[UUID]]) -> int:
    """The position of the last event of a save; 0 where nothing was recorded."""
    return max((r.notification.id for r in recordings), default=0)


def pause(attempt: int) -> None:
    """Step aside for a moment, longer the more often one has lost."""
    if attempt:
        time.sleep(random.random() * min(0.001 * 2**attempt, 0.05))  # noqa: S311 -- jitter
