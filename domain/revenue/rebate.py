"""Volume prices: a price that falls with quantity, for units already sold too or only for later.

A retrospective price is variable consideration: revenue to date is all units at the price that
the expected total brings, so a new expectation catches up at once (illustrative example 24).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import (
    ForecastBelowActual,
    require_not_negative,
    require_positive,
    shown,
    to_money,
)


class TiersOutOfOrder(Refusal):
    """Price tiers begin at rising quantities."""

    code = "TIERS_OUT_OF_ORDER"


@dataclass(frozen=True)
class PriceTier:
    """A unit price that applies above so many units; ``from_exactly`` includes the number."""

    over_units: Decimal
    unit_price: Decimal
    from_exactly: bool = False

    def holds(self, units: Decimal) -> bool:
        """Whether so many units in total bring this price."""
        return units > self.over_units or (self.from_exactly and units == self.over_units)


@dataclass(frozen=True)
class VolumeTerms:
    """The invoiced unit price, and the tiers below or above it in rising order."""

    unit_price: Decimal
    tiers: tuple[PriceTier, ...]

    def price_at(self, units: Decimal) -> Decimal:
        """The unit price that a total of ``units`` brings. Raises TiersOutOfOrder."""
        _require_order(self.tiers)
        reached = [tier.unit_price for tier in self.tiers if tier.holds(units)]
        return reached[-1] if reached else self.unit_price


@dataclass(frozen=True)
class SalesPeriod:
    """Units sold in a period, and the total expected for all periods at its end."""

    units: Decimal
    expected_total: Decimal


@dataclass(frozen=True)
class RebateRow:
    """A period: what was invoiced, what of it is revenue, and the part that is catch-up.

    ``refund_liability`` is the balance owed back at the period's end.
    """

    unit_price: Decimal
    invoiced: Decimal
    revenue: Decimal
    catch_up: Decimal
    cumulative_revenue: Decimal
    refund_liability: Decimal


@dataclass(frozen=True)
class RebateSchedule:
    """Revenue by period under a retrospective price."""

    rows: tuple[RebateRow, ...]
    steps: tuple[Step, ...]


def retrospective(
    terms: VolumeTerms, periods: Sequence[SalesPeriod], currency: str
) -> RebateSchedule:
    """Every unit at the price the expected total brings (ASC 606-10-32-14, 55-216).

    Raises ForecastBelowActual, TiersOutOfOrder, NegativeFigure.
    """
    rows: list[RebateRow] = []
    steps: list[Step] = []
    sold, revenue, invoiced = Decimal(0), Decimal(0), Decimal(0)
    for period in periods:
        _require_forecast(period, sold + period.units)
        price = terms.price_at(period.expected_total)
        caught = to_money(Fraction(sold) * Fraction(price), currency) - revenue
        sold += period.units
        to_date = to_money(Fraction(sold) * Fraction(price), currency)
        billed = to_money(Fraction(sold) * Fraction(terms.unit_price), currency)
        rows.append(
            RebateRow(price, billed - invoiced, to_date - revenue, caught, to_date,
                      max(Decimal(0), billed - to_date))
        )  # fmt: skip
        text = f"{period.expected_total} expected: {sold} x {price} = {to_date}, less {revenue}"
        steps.append(Step("rebate.retrospective", text))
        revenue, invoiced = to_date, billed
    return RebateSchedule(tuple(rows), tuple(steps))


def rebate_tiers(pct_over: Sequence[tuple[Decimal, Decimal]]) -> VolumeTerms:
    """Terms of a rebate in per cent of sales: pairs of (over amount sold, rebate per cent).

    Then "units" are amounts sold and the unit price is the part of each that is kept.
    """
    tiers = tuple(PriceTier(over, 1 - pct / 100) for over, pct in pct_over)
    return VolumeTerms(Decimal(1), tiers)


@dataclass(frozen=True)
class TieredAmount:
    """Units priced tier by tier; ``average_price`` is unrounded."""

    amount: Decimal
    average_price: Decimal
    steps: tuple[Step, ...]


def graduated(terms: VolumeTerms, units: Decimal, currency: str) -> TieredAmount:
    """Each unit at its own tier's price: a lower price for later units only.

    Where the lower price is a material right, revenue is at ``average_price`` of the expected
    total instead (ASC 606-10-55-42).
    """
    require_positive(units, field="units")
    _require_order(terms.tiers)
    starts = [Decimal(0), *(_first(tier) for tier in terms.tiers)]
    prices = [terms.unit_price, *(tier.unit_price for tier in terms.tiers)]
    exact, steps = Fraction(0), []
    for start, end, price in zip(starts, [*starts[1:], units], prices, strict=True):
        if (count := min(end, units) - start) > 0:
            exact += Fraction(count) * Fraction(price)
            steps.append(Step("rebate.tier", f"{count} x {price}"))
    amount = to_money(exact, currency)
    average = Decimal(exact.numerator) / exact.denominator / units
    steps.append(Step("rebate.average", f"{amount} / {units} = {shown(average)} a unit"))
    return TieredAmount(amount, average, tuple(steps))


def _first(tier: PriceTier) -> Decimal:
    return tier.over_units - 1 if tier.from_exactly else tier.over_units


def _require_order(tiers: Sequence[PriceTier]) -> None:
    starts = [tier.over_units for tier in tiers]
    require_not_negative(*starts, *(tier.unit_price for tier in tiers), field="tiers")
    if starts != sorted(set(starts)):
        raise TiersOutOfOrder(f"tiers begin at {', '.join(map(str, starts))}", field="tiers")


def _require_forecast(period: SalesPeriod, sold: Decimal) -> None:
    require_not_negative(period.units, field="units")
    if period.expected_total < sold:
        text = f"{period.expected_total} expected, {sold} already sold"
        raise ForecastBelowActual(text, field="expected_total")
