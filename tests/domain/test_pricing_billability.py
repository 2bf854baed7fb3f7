"""Hours worked and hours charged; amounts written down and up, with a reason."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.billability import (
    ReasonMissing,
    WriteUpRefused,
    adjust_amount,
    billable_by_hours,
    billable_by_pct,
    value_hours,
    write_down,
)
from domain.pricing.bounds import NegativeFigure, PercentOutOfRange
from tests.domain.figures import figures

HOURS = st.decimals(0, 200, places=3)
RATES = st.decimals(0, 500, places=4)


@pytest.mark.parametrize(
    ("billable", "chargeable", "non_chargeable"),
    [("8", 1600, 0), ("6", 1200, 400), ("10", 2000, 0), ("0", 0, 1600)],
)
def test_approval_values_billable_hours_and_the_rest(
    billable: str, chargeable: int, non_chargeable: int
) -> None:
    """Dynamics 365, actuals of a time and materials engagement: 8 h at 100 and 200."""
    hours = billable_by_hours(Decimal(8), Decimal(billable), "as agreed")

    found = value_hours(hours, Decimal(100), Decimal(200), "USD")

    assert (found.cost, found.chargeable, found.non_chargeable) == figures(
        f"800 {chargeable} {non_chargeable}"
    )


def test_a_percentage_splits_the_hours() -> None:
    found = billable_by_pct(Decimal("7.5"), Decimal(80), "onboarding")

    assert (found.billable_hours, found.non_billable_hours) == figures("6 1.5")
    assert found.steps[-1].text == "onboarding"


def test_hours_written_up_are_apart_from_those_worked() -> None:
    found = billable_by_hours(Decimal(8), Decimal(10), "minimum call-out")

    assert (found.billable_hours, found.written_up_hours, found.charged_hours) == figures("8 2 10")


def test_terms_may_forbid_to_charge_more_than_was_worked() -> None:
    with pytest.raises(WriteUpRefused):
        billable_by_hours(Decimal(8), Decimal(10), "minimum call-out", write_up=False)


@pytest.mark.parametrize("charged", ["6", "10"])
def test_another_number_of_hours_needs_a_reason(charged: str) -> None:
    with pytest.raises(ReasonMissing):
        billable_by_hours(Decimal(8), Decimal(charged), " ")


def test_a_share_of_hours_is_a_share() -> None:
    with pytest.raises(PercentOutOfRange):
        billable_by_pct(Decimal(8), Decimal(101), "reason")


@pytest.mark.parametrize(("worked", "charged"), [("-1", "1"), ("1", "-1")])
def test_hours_below_zero_are_refused(worked: str, charged: str) -> None:
    with pytest.raises(NegativeFigure):
        billable_by_hours(Decimal(worked), Decimal(charged), "reason")


def test_an_amount_is_written_down_by_a_share() -> None:
    found = write_down(Decimal("333.33"), Decimal("12.5"), "scope gift", "EUR")

    assert (found.adjusted, found.adjustment) == (Decimal("291.66"), Decimal("-41.67"))
    assert found.steps[0].rule == "billability.write_down"


def test_an_amount_is_written_up() -> None:
    found = adjust_amount(Decimal(100), Decimal(110), "value billing", "JPY")

    assert (found.adjustment, found.realisation_pct) == figures("10 110")
    assert found.steps[0].rule == "billability.write_up"


def test_an_amount_that_stays_needs_no_reason() -> None:
    assert adjust_amount(Decimal(0), Decimal(0), "", "EUR").realisation_pct is None
    with pytest.raises(ReasonMissing):
        adjust_amount(Decimal(2), Decimal(1), "", "EUR")


@given(HOURS, HOURS)
def test_worked_is_billable_and_non_billable(worked: Decimal, charged: Decimal) -> None:
    found = billable_by_hours(worked, charged, "reason")

    assert found.billable_hours + found.non_billable_hours == worked
    assert found.charged_hours == charged


@given(HOURS, HOURS, RATES, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_values_are_conserved(
    worked: Decimal, charged: Decimal, rate: Decimal, currency: str
) -> None:
    found = value_hours(billable_by_hours(worked, charged, "reason"), rate, rate, currency)

    assert found.standard + found.written_up == found.chargeable + found.non_chargeable
    assert min(found.non_chargeable, found.written_up) >= 0
