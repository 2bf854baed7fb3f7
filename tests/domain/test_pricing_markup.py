"""Costs passed on, with tax where it is a cost, and fees on top."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure, NothingGiven, PercentOutOfRange
from domain.pricing.markup import (
    CostLine,
    CostTax,
    MarkupRule,
    NoMarkupRule,
    TimeCharge,
    cost_plus,
    fee_on_time,
    incentive_fee,
    management_fee,
    mark_up,
)
from tests.domain.figures import figures

FIVE = Decimal(5)
PLUS_FIVE = MarkupRule(markup_pct=FIVE)
AMOUNTS = st.decimals(0, 10**6, places=3)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("included", "non_deductible", "cost", "price"),
    [
        (False, "0", "1000", "1050"),
        (False, "100", "1050", "1102.50"),
        (False, "20", "1010", "1060.50"),
        (True, "0", "952.38", "1000"),
        (True, "100", "1000", "1050"),
        (True, "20", "961.90", "1010"),
    ],
)
def test_tax_that_cannot_be_deducted_is_marked_up_too(
    *, included: bool, non_deductible: str, cost: str, price: str
) -> None:
    """Dynamics 365, taxes and sales prices: 1000 entered, 5 % tax, 5 % mark-up."""
    tax = CostTax(FIVE, included, Decimal(non_deductible))

    found = mark_up(CostLine(Decimal(1000), "travel", tax), [PLUS_FIVE], "USD")

    assert (found.project_cost, found.sales_price) == figures(f"{cost} {price}")


def test_the_rule_of_the_type_comes_before_the_rule_for_all() -> None:
    rules = [PLUS_FIVE, MarkupRule("subcontractor", Decimal(15))]

    assert mark_up(CostLine(Decimal(100), "subcontractor"), rules, "EUR").markup == 15
    assert mark_up(CostLine(Decimal(100), "travel"), rules, "EUR").markup == 5


def test_at_cost_is_a_markup_of_nothing() -> None:
    assert mark_up(CostLine(Decimal("12.345")), [MarkupRule()], "EUR").markup == 0


def test_a_markup_has_a_cap() -> None:
    rule = MarkupRule("", FIVE, Decimal(10), cap=Decimal(40))

    assert mark_up(CostLine(Decimal(500)), [rule], "EUR").markup == 35
    assert mark_up(CostLine(Decimal(5000)), [rule], "EUR").sales_price == 5040


def test_a_type_without_a_rule_is_refused() -> None:
    with pytest.raises(NoMarkupRule):
        mark_up(CostLine(Decimal(1), "travel"), [MarkupRule("material", FIVE)], "EUR")


def test_cost_plus_adds_markups_and_a_fixed_fee() -> None:
    costs = [CostLine(Decimal(1000), "labour"), CostLine(Decimal(500), "material")]
    rules = [MarkupRule("labour", Decimal(20)), MarkupRule("material", Decimal(10))]

    found = cost_plus(costs, rules, "USD", fixed_fee=Decimal(300))

    assert (found.cost, found.markup, found.fee, found.total) == figures("1500 250 300 2050")


def test_a_ceiling_holds_the_total() -> None:
    found = cost_plus([CostLine(Decimal(1000))], [PLUS_FIVE], "USD", ceiling=Decimal(1040))

    assert (found.total, found.over_ceiling) == figures("1040 10")


@pytest.mark.parametrize(
    ("actual", "fee"),
    [("900", "95"), ("1000", "75"), ("1100", "55"), ("1500", "20"), ("100", "120")],
)
def test_an_incentive_fee_shares_savings_within_its_bounds(actual: str, fee: str) -> None:
    found = incentive_fee(
        Decimal(1000), Decimal(75), Decimal(actual), Decimal(20), "USD", Decimal(20), Decimal(120)
    )

    assert (found.fee, found.total) == (Decimal(fee), Decimal(actual) + Decimal(fee))


def test_a_management_fee_is_on_time() -> None:
    """Dynamics 365, billing rule for services plus fee: 200 h at 100 plus 10 %."""
    found = fee_on_time([TimeCharge(Decimal(200), Decimal(100))], Decimal(10), "USD")

    assert (found.base, found.fee, found.invoice) == figures("20000 2000 22000")


def test_lists_are_not_empty() -> None:
    with pytest.raises(NothingGiven):
        cost_plus([], [PLUS_FIVE], "EUR")
    with pytest.raises(NothingGiven):
        fee_on_time([], FIVE, "EUR")


@pytest.mark.parametrize(
    ("cost", "rule", "tax"),
    [
        (-1, PLUS_FIVE, CostTax()),
        (1, MarkupRule(markup_pct=-FIVE), CostTax()),
        (1, MarkupRule(cap=-FIVE), CostTax()),
        (1, PLUS_FIVE, CostTax(-FIVE)),
    ],
)
def test_figures_below_zero_are_refused(cost: int, rule: MarkupRule, tax: CostTax) -> None:
    with pytest.raises(NegativeFigure):
        mark_up(CostLine(Decimal(cost), "", tax), [rule], "EUR")


def test_shares_of_tax_and_savings_are_shares() -> None:
    with pytest.raises(PercentOutOfRange):
        mark_up(
            CostLine(FIVE, "", CostTax(FIVE, non_deductible_pct=Decimal(101))), [PLUS_FIVE], "EUR"
        )
    with pytest.raises(PercentOutOfRange):
        incentive_fee(FIVE, FIVE, FIVE, Decimal(101), "EUR")


@given(AMOUNTS, st.integers(0, 30), st.integers(0, 100), CURRENCIES)
def test_price_is_cost_and_markup(cost: Decimal, tax: int, share: int, currency: str) -> None:
    line = CostLine(
        cost, "", CostTax(Decimal(tax), included=True, non_deductible_pct=Decimal(share))
    )

    found = mark_up(line, [PLUS_FIVE], currency)

    assert found.project_cost + found.markup == found.sales_price
    assert found.net_cost <= found.project_cost


@given(st.lists(AMOUNTS, min_size=1, max_size=8), AMOUNTS, CURRENCIES)
def test_cost_plus_conserves_what_it_sums(
    costs: list[Decimal], ceiling: Decimal, currency: str
) -> None:
    lines = [CostLine(cost) for cost in costs]

    found = cost_plus(lines, [PLUS_FIVE], currency, ceiling=ceiling)

    assert found.total + found.over_ceiling == found.cost + found.markup + found.fee
    assert min(found.total, found.over_ceiling) >= 0


@given(AMOUNTS, st.integers(0, 100), CURRENCIES)
def test_invoice_is_base_and_fee(base: Decimal, pct: int, currency: str) -> None:
    found = management_fee(base, Decimal(pct), currency)

    assert found.invoice == found.base + found.fee
