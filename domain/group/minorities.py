"""Non-controlling interest: the share of a month's result that belongs to others.

A profit still inside the group is taken from the entity that made it: upstream sales reduce the
minorities of the seller, downstream ones are the parent's own. They bear their share of the
translation difference as well (IAS 21.41, IFRS 10.B94; ASC 810-10-45-18 allows this attribution).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.group.elimination import RowKey, Values
from domain.group.translation import GroupRow
from domain.ledger import chart
from domain.ledger.chart import account
from domain.money import quantize

ZERO = Decimal(0)


@dataclass(frozen=True)
class Attributed:
    """A result split between minorities and parent."""

    minorities: Decimal
    parent: Decimal


def attribute(result: Decimal, unrealised: Decimal, share: Decimal, currency: str) -> Attributed:
    """``unrealised`` is the part of the result that the seller has not earned yet upstream."""
    theirs = quantize((result - unrealised) * share, currency)
    return Attributed(theirs, result - unrealised - theirs)


def minorities(
    rows: Iterable[GroupRow], shares: Mapping[str, Decimal], before: Iterable[GroupRow],
    currency: str,
) -> Values:  # fmt: skip
    """Cumulative: the month's part on top of what minorities had before; by their ``shares``."""
    values: Values = {row.key: row.value for row in before}
    results, differences = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    inside = defaultdict[str, Decimal](Decimal)
    for row in rows:
        if row.kind == "unrealised" and row.account == chart.ABSORPTION:
            inside[row.counterparty] += row.change
        elif row.kind == "translation" and account(row.account).of_result:
            results[row.member] -= row.change
        elif row.kind == "translation" and row.account == chart.TRANSLATION:
            differences[row.member] -= row.change
    for member, share in shares.items():
        profit = attribute(results[member], inside[member], share, currency).minorities
        rest = quantize(differences[member] * share, currency)
        for code, amount in ((chart.RETAINED, profit), (chart.TRANSLATION, rest),
                             (chart.MINORITIES, -profit - rest)):  # fmt: skip
            key: RowKey = ("minorities", member, code, "")
            values[key] = values.get(key, ZERO) + amount
    return values
