"""A rehearsal of an import: decides as the import would, and leaves no trace.

Nothing is written, not even keys of people's data: what commands decide stays in memory, for
the commands after them.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Root
from domain.command import Command
from domain.errors import Refusal
from domain.request import AlreadyAnswered, AlreadyTaken, Outcome, check_version, repeat
from domain.store import Store
from domain.unit_of_work import UnitOfWork


class Rehearsal:
    """In the place of an ``Import``; ``flush`` has nothing to append."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store, self._actor = store, actor
        self._held: dict[UUID, Root] = {}
        self._claimed: set[str] = set()
        self._absent: set[UUID] = set()
        self._known: dict[UUID, AlreadyAnswered] = {}
        self.refused: list[tuple[Command, Refusal]] = []

    def expect(self, commands: Sequence[Command]) -> None:
        """Look up which of these were accepted before. Raises KeyReused."""
        keys = [(c.command_id, c.request_hash(self._actor.id)) for c in commands]
        self._known = self._known | self._store.log_.find_answers(keys)

    def foresee(self, ids: Sequence[UUID]) -> None:
        """Load records in one question; remember which do not exist."""
        self.fetch(ids)
        self._absent.update(id_ for id_ in ids if id_ not in self._held)

    def run(self, command: Command) -> Outcome:
        """Decide one command on top of those before it. Raises a Refusal."""
        if prior := self._known.get(command.command_id):
            return repeat(command, prior)
        self._actor.require_role(type(command).ROLES)
        work = UnitOfWork(self._actor, self._store.today(), self)
        answer = command.run(work)
        check_version(command, work)
        self._keep(work)
        return Outcome(answer, None)

    def flush(self) -> int:
        """Forget what was looked up; nothing else is to be done."""
        self._known, self._absent = {}, set()
        return 0

    def fetch(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Records as the commands before this one left them."""
        if missing := [id_ for id_ in ids if id_ not in self._held and id_ not in self._absent]:
            self._held |= self._store.load_fresh(missing)
        return {id_: self._held[id_] for id_ in ids if id_ in self._held}

    consult = fetch

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The last fact with the tag, of those recorded."""
        return self._store.latest(tag)

    def tagged(self, tag: str) -> tuple[int, Sequence[UUID]]:
        """Streams that carry the tag, of those recorded."""
        return self._store.tagged(tag)

    def _keep(self, work: UnitOfWork) -> None:
        """Keep what a command changed. Raises AlreadyTaken as the log would."""
        facts = [fact for one in work.changed.values() for fact in one.collect_events()]
        claims = [claim for fact in facts for claim in fact.claims()]  # type: ignore[attr-defined]
        for claim in claims:
            if claim in self._claimed or self._store.latest(claim)[0]:
                raise AlreadyTaken(f"{claim} is taken")
        self._claimed.update(claims)
        self._held |= work.changed
