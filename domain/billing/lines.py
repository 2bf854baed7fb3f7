"""Invoice lines from billable things: grouped, taxed, and summing to the cent.

The net of a line is the sum of the frozen amounts of its sources, so consumption and invoice
agree; tax is rounded once a line (half up).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from domain.consumption import Kind, Share
from domain.money import quantize


@dataclass(frozen=True)
class Source:
    """A billable thing on a line: where it is held, its amount and its carrying amount."""

    holder_id: UUID
    id: UUID
    amount: Decimal
    carried: Decimal


@dataclass(frozen=True)
class InvoiceLine:
    """``quantity`` is hours for time, else 1; amounts in the invoice's currency."""

    no: int
    kind: Kind
    text: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    tax_rate_pct: Decimal
    tax: Decimal
    sources: tuple[Source, ...]

    @property
    def carried(self) -> Decimal:
        """What the books carried for the sources, functional currency."""
        return sum((source.carried for source in self.sources), Decimal(0))


def lines_of(
    shares: Iterable[Share], currency: str, tax_rate_pct: Decimal
) -> tuple[InvoiceLine, ...]:
    """One line a kind, text and price; milestones and expenses stand alone."""
    ordered = sorted(shares, key=lambda s: (*_group(s), str(s.holder_id), str(s.id)))
    groups = [list(group) for _, group in groupby(ordered, _group)]
    return tuple(_line(no, group, currency, tax_rate_pct) for no, group in enumerate(groups, 1))


def _group(share: Share) -> tuple[str, str, Decimal, str]:
    alone = "" if share.kind == "time" else str(share.id)
    return share.kind, share.text, share.unit_price, alone


def _line(no: int, group: list[Share], currency: str, tax_rate_pct: Decimal) -> InvoiceLine:
    first = group[0]
    net = sum((share.amount for share in group), Decimal(0))
    sources = tuple(Source(s.holder_id, s.id, s.amount, s.carried) for s in group)
    quantity = sum((share.quantity for share in group), Decimal(0))
    return InvoiceLine(
        no, first.kind, first.text, round(quantity, 4), first.unit_price, net, tax_rate_pct,
        quantize(net * tax_rate_pct / 100, currency), sources,
    )  # fmt: skip
