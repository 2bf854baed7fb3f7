"""What clients are let off: early discounts, small differences, bad debts; and the allowance."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.billing.documents import NothingToBill
from domain.billing.invoice import OverApplied, OverCredited
from domain.delivery.timesheet import OwnWork
from domain.ledger.period import PeriodClosed
from domain.money import AmountTooFine, CurrencyMismatch
from domain.pricing.fx import MissingRate
from domain.receivables.allowance import AllowanceBooked, CreditLossAllowance
from domain.receivables.let_off import AboveTolerance, DiscountNotEarned
from domain.receivables.reduction import TooEarly
from domain.receivables.write_off import AboveWriteOffLimit, NotWrittenOff
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.receivables_stage import BOSS, CLERK, Collecting, invoice_id
from tests.domain.samples import eur, usd


@pytest.fixture
def at(paper: PaperFirm) -> Collecting:
    """Receivables in every state."""
    return Collecting(paper)


def taxed(at: Collecting) -> Any:
    """An invoice of 1,000.00 net and 190.00 tax of 8 January; 2 % in 10 days, 2 more of grace."""
    contract, project = at.firm.win("Taxed", rate_card_id=at.firm.card)
    at.firm.do("SetEarlyPaymentTerms", client_id=at.firm.client, from_date="2025-01-01",
               discount_pct="2", days=10, grace_days=2)  # fmt: skip
    work = at.firm.work(project, date(2025, 1, 3), 400)
    return at.firm.bill("taxed", contract, at.invoice("open").issued_on, work)


def test_who_pays_early_keeps_the_discount_and_its_tax(at: Collecting) -> None:
    invoice = taxed(at)
    before = {code: at.balance(code)[0] for code in ("1100", "4090", "2300")}

    at.settle(at.receive("early", "1166.20", on="2025-01-17"), invoice, "1166.20",
              take_discount=True)  # fmt: skip

    after = {code: at.balance(code)[0] - before[code] for code in before}
    assert after == {"1100": -1190, "4090": Decimal("20.00"), "2300": Decimal("3.80")}
    found = at.firm.replayed(invoice)
    assert (found.open, found.functional_open) == (0, 0)


def test_the_day_the_money_came_decides_and_grace_counts(at: Collecting) -> None:
    invoice = taxed(at)
    early = {"invoice_id": invoice, "amount": usd("1166.20"), "take_discount": True}
    late = at.receive("late money", "1166.20", on="2025-01-21")
    at.firm.refuses(DiscountNotEarned, "ApplyPayment", payment_id=late,
                    applied_on="2025-01-21", **early)  # fmt: skip

    on_time = at.receive("grace", "1166.20", on="2025-01-20")
    at.firm.do("ApplyPayment", payment_id=on_time, applied_on="2025-01-24", **early)

    assert at.firm.replayed(invoice).open == 0


def test_who_has_no_terms_or_pays_all_gets_no_discount(at: Collecting) -> None:
    payment, bill = at.receive("all", "2000.00"), {"applied_on": "2025-01-10"}
    at.firm.refuses(DiscountNotEarned, "ApplyPayment", payment_id=payment,
                    invoice_id=invoice_id("late"), amount=usd("146.00"), take_discount=True,
                    **bill)  # fmt: skip
    invoice = taxed(at)
    at.firm.refuses(DiscountNotEarned, "ApplyPayment", payment_id=payment, invoice_id=invoice,
                    amount=usd("1190.00"), take_discount=True, **bill)  # fmt: skip


def test_a_part_payment_in_time_settles_its_share_of_the_discount(at: Collecting) -> None:
    invoice = taxed(at)

    at.settle(at.receive("part", "490.00"), invoice, "490.00", take_discount=True)

    assert at.firm.replayed(invoice).open == Decimal("690.00")


def test_a_discount_goes_with_the_payment_that_earned_it(at: Collecting) -> None:
    invoice = taxed(at)
    payment = at.receive("early", "1166.20")
    at.settle(payment, invoice, "1166.20", take_discount=True)

    at.do("UnapplyPayment", payment_id=payment, invoice_id=invoice)

    assert at.firm.replayed(invoice).open == Decimal("1190.00")
    assert at.balance("4090")[0] == Decimal("40.00")


def test_terms_do_not_reach_back_and_may_end(at: Collecting) -> None:
    at.firm.do("SetEarlyPaymentTerms", client_id=at.firm.client, from_date="2025-01-09",
               discount_pct="2", days=30)  # fmt: skip
    payment = at.receive("early", "150.00")
    late = {"payment_id": payment, "applied_on": "2025-01-10", "take_discount": True}

    at.firm.refuses(DiscountNotEarned, "ApplyPayment", invoice_id=invoice_id("late"),
                    amount=usd("146.02"), **late)  # fmt: skip
    newer = at.bill("newer", on="2025-01-09")
    at.firm.do("ApplyPayment", invoice_id=newer, amount=usd("147.00"), **late)


def test_what_was_let_off_is_credited_no_more(at: Collecting) -> None:
    invoice = taxed(at)
    at.settle(at.receive("early", "1166.20"), invoice, "1166.20", take_discount=True)

    given = {"memo_id": new("whole"), "invoice_id": invoice, "issued_on": "2025-01-10",
             "why": "x", "lines": [{"no": 1}]}  # fmt: skip
    at.firm.refuses(OverCredited, "IssueCreditMemo", **given)


def test_a_small_rest_is_let_go_within_the_tolerance(at: Collecting) -> None:
    at.do("WriteOffSmallDifference")

    assert at.invoice("rest").open == 0
    assert at.balance("6210")[0] == 1


def test_a_payment_closes_its_small_rest(at: Collecting) -> None:
    payment = at.receive("short", "148.50")
    given = {"payment_id": payment, "applied_on": "2025-01-10", "close_difference": True}
    at.firm.refuses(AboveTolerance, "ApplyPayment", invoice_id=invoice_id("late"),
                    amount=usd("147.49"), **given)  # fmt: skip

    at.firm.do("ApplyPayment", invoice_id=invoice_id("late"), amount=usd("147.50"), **given)

    assert at.invoice("late").open == 0


def test_a_tolerance_is_for_a_document_and_for_one_direction(at: Collecting) -> None:
    at.firm.refuses(AboveTolerance, "WriteOffSmallDifference",
                    invoice_id=invoice_id("open"), written_off_on="2025-01-10")  # fmt: skip
    at.do("WriteOffSmallDifference")
    at.firm.refuses(AboveTolerance, "WriteOffSmallDifference",
                    **at.given["WriteOffSmallDifference"])  # fmt: skip
    at.firm.do("SetTolerance", entity="DE01", amount="5", over=False)
    at.firm.refuses(AboveTolerance, "KeepSmallOverpayment",
                    **at.given["KeepSmallOverpayment"])  # fmt: skip


def test_small_rests_of_one_invoice_count_together(at: Collecting) -> None:
    at.do("WriteOffSmallDifference")
    at.do("UnapplyPayment", invoice_id=invoice_id("rest"))
    at.settle(at.receive("again", "148.00"), invoice_id("rest"), "148.00")

    assert at.invoice("rest").open == 1
    at.firm.refuses(AboveTolerance, "WriteOffSmallDifference",
                    **at.given["WriteOffSmallDifference"])  # fmt: skip


def test_a_small_overpayment_is_kept_of_what_was_applied(at: Collecting) -> None:
    at.do("KeepSmallOverpayment")

    assert at.firm.replayed(new("r2")).left == 0
    assert at.balance("6210")[0] == -1
    given = at.given["KeepSmallOverpayment"]
    at.firm.refuses(TooEarly, "KeepSmallOverpayment", **{**given, "kept_on": "2025-01-01"})
    unused = {**given, "payment_id": at.receive("penny", "0.50")}
    at.firm.refuses(AboveTolerance, "KeepSmallOverpayment", **unused)


def test_a_tolerance_in_the_books_is_converted_to_the_document(at: Collecting) -> None:
    at.firm.do("SetTolerance", entity="DE01", amount="0.97")

    at.do("WriteOffSmallDifference")

    assert at.invoice("rest").open == 0


def test_a_clerk_writes_off_up_to_the_limit_of_the_invoice(at: Collecting) -> None:
    at.firm.do("SetWriteOffLimit", entity="DE01", amount="80")
    given = at.given["WriteOffReceivable"]

    at.firm.refuses(AboveWriteOffLimit, "WriteOffReceivable", CLERK,
                    **{**given, "amount": usd("23.00")})  # fmt: skip
    at.firm.refuses(AboveWriteOffLimit, "WriteOffReceivable", BOSS,
                    **{**given, "amount": usd("23.00")})  # fmt: skip
    at.firm.do("WriteOffReceivable", CLERK, **{**given, "amount": usd("22.00")})

    assert at.invoice("bad").open == 68


def test_more_than_the_limit_takes_two_people(at: Collecting) -> None:
    given = {**at.given["ProposeWriteOff"], "amount": usd("90.00")}
    at.firm.do("ProposeWriteOff", BOSS, **given)
    approve = {"write_off_id": given["write_off_id"], "written_off_on": "2025-01-10"}
    at.firm.refuses(OwnWork, "ApproveWriteOff", BOSS, **approve)

    at.firm.do("ApproveWriteOff", **approve)

    assert at.invoice("bad").open == at.invoice("bad").functional_open == 0
    at.firm.refuses(NotWrittenOff, "ApproveWriteOff", **approve)


def test_a_proposal_is_approved_while_so_much_is_open(at: Collecting) -> None:
    given = at.given["ApproveWriteOff"]
    at.settle(at.receive("paid after all", "75.00"), invoice_id("bad"), "75.00")

    at.firm.refuses(OverApplied, "ApproveWriteOff", ANYBODY, **given)


def test_what_is_written_off_is_a_positive_open_amount(at: Collecting) -> None:
    given = at.given["WriteOffReceivable"]
    at.firm.refuses(OverApplied, "WriteOffReceivable", **{**given, "amount": usd("90.01")})
    at.firm.refuses(CurrencyMismatch, "WriteOffReceivable", **{**given, "amount": eur("1.00")})
    at.firm.refuses(NothingToBill, "WriteOffReceivable", **{**given, "amount": usd("0.00")})
    given = at.given["ProposeWriteOff"]
    at.firm.refuses(OverApplied, "ProposeWriteOff", **{**given, "amount": usd("90.01")})
    at.firm.refuses(CurrencyMismatch, "ProposeWriteOff", **{**given, "amount": eur("1.00")})
    at.firm.refuses(NothingToBill, "ProposeWriteOff", **{**given, "amount": usd("0.00")})


def test_a_closed_month_takes_no_decision_of_a_controller(at: Collecting) -> None:
    at.firm.do("SoftClosePeriod", entity="DE01", month="2025-01-01")
    at.firm.do("HardClosePeriod", entity="DE01", month="2025-01-01")

    at.firm.refuses(PeriodClosed, "ApproveWriteOff", ANYBODY, **at.given["ApproveWriteOff"])
    at.firm.refuses(PeriodClosed, "ReverseWriteOff", ANYBODY, **at.given["ReverseWriteOff"])


def test_a_write_off_taken_back_asks_for_it_again(at: Collecting) -> None:
    before = at.balance("1110")[0]

    at.do("ReverseWriteOff")

    assert at.invoice("bad").open == 120
    assert at.balance("1110")[0] == before - 30
    given = at.given["ReverseWriteOff"]
    at.firm.refuses(NotWrittenOff, "ReverseWriteOff", **given)
    early = {**given, "write_off_id": new("r lost"), "reversed_on": "2025-01-08"}
    at.firm.refuses(TooEarly, "ReverseWriteOff", **early)
    at.do("RecoverWriteOff")
    given = {**given, "write_off_id": new("r lost")}
    at.firm.refuses(NotWrittenOff, "ReverseWriteOff", **given)


def test_tax_of_a_bad_debt_is_reclaimed_and_due_again_when_it_is_paid(at: Collecting) -> None:
    invoice = taxed(at)
    at.firm.do("SetWriteOffLimit", entity="DE01", amount="2000")
    tax = at.balance("2300")
    at.do("WriteOffReceivable", invoice_id=invoice, amount=usd("1190.00"), reclaims_tax=True)
    assert at.balance("2300")[0] - tax[0] == Decimal("190.00")

    for name, amount in (("i1", "390.01"), ("i2", "799.99")):
        at.do("RecoverWriteOff", write_off_id=at.given["WriteOffReceivable"]["write_off_id"],
              amount=usd(amount), received_on="2025-01-17", bank_reference=name)  # fmt: skip

    assert at.balance("2300") == tax


def test_what_is_recovered_was_written_off(at: Collecting) -> None:
    given = at.given["RecoverWriteOff"]
    at.firm.refuses(OverApplied, "RecoverWriteOff", **{**given, "amount": usd("30.01")})
    at.firm.refuses(CurrencyMismatch, "RecoverWriteOff", **{**given, "amount": eur("1.00")})
    at.firm.refuses(NothingToBill, "RecoverWriteOff", **{**given, "amount": usd("0.00")})
    at.firm.refuses(TooEarly, "RecoverWriteOff", **{**given, "received_on": "2025-01-08"})
    at.firm.refuses(MissingRate, "RecoverWriteOff", **{**given, "received_on": "2025-04-01"})
    at.firm.refuses(AlreadyTaken, "RecoverWriteOff", **{**given, "bank_reference": "r1"})
    proposed = {**given, "write_off_id": new("r bad")}
    at.firm.refuses(NotWrittenOff, "RecoverWriteOff", **proposed)


def test_an_allowance_books_the_difference_to_what_is_held(at: Collecting) -> None:
    used = at.books("1110")
    assert used > 0

    at.do("BookAllowance")

    assert at.firm.last(CreditLossAllowance.Booked).change == 20 + used
    assert at.books("1110") == -20
    assert at.books("6200") == 20 + used


def test_a_month_is_booked_by_what_was_held_on_its_last_day(at: Collecting) -> None:
    at.firm.rates(date(2025, 2, 3), USD="1.0300")
    at.do("WriteOffReceivable", written_off_on="2025-02-05")
    before = sum(m for on, m in allowance(at).moves if on.month == 1)

    at.do("BookAllowance")

    assert at.firm.last(CreditLossAllowance.Booked).held == before
    at.do("BookAllowance", month="2025-02-01")
    assert at.books("1110") == -20


def allowance(at: Collecting) -> Any:
    """The allowance of the entity."""
    return at.firm.replayed(at.firm.last(CreditLossAllowance.Moved).originator_id)


def test_a_month_has_one_allowance_in_whole_cents(at: Collecting) -> None:
    at.do("BookAllowance")
    given = at.given["BookAllowance"]

    at.firm.refuses(AllowanceBooked, "BookAllowance", **given)
    bucket = {"bucket": "current", "balance": "1.001", "loss_rate_pct": "1"}
    fine = {**given, "month": "2025-02-01", "buckets": [bucket]}
    at.firm.refuses(AmountTooFine, "BookAllowance", **fine)
