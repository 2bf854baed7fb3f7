"""An invoice settled by money of another currency: both sides go to zero, the rest is realised."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.billing.consent import OtherClient
from domain.billing.documents import NothingToBill
from domain.billing.invoice import OverApplied
from domain.billing.payment import Payment
from domain.billing.payment_refusals import AlreadyUsed
from domain.ledger.journal import Line, Unbalanced, check_balance
from domain.money import CurrencyMismatch
from domain.pricing.fx import MissingRate
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm

NOTHING = Decimal(0), Decimal(0)


def money(amount: str, currency: str) -> dict[str, str]:
    """An amount as a command takes it."""
    return {"amount": amount, "currency": currency}


@pytest.fixture
def billed(paper: PaperFirm) -> tuple[PaperFirm, UUID]:
    """An invoice of 150 dollars, booked at 0.80 euros; yen and dollars on the day of payment."""
    paper.rates(date(2025, 1, 7), USD="1.25", JPY="160")
    paper.rates(date(2025, 1, 20), USD="1.60", JPY="150")
    contract, project = paper.win(tax_rate_pct="0")
    invoice = paper.bill("one", contract, date(2025, 1, 7),
                         paper.work(project, date(2025, 1, 3), 60))  # fmt: skip
    paper.do("RecordPayment", payment_id=new("yen"), client_id=paper.client, bank_reference="Y",
             received_on="2025-01-20", amount=money("15000", "JPY"))  # fmt: skip
    return paper, invoice


def settled(invoice: UUID, amount: str = "150.00", paid: str = "15000") -> dict[str, Any]:
    """The payment for the invoice."""
    return {"payment_id": new("yen"), "invoice_id": invoice, "applied_on": "2025-01-20",
            "amount": money(amount, "USD"), "paid": money(paid, "JPY")}  # fmt: skip


def realised(firm: PaperFirm) -> Decimal:
    """What account 7000 holds in the books; a loss is positive."""
    found = firm.balances().items()
    return sum((books for (code, _), (_, books) in found if code == "7000"), Decimal(0))


def test_what_is_realised_is_told_apart(billed: tuple[PaperFirm, UUID]) -> None:
    firm, invoice = billed
    before = realised(firm)

    firm.do("ApplyPayment", **settled(invoice))

    across = firm.last(Payment.AppliedAcross).across
    assert (across.booked, across.worth, across.paid) == (
        Decimal("120.00"), Decimal("93.75"), Decimal("100.00"),
    )  # fmt: skip
    assert (across.by_invoice, across.by_payment) == (Decimal("-26.25"), Decimal("6.25"))
    balances = firm.balances()
    assert balances["1100", "USD"] == balances["2230", "JPY"] == NOTHING
    assert realised(firm) - before == 20


def test_parts_leave_nothing_behind(billed: tuple[PaperFirm, UUID]) -> None:
    firm, invoice = billed
    firm.do("ApplyPayment", **settled(invoice, "49.99", "4998"))
    firm.do("RecordPayment", payment_id=new("usd"), client_id=firm.client, bank_reference="U",
            received_on="2025-01-20", amount=money("100.01", "USD"))  # fmt: skip
    firm.do("ApplyPayment", payment_id=new("usd"), invoice_id=invoice, applied_on="2025-01-20",
            amount=money("100.01", "USD"))  # fmt: skip
    firm.do("RefundPayment", payment_id=new("yen"), amount=money("10002", "JPY"),
            refunded_on="2025-01-20", bank_reference="back")  # fmt: skip

    balances = firm.balances()

    assert [balances[key] for key in (("1100", "USD"), ("2230", "JPY"), ("2230", "USD"))] == (
        [NOTHING] * 3
    )


def test_taken_off_everything_is_as_before(billed: tuple[PaperFirm, UUID]) -> None:
    firm, invoice = billed
    before = {key: sums for key, sums in firm.balances().items() if sums != NOTHING}
    firm.do("ApplyPayment", **settled(invoice))

    firm.do("UnapplyPayment", payment_id=new("yen"), invoice_id=invoice,
            unapplied_on="2025-01-21")  # fmt: skip

    assert {key: sums for key, sums in firm.balances().items() if sums != NOTHING} == before
    firm.do("ApplyPayment", **settled(invoice))
    firm.do("ReversePayment", payment_id=new("yen"), reversed_on="2025-01-22", why="bounced")
    assert firm.balances()["1000", "JPY"] == NOTHING
    assert firm.replayed(invoice).open == Decimal("150.00")


def test_what_is_kept_counts_in_the_payments_currency(billed: tuple[PaperFirm, UUID]) -> None:
    firm, invoice = billed
    firm.do("SetTolerance", entity="DE01", pct="1", amount="5")
    firm.do("ApplyPayment", **settled(invoice, paid="14900"))
    assert firm.replayed(new("yen")).applied == 14900

    firm.do("KeepSmallOverpayment", payment_id=new("yen"), kept_on="2025-01-20")

    assert firm.balances()["2230", "JPY"] == NOTHING


def test_each_side_is_said_in_its_own_currency(billed: tuple[PaperFirm, UUID]) -> None:
    firm, invoice = billed
    given = settled(invoice)

    firm.refuses(CurrencyMismatch, "ApplyPayment", **{**given, "paid": None})
    firm.refuses(CurrencyMismatch, "ApplyPayment", **{**given, "paid": money("150.00", "USD")})
    firm.refuses(CurrencyMismatch, "ApplyPayment", **{**given, "amount": money("1.00", "EUR")})
    firm.refuses(NothingToBill, "ApplyPayment", **settled(invoice, amount="0.00"))
    firm.refuses(NothingToBill, "ApplyPayment", **settled(invoice, paid="0"))
    firm.refuses(OverApplied, "ApplyPayment", **settled(invoice, paid="15001"))
    firm.refuses(OverApplied, "ApplyPayment", **settled(invoice, amount="150.01"))
    firm.refuses(MissingRate, "ApplyPayment", **{**given, "applied_on": "2025-02-20"})
    firm.do("ApplyPayment", **settled(invoice, "10.00", "1000"))
    firm.refuses(AlreadyUsed, "ApplyPayment", **settled(invoice, "10.00", "1000"))


def test_one_amount_is_enough_where_both_are_of_one_currency(
    billed: tuple[PaperFirm, UUID],
) -> None:
    firm, invoice = billed
    firm.do("RecordPayment", payment_id=new("usd"), client_id=firm.client, bank_reference="U",
            received_on="2025-01-20", amount=money("150.00", "USD"))  # fmt: skip
    given = {**settled(invoice), "payment_id": new("usd"), "paid": money("150.00", "USD")}

    firm.refuses(CurrencyMismatch, "ApplyPayment", **given)


def test_another_clients_money_settles_in_its_own_currency(
    billed: tuple[PaperFirm, UUID],
) -> None:
    firm, invoice = billed
    firm.do("RegisterClient", client_id=new("other"), code="OTHER", name="Other Fictional",
            entity="DE01", currency="JPY")  # fmt: skip
    firm.do("RecordPayment", payment_id=new("theirs"), client_id=new("other"),
            bank_reference="T", received_on="2025-01-20",
            amount=money("15000", "JPY"))  # fmt: skip
    given = {**settled(invoice), "payment_id": new("theirs"), "consent_by": "their head",
             "consent_evidence": "a letter"}  # fmt: skip

    firm.refuses(OtherClient, "ApplyPayment", **given)


def test_a_currency_is_given_for_another_only_through_exchange_differences() -> None:
    lines = [Line("2230", "JPY", Decimal(100), Decimal(1)),
             Line("1100", "USD", Decimal(-1), Decimal(-1))]  # fmt: skip

    with pytest.raises(Unbalanced):
        check_balance(lines, "EUR")
    with pytest.raises(Unbalanced):
        check_balance([*lines, Line("7000", "JPY", Decimal(-100), Decimal(0))], "EUR")
    check_balance([*lines, Line("7000", "JPY", Decimal(-100), Decimal(-1)),
                   Line("7000", "USD", Decimal(1), Decimal(1))], "EUR")  # fmt: skip
