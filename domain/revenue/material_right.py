"""Material rights: an option for cheaper goods later is sold today, so part of the price waits.

The right's standalone price is the discount the customer could not get otherwise, times how
likely it is used; revenue follows its use and ends at its expiry (ASC 606-10-55-41 to 55-45).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import (
    cumulative_deltas,
    require_not_negative,
    require_pct,
    require_positive,
    to_decimal,
    to_money,
)
from domain.revenue.progress import Progress


class NoMaterialRight(Refusal):
    """The option gives nothing that the customer could not have without it."""

    code = "NO_MATERIAL_RIGHT"


class NothingExpected(Refusal):
    """No use of the right is expected, so revenue cannot follow it."""

    code = "NOTHING_EXPECTED"


@dataclass(frozen=True)
class RightPrice:
    """What a material right would sell for alone, unrounded, in the contract's currency."""

    ssp: Decimal
    steps: tuple[Step, ...]


def discount_right(
    purchase: Decimal, discount_pct: Decimal, without_pct: Decimal, likelihood_pct: Decimal
) -> RightPrice:
    """An option on a discount: purchase x the discount beyond what all get x its likelihood.

    ``purchase`` is the average bought with it; ``without_pct`` the discount to be had without
    it. Raises NoMaterialRight where the option is no better. Source: example 49.
    """
    require_not_negative(purchase, field="purchase")
    require_pct(discount_pct, without_pct, likelihood_pct, field="discount_pct")
    extra = discount_pct - without_pct
    if extra <= 0:
        raise NoMaterialRight(f"{discount_pct} % is no more than {without_pct} % for all")
    exact = Fraction(purchase) * Fraction(extra) * Fraction(likelihood_pct) / 10000
    text = f"{purchase} x ({discount_pct} - {without_pct}) % x {likelihood_pct} %"
    ssp = to_decimal(exact)
    return RightPrice(ssp, (Step("material_right.discount", f"{text} = {ssp}"),))


def points(count: Decimal, value_each: Decimal, redemption_pct: Decimal) -> RightPrice:
    """Loyalty points: what they buy, times the part expected to be redeemed (example 52)."""
    require_not_negative(count, value_each, field="count")
    require_pct(redemption_pct, field="redemption_pct")
    ssp = to_decimal(Fraction(count) * Fraction(value_each) * Fraction(redemption_pct) / 100)
    text = f"{count} x {value_each} x {redemption_pct} % = {ssp}"
    return RightPrice(ssp, (Step("material_right.points", text),))


@dataclass(frozen=True)
class Use:
    """Rights used to date, and all that are expected to be used, both at a period's end."""

    used_to_date: Decimal
    expected_total: Decimal


@dataclass(frozen=True)
class RightRevenue:
    """Revenue by period, and what is still deferred at the end of each."""

    revenue: tuple[Decimal, ...]
    deferred: tuple[Decimal, ...]
    steps: tuple[Step, ...]


def exercise(
    allocated: Decimal, uses: Sequence[Use], currency: str, *, expires: bool = False
) -> RightRevenue:
    """What was allocated to the right, by use over expected use, cumulative (example 52).

    A new expectation changes revenue to date. With ``expires`` the last period ends the right
    and takes what is left (55-42). Raises NothingExpected, NegativeFigure.
    """
    require_not_negative(allocated, field="allocated")
    to_date = [_to_date(allocated, use, currency) for use in uses]
    steps = [
        Step(
            "material_right.used", f"{allocated} x {u.used_to_date} / {u.expected_total} = {sum_}"
        )
        for u, sum_ in zip(uses, to_date, strict=True)
    ]
    if expires and to_date:
        to_date[-1] = allocated
        steps.append(Step("material_right.expired", f"the right ends: all of {allocated} earned"))
    left = tuple(allocated - earned_ for earned_ in to_date)
    return RightRevenue(cumulative_deltas(to_date), left, tuple(steps))


def _to_date(allocated: Decimal, use: Use, currency: str) -> Decimal:
    require_not_negative(use.used_to_date, field="used_to_date")
    expected = max(use.expected_total, use.used_to_date)
    if expected <= 0:
        raise NothingExpected("no use of the right is expected", field="expected_total")
    return Progress(use.used_to_date, expected).of(allocated, currency)


@dataclass(frozen=True)
class RenewalPeriod:
    """A period a customer may renew for: its price and cost, and how likely it is reached."""

    price: Decimal
    cost: Decimal
    likelihood_pct: Decimal


@dataclass(frozen=True)
class LookThrough:
    """Renewals taken as if promised: the whole expected price, and each period's part of it.

    ``deferred`` is, at each period's end, what was received beyond revenue to date.
    """

    price: Decimal
    revenue: tuple[Decimal, ...]
    deferred: tuple[Decimal, ...]
    steps: tuple[Step, ...]


def look_through(periods: Sequence[RenewalPeriod], currency: str) -> LookThrough:
    """The alternative for renewals of like goods: expected price over expected cost (55-45).

    Where periods cost the same it is by likelihood alone. Source: example 51.
    """
    require_not_negative(*(p.price for p in periods), *(p.cost for p in periods), field="price")
    require_pct(*(p.likelihood_pct for p in periods), field="likelihood_pct")
    receipts = [Fraction(p.price) * Fraction(p.likelihood_pct) / 100 for p in periods]
    efforts = [p.cost * p.likelihood_pct / 100 for p in periods]
    require_positive(sum(efforts, Decimal(0)), field="cost")
    price = to_money(sum(receipts, Fraction(0)), currency)
    whole = sum(efforts, Decimal(0))
    done = [sum(efforts[: no + 1], Decimal(0)) for no in range(len(efforts))]
    to_date = [Progress(part, whole).of(price, currency) for part in done]
    paid = [to_money(sum(receipts[: no + 1], Fraction(0)), currency) for no in range(len(periods))]
    deferred = tuple(got - so_far for got, so_far in zip(paid, to_date, strict=True))
    text = f"{price} expected over an expected cost of {whole}"
    step = Step("material_right.look_through", text)
    return LookThrough(price, cumulative_deltas(to_date), deferred, (step,))
