"""Runs commands and appends their events: once, in order, each with an answer of its own."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, Mapper
from eventsourcing.utils import Environment

from domain.actor import Actor
from domain.aggregate import Root
from domain.command import Answer, Command
from domain.errors import Refusal
from domain.importing import MOST_TRIES, Import
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
)
from domain.shelf import Shelf
from domain.turnstile import Turnstile, Visit
from domain.unit_of_work import UnitOfWork


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
        self.log_ = cast("Log", recorder)
        self.shared = Shelf(shelf_size)
        self.own = Shelf(shelf_size)
        self._turnstile = Turnstile()

    def construct_env(self, name: str, env: Any = None) -> Environment:
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
        command.require_gathered()
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
            self._refuse_taken(work)
            return Outcome(answer, None)
        request = request_of(command, work, answer, cause, request_hash)
        return self._append(command, work, request, answer)

    def _refuse_taken(self, work: UnitOfWork) -> None:
        """What the append of a rehearsed command would refuse. Raises AlreadyTaken."""
        facts: list[Any] = [fact for agg in work.changed.values() for fact in agg.pending_events]
        claims = [claim for fact in facts for claim in fact.claims()]
        if claims and (taken := self.log_.find_taken(claims)):
            raise AlreadyTaken(f"{taken} is taken")

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
            position = self._record_facts(changed, request)
        except Conflict:
            self.forget(touched)
            raise
        except AlreadyAnswered as prior:
            return repeat(command, prior)
        self._keep(work)
        return Outcome(answer, position)

    def _record_facts(self, changed: Sequence[Root], request: Request) -> int:
        """The library's ``save`` without its recordings and snapshots, which nobody asks for."""
        to_stored = self.mapper.to_stored_event
        stored = [to_stored(fact) for agg in changed for fact in agg.collect_events()]
        return self.log_.append(stored, request)

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
        """Aggregates from the log as it stands now; an id named twice is asked for once."""
        loaded: dict[UUID, Root] = {}
        for stored in self.log_.select_streams(list(dict.fromkeys(ids))):
            fact: Any = self.mapper.to_domain_event(stored)
            loaded[fact.originator_id] = fact.mutate(loaded.get(fact.originator_id))
        return loaded

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The position and fact that carried the tag last."""
        position, stored = self.log_.select_latest(tag)
        return position, self.mapper.to_domain_event(stored) if stored else None  # type: ignore[return-value]

    def tagged(self, tag: str) -> tuple[int, Sequence[UUID]]:
        """The last position that carried the tag, then the streams: one between is noticed."""
        position, _ = self.log_.select_latest(tag)
        return position, self.log_.select_tagged(tag)

    @contextmanager
    def importing(self, actor: Actor) -> Iterator[Import]:
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

    def tagged(self, tag: str) -> tuple[int, Sequence[UUID]]:
        """From the log."""
        return self._store.tagged(tag)

    def _from(
        self, shelf: Shelf, ids: Sequence[UUID], look: Callable[[UUID], Root | None], *, keep: bool
    ) -> dict[UUID, Root]:
        found = {} if self.fresh else {id_: agg for id_ in ids if (agg := look(id_))}
        empty = keep and not self.fresh
        missing = [id_ for id_ in ids if id_ not in found and not (empty and shelf.is_empty(id_))]
        loaded = self._store.load_fresh(missing) if missing else {}
        if keep:
            _lay_down(shelf, missing, loaded)
        return found | loaded


def _lay_down(shelf: Shelf, asked: Iterable[UUID], loaded: Mapping[UUID, Root]) -> None:
    for id_ in asked:
        if aggregate := loaded.get(id_):
            shelf.put(aggregate)
        else:
            shelf.note_empty(id_)


def pause(attempt: int) -> None:
    """Step aside for a moment, longer the more often one has lost."""
    if attempt:
        time.sleep(random.random() * min(0.001 * 2**attempt, 0.05))  # noqa: S311 -- jitter
