"""A firm on paper: real commands and facts, decided in memory; nothing is stored or encoded.

Every aggregate a command gets is replayed from its facts first, so what a rule decides and what
history makes of it are tried together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import domain.contexts
from domain.access.roles import ALL, SYSTEM
from domain.actor import EVERY_ENTITY, Actor
from domain.aggregate import Root
from domain.command import Command
from domain.errors import Refusal
from domain.ledger.journal import MAIN_BOOK, check_balance
from domain.ledger.posting import Entry, entries_of
from domain.policies import follow_ups
from domain.request import AlreadyTaken, Cause, Outcome, check_version, request_of
from domain.unit_of_work import UnitOfWork
from tests.firm import CHIEF, CLEAN, TODAY, Firm

__all__ = ["ANYBODY", "Fact", "PaperFirm", "domain"]

ANYBODY = Actor("anybody", frozenset({*ALL, SYSTEM}), frozenset({EVERY_ENTITY}))
"""Holds every role, the machine's too."""

ON_PAPER: dict[str, dict[str, Any]] = {
    "HardClosePeriod": {"books": CLEAN},
    "ReclassifyExpenditure": {"expensed": "440.00", "incurred": "300.00", "position": 1},
    "CapitalizeLabour": {"incurred": "300.00", "position": 1},
    "AttestReport": {"found": "0" * 64},
}
"""What commands find in books that have nothing against them."""


@dataclass(frozen=True)
class Fact:
    """A fact and the day it is effective on; its position is its place in the list."""

    event: Any
    effective_date: date


class PaperFirm(Firm):
    """The small firm without a database; ``facts`` is its log."""

    def __init__(self, today: date = TODAY) -> None:
        self.today = today
        self.facts: list[Fact] = []
        self._streams: dict[UUID, list[Any]] = defaultdict(list)
        self._tags: dict[str, tuple[int, Any]] = {}
        self._claims: set[str] = set()
        self._followed = 0

    def do(self, command: str, actor: Actor = CHIEF, /, **fields: Any) -> Outcome:
        given = {**ON_PAPER.get(command, {}), **fields}
        return self.run(Command.registry[command].model_validate(given), actor)

    def run(self, command: Command, actor: Actor = CHIEF) -> Outcome:
        """Decide a command and keep its facts."""
        actor.require_role(type(command).ROLES)
        command.require_gathered()
        request_hash = command.request_hash(actor.id)
        work = UnitOfWork(actor, self.today, self)
        answer = command.run(work)
        check_version(command, work)
        on = request_of(command, work, answer, Cause(), request_hash).effective_date
        changed = work.changed.values()
        decided: list[Any] = [fact for agg in changed for fact in agg.collect_events()]
        claims = {claim for fact in decided for claim in fact.claims()}
        if claims & self._claims:
            raise AlreadyTaken(f"{claims & self._claims} is taken")
        self._claims |= claims
        for fact in decided:
            self._keep(fact, on)
        return Outcome(answer, len(self.facts))

    def _keep(self, fact: Any, on: date) -> None:
        self.facts.append(Fact(fact, on))
        self._streams[fact.originator_id].append(fact)
        self._tags |= {tag: (len(self.facts), fact) for tag in fact.tags()}

    def refuses(
        self, refusal: type[Refusal], command: str, actor: Actor = CHIEF, /, **fields: Any
    ) -> Refusal:
        """Check that a command is refused, by exactly this refusal, and recorded nothing."""
        before = len(self.facts)
        with pytest.raises(refusal) as caught:
            self.do(command, actor, **fields)
        assert type(caught.value) is refusal
        assert len(self.facts) == before
        return caught.value

    def settle(self) -> None:
        """Follow up until nothing is left to do."""
        while self._followed < len(self.facts):
            fact = self.facts[self._followed]
            self._followed += 1
            for command in follow_ups(fact.event, self._followed, fact.effective_date):
                self.run(command, ANYBODY)

    def last(self, kind: type[Root.Event]) -> Any:
        """The latest fact of a kind."""
        return next(f.event for f in reversed(self.facts) if isinstance(f.event, kind))

    def all(self, kind: type[Root.Event]) -> list[Any]:
        """Every fact of a kind, in order."""
        return [fact.event for fact in self.facts if isinstance(fact.event, kind)]

    def replayed(self, id_: UUID) -> Any:
        """An aggregate as its facts make it; None where there are none."""
        found: Any = None
        for fact in self._streams.get(id_, ()):
            found = fact.mutate(found)
        return found

    def entries(self) -> Iterator[Entry]:
        """The journals of every fact, each checked for balance."""
        for fact in self.facts:
            for entry in entries_of(fact.event):
                check_balance(entry.lines, entry.currency)
                yield entry

    def balances(self, book: str = MAIN_BOOK) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
        """By account and currency: the amount, and the same in the books; a layer by itself."""
        found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        for entry in self.entries():
            for line in entry.lines if entry.book == book else ():
                amount, books = found.get((line.account, line.currency), (Decimal(0), Decimal(0)))
                key = line.account, line.currency
                found[key] = (amount + line.amount, books + line.functional)
        return found

    def fetch(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates of the caller's own, replayed."""
        return {id_: found for id_ in ids if (found := self.replayed(id_)) is not None}

    consult = fetch

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The last fact with the tag."""
        return self._tags.get(tag, (0, None))

    def tagged(self, tag: str) -> tuple[int, Sequence[UUID]]:
        """The last position with the tag, and every stream that has it."""
        found = {fact.event.originator_id for fact in self.facts if tag in fact.event.tags()}
        return self._tags.get(tag, (0, None))[0], sorted(found)
