"""Applications for payment, certificates, billing by progress."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.retainage import RateStep, RetainageTerms, flat
from domain.billing.schedule_of_values import (
    BadPercentComplete,
    OverBilled,
    OverCertified,
    ProgressLine,
    ValueLine,
    apply_for_payment,
    bill_progress,
    certify,
)

TERMS = RetainageTerms("USD", (RateStep(Decimal(0), Decimal(10)),), stored_rate_pct=Decimal(5))
NOTHING = Decimal(0)


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def value(item: str, *numbers: int, change_order: bool = False) -> ValueLine:
    scheduled, previous, now, stored = d(*numbers, *[0] * (4 - len(numbers)))
    return ValueLine(item, scheduled, previous, now, stored, change_order)


def progress(name: str, price: int, done: int, whole: int, before: int = 0) -> ProgressLine:
    return ProgressLine(name, *d(price, done, whole, before))


def lines() -> list[ValueLine]:
    """Made up, in the columns of AIA G703."""
    return [
        value("foundations", 50000, 20000, 5000, 1000),
        value("change order 1", 10000, 0, 4000, change_order=True),
    ]


def test_an_application_adds_up() -> None:
    found = apply_for_payment(lines(), TERMS, Decimal(2000), Decimal(18000))

    assert (found.original_sum, found.change_orders, found.contract_sum) == d(50000, 10000, 60000)
    assert found.completed_and_stored == 30000
    assert found.retained.held_to_date == 2950
    assert (found.earned_less_retainage, found.due, found.balance_to_finish) == d(
        27050, 9050, 32950
    )
    assert [line.percent for line in found.lines] == [Decimal(52), Decimal(40)]
    assert [line.balance_to_finish for line in found.lines] == [Decimal(24000), Decimal(6000)]


def test_a_deducting_change_order_lowers_the_contract() -> None:
    less = value("credit", -1000, 0, -500, change_order=True)

    found = apply_for_payment([*lines(), less], TERMS, NOTHING, NOTHING)

    assert (found.contract_sum, found.completed_and_stored) == d(59000, 29500)


def test_a_certificate_may_be_smaller_than_the_application() -> None:
    found = apply_for_payment(lines(), TERMS, Decimal(2000), Decimal(18000))

    paid = certify(found, Decimal(9000), "USD")

    assert (paid.withheld, paid.certificates_to_date) == d(50, 27000)


@pytest.mark.parametrize("certified", ["-1", "9050.01"])
def test_a_certificate_above_the_application_is_refused(certified: str) -> None:
    found = apply_for_payment(lines(), TERMS, Decimal(2000), Decimal(18000))

    with pytest.raises(OverCertified):
        certify(found, Decimal(certified), "USD")


@pytest.mark.parametrize("line", [(100, 60, 40, 1), (100, -1), (100, 0, 5, -1)])
def test_a_line_beyond_its_value_is_refused(line: tuple[int, ...]) -> None:
    with pytest.raises(OverBilled):
        apply_for_payment([value("x", *line)], TERMS, NOTHING, NOTHING)


def test_progress_bills_each_category_by_its_cost() -> None:
    """Microsoft publishes 8,667 with 33 percent; unrounded it is 8,666.67."""
    found = bill_progress(
        [
            progress("development", 20000, 5000, 15000),
            progress("installation", 10000, 1000, 5000),
        ],
        "USD",
    )

    assert (found.due, found.remaining) == d("8666.67", "21333.33")


def test_progress_bills_what_is_not_billed_yet() -> None:
    line = progress("all", 100000, 40, 100, 15000)

    assert bill_progress([line], "USD").this_invoice == d(25000)


@pytest.mark.parametrize(("done", "whole"), [(101, 100), (-1, 100), (0, 0)])
def test_progress_beyond_the_whole_is_refused(done: int, whole: int) -> None:
    with pytest.raises(BadPercentComplete):
        bill_progress([progress("x", 1, done, whole)], "USD")


@given(st.integers(0, 10**7), st.lists(st.integers(0, 1000), min_size=1, max_size=6))
def test_invoices_of_progress_sum_to_what_is_earned(price: int, parts: list[int]) -> None:
    billed = Decimal(0)
    for done in [*sorted(parts), 1000]:
        line = ProgressLine("x", Decimal(price), Decimal(done), Decimal(1000), billed)
        billed += bill_progress([line], "EUR").due

    assert billed == price


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.integers(0, 100))
def test_applications_paid_in_full_end_at_the_contract(works: list[int], rate: int) -> None:
    whole, paid, held, before = sum(works), Decimal(0), Decimal(0), Decimal(0)
    for work in works:
        line = ValueLine("x", Decimal(whole), before, Decimal(work))
        found = apply_for_payment([line], flat("EUR", Decimal(rate)), held, paid)
        paid += found.due
        held = found.retained.held_to_date
        before += work

    assert paid + held == whole
