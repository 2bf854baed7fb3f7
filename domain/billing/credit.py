"""Credit memos: what part of discount and tax goes back with what is credited, and where to.

A credit names amounts of lines before discount. Their share of the discount is taken off, tax
is on the net, each rounded half up; total = rounded net + rounded tax, never rounded apart. No
memo takes more tax than the invoice has left, and who credits the last takes all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.billing.proration import prorate
from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize, require_fine, split


class CreditAboveLine(Refusal):
    """The credit is zero, negative, or more than the line has left."""

    code = "CREDIT_ABOVE_LINE"


class UnknownCreditLine(Refusal):
    """The invoice has no such line, or the memo names it twice."""

    code = "UNKNOWN_CREDIT_LINE"


class OverRefunded(Refusal):
    """More would be refunded than was paid, or than the memo is worth."""

    code = "OVER_REFUNDED"


@dataclass(frozen=True)
class CreditableLine:
    """An invoiced line: ``amount`` before ``discount``; what memos took of it before."""

    name: str
    amount: Decimal
    tax_rate_pct: Decimal
    discount: Decimal = Decimal(0)
    credited_amount: Decimal = Decimal(0)
    credited_discount: Decimal = Decimal(0)
    credited_tax: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """What may still be credited, before discount."""
        return self.amount - self.credited_amount

    @property
    def net(self) -> Decimal:
        """After discount."""
        return self.amount - self.discount


@dataclass(frozen=True)
class CreditAsked:
    """``amount`` of a line, before discount."""

    name: str
    amount: Decimal


@dataclass(frozen=True)
class CreditedLine:
    """``net = amount - discount``; ``total = net + tax``."""

    name: str
    amount: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True)
class Credit:
    """Sums of its lines, all positive."""

    lines: tuple[CreditedLine, ...]
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class InvoiceFigures:
    """What an invoice of such lines asks for; ``tax`` is that of each rate's net, half up."""

    net: Decimal
    tax: Decimal
    total: Decimal
    effective_tax_rate_pct: Decimal


@dataclass(frozen=True)
class UnusedCredit:
    """Unused time of a price paid in advance, with its tax."""

    net: Decimal
    tax: Decimal
    total: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class CreditUse:
    """``offset`` lowers what is open, ``refunded`` is paid out, ``credited`` stays as credit."""

    offset: Decimal
    refunded: Decimal
    credited: Decimal
    steps: tuple[Step, ...]


def invoice_figures(lines: Sequence[CreditableLine], currency: str) -> InvoiceFigures:
    """Totals of an invoice; the effective rate is tax over net, in percent, unrounded."""
    rates = list(dict.fromkeys(line.tax_rate_pct for line in lines))
    net = _sum(line.net for line in lines)
    exact = _sum(line.net * line.tax_rate_pct for line in lines)
    taxes = [_sum(n.net for n in lines if n.tax_rate_pct == rate) * rate / 100 for rate in rates]
    tax = _sum(quantize(one, currency) for one in taxes)
    return InvoiceFigures(net, tax, net + tax, exact / net if net else Decimal(0))


def credit(
    lines: Sequence[CreditableLine],
    asked: Sequence[CreditAsked],
    currency: str,
    invoice_tax: Decimal | None = None,
) -> Credit:
    """Credit some of some lines.

    ``invoice_tax`` is the document's tax where it is not that of ``invoice_figures``. Raises
    CreditAboveLine, UnknownCreditLine, AmountTooFine.
    """
    by_name = {line.name: line for line in lines}
    names = [one.name for one in asked]
    if not asked or len(set(names)) < len(names) or not set(names) <= by_name.keys():
        raise UnknownCreditLine(f"{', '.join(names) or 'no line'}", field="lines")
    for one in asked:
        _check(by_name[one.name], one.amount, currency)
    pairs = [(by_name[one.name], one.amount) for one in asked]
    discounts = _discounts(pairs, currency)
    taxes = _taxes(pairs, discounts, currency)
    last = _sum(line.left for line in lines) == _sum(one.amount for one in asked)
    whole = invoice_figures(lines, currency).tax if invoice_tax is None else invoice_tax
    left = whole - _sum(line.credited_tax for line in lines)
    if last or _sum(taxes) > left:
        taxes = _closed(taxes, left, currency)
    return _memo(pairs, discounts, taxes, currency, last=last)


def _check(line: CreditableLine, amount: Decimal, currency: str) -> None:
    require_fine(amount, currency, field="lines")
    if not 0 < amount <= line.left:
        text = f"line {line.name} has {line.left} {currency} left, not {amount}"
        raise CreditAboveLine(text, field="lines")


def _discounts(pairs: Sequence[tuple[CreditableLine, Decimal]], currency: str) -> list[Decimal]:
    exact = [
        line.discount - line.credited_discount
        if amount == line.left
        else min(line.discount * amount / line.amount, line.discount - line.credited_discount)
        for line, amount in pairs
    ]
    whole = quantize(_sum(exact), currency)
    return split(whole, exact, currency) if whole else [Decimal(0)] * len(pairs)


def _taxes(
    pairs: Sequence[tuple[CreditableLine, Decimal]], discounts: Sequence[Decimal], currency: str
) -> list[Decimal]:
    """Rounded once a rate, then shared by largest remainder."""
    nets = [amount - off for (_, amount), off in zip(pairs, discounts, strict=True)]
    found = [Decimal(0)] * len(pairs)
    for rate in dict.fromkeys(line.tax_rate_pct for line, _ in pairs):
        places = [at for at, (line, _) in enumerate(pairs) if line.tax_rate_pct == rate]
        whole = quantize(_sum(nets[at] for at in places) * rate / 100, currency)
        parts = split(whole, [nets[at] for at in places], currency) if whole else []
        for at, part in zip(places, parts, strict=False):
            found[at] = part
    return found


def _closed(taxes: list[Decimal], left: Decimal, currency: str) -> list[Decimal]:
    if not any(taxes):
        return [left, *taxes[1:]]
    return split(left, taxes, currency)


def _memo(
    pairs: Sequence[tuple[CreditableLine, Decimal]],
    discounts: Sequence[Decimal],
    taxes: Sequence[Decimal],
    currency: str,
    *,
    last: bool,
) -> Credit:
    lines = tuple(
        CreditedLine(line.name, amount, off, amount - off, tax, amount - off + tax)
        for (line, amount), off, tax in zip(pairs, discounts, taxes, strict=True)
    )
    net, tax = _sum(line.net for line in lines), _sum(line.tax for line in lines)
    rule = "credit.last" if last else "credit.share"
    steps = (
        *(Step("credit.line", f"{n.name}: {n.amount} - discount {n.discount}") for n in lines),
        Step(rule, f"net {net} + tax {tax} = {net + tax} {currency}"),
    )
    return Credit(lines, _sum(discounts), net, tax, net + tax, steps)


def credit_pro_rata(
    lines: Sequence[CreditableLine], net: Decimal, currency: str
) -> tuple[CreditAsked, ...]:
    """Share an amount over the lines by what each has left. Raises CreditAboveLine."""
    left = [line.left for line in lines]
    if not 0 < net <= _sum(left):
        raise CreditAboveLine(f"{_sum(left)} {currency} is left, not {net}", field="net")
    parts = split(net, left, currency)
    return tuple(CreditAsked(n.name, part) for n, part in zip(lines, parts, strict=True) if part)


def credit_unused(
    paid_net: Decimal, unused: Decimal | int, whole: Decimal | int, tax_rate_pct: Decimal,
    currency: str,
) -> UnusedCredit:  # fmt: skip
    """Unused days of whole days, tax on the rounded net. Raises EmptySpan, OutsidePeriod."""
    share = prorate(paid_net, unused, whole, currency)
    tax = quantize(share.amount * tax_rate_pct / 100, currency)
    text = f"{tax_rate_pct} % of {share.amount} = {tax}; total {share.amount + tax} {currency}"
    steps = (*share.steps, Step("credit.unused_tax", text))
    return UnusedCredit(share.amount, tax, share.amount + tax, steps)


def use_credit(
    total: Decimal, open_: Decimal, refundable: Decimal, refund: Decimal, currency: str
) -> CreditUse:
    """First off what the invoice has open, then the refund asked for, the rest as credit.

    ``refundable`` is what was paid on it less earlier refunds. Raises OverRefunded.
    """
    offset = min(total, open_)
    if not 0 <= refund <= min(refundable, total - offset):
        text = f"{min(refundable, total - offset)} {currency} can be refunded, not {refund}"
        raise OverRefunded(text, field="refund")
    rest = total - offset - refund
    text = f"{total} {currency}: {offset} off the open amount, {refund} refunded, {rest} credit"
    return CreditUse(offset, refund, rest, (Step("credit.use", text),))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
