"""Posting to the books of a group: what each run of consolidation adds, and takes back.

The department of a line is the member it comes from. All amounts are in the group's currency.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from domain.aggregate import Root
from domain.group.consolidation import Consolidation, OfMonth
from domain.group.translation import GroupRow
from domain.ledger.dimensions import Dimensions
from domain.ledger.entry import Entry
from domain.ledger.journal import Line


def translation(fact: Consolidation.Translated) -> Iterable[Entry]:
    """Each member's accounts at their translated value, the rest to 3200; a journal a member."""
    yield from run_entries("translation", fact.of, fact.run.rows)


def translation_undone(fact: Consolidation.Translated) -> Iterable[Entry]:
    """The mirror of the run that this one replaces."""
    yield from run_entries("translation_undone", fact.of, fact.run.undone, -1)


def elimination(fact: Consolidation.Eliminated) -> Iterable[Entry]:
    """Dr 2400, 4500, 3000/3100; Cr 1500, 5030, 1300/1620, 1700, 3300; a journal a kind."""
    yield from run_entries("elimination", fact.of, fact.run.rows)


def elimination_undone(fact: Consolidation.Eliminated) -> Iterable[Entry]:
    """The mirror of the run that this one replaces."""
    yield from run_entries("elimination_undone", fact.of, fact.run.undone, -1)


def minorities(fact: Consolidation.MinoritiesRecorded) -> Iterable[Entry]:
    """Dr 3100 and 3200, Cr 3300; a journal a member."""
    yield from run_entries("minorities", fact.of, fact.run.rows)


def minorities_undone(fact: Consolidation.MinoritiesRecorded) -> Iterable[Entry]:
    """The mirror of the run that this one replaces."""
    yield from run_entries("minorities_undone", fact.of, fact.run.undone, -1)


def topside(fact: Consolidation.Adjusted) -> Iterable[Entry]:
    """An adjustment as it was given."""
    of = fact.of
    lines = tuple(
        Line(one.account, of.currency, one.amount, one.amount,
             dimensions=Dimensions(department=one.member) if one.member else None)
        for one in fact.lines
    )  # fmt: skip
    yield Entry("topside", of.group, of.currency, of.on, fact.text, "", lines)


def run_entries(
    rule: str, of: OfMonth, rows: Iterable[GroupRow], sign: int = 1
) -> Iterable[Entry]:
    """What rows add, or with ``sign`` -1 added; those that add nothing are left out."""

    def key(row: GroupRow) -> str:
        return row.kind if rule.startswith("elimination") else row.member

    for name, group in groupby(sorted(rows, key=key), key):
        lines = tuple(_line(row, of.currency, sign * row.change) for row in group if row.change)
        if lines:
            words = f"{rule.replace('_', ' ').capitalize()} {of.month:%Y-%m}, {name}"
            yield Entry(rule, of.group, of.currency, of.on, words, name, lines)


def _line(row: GroupRow, currency: str, amount: Decimal) -> Line:
    about = Dimensions(department=row.member, counterparty=row.counterparty)
    return Line(row.account, currency, amount, amount, dimensions=about)


GROUP_RULES: Mapping[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    Consolidation.Translated: (translation_undone, translation),
    Consolidation.Eliminated: (elimination_undone, elimination),
    Consolidation.MinoritiesRecorded: (minorities_undone, minorities),
    Consolidation.Adjusted: (topside,),
}
NAMES = tuple(sorted({rule.__name__ for rules in GROUP_RULES.values() for rule in rules}))
"""What the journals in the books of a group are posted by; no sub-ledger keeps those."""
