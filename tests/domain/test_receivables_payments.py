"""Money after it came: identified, taken off, sent back, bounced, and the credit of memos."""

from datetime import date
from decimal import Decimal

import pytest

from domain.billing.consent import OtherClient
from domain.billing.documents import NothingToBill
from domain.billing.invoice import OverApplied, OverCredited
from domain.billing.payment import Payment
from domain.billing.payment_refusals import AlreadyUsed, ClientUnknown, NotApplied, PaymentBounced
from domain.money import CurrencyMismatch
from domain.pricing.fx import MissingRate
from domain.receivables.memo_credit import MemoCredit
from domain.receivables.reduction import TooEarly
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.receivables_stage import Collecting, invoice_id
from tests.domain.samples import eur, usd

NOTHING = Decimal(0), Decimal(0)


@pytest.fixture
def at(paper: PaperFirm) -> Collecting:
    """Receivables in every state."""
    return Collecting(paper)


def held(at: Collecting) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Every account that is not zero."""
    return {key: value for key, value in at.firm.balances().items() if value != NOTHING}


def test_money_of_an_unknown_sender_waits_in_suspense_until_it_is_known(at: Collecting) -> None:
    assert at.balance("1020")[0] == Decimal(-70)
    credit = at.balance("2230")[0]

    at.do("IdentifyPayment")

    assert at.balance("1020") == NOTHING
    assert at.balance("2230")[0] == credit - 70
    at.do("IdentifyPayment")
    assert len(at.firm.all(Payment.Identified)) == 1


def test_unknown_money_settles_nothing_and_goes_back_from_suspense(at: Collecting) -> None:
    given = {**at.given["ApplyPayment"], "payment_id": new("r3")}
    at.firm.refuses(ClientUnknown, "ApplyPayment", **given)

    at.do("RefundPayment", payment_id=new("r3"), amount=usd("70.00"))

    assert at.balance("1020") == NOTHING


def test_money_is_ascribed_to_another_client_while_it_is_unused(at: Collecting) -> None:
    other = at.other_client()
    at.do("IdentifyPayment")
    before = at.firm.balances()

    at.do("IdentifyPayment", client_id=other)

    assert at.firm.balances() == before
    assert at.firm.replayed(new("r3")).client_id == other


def test_whose_money_it_is_must_make_sense(at: Collecting) -> None:
    foreign = at.other_client("DE02")
    given = at.given["IdentifyPayment"]

    at.firm.refuses(OtherClient, "IdentifyPayment", **{**given, "client_id": foreign})
    at.firm.refuses(TooEarly, "IdentifyPayment", **{**given, "identified_on": "2025-01-07"})
    used = {**given, "payment_id": new("r2"), "client_id": at.other_client()}
    at.firm.refuses(AlreadyUsed, "IdentifyPayment", **used)
    at.do("ReversePayment", payment_id=new("r3"))
    at.firm.refuses(PaymentBounced, "IdentifyPayment", **given)


def test_a_receipt_names_a_client_or_an_account(at: Collecting) -> None:
    given = {**at.given["RecordPayment"], "client_id": None}

    at.firm.refuses(ClientUnknown, "RecordPayment", **given)
    other = {**given, "client_id": at.firm.client, "entity": "DE02"}
    at.firm.refuses(OtherClient, "RecordPayment", **other)


def test_a_payment_taken_off_leaves_the_books_as_before_it(at: Collecting) -> None:
    invoice, payment = at.bill("again"), at.receive("again", "150.00", on="2025-01-17")
    before = held(at)
    at.settle(payment, invoice, "70.00", applied_on="2025-01-17")
    at.settle(payment, invoice, "80.00", applied_on="2025-01-18")
    assert held(at)["7000", "EUR"] != before.get(("7000", "EUR"))

    at.do("UnapplyPayment", payment_id=payment, invoice_id=invoice, unapplied_on="2025-01-20")

    assert held(at) == before
    assert at.firm.replayed(invoice).open == 150


def test_only_what_was_applied_is_taken_off_and_not_before(at: Collecting) -> None:
    given = at.given["UnapplyPayment"]

    at.firm.refuses(NotApplied, "UnapplyPayment", **{**given, "invoice_id": invoice_id("open")})
    at.firm.refuses(TooEarly, "UnapplyPayment", **{**given, "unapplied_on": "2025-01-08"})
    at.do("UnapplyPayment")
    at.firm.refuses(NotApplied, "UnapplyPayment", **given)


def test_a_bounced_payment_reopens_every_invoice_and_leaves_the_bank(at: Collecting) -> None:
    one, two = at.bill("one more"), at.bill("two more")
    before = held(at)
    payment = at.receive("bounces", "320.00", on="2025-01-17")
    for invoice in (one, two):
        at.settle(payment, invoice, "150.00", applied_on="2025-01-17")

    at.do("ReversePayment", payment_id=payment, reversed_on="2025-01-20")

    assert held(at) == before
    assert at.firm.replayed(one).open == at.firm.replayed(two).open == 150
    assert at.firm.replayed(payment).functional_left == 0


def test_a_payment_bounces_once_and_not_what_went_back(at: Collecting) -> None:
    given = at.given["ReversePayment"]
    at.firm.refuses(TooEarly, "ReversePayment", **{**given, "reversed_on": "2025-01-07"})
    at.do("RefundPayment")

    at.firm.refuses(AlreadyUsed, "ReversePayment", **{**given, "payment_id": new("r2")})
    at.do("ReversePayment")
    at.firm.refuses(PaymentBounced, "ReversePayment", **given)
    refund = {**at.given["RefundPayment"], "payment_id": new("r4"), "bank_reference": "out 9"}
    at.firm.refuses(OverApplied, "RefundPayment", **refund)


def test_a_refund_realises_what_the_rate_did_since_the_money_came(at: Collecting) -> None:
    payment = at.receive("too much", "100.00")
    credit = at.balance("2230")

    at.do("RefundPayment", payment_id=payment, amount=usd("100.00"), refunded_on="2025-01-17")

    fact = at.firm.last(Payment.Refunded)
    assert at.balance("2230")[1] - credit[1] == fact.relieved == Decimal("96.89")
    assert fact.functional == Decimal("97.11")
    assert at.books("7000") >= Decimal("0.22")


def test_a_refund_is_of_what_is_left(at: Collecting) -> None:
    payment, credit = at.given["RefundPayment"], at.given["RefundCredit"]
    at.firm.refuses(OverApplied, "RefundPayment", **{**payment, "amount": usd("1.01")})
    at.firm.refuses(CurrencyMismatch, "RefundPayment", **{**payment, "amount": eur("0.10")})
    at.firm.refuses(NothingToBill, "RefundPayment", **{**payment, "amount": usd("-1.00")})
    at.firm.refuses(TooEarly, "RefundPayment", **{**payment, "refunded_on": "2025-01-01"})
    at.firm.refuses(MissingRate, "RefundPayment", **{**payment, "refunded_on": "2025-04-01"})
    at.firm.refuses(AlreadyTaken, "RefundPayment", **{**payment, "bank_reference": "r2"})
    at.firm.refuses(OverApplied, "RefundCredit", **{**credit, "amount": usd("30.01")})
    at.firm.refuses(CurrencyMismatch, "RefundCredit", **{**credit, "amount": eur("0.10")})
    at.firm.refuses(NothingToBill, "RefundCredit", **{**credit, "amount": usd("-1.00")})
    at.firm.refuses(TooEarly, "RefundCredit", **{**credit, "refunded_on": "2025-01-08"})
    at.firm.refuses(MissingRate, "RefundCredit", **{**credit, "refunded_on": "2025-04-01"})
    at.firm.refuses(AlreadyTaken, "RefundCredit", **{**credit, "bank_reference": "r2"})


def test_a_memos_credit_settles_another_invoice_and_comes_off_again(at: Collecting) -> None:
    before = held(at)
    owed, late = at.balance("2230")[0], at.invoice("late").open

    at.do("ApplyCredit")
    assert at.invoice("late").open == late - 5
    assert at.balance("2230")[0] == owed + 5
    at.do("UnapplyCredit", to_invoice_id=invoice_id("late"))

    assert held(at) == before
    assert at.firm.last(MemoCredit.Unapplied).amount == 5


def test_a_memos_credit_has_an_end_and_a_client(at: Collecting) -> None:
    given = at.given["ApplyCredit"]
    at.firm.refuses(OverApplied, "ApplyCredit", **{**given, "amount": usd("30.01")})
    at.firm.refuses(OverApplied, "ApplyCredit", **{**given, "memo_id": new("no memo")})
    at.firm.refuses(CurrencyMismatch, "ApplyCredit", **{**given, "amount": eur("1.00")})
    at.firm.refuses(NothingToBill, "ApplyCredit", **{**given, "amount": usd("0.00")})
    at.firm.refuses(TooEarly, "ApplyCredit", **{**given, "applied_on": "2025-01-08"})
    back = at.given["UnapplyCredit"]
    at.firm.refuses(NotApplied, "UnapplyCredit", **{**back, "to_invoice_id": invoice_id("late")})
    at.firm.refuses(OverApplied, "UnapplyCredit", **{**back, "memo_id": new("no memo")})
    at.firm.refuses(TooEarly, "UnapplyCredit", **{**back, "unapplied_on": "2025-01-08"})


def test_a_memos_credit_settles_only_its_own_clients_invoices(at: Collecting) -> None:
    at.firm.client = at.other_client()
    contract, project = at.firm.win("Theirs")
    theirs = at.firm.bill("theirs", contract, at.invoice("open").issued_on,
                          at.firm.work(project, date(2025, 1, 3)))  # fmt: skip

    given = {**at.given["ApplyCredit"], "to_invoice_id": theirs}
    at.firm.refuses(OtherClient, "ApplyCredit", **given)


def test_a_credit_may_settle_the_invoice_it_came_from_once_the_payment_bounced(
    at: Collecting,
) -> None:
    at.do("ReversePayment", payment_id=new("r1"))
    assert at.invoice("repaid").open == 150

    at.do("ApplyCredit", to_invoice_id=invoice_id("repaid"), amount=usd("30.00"))

    assert at.invoice("repaid").open == 120


def test_what_was_credited_after_payment_is_not_written_off_once_it_bounced(
    at: Collecting,
) -> None:
    at.do("ReversePayment", payment_id=new("r1"))
    at.firm.do("SetWriteOffLimit", entity="DE01", amount="1000")

    at.firm.refuses(OverCredited, "WriteOffReceivable", **{
        **at.given["WriteOffReceivable"], "invoice_id": invoice_id("repaid"),
        "amount": usd("111.00"),
    })  # fmt: skip
    at.do("WriteOffReceivable", invoice_id=invoice_id("repaid"), amount=usd("110.00"))
