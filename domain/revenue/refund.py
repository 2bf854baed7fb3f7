"""Refunds and credits: what may go back to a customer is no revenue.

An expected refund is a liability, not deferred revenue. A credit before payment cuts the price
over the whole term; a credit later takes back the recorded and the deferred part in proportion
(ASC 606-10-32-10, 55-22 to 55-29).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import minor_unit
from domain.revenue.figures import (
    CreditAboveInvoice,
    apportion,
    cumulative_deltas,
    require_not_negative,
    require_pct,
    require_positive,
    to_money,
)
from domain.revenue.schedule import Paid
from domain.revenue.term import Term


class MoreReturnedThanSold(Refusal):
    """More units are expected back than were sold."""

    code = "MORE_RETURNED_THAN_SOLD"


class PaidAboveInvoice(Refusal):
    """More was paid than the invoice less its credits."""

    code = "PAID_ABOVE_INVOICE"


class RecognisedAboveInvoice(Refusal):
    """More revenue was recorded than the invoice bills."""

    code = "RECOGNISED_ABOVE_INVOICE"


@dataclass(frozen=True)
class Sale:
    """Goods sold with a right of return: price and cost of one, and the cost to take one back.

    ``recovery_cost`` is what getting a unit back costs or what it has lost in value.
    """

    units: Decimal
    unit_price: Decimal
    unit_cost: Decimal = Decimal(0)
    recovery_cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class Returnable:
    """A sale with its expected returns: the refund liability and the asset are never netted."""

    consideration: Decimal
    revenue: Decimal
    refund_liability: Decimal
    return_asset: Decimal
    cost_of_sales: Decimal
    steps: tuple[Step, ...]

    @property
    def gross_profit(self) -> Decimal:
        """Revenue less its cost."""
        return self.revenue - self.cost_of_sales


def right_of_return(sale: Sale, expected_returns: Decimal, currency: str) -> Returnable:
    """Revenue only for what is expected to stay sold (ASC 606-10-55-23, example 22).

    Raises MoreReturnedThanSold, NegativeFigure.
    """
    _require_sale(sale, expected_returns)
    invoiced = _times(sale.units, sale.unit_price, currency)
    liability = _times(expected_returns, sale.unit_price, currency)
    worth = max(Decimal(0), sale.unit_cost - sale.recovery_cost)
    asset = _times(expected_returns, worth, currency)
    cost = _times(sale.units, sale.unit_cost, currency) - asset
    kept = invoiced - liability
    steps = (
        Step("refund.kept", f"{sale.units} - {expected_returns} stay sold: {kept} revenue"),
        Step("refund.liability", f"{expected_returns} x {sale.unit_price} = {liability}"),
        Step("refund.asset", f"{expected_returns} x {worth} = {asset} to get back"),
    )
    return Returnable(invoiced, kept, liability, asset, cost, steps)


def reestimate_returns(
    sale: Sale, before: Decimal, expected_returns: Decimal, currency: str
) -> Returnable:
    """What a new expectation changes: each figure is the difference, signed (55-26, 55-27)."""
    old = right_of_return(sale, before, currency)
    new = right_of_return(sale, expected_returns, currency)
    text = f"{before} expected back before, {expected_returns} now"
    return Returnable(
        Decimal(0), new.revenue - old.revenue, new.refund_liability - old.refund_liability,
        new.return_asset - old.return_asset, new.cost_of_sales - old.cost_of_sales,
        (Step("refund.reestimated", text), *new.steps),
    )  # fmt: skip


def _require_sale(sale: Sale, expected: Decimal) -> None:
    figures = sale.units, sale.unit_price, sale.unit_cost, sale.recovery_cost, expected
    require_not_negative(*figures, field="units")
    if expected > sale.units:
        text = f"{expected} expected back of {sale.units} sold"
        raise MoreReturnedThanSold(text, field="expected_returns")


def _times(units: Decimal, price: Decimal, currency: str) -> Decimal:
    return to_money(Fraction(units) * Fraction(price), currency)


@dataclass(frozen=True)
class Refundable:
    """Money received or due of which part is expected to go back."""

    price: Decimal
    refund_liability: Decimal
    steps: tuple[Step, ...]


def refund_liability(received: Decimal, refund_pct: Decimal, currency: str) -> Refundable:
    """The part of ``received`` not expected to be kept (ASC 606-10-32-10)."""
    require_not_negative(received, field="received")
    require_pct(refund_pct, field="refund_pct")
    owed = to_money(Fraction(received) * Fraction(refund_pct) / 100, currency)
    step = Step("refund.expected", f"{received} x {refund_pct} % = {owed} expected to go back")
    return Refundable(received - owed, owed, (step,))


@dataclass(frozen=True)
class MonthOfCredit:
    """Changes of a month, signed; ``receivable`` is what was billed less credited less paid."""

    month: str
    revenue: Decimal
    receivable: Decimal
    deferred: Decimal
    cash: Decimal


@dataclass(frozen=True)
class SpreadCredit:
    """An invoice with a credit, month by month; ``price`` is what is left to earn in all."""

    price: Decimal
    months: tuple[MonthOfCredit, ...]
    steps: tuple[Step, ...]


def credit_before_payment(
    invoice: Decimal,
    credit: Decimal,
    term: Term,
    paid: Sequence[Paid],
    currency: str,
    *,
    credit_on: date | None = None,
) -> SpreadCredit:
    """A credit before payment is a lower price for the whole term, by actual days.

    The invoice is issued when the term begins, the credit on ``credit_on`` or with it; issued
    later, revenue to date falls in that month. Raises CreditAboveInvoice, PaidAboveInvoice.
    """
    _require_credit(invoice, credit, paid)
    on = max(credit_on or term.first, term.first)
    last = max(term.last, on, *(payment.on for payment in paid))
    months = _months(min(term.first, *(p.on for p in paid), term.last), last)
    revenue = _revenue(invoice, credit, term, on, months, currency)
    rows = []
    for (start, end), earned_now in zip(months, revenue, strict=True):
        cash = sum((p.amount for p in paid if start <= p.on < end), Decimal(0))
        billed = invoice if start <= term.first < end else Decimal(0)
        billed -= credit if start <= on < end else Decimal(0)
        rows.append(
            MonthOfCredit(f"{start:%Y-%m}", earned_now, billed - cash, billed - earned_now, cash)
        )
    price = invoice - credit
    text = f"{invoice} - {credit} = {price} over {term.days} days"
    return SpreadCredit(price, tuple(rows), (Step("refund.price_cut", text),))


def _revenue(
    invoice: Decimal,
    credit: Decimal,
    term: Term,
    credit_on: date,
    months: Sequence[tuple[date, date]],
    currency: str,
) -> tuple[Decimal, ...]:
    prices = [invoice - credit if credit_on < end else invoice for _, end in months]
    to_date = [
        term.before(end).of(price, currency)
        for price, (_, end) in zip(prices, months, strict=True)
    ]
    return cumulative_deltas(to_date)


def _months(first: date, last: date) -> list[tuple[date, date]]:
    """Calendar months as half-open days, from the month of ``first`` to that of ``last``."""
    found, start = [], first.replace(day=1)
    while start <= last:
        end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        found.append((start, end))
        start = end
    return found


def _require_credit(invoice: Decimal, credit: Decimal, paid: Sequence[Paid]) -> None:
    require_not_negative(invoice, credit, *(p.amount for p in paid), field="amount")
    if credit > invoice:
        raise CreditAboveInvoice(f"credit of {credit} on {invoice}", field="credit")
    total = sum((p.amount for p in paid), Decimal(0))
    if total > invoice - credit:
        text = f"{total} paid on {invoice} less {credit}"
        raise PaidAboveInvoice(text, field="paid")


@dataclass(frozen=True)
class CreditSplit:
    """A credit by what it takes back: recorded revenue, and revenue not yet recorded.

    ``contra`` is the recorded part split over the ways the credit is settled, in their order.
    """

    revenue_reversed: Decimal
    deferred_reversed: Decimal
    contra: tuple[Decimal, ...]
    steps: tuple[Step, ...]


def credit_after_recognition(
    invoice: Decimal,
    recognised: Decimal,
    credit: Decimal,
    currency: str,
    *,
    settled_by: Sequence[Decimal] = (),
) -> CreditSplit:
    """A credit falls on the recorded and the deferred part of its invoice in proportion.

    ``settled_by`` are the refund, customer credit and so on that sum to the credit. Raises
    CreditAboveInvoice, RecognisedAboveInvoice, NegativeFigure, FigureNotPositive.
    """
    require_positive(invoice, field="invoice")
    require_not_negative(recognised, credit, *settled_by, field="credit")
    if credit > invoice or (settled_by and sum(settled_by) != credit):
        text = f"credit of {credit} on {invoice}, settled by {sum(settled_by)}"
        raise CreditAboveInvoice(text, field="credit")
    if recognised > invoice:
        text = f"{recognised} recorded of {invoice}"
        raise RecognisedAboveInvoice(text, field="recognised")
    back = to_money(Fraction(credit) * Fraction(recognised) / Fraction(invoice), currency)
    ways = settled_by if any(settled_by) else (Decimal(1),)
    text = f"{credit} x {recognised} / {invoice} = {back} of revenue, {credit - back} deferred"
    step = Step("refund.in_proportion", text)
    return CreditSplit(back, credit - back, apportion(back, ways, minor_unit(currency)), (step,))
