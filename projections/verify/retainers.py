"""Retainers: what is left of each grant is what its facts leave, and covers what it was drawn for.

The facts are added up page by page and compared with the moves; the worth that retainers paid for
is compared with the worth that billable things have lost to them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.billing.retainer_account import Retainer
from domain.billing.retainer_grant import ItemDraw, Took
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence

READER = "retainers"
LEFT = "SELECT grant_id, sum(quantity) FROM retainer_moves GROUP BY grant_id"
OVERDRAWN = """
SELECT grant_id, sum(quantity), sum(quantity) FILTER (WHERE kind = 'drawn') FROM retainer_moves
GROUP BY grant_id
HAVING sum(quantity) < 0 OR sum(quantity) FILTER (WHERE kind = 'drawn') > 0 ORDER BY grant_id
"""
COVERED = """
SELECT item_id, coalesce(d.covered, 0), coalesce(b.drawn, 0)
FROM (SELECT item_id, sum(covered) AS covered FROM retainer_draws GROUP BY item_id) d
FULL JOIN (SELECT item_id, sum(drawn) AS drawn FROM billable_moves GROUP BY item_id) b
    USING (item_id)
WHERE coalesce(d.covered, 0) <> coalesce(b.drawn, 0) ORDER BY item_id
"""
COUNTS = "SELECT count(*), count(DISTINCT retainer_id) FROM retainer_grants"
Moved = Iterator[tuple[UUID, Decimal]]


class Retainers(Check):
    """Balances are the sums of their movements, in the log as in the tables."""

    name = "retainers = their movements"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._read_to = evidence.readers[READER].position
        self._said: dict[UUID, Decimal] = defaultdict(Decimal)

    def read(self, page: Sequence[Recorded]) -> None:
        """Add up what the facts say."""
        for at in page:
            if at.position <= self._read_to:
                for grant, quantity in moved(at.fact):
                    self._said[grant] += quantity

    def conclude(self) -> str:
        """Each grant by its facts, none overdrawn; each thing by what covers it."""
        kept = dict(self.evidence.rows(LEFT))
        for grant in sorted(kept.keys() | self._said.keys()):
            tables, log = kept.get(grant, Decimal(0)), self._said.get(grant, Decimal(0))
            if tables != log:
                self.find(f"grant {grant}: the tables leave {tables}, the log {log}")
        for grant, left, drawn in self.evidence.rows(OVERDRAWN):
            self.find(f"grant {grant} is drawn by {-drawn} and has {left} left")
        self._ask_billables()
        grants, retainers = self.evidence.rows(COUNTS)[0]
        return f"{grants} grants of {retainers} retainers"

    def _ask_billables(self) -> None:
        if self.evidence.readers["billable_states"].position != self._read_to:
            return  # not of one moment; that they lag is another check's finding
        for item, covered, drawn in self.evidence.rows(COVERED):
            self.find(f"{item}: retainers paid {covered}, it lost {drawn}")


def moved(fact: Any) -> Iterable[tuple[UUID, Decimal]]:
    """What a fact adds to grants, in their own unit."""
    adds = ADDS.get(type(fact))
    return adds(fact) if adds else ()


def _funded(fact: Retainer.Funded) -> Moved:
    yield fact.granted.id, fact.granted.quantity


def _drawn(fact: Retainer.Drawn) -> Moved:
    yield from _taken(fact.draws, -1)


def _returned(fact: Retainer.Returned) -> Moved:
    yield from _taken(fact.draws, 1)


def _taken(draws: Iterable[ItemDraw], sign: int) -> Moved:
    for took in (took for draw in draws for took in draw.took):
        yield took.grant_id, sign * took.quantity


def _lapsed(fact: Retainer.Rolled | Retainer.Expired) -> Moved:
    yield from _lost(fact.lapsed)


def _adjusted(fact: Retainer.Adjusted) -> Moved:
    if fact.granted:
        yield fact.granted.id, fact.granted.quantity
    yield from _lost(fact.taken)


def _taken_back(fact: Retainer.TakenBack) -> Moved:
    yield fact.grant_id, -fact.quantity


def _lost(lost: Iterable[Took]) -> Moved:
    for took in lost:
        yield took.grant_id, -took.quantity


ADDS: dict[type, Callable[[Any], Moved]] = {
    Retainer.Funded: _funded,
    Retainer.Drawn: _drawn,
    Retainer.Returned: _returned,
    Retainer.Rolled: _lapsed,
    Retainer.Expired: _lapsed,
    Retainer.Adjusted: _adjusted,
    Retainer.TakenBack: _taken_back,
}
"""A new way to gain or lose some of a grant has its line here."""
