"""Fewer hours on an invoice; less or more than the value."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.correction import (
    BadAdjustment,
    NegativeHours,
    correct_hours,
    write_down,
    write_up,
)
from domain.money import AmountTooFine

HOURS = st.decimals(0, 1000, places=2)


def test_fewer_hours_reverse_and_post_again() -> None:
    """Published by Microsoft (Dynamics 365, actuals on time and materials)."""
    found = correct_hours(Decimal(8), Decimal(6), Decimal(200), "USD")

    assert (found.reversal_billed, found.new_billed) == (Decimal(-1600), Decimal(1200))
    assert (found.net_billed, found.back_to_unbilled) == (Decimal(1200), Decimal(400))


def test_the_rest_may_be_written_off() -> None:
    found = correct_hours(Decimal(8), Decimal(6), Decimal(200), "USD", keep_billable=False)

    assert (found.back_to_unbilled, found.written_off) == (Decimal(0), Decimal(400))


def test_more_hours_take_from_what_is_unbilled() -> None:
    assert correct_hours(Decimal(6), Decimal(8), Decimal(200), "USD").from_unbilled == 400


def test_another_rate_corrects_the_price() -> None:
    found = correct_hours(Decimal(8), Decimal(8), Decimal(200), "USD", corrected_rate=Decimal(150))

    assert found.net_billed == 1200


def test_a_value_is_written_down_or_up_with_a_reason() -> None:
    down = write_down(Decimal(1000), Decimal(100), "goodwill", "EUR")
    up = write_up(Decimal(1000), Decimal(50), "rush", "EUR")

    assert (down.billable, down.change) == (Decimal(900), Decimal(-100))
    assert (up.billable, up.steps[0].rule) == (Decimal(1050), "correction.write_up")


@pytest.mark.parametrize(("amount", "reason"), [(1001, "x"), (0, "x"), (-1, "x"), (1, "")])
def test_a_write_down_without_ground_is_refused(amount: int, reason: str) -> None:
    with pytest.raises(BadAdjustment):
        write_down(Decimal(1000), Decimal(amount), reason, "EUR")


@pytest.mark.parametrize(("amount", "reason"), [(0, "x"), (-1, "x"), (1, "")])
def test_a_write_up_without_ground_is_refused(amount: int, reason: str) -> None:
    with pytest.raises(BadAdjustment):
        write_up(Decimal(1000), Decimal(amount), reason, "EUR")


def test_adjustments_are_amounts_of_the_currency() -> None:
    with pytest.raises(AmountTooFine):
        write_down(Decimal(1000), Decimal("0.5"), "x", "JPY")


@pytest.mark.parametrize(("old", "new", "rate"), [(-1, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_negative_hours_are_refused(old: int, new: int, rate: int) -> None:
    with pytest.raises(NegativeHours):
        correct_hours(Decimal(old), Decimal(new), Decimal(rate), "EUR")


@given(HOURS, HOURS, HOURS, st.booleans(), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_correction_loses_nothing(
    old: Decimal, new: Decimal, rate: Decimal, keep: bool, currency: str
) -> None:
    found = correct_hours(old, new, rate, currency, keep_billable=keep)

    assert found.invoiced + found.reversal_billed + found.new_billed == found.net_billed
    assert found.net_billed + found.back_to_unbilled + found.written_off == (
        found.invoiced + found.from_unbilled
    )
