"""Posting of revaluations: differences at the month's end, and their way back the day after.

Only the books move, never an amount of the currency itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from domain.aggregate import Root
from domain.ledger.dimensions import Dimensions
from domain.ledger.entry import Entry
from domain.ledger.foreign_balance import Revalued
from domain.ledger.journal import Line
from domain.ledger.period import month_after
from domain.ledger.revaluation import Revaluation

Fact = Revaluation.Posted | Revaluation.Superseded


def revaluation(fact: Fact) -> Iterable[Entry]:
    """At the month's end: Dr account, Cr 7010 for a gain; the mirror for a loss."""
    yield _entry("revaluation", fact, fact.rows)


def revaluation_reversal(fact: Fact) -> Iterable[Entry]:
    """On the next day all of it back, but what bank accounts keep."""
    yield _put_back("revaluation_reversal", fact, fact.rows)


def revaluation_superseded(fact: Revaluation.Superseded) -> Iterable[Entry]:
    """The earlier run of the month taken back, on both of its days."""
    for entry in (_entry("", fact, fact.before), _put_back("", fact, fact.before)):
        yield replace(entry, rule="revaluation_superseded",
                      description=f"{entry.description}, taken back",
                      lines=tuple(line.mirrored() for line in entry.lines))  # fmt: skip


def _entry(rule: str, fact: Fact, rows: Iterable[Revalued]) -> Entry:
    text = f"Revaluation {fact.month:%Y-%m}"
    return Entry(rule, fact.entity, fact.books, fact.on, text, "", lines_of(rows, fact.books))


def _put_back(rule: str, fact: Fact, rows: Iterable[Revalued]) -> Entry:
    lines = lines_of((row for row in rows if not row.lasting), fact.books)
    return Entry(rule, fact.entity, fact.books, month_after(fact.month),
                 f"Revaluation {fact.month:%Y-%m} put back", "",
                 tuple(line.mirrored() for line in lines))  # fmt: skip


def lines_of(rows: Iterable[Revalued], books: str) -> tuple[Line, ...]:
    """One line an account, currency and counterparty; then one each account of gain and loss."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    gains: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        held = row.balance
        sums[held.account, held.currency, held.counterparty] += row.difference
        gains[row.to] += row.difference
    moved = (
        Line(account, currency, Decimal(0), value,
             dimensions=Dimensions(counterparty=other) if other else None)
        for (account, currency, other), value in sorted(sums.items()) if value
    )  # fmt: skip
    other_side = (Line(to, books, -gain, -gain) for to, gain in sorted(gains.items()) if gain)
    return (*moved, *other_side)


REVALUATION_RULES: Mapping[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    Revaluation.Posted: (revaluation, revaluation_reversal),
    Revaluation.Superseded: (revaluation_superseded, revaluation, revaluation_reversal),
}
NAMES = tuple(sorted({rule.__name__ for rules in REVALUATION_RULES.values() for rule in rules}))
"""What the journals of revaluations are posted by."""
