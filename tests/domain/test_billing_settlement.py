"""What a payment is, and whether more may be ordered."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.settlement import (
    BadPayment,
    CreditLimitExceeded,
    EarlyDiscount,
    Exposure,
    OrderBalance,
    PurchaseOrderExceeded,
    Tolerance,
    credit_exposure,
    early_discount,
    order_balance,
    require_credit,
    require_order_balance,
    settle,
    write_off_small,
)
from domain.money import AmountTooFine

IN_TIME, LATE = date(2003, 1, 15), date(2003, 1, 18)
FIVE = Tolerance(amount=Decimal(5))
TWO_PCT = EarlyDiscount(Decimal(2), IN_TIME)


def exposure(limit: int, open_: int, unbilled: int, order: int) -> Exposure:
    return credit_exposure(
        Decimal(limit), Decimal(open_), Decimal(unbilled), Decimal(order), "EUR"
    )


def balance(ordered: int, invoiced: int, amount: int) -> OrderBalance:
    return order_balance(Decimal(ordered), Decimal(invoiced), Decimal(amount), "EUR")


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def test_a_discounted_payment_may_be_a_little_too_much() -> None:
    """Published by Microsoft (Business Central, payment tolerance): 985 closes 1,000 less 20."""
    found = settle(Decimal(1000), Decimal(985), IN_TIME, FIVE, "EUR", TWO_PCT)

    assert (found.discount, found.written_off, found.remaining) == d(20, -5, 0)
    assert found.kind == "over_within_tolerance"


def test_a_late_discount_is_taken_only_within_grace() -> None:
    grace = EarlyDiscount(Decimal(2), IN_TIME, LATE)

    assert settle(Decimal(1000), Decimal(980), LATE, FIVE, "EUR", TWO_PCT).kind == "partial"
    assert settle(Decimal(1000), Decimal(980), LATE, FIVE, "EUR", grace).kind == "discount_taken"


@pytest.mark.parametrize(
    ("paid", "kind", "figures"),
    [
        ("1000", "exact", "0 0 0"),
        ("996", "short_within_tolerance", "4 0 0"),
        ("994.99", "partial", "0 5.01 0"),
        ("1005", "over_within_tolerance", "-5 0 0"),
        ("1010", "over", "0 0 10"),
    ],
)
def test_a_payment_is_classified(paid: str, kind: str, figures: str) -> None:
    found = settle(Decimal(1000), Decimal(paid), LATE, FIVE, "EUR")

    assert found.kind == kind
    assert (found.written_off, found.remaining, found.unapplied) == d(*figures.split())


def test_a_tolerance_has_an_amount_a_percentage_and_a_direction() -> None:
    both = Tolerance(Decimal(5), Decimal("0.1"))
    under = Tolerance(Decimal(5), over=False)

    assert write_off_small(Decimal(2), Decimal(1000), both, "EUR").left == 2
    assert write_off_small(Decimal(1), Decimal(1000), both, "EUR").written_off == 1
    assert write_off_small(Decimal(-1), Decimal(1000), under, "EUR").written_off == 0
    assert write_off_small(Decimal(1), Decimal(1000), Tolerance(), "EUR").written_off == 0


def test_a_discount_is_of_the_amount_asked() -> None:
    assert early_discount(Decimal("333.33"), TWO_PCT, IN_TIME, "EUR") == Decimal("6.67")
    assert early_discount(Decimal("333.33"), TWO_PCT, LATE, "EUR") == 0


@pytest.mark.parametrize(("open_", "paid"), [(0, 1), (1, 0), (1, -1)])
def test_a_payment_of_nothing_is_refused(open_: int, paid: int) -> None:
    with pytest.raises(BadPayment):
        settle(Decimal(open_), Decimal(paid), LATE, FIVE, "EUR")


def test_a_payment_is_an_amount_of_its_currency() -> None:
    with pytest.raises(AmountTooFine):
        settle(Decimal(1), Decimal("0.5"), LATE, FIVE, "JPY")


def test_an_order_up_to_the_limit_is_within_it() -> None:
    found = exposure(1000, 400, 250, 350)

    require_credit(found)
    assert (found.exposure, found.available) == d(1000, 0)


def test_an_order_above_the_limit_is_refused() -> None:
    with pytest.raises(CreditLimitExceeded, match="1001 of 1000"):
        require_credit(exposure(1000, 400, 250, 351))


def test_an_invoice_above_the_purchase_order_is_refused() -> None:
    require_order_balance(balance(1000, 400, 600))

    with pytest.raises(PurchaseOrderExceeded):
        require_order_balance(balance(1000, 400, 601))


CENTS = st.integers(1, 10**6).map(lambda cents: Decimal(cents).scaleb(-2))


@given(
    CENTS,
    CENTS,
    st.none() | st.decimals(0, 10, places=2),
    st.none() | st.decimals(0, 2, places=1),
    st.none() | st.decimals(0, 10, places=1),
)
def test_what_is_open_is_explained_to_the_cent(
    open_: Decimal, paid: Decimal, most: Decimal | None, pct: Decimal | None, off: Decimal | None
) -> None:
    offer = None if off is None else EarlyDiscount(off, IN_TIME)

    found = settle(open_, paid, IN_TIME, Tolerance(most, pct), "EUR", offer)

    settled = paid - found.unapplied + found.discount + found.written_off
    assert settled + found.remaining == open_
    assert min(found.discount, found.remaining, found.unapplied) >= 0
    assert not found.remaining or not found.unapplied
