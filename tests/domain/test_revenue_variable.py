"""Variable consideration: estimated, constrained, and lowered by what goes to the customer."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import InvalidPercentage
from domain.revenue.variable import (
    EstimateTooHigh,
    NoOutcomes,
    Outcome,
    ProbabilitiesDoNotSum,
    adjust_by_delay,
    constrain,
    estimate,
    include,
    noncash,
    prompt_payment,
    reduce_for_payable,
)


def outcomes(*pairs: tuple[str, str]) -> list[Outcome]:
    return [Outcome(Decimal(amount), Decimal(p)) for amount, p in pairs]


TOTALS = outcomes(("115000", "0.20"), ("100000", "0.70"), ("95000", "0.10"))


def test_many_outcomes_are_weighed_by_probability() -> None:
    # A published worked example of ASC 606-10-32-8: 102,500 expected, 100,000 most likely.
    made = estimate(TOTALS, "USD", "expected_value")

    assert [made.amount, made.most_likely] == [102500, 100000]
    assert estimate(TOTALS, "USD", "most_likely").amount == 100000


def test_of_equal_chances_the_lower_amount_is_most_likely() -> None:
    made = estimate(outcomes(("9", "0.5"), ("3", "0.5")), "EUR", "most_likely")

    assert made.amount == 3


def test_the_price_includes_what_probably_stays() -> None:
    kept = constrain(Decimal(102500), TOTALS, Decimal("0.75"), "USD", factors=("new customer",))

    assert [kept.amount, kept.constrained, kept.probability] == [100000, 2500, Decimal("0.90")]
    assert kept.steps[0].text == "new customer"


def test_more_certainty_keeps_less() -> None:
    assert constrain(Decimal(102500), TOTALS, Decimal("0.95"), "USD").amount == 95000


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 50)), min_size=1, max_size=6),
    st.sampled_from(["0.5", "0.75", "0.9", "1"]),
)
@settings(max_examples=60)
def test_the_constraint_never_adds_and_falls_with_confidence(
    rows: list[tuple[int, int]], confidence: str
) -> None:
    scale = 2 ** (sum(chance for _, chance in rows) - 1).bit_length()
    rest = scale - sum(chance for _, chance in rows)
    pairs = [*rows, (0, rest)]
    every = [Outcome(Decimal(a), Decimal(c) / scale) for a, c in pairs]
    made = estimate(every, "EUR", "expected_value")

    kept = constrain(made.amount, every, Decimal(confidence), "EUR")
    surest = constrain(made.amount, every, Decimal(1), "EUR")

    assert surest.amount <= kept.amount <= made.amount
    assert kept.amount + kept.constrained == made.amount


def test_a_person_may_say_what_is_kept() -> None:
    kept = include(Decimal(100), Decimal(60), "index outside our control", "EUR", least=Decimal(0))

    assert [kept.amount, kept.constrained] == [60, 40]
    assert "index outside our control" in kept.steps[0].text
    with pytest.raises(EstimateTooHigh):
        include(Decimal(100), Decimal(101), "hope", "EUR", least=Decimal(0))


def test_an_estimate_needs_outcomes_that_sum_to_one() -> None:
    with pytest.raises(NoOutcomes):
        estimate([], "EUR", "expected_value")
    with pytest.raises(ProbabilitiesDoNotSum, match="not 1"):
        estimate(outcomes(("1", "0.9")), "EUR", "expected_value")
    with pytest.raises(NegativeFigure):
        estimate(outcomes(("1", "1.5"), ("2", "-0.5")), "EUR", "expected_value")
    with pytest.raises(ProbabilitiesDoNotSum):
        constrain(Decimal(1), TOTALS, Decimal(0), "EUR")


@pytest.mark.parametrize(
    ("days", "most", "price"),
    [("3", None, "2470000"), ("-2", None, "2520000"), ("30", "100000", "2400000")],
)
def test_each_day_late_or_early_moves_the_price(days: str, most: str | None, price: str) -> None:
    # As in illustrative example 21: 2.5 million, 10,000 a day either way.
    limit = None if most is None else Decimal(most)

    made = adjust_by_delay(Decimal(2500000), Decimal(days), Decimal(10000), "USD", most=limit)

    assert made.price == Decimal(price)
    assert made.price - made.change == 2500000


def test_an_early_payment_discount_is_expected_before_it_is_taken() -> None:
    # Made up: 2 % of 1,000, taken by 60 of 100 customers.
    made = prompt_payment(Decimal(1000), Decimal(2), Decimal(60), "EUR")

    assert [made.discount_if_taken, made.expected_discount, made.price] == [20, 12, 988]
    assert made.true_up(Decimal(20)) == -8
    assert made.true_up(Decimal(0)) == 12


@pytest.mark.parametrize(("take_up", "expected"), [("60", "20"), ("50", "0")])
def test_by_most_likely_amount_a_discount_is_all_or_nothing(take_up: str, expected: str) -> None:
    made = prompt_payment(Decimal(1000), Decimal(2), Decimal(take_up), "EUR", method="most_likely")

    assert made.expected_discount == Decimal(expected)


def test_a_discount_is_a_percentage() -> None:
    with pytest.raises(InvalidPercentage):
        prompt_payment(Decimal(1), Decimal(101), Decimal(1), "EUR")


def test_what_is_paid_to_a_customer_lowers_each_sale() -> None:
    # Illustrative example 32: 1.5 million paid for 15 million of sales takes 10 % of the first 2.
    made = reduce_for_payable([Decimal(2000000)], Decimal(15000000), Decimal(1500000), "USD")

    assert list(made.revenue) == [1800000]
    assert made.reduction_pct == 10


def test_only_what_exceeds_goods_received_lowers_the_price() -> None:
    made = reduce_for_payable(
        [Decimal(50), Decimal(80)], Decimal(100), Decimal(30), "EUR",
        distinct_fair_value=Decimal(20),
    )  # fmt: skip

    assert list(made.reductions) == [5, 5]
    assert sum(made.revenue) == 120


def test_shares_are_revenue_at_their_value_at_inception() -> None:
    made = noncash(Decimal(100), Decimal("12.345"), "EUR", later_value=Decimal(10))

    assert [made.price, made.value_change] == [Decimal("1234.50"), Decimal("-234.50")]
