"""Money held before anything is owed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.deposit import (
    Deposit,
    NegativeDeposit,
    OpenInvoice,
    apply_deposits,
    settle_advance,
)

START = date(2024, 1, 1)
AMOUNTS = st.lists(st.tuples(st.decimals(0, 10**5, places=2), st.integers(0, 9)), max_size=6)


def deposit(name: str, day: int, amount: int | Decimal) -> Deposit:
    return Deposit(name, START + timedelta(days=day), Decimal(amount))


def invoice(number: str, day: int, amount: int | Decimal) -> OpenInvoice:
    return OpenInvoice(number, START + timedelta(days=day), Decimal(amount))


def test_expenses_settle_an_advance() -> None:
    """Published by Microsoft (Dynamics 365 cash advance): 3,000 less 2,790 comes back."""
    found = settle_advance(Decimal(3000), [Decimal(2790)], "USD")

    assert (found.due_back, found.due_to_claimant) == (Decimal(210), Decimal(0))


def test_more_spent_than_advanced_is_owed() -> None:
    assert settle_advance(Decimal(100), [Decimal(70), Decimal(50)], "USD").due_to_claimant == 20


def test_the_oldest_deposit_pays_the_oldest_invoice() -> None:
    deposits = [deposit("new", 5, 100), deposit("old", 1, 50)]
    invoices = [invoice("A", 9, 60), invoice("B", 8, 70)]

    found = apply_deposits(deposits, invoices, "EUR")

    assert [(a.deposit, a.invoice, a.amount) for a in found.applied] == [
        ("old", "B", Decimal(50)),
        ("new", "B", Decimal(20)),
        ("new", "A", Decimal(60)),
    ]
    assert (found.refund, found.due, found.of("B")) == (Decimal(20), Decimal(0), Decimal(70))


@pytest.mark.parametrize(("held", "owed"), [(-1, 1), (1, -1)])
def test_negative_amounts_are_refused(held: int, owed: int) -> None:
    with pytest.raises(NegativeDeposit):
        apply_deposits([deposit("d", 0, held)], [invoice("A", 0, owed)], "EUR")
    with pytest.raises(NegativeDeposit):
        settle_advance(Decimal(held), [Decimal(owed)], "EUR")


@given(AMOUNTS, AMOUNTS)
def test_deposits_are_applied_or_refunded(
    held: list[tuple[Decimal, int]], owed: list[tuple[Decimal, int]]
) -> None:
    deposits = [deposit(str(no), on, amount) for no, (amount, on) in enumerate(held)]
    invoices = [invoice(str(no), on, amount) for no, (amount, on) in enumerate(owed)]

    found = apply_deposits(deposits, invoices, "EUR")

    assert found.applied_total + found.refund == sum(amount for amount, _ in held)
    assert found.applied_total + found.due == sum(amount for amount, _ in owed)
    assert not found.refund or not found.due
