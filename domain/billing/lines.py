"""Invoice lines from billable things: grouped, taxed, and summing to the cent.

The net of a line is the sum of the frozen amounts of its sources, so consumption and invoice
agree; tax is rounded once a line (half up).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal
from uuid import UUID

from domain.consumption import Kind, Share
from domain.money import quantize


@dataclass(frozen=True)
class Source:
    """A billable thing on a line: where it is held, its amount and its carrying amount.

    Both are after the document's ``discount``, of which ``discount_carried`` was in the books.
    """

    holder_id: UUID
    id: UUID
    amount: Decimal
    carried: Decimal
    discount: Decimal = Decimal(0)
    discount_carried: Decimal = Decimal(0)


@dataclass(frozen=True)
class LineTax:
    """One tax of a line: ``amount`` on ``base``, of which ``charged`` is asked for.

    ``note`` says why not all of it is: reverse charge, or the reason of an exemption.
    """

    name: str
    rate_pct: Decimal
    base: Decimal
    amount: Decimal
    charged: Decimal
    note: str = ""


@dataclass(frozen=True)
class Overridden:
    """Why a tax is another than agreed, on what evidence (with its digest), and who says so."""

    why: str
    evidence: str
    evidence_sha256: str
    by: str


@dataclass(frozen=True)
class DeterminedBy:
    """The engine that said a line's taxes, its reference, and whose each of the taxes is."""

    engine: str
    reference: str
    jurisdictions: tuple[str, ...]


@dataclass(frozen=True)
class TaxBasis:
    """By which code, rates and rounding a line was taxed; ``override`` where none agreed on it.

    ``determined`` where an engine said the taxes; ``code`` then names the engine.
    """

    code: str
    rates_from: date
    rounding: Literal["line", "document"]
    taxes: tuple[LineTax, ...]
    override: Overridden | None = None
    determined: DeterminedBy | None = None


@dataclass(frozen=True)
class InvoiceLine:
    """``quantity`` is hours for time, else 1; amounts in the invoice's currency.

    ``tax_rate_pct`` is the sum of the percentages that are charged. ``retained`` is what the
    client keeps of the net; below zero what is given back.
    """

    no: int
    kind: Kind
    text: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    tax_rate_pct: Decimal
    tax: Decimal
    sources: tuple[Source, ...]
    tax_basis: TaxBasis | None = None
    retained: Decimal = Decimal(0)

    @property
    def asks_for_retainage(self) -> bool:
        """Whether it bills no work, only retainage that was released."""
        return not self.net and self.retained < 0

    @property
    def price(self) -> Decimal:
        """What the sources are worth after discount, with any tax that is inside their prices."""
        return sum((source.amount for source in self.sources), Decimal(0))

    @property
    def discount(self) -> Decimal:
        """What the document took off it."""
        return sum((source.discount for source in self.sources), Decimal(0))

    @property
    def carried(self) -> Decimal:
        """What the books carried for the sources, functional currency."""
        return sum((source.carried for source in self.sources), Decimal(0))


def taxable(net: Decimal, retained: Decimal, *, defer: bool) -> Decimal:
    """What a document taxes of a line: retainage with it, or only once it is released."""
    return net - retained if defer else net


def lines_of(
    shares: Iterable[Share], currency: str, tax_rate_pct: Decimal, *, defer: bool = False
) -> tuple[InvoiceLine, ...]:
    """One line a kind, text and price; milestones and expenses stand alone.

    ``defer``: what is retained is taxed when it is released.
    """
    ordered = sorted(shares, key=lambda s: (*_group(s), str(s.holder_id), str(s.id)))
    groups = [list(group) for _, group in groupby(ordered, _group)]
    return tuple(
        _line(no, group, currency, tax_rate_pct, defer=defer) for no, group in enumerate(groups, 1)
    )


def _group(share: Share) -> tuple[str, str, Decimal, str]:
    alone = "" if share.kind == "time" else str(share.id)
    return share.kind, share.text, share.unit_price, alone


def _line(
    no: int, group: list[Share], currency: str, tax_rate_pct: Decimal, *, defer: bool
) -> InvoiceLine:
    first = group[0]
    net = sum((share.amount for share in group), Decimal(0))
    sources = tuple(
        Source(s.holder_id, s.id, s.amount, s.carried, s.discount, s.discount_carried)
        for s in group
    )
    quantity = sum((share.quantity for share in group), Decimal(0))
    retained = sum((share.retained for share in group), Decimal(0))
    tax = quantize(taxable(net, retained, defer=defer) * tax_rate_pct / 100, currency)
    return InvoiceLine(
        no, first.kind, first.text, round(quantity, 4), first.unit_price, net, tax_rate_pct, tax,
        sources, retained=retained,
    )  # fmt: skip


def credited_taxes(
    line: InvoiceLine, before: Decimal, after: Decimal, currency: str
) -> tuple[LineTax, ...]:
    """The part of each tax that goes back where a line's credited net grows so far.

    Each is that of all credited less what went back before, so the last credit takes the rest.
    """

    def part(whole: Decimal) -> Decimal:
        if not line.net:
            return whole
        upto, known = whole * after / line.net, whole * before / line.net
        return quantize(upto, currency) - quantize(known, currency)

    return tuple(
        replace(tax, base=part(tax.base), amount=part(tax.amount), charged=part(tax.charged))
        for tax in (line.tax_basis.taxes if line.tax_basis else ())
    )


def tax_engine_of(lines: Iterable[InvoiceLine]) -> str:
    """The engine that determined taxes of a document; empty where none did."""
    bases = [line.tax_basis.determined for line in lines if line.tax_basis]
    return next((by.engine for by in bases if by), "")
