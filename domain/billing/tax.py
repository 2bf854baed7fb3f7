"""Taxes of a line and of a document: net, each tax, gross.

Taxes stand in an order. One may be in the price or on top of it, raise the base of those after
it, be a percentage of the base, a share of the total it is part of ("division"), or a fixed
amount a unit. Rounding is half up a line; or once a document, the residual on the largest line.
A negative rate withholds. Reverse charge is shown and not charged.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize

Kind = Literal["percent", "division", "fixed"]
Rounding = Callable[[Fraction], Fraction]


class BadTax(Refusal):
    """A rate is beyond 100 %, or an included tax is withheld, not charged or not affected."""

    code = "BAD_TAX"


class NothingTaxable(Refusal):
    """A document has at least one line."""

    code = "NOTHING_TAXABLE"


@dataclass(frozen=True)
class Tax:
    """``rate_pct`` in percent; ``fixed_amount`` a unit, in the currency, for kind "fixed".

    ``included``: the price contains it. ``raises_base``: later taxes are on it too, unless they
    are not ``base_affected``. ``reverse_charge``: the client owes it to the state.
    """

    name: str
    rate_pct: Decimal = Decimal(0)
    kind: Kind = "percent"
    fixed_amount: Decimal = Decimal(0)
    included: bool = False
    raises_base: bool = False
    base_affected: bool = True
    reverse_charge: bool = False
    exempt_reason: str = ""

    @property
    def withheld(self) -> bool:
        """Whether the client keeps it back for the state."""
        return self.rate_pct < 0


@dataclass(frozen=True)
class TaxableLine:
    """``price`` is the line's total as priced, its included taxes inside."""

    price: Decimal
    taxes: tuple[Tax, ...]
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True)
class TaxAmount:
    """``charged`` is what the invoice asks for it: nothing under reverse charge."""

    name: str
    rate_pct: Decimal
    base: Decimal
    amount: Decimal
    charged: Decimal


@dataclass(frozen=True)
class TaxedLine:
    """``gross = net + tax``; ``due = gross - withheld``."""

    net: Decimal
    taxes: tuple[TaxAmount, ...]
    tax: Decimal
    gross: Decimal
    withheld: Decimal
    due: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class RateSummary:
    """All of a document under one tax and rate."""

    name: str
    rate_pct: Decimal
    base: Decimal
    amount: Decimal
    charged: Decimal


@dataclass(frozen=True)
class TaxedDocument:
    """Totals are sums of the lines."""

    lines: tuple[TaxedLine, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    withheld: Decimal
    due: Decimal
    summary: tuple[RateSummary, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Figure:
    base: Fraction
    amount: Fraction


def tax_line(line: TaxableLine, currency: str) -> TaxedLine:
    """Each tax of a line rounded half up; the last included one closes the price.

    Raises BadTax.
    """
    net, figures = _figures(line, lambda exact: Fraction(_round(exact, currency)))
    bases = [_round(figure.base, currency) for figure in figures]
    amounts = [_round(figure.amount, currency) for figure in figures]
    return _line(line, _round(net, currency), bases, amounts, currency)


def tax_document(
    lines: Sequence[TaxableLine], currency: str, *, per_line: bool = True
) -> TaxedDocument:
    """Every line and the summary a rate. Raises NothingTaxable, BadTax.

    Per document: each tax is rounded once on its sum; what that differs by from its rounded
    lines goes to the line with the largest base, ties to the earlier.
    """
    if not lines:
        raise NothingTaxable("a document needs a line", field="lines")
    if per_line:
        taxed = [tax_line(line, currency) for line in lines]
    else:
        taxed = _rounded_once(lines, currency)
    rule = "tax.per_line" if per_line else "tax.per_document"
    net, tax, withheld = (
        sum((getattr(line, name) for line in taxed), Decimal(0))
        for name in ("net", "tax", "withheld")
    )
    step = Step(rule, f"net {net} + tax {tax} = {net + tax} {currency}")
    return TaxedDocument(
        tuple(taxed), net, tax, net + tax, withheld, net + tax - withheld,
        tuple(summarise(taxed)), (step,),
    )  # fmt: skip


def summarise(lines: Iterable[TaxedLine]) -> Iterable[RateSummary]:
    """One row a tax and rate, in the order they first appear."""
    found: dict[tuple[str, Decimal], RateSummary] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        key = (tax.name, tax.rate_pct)
        zero = RateSummary(*key, Decimal(0), Decimal(0), Decimal(0))
        old = found.get(key, zero)
        found[key] = RateSummary(
            *key, old.base + tax.base, old.amount + tax.amount, old.charged + tax.charged
        )
    return found.values()


def _round(exact: Fraction, currency: str) -> Decimal:
    return quantize(Decimal(exact.numerator) / exact.denominator, currency)


def _figures(line: TaxableLine, rounded: Rounding) -> tuple[Fraction, list[_Figure]]:
    """Net, and base and amount of each tax, walking up from the net."""
    for tax in line.taxes:
        _check(tax)
    exact = _net(line)
    totals = _closing_totals(line, exact)
    base = inside = net = rounded(exact)
    lifted, found = False, list[_Figure]()
    for place, tax in enumerate(line.taxes):
        own = base if tax.base_affected else net
        amount = rounded(_on(tax, own, _units(line)))
        if place in totals and not lifted:
            amount = rounded(totals[place]) - inside
        found.append(_Figure(own, amount))
        inside += amount if tax.included else 0
        base += amount if tax.raises_base else 0
        lifted = lifted or (tax.raises_base and not tax.included)
    return net, found


def _check(tax: Tax) -> None:
    most = 100
    if not -most < tax.rate_pct < most and tax.kind == "division":
        raise BadTax(f"{tax.name}: {tax.rate_pct} % of the total", field="taxes")
    apart = tax.reverse_charge or tax.exempt_reason or tax.withheld or not tax.base_affected
    if tax.included and apart:
        raise BadTax(f"{tax.name} cannot be in the price", field="taxes")


def _net(line: TaxableLine) -> Fraction:
    """The price without the taxes in it; those on top do not count on the way down.

    What is inside grows evenly with the net, so two points of it give the net.
    """
    fixed = _inside(line, Fraction(0))[-1]
    one = _inside(line, Fraction(1))[-1]
    return (Fraction(line.price) - fixed) / (one - fixed)


def _inside(line: TaxableLine, net: Fraction) -> list[Fraction]:
    """Running totals of a net and the included taxes, after each tax."""
    base, total, found = net, net, [net]
    for tax in line.taxes:
        amount = _on(tax, base, _units(line)) if tax.included else Fraction(0)
        total += amount
        base += amount if tax.raises_base else 0
        found.append(total)
    return found


def _closing_totals(line: TaxableLine, net: Fraction) -> dict[int, Fraction]:
    """What the price must have reached at the last included tax before a base is raised.

    Rounded there, the taxes of a group close it, and the last one closes the price.
    """
    running, totals, closing = _inside(line, net)[1:], dict[int, Fraction](), True
    for place in reversed(range(len(line.taxes))):
        tax = line.taxes[place]
        closing = closing or tax.raises_base
        if closing and tax.included and (tax.rate_pct or tax.fixed_amount):
            totals[place], closing = running[place], False
    return totals


def _units(line: TaxableLine) -> Fraction:
    """How many units fixed taxes count; taken back where the price is negative."""
    units = Fraction(line.quantity)
    return -units if line.price < 0 < units else units


def _factor(tax: Tax) -> Fraction:
    rate = Fraction(tax.rate_pct) / 100
    return rate / (1 - rate) if tax.kind == "division" else rate


def _on(tax: Tax, base: Fraction, units: Fraction) -> Fraction:
    if tax.exempt_reason:
        return Fraction(0)
    return Fraction(tax.fixed_amount) * units if tax.kind == "fixed" else base * _factor(tax)


def _line(
    line: TaxableLine,
    net: Decimal,
    bases: Sequence[Decimal],
    amounts: Sequence[Decimal],
    currency: str,
) -> TaxedLine:
    found = tuple(
        TaxAmount(
            tax.name, tax.rate_pct, base, amount, Decimal(0) if tax.reverse_charge else amount
        )
        for tax, base, amount in zip(line.taxes, bases, amounts, strict=True)
    )
    charged = [tax.charged for tax in found]
    withheld = -sum(
        (tax for tax, rule in zip(charged, line.taxes, strict=True) if rule.withheld), Decimal(0)
    )
    tax = sum(charged, Decimal(0)) + withheld
    steps = tuple(_step(t, a, currency) for t, a in zip(line.taxes, found, strict=True))
    return TaxedLine(net, found, tax, net + tax, withheld, net + tax - withheld, steps)


def _step(tax: Tax, found: TaxAmount, currency: str) -> Step:
    text = f"{tax.name}: {tax.rate_pct} % of {found.base} = {found.amount} {currency}"
    if tax.exempt_reason:
        return Step("tax.exempt", f"{tax.name}: exempt, {tax.exempt_reason}")
    if tax.reverse_charge:
        return Step("tax.reverse_charge", f"{text}, owed by the client")
    if tax.kind == "fixed":
        text = f"{tax.name}: {tax.fixed_amount} a unit = {found.amount} {currency}"
    return Step(f"tax.{tax.kind}_{'included' if tax.included else 'on_top'}", text)


def _rounded_once(lines: Sequence[TaxableLine], currency: str) -> list[TaxedLine]:
    exact = [_figures(line, lambda figure: figure)[1] for line in lines]
    amounts = [[_round(figure.amount, currency) for figure in row] for row in exact]
    for key in dict.fromkeys((t.name, t.rate_pct) for line in lines for t in line.taxes):
        _spread_residual(key, lines, exact, amounts, currency)
    return [
        _from_price(line, row, found, currency)
        for line, row, found in zip(lines, exact, amounts, strict=True)
    ]


def _spread_residual(
    key: tuple[str, Decimal],
    lines: Sequence[TaxableLine],
    exact: Sequence[Sequence[_Figure]],
    amounts: list[list[Decimal]],
    currency: str,
) -> None:
    places = [
        (no, at)
        for no, line in enumerate(lines)
        for at, tax in enumerate(line.taxes)
        if (tax.name, tax.rate_pct) == key
    ]
    whole = _round(sum((exact[no][at].amount for no, at in places), Fraction(0)), currency)
    no, at = max(places, key=lambda place: abs(exact[place[0]][place[1]].base))
    amounts[no][at] += whole - sum((amounts[n][a] for n, a in places), Decimal(0))


def _from_price(
    line: TaxableLine, exact: Sequence[_Figure], amounts: Sequence[Decimal], currency: str
) -> TaxedLine:
    inside = (a for tax, a in zip(line.taxes, amounts, strict=True) if tax.included)
    net = quantize(line.price, currency) - sum(inside, Decimal(0))
    bases = [_round(figure.base, currency) for figure in exact]
    return _line(line, net, bases, amounts, currency)


def reverse(line: TaxedLine) -> TaxedLine:
    """The same with every sign turned: a credit of the whole line."""
    taxes = tuple(
        replace(tax, base=-tax.base, amount=-tax.amount, charged=-tax.charged)
        for tax in line.taxes
    )
    return TaxedLine(
        -line.net, taxes, -line.tax, -line.gross, -line.withheld, -line.due, line.steps
    )
