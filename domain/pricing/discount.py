"""Discounts on an invoice: of a line or of the document, before tax.

A line's own discount comes first. The document's is then spread over the lines in proportion to
what is left of them, by largest remainder, so that each line's tax is on what is really asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize, split
from domain.pricing.bounds import HUNDRED, ZERO, require_not_negative, require_share, require_some


class TwoDiscounts(Refusal):
    """A discount is said both in percent and as an amount."""

    code = "TWO_DISCOUNTS"


class DiscountOverAmount(Refusal):
    """The discount is more than what it is taken from."""

    code = "DISCOUNT_OVER_AMOUNT"


@dataclass(frozen=True)
class Discount:
    """A share (``pct``) or an ``amount`` in the invoice's currency, never both."""

    pct: Decimal = ZERO
    amount: Decimal = ZERO

    def of(self, base: Decimal, currency: str) -> Decimal:
        """What it takes from an amount, rounded.

        Raises TwoDiscounts, PercentOutOfRange, NegativeFigure, DiscountOverAmount.
        """
        if self.pct and self.amount:
            raise TwoDiscounts(f"{self.pct} % and {self.amount} {currency}", field="discount")
        require_share(self.pct, "pct")
        require_not_negative(self.amount, "amount")
        taken = quantize(base * self.pct / HUNDRED + self.amount, currency)
        if taken > base:
            raise DiscountOverAmount(f"{taken} off {base} {currency}", field="discount")
        return taken


NO_DISCOUNT = Discount()


@dataclass(frozen=True)
class DiscountLine:
    """A line before discount; ``amount`` is net of tax."""

    amount: Decimal
    discount: Discount = NO_DISCOUNT
    tax_rate_pct: Decimal = ZERO


@dataclass(frozen=True)
class DiscountedLine:
    """gross - line_discount - document_discount = net; tax is on the net."""

    gross: Decimal
    line_discount: Decimal
    document_discount: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Discounted:
    """Sums of the lines; gross - discount = net, total = net + tax."""

    gross: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    lines: tuple[DiscountedLine, ...]
    steps: tuple[Step, ...]


def discount_lines(lines: Sequence[DiscountLine], document: Discount, currency: str) -> Discounted:
    """Lines after their own and the document's discount, with tax a line.

    Raises NothingGiven, NegativeFigure, TwoDiscounts, PercentOutOfRange, DiscountOverAmount.
    """
    require_some(lines, "lines")
    for line in lines:
        require_not_negative(line.amount, "amount")
        require_not_negative(line.tax_rate_pct, "tax_rate_pct")
    gross = [quantize(line.amount, currency) for line in lines]
    own = [line.discount.of(one, currency) for line, one in zip(lines, gross, strict=True)]
    left = [one - taken for one, taken in zip(gross, own, strict=True)]
    shares = spread(document.of(sum(left, ZERO), currency), left, currency)
    found = tuple(
        _line(*figures, currency) for figures in zip(lines, gross, own, shares, strict=True)
    )
    return _sums(found, sum(shares, ZERO), currency)


def spread(discount: Decimal, amounts: Sequence[Decimal], currency: str) -> list[Decimal]:
    """A discount's share of each amount, by largest remainder; none exceeds its amount."""
    if not discount:
        return [ZERO for _ in amounts]
    return split(discount, list(amounts), currency)


def _line(
    line: DiscountLine, gross: Decimal, own: Decimal, share: Decimal, currency: str
) -> DiscountedLine:
    net = gross - own - share
    return DiscountedLine(
        gross, own, share, net, quantize(net * line.tax_rate_pct / 100, currency)
    )


def _sums(lines: tuple[DiscountedLine, ...], document: Decimal, currency: str) -> Discounted:
    gross = sum((line.gross for line in lines), ZERO)
    own = sum((line.line_discount for line in lines), ZERO)
    net, tax = sum((line.net for line in lines), ZERO), sum((line.tax for line in lines), ZERO)
    steps = (
        Step("discount.lines", f"{own} {currency} off the lines of {gross}"),
        Step("discount.document", f"{document} {currency} off the document, by what is left"),
        Step("discount.tax", f"{tax} {currency} tax on {net}"),
    )
    return Discounted(gross, own + document, net, tax, net + tax, lines, steps)
