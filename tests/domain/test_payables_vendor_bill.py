"""Vendors' bills: noted, approved by another, paid at the rate of the day, settled to zero."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.delivery.expense_commands import NotPositive
from domain.delivery.outlook import UnknownCommitment, outlook_id
from domain.delivery.project import ProjectClosed
from domain.delivery.timesheet import OwnWork, WrongState
from domain.ledger.chart import UnknownAccount
from domain.ledger.period import PeriodNotOpen
from domain.ledger.policy import DimensionMissing
from domain.money import AmountTooFine, UnknownCurrency
from domain.payables.commands import DueBeforeBill, VendorElsewhere
from domain.payables.cost_line import DimensionNeeded, NotACost
from domain.payables.vendor_bill import (
    AboveOpen,
    BillUsed,
    UnknownBillLine,
    UnknownVendorPayment,
)
from domain.pricing.fx import MissingRate
from domain.receivables.reduction import TooEarly
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_outlook import AHEAD, order
from tests.domain.samples_outlook import prepare as look_ahead
from tests.domain.samples_payables import BOSS, cost, desk, noted, owed, payment, vendor

BILL = {"bill_id": new("bill B1")}
WHY = {"why": "agreed"}
ZERO = (Decimal(0), Decimal(0))


@pytest.fixture
def buyer(paper: PaperFirm) -> PaperFirm:
    """A firm with a project, an order of 1,000 EUR and a subcontractor; rates until 17 January."""
    paper.rates(date(2025, 1, 10), USD="1.0304", GBP="0.8384")
    paper.rates(date(2025, 1, 17), USD="1.0298", GBP="0.8448")
    look_ahead(paper)
    vendor(paper)
    return paper


def books(firm: PaperFirm, account: str, currency: str = "EUR") -> tuple[Decimal, Decimal]:
    return firm.balances().get((account, currency), ZERO)


def lines_of(firm: PaperFirm, rule: str) -> dict[tuple[str, str], tuple[str, str]]:
    last = [entry for entry in firm.entries() if entry.rule == rule][-1]
    return {(one.account, one.currency): (f"{one.amount}", f"{one.functional}")
            for one in last.lines}  # fmt: skip


def test_a_bill_is_owed_once_somebody_else_approves_it(buyer: PaperFirm) -> None:
    buyer.do("RecordVendorBill", **noted("B1", cost(tax="190.00"), retainage_pct="10"))
    assert not list(buyer.entries())

    buyer.refuses(OwnWork, "ApproveVendorBill", **BILL)
    buyer.do("ApproveVendorBill", BOSS, **BILL)

    assert lines_of(buyer, "vendor_bill") == {
        ("5010", "EUR"): ("1000.00", "1000.00"), ("1420", "EUR"): ("190.00", "190.00"),
        ("2000", "EUR"): ("-1090.00", "-1090.00"), ("2020", "EUR"): ("-100.00", "-100.00"),
    }  # fmt: skip
    buyer.refuses(WrongState, "ApproveVendorBill", BOSS, **BILL)


def test_a_line_keeps_its_project_and_axes(buyer: PaperFirm) -> None:
    owed(buyer, "B1", cost(phase="build", department="east"))

    first = next(entry for entry in buyer.entries() if entry.rule == "vendor_bill").lines[0]

    assert first.project_id == AHEAD["project_id"]
    assert first.dimensions is not None
    assert (first.dimensions.cost_code, first.dimensions.cost_type) == ("design", "subcontract")
    assert (first.dimensions.phase, first.dimensions.department) == ("build", "east")


def test_the_type_of_a_cost_says_its_account(buyer: PaperFirm) -> None:
    rent = {"net": "10", "cost_type": "overhead"}
    owed(buyer, "B1", cost("1"), cost("2", cost_type="material"), rent, desk("99"),
         {"net": "5", "account": "1400"})  # fmt: skip

    found = lines_of(buyer, "vendor_bill")

    assert {account: amount for (account, _), (amount, _) in found.items()} == {
        "5010": "1", "5020": "2", "6010": "10", "1600": "99", "1400": "5", "2000": "-117.00",
    }  # fmt: skip


def test_a_bill_that_breaks_a_rule_is_not_noted(buyer: PaperFirm) -> None:
    buyer.do("RegisterLegalEntity", code="DE03", name="Fictional", currency="EUR", country="DE")
    buyer.do("CreateProject", project_id=new("far"), code="FAR", name="far", entity="DE03")

    buyer.refuses(NotACost, "RecordVendorBill", **noted("B1", cost(account="4000")))
    buyer.refuses(NotACost, "RecordVendorBill", **noted("B1", desk(account="1700")))
    buyer.refuses(NotACost, "RecordVendorBill", **noted("B1", cost(account="2000")))
    buyer.refuses(UnknownAccount, "RecordVendorBill", **noted("B1", cost(account="9999")))
    buyer.refuses(DimensionNeeded, "RecordVendorBill", **noted("B1", cost(project_id=None)))
    buyer.refuses(DimensionNeeded, "RecordVendorBill", **noted("B1", cost(cost_code="")))
    buyer.refuses(
        UnknownCommitment, "RecordVendorBill", **noted("B1", cost(commitment_id=new("no order")))
    )
    buyer.refuses(
        UnknownCommitment,
        "RecordVendorBill",
        **noted("B1", cost(project_id=None, commitment_id=new("order 1"))),
    )
    buyer.refuses(AmountTooFine, "RecordVendorBill", **noted("B1", cost("1.001")))
    buyer.refuses(VendorElsewhere, "RecordVendorBill", **noted("B1", cost(project_id=new("far"))))
    buyer.refuses(ProjectClosed, "RecordVendorBill", **noted("B1", cost(project_id=new("over"))))
    buyer.refuses(DueBeforeBill, "RecordVendorBill", **noted("B1", due_on="2025-01-02"))
    buyer.refuses(MissingRate, "RecordVendorBill", **noted("B1", currency="CHF"))


def test_an_entity_may_ask_a_line_for_more(buyer: PaperFirm) -> None:
    buyer.do("SetMandatoryDimensions", entity="DE01", account="5010", dimensions=["phase"])

    buyer.refuses(DimensionMissing, "RecordVendorBill", **noted("B1"))
    buyer.refuses(DimensionMissing, "AccrueCost", **accrued())
    buyer.do("RecordVendorBill", **noted("B1", cost(phase="build")))


def test_a_number_comes_once_and_again_after_a_void_bill(buyer: PaperFirm) -> None:
    owed(buyer, "B1")
    again = {**noted("B1"), "bill_id": new("again")}

    buyer.refuses(AlreadyTaken, "RecordVendorBill", **again)
    buyer.refuses(WrongState, "RecordVendorBill", **again, replaces=BILL["bill_id"])
    buyer.do("VoidVendorBill", **BILL, voided_on="2025-01-10", **WHY)
    buyer.refuses(AlreadyTaken, "RecordVendorBill", **again)
    other = {**again, "number": "B2", "replaces": BILL["bill_id"]}
    buyer.refuses(VendorElsewhere, "RecordVendorBill", **other)
    buyer.do("RecordVendorBill", **again, replaces=BILL["bill_id"])


def test_a_vendor_pays_in_a_currency_there_is(buyer: PaperFirm) -> None:
    given_ = {"vendor_id": new("v"), "code": "X", "name": "x", "entity": "DE01"}

    buyer.refuses(UnknownCurrency, "RegisterVendor", **given_, currency="XYZ")


def test_what_is_billed_is_no_longer_committed(buyer: PaperFirm) -> None:
    owed(buyer, "B1", cost("600.00", cost_code="", commitment_id=new("order 1")))
    assert committed(buyer) == Decimal("400.00")
    assert buyer.replayed(new("bill B1")).lines[1].dimensions.cost_code == "expense"

    buyer.do("RecordVendorCredit", **BILL, number="C1", credited_on="2025-01-10", **WHY,
             lines=[{"no": 1, "net": "150.00"}])  # fmt: skip
    assert committed(buyer) == Decimal("550.00")


def test_a_void_bill_opens_its_order_again_and_leaves_nothing(buyer: PaperFirm) -> None:
    owed(buyer, "B1", cost(tax="190.00", commitment_id=new("order 1")), retainage_pct="5")
    assert committed(buyer) == 0
    buyer.refuses(TooEarly, "VoidVendorBill", **BILL, voided_on="2025-01-02", **WHY)

    buyer.do("VoidVendorBill", **BILL, voided_on="2025-02-03", **WHY)

    assert committed(buyer) == Decimal("1000.00")
    assert not any(any(sums) for sums in buyer.balances().values())
    buyer.refuses(WrongState, "VoidVendorBill", **BILL, voided_on="2025-02-03", **WHY)


def test_a_bill_that_was_never_approved_is_voided_without_a_journal(buyer: PaperFirm) -> None:
    buyer.do("RecordVendorBill", **noted("B1"))
    buyer.do("VoidVendorBill", **BILL, voided_on="2025-01-10", **WHY)

    assert not list(buyer.entries())
    buyer.refuses(WrongState, "PayVendorBill", BOSS, **BILL, **payment("p", "1.00"))


def committed(firm: PaperFirm) -> Decimal:
    found: Decimal = (
        firm.replayed(outlook_id(AHEAD["project_id"])).commitment(new("order 1")).amount
    )
    return found


def test_a_rate_that_is_missing_later_stops_the_approval(buyer: PaperFirm) -> None:
    buyer.rates(date(2025, 3, 3), CHF="0.95")
    buyer.do("CommitCost", **order("swiss", amount={"amount": "500.00", "currency": "CHF"},
                                   committed_on="2025-03-03"))  # fmt: skip
    buyer.do("RecordVendorBill", **noted("B1", cost(commitment_id=new("swiss"))))

    buyer.refuses(MissingRate, "ApproveVendorBill", BOSS, **BILL)


def test_a_payment_takes_what_was_booked_and_realises_the_rest(buyer: PaperFirm) -> None:
    owed(buyer, "B1", cost("1000.00"), currency="USD")
    assert books(buyer, "2000", "USD") == (Decimal("-1000.00"), Decimal("-968.90"))

    buyer.do("PayVendorBill", **BILL, **payment("half", "400.00", "2025-01-17"))
    assert lines_of(buyer, "vendor_payment") == {
        ("2000", "USD"): ("400.00", "387.56"), ("1000", "USD"): ("-400.00", "-388.42"),
        ("7000", "EUR"): ("0.86", "0.86"),
    }  # fmt: skip

    buyer.do("PayVendorBill", **BILL, **payment("rest", "600.00", "2025-01-10"))
    assert books(buyer, "2000", "USD") == ZERO


def test_more_than_is_open_is_not_paid(buyer: PaperFirm) -> None:
    owed(buyer, "B1", cost("100.00"), retainage_pct="10")

    buyer.refuses(AboveOpen, "PayVendorBill", **BILL, **payment("p", "90.01"))
    buyer.refuses(NotPositive, "PayVendorBill", **BILL, **payment("p", "0"))
    buyer.refuses(AmountTooFine, "PayVendorBill", **BILL, **payment("p", "1.001"))
    buyer.refuses(TooEarly, "PayVendorBill", **BILL, **payment("p", "1", "2025-01-02"))
    buyer.do("PayVendorBill", **BILL, **payment("p", "50.00"))
    buyer.refuses(AlreadyTaken, "PayVendorBill", **BILL, **payment("p", "1.00"))
    same = {**payment("q", "1.00"), "bank_reference": "out p"}
    buyer.refuses(AlreadyTaken, "PayVendorBill", **BILL, **same)
    buyer.refuses(BillUsed, "VoidVendorBill", **BILL, voided_on="2025-01-10", **WHY)


def test_a_bill_waits_for_its_rate_and_its_approval(buyer: PaperFirm) -> None:
    buyer.do("RecordVendorBill", **noted("B1", currency="USD"))
    buyer.refuses(WrongState, "PayVendorBill", **BILL, **payment("p", "1.00"))
    buyer.do("ApproveVendorBill", BOSS, **BILL)

    late = payment("p", "1.00", "2025-06-02")
    buyer.refuses(MissingRate, "PayVendorBill", **BILL, **late)


def test_a_payment_that_came_back_is_owed_as_it_was(buyer: PaperFirm) -> None:
    owed(buyer, "B1", cost("1000.00"), currency="USD")
    before = buyer.balances()
    buyer.do("PayVendorBill", **BILL, **payment("p", "300.00", "2025-01-17"))
    back = {**BILL, "payment_id": new("paid p"), **WHY}
    buyer.refuses(TooEarly, "ReverseVendorPayment", **back, reversed_on="2025-01-16")

    buyer.do("ReverseVendorPayment", **back, reversed_on="2025-01-20")

    left = {key: sums for key, sums in buyer.balances().items() if any(sums)}
    assert left == {key: sums for key, sums in before.items() if any(sums)}
    buyer.refuses(UnknownVendorPayment, "ReverseVendorPayment", **back, reversed_on="2025-01-20")


def test_a_credit_takes_back_cost_tax_and_debt(buyer: PaperFirm) -> None:
    owed(buyer, "B1", cost(tax="190.00"), desk("400.00"))
    credit = {**BILL, "number": "C1", "credited_on": "2025-01-10", **WHY}

    buyer.do("RecordVendorCredit", **credit, lines=[{"no": 1, "net": "100.00", "tax": "19.00"}])

    assert lines_of(buyer, "vendor_credit") == {
        ("2000", "EUR"): ("119.00", "119.00"), ("5010", "EUR"): ("-100.00", "-100.00"),
        ("1420", "EUR"): ("-19.00", "-19.00"),
    }  # fmt: skip
    part = {**credit, "number": "C2"}
    buyer.refuses(AboveOpen, "RecordVendorCredit", **part, lines=[{"no": 1, "net": "900.01"}])
    buyer.refuses(UnknownBillLine, "RecordVendorCredit", **part, lines=[{"no": 3, "net": "1"}])
    buyer.refuses(NotPositive, "RecordVendorCredit", **part, lines=[{"no": 1, "net": "0"}])
    buyer.refuses(AmountTooFine, "RecordVendorCredit", **part, lines=[{"no": 1, "net": "0.001"}])


def test_a_credit_stays_within_what_is_open(buyer: PaperFirm) -> None:
    credit = {**BILL, "credited_on": "2025-01-10", **WHY, "lines": [{"no": 1, "net": "60.00"}]}
    buyer.do("RecordVendorBill", **noted("B1", cost("100.00")))
    buyer.refuses(WrongState, "RecordVendorCredit", **credit, number="C1")
    buyer.do("ApproveVendorBill", BOSS, **BILL)
    early = {**credit, "credited_on": "2025-01-02"}
    buyer.refuses(TooEarly, "RecordVendorCredit", **early, number="C1")
    buyer.do("PayVendorBill", **BILL, **payment("p", "50.00"))
    buyer.refuses(AboveOpen, "RecordVendorCredit", **credit, number="C1")
    small = {**credit, "lines": [{"no": 1, "net": "6.00"}]}
    buyer.do("RecordVendorCredit", **small, number="C1")
    buyer.refuses(AlreadyTaken, "RecordVendorCredit", **small, number="C1")


def test_a_line_that_is_an_asset_is_not_credited(buyer: PaperFirm) -> None:
    owed(buyer, "B1", desk())
    buyer.do("CapitalizeBillLine", asset_id=new("a"), **BILL, line=1, code="D", name="desk",
             months=60, capitalized_on="2025-01-10")  # fmt: skip

    buyer.refuses(BillUsed, "RecordVendorCredit", **BILL, number="C1", credited_on="2025-01-10",
                  **WHY, lines=[{"no": 1, "net": "1.00"}])  # fmt: skip
    buyer.refuses(BillUsed, "VoidVendorBill", **BILL, voided_on="2025-01-10", **WHY)


def test_retainage_is_held_back_and_released_to_be_paid(buyer: PaperFirm) -> None:
    vendor(buyer, "BUILD", retainage_pct="5")
    owed(buyer, "B1", cost("1000.00"), vendor_id=new("vendor BUILD"), currency="USD")
    assert books(buyer, "2020", "USD") == (Decimal("-50.00"), Decimal("-48.44"))

    buyer.do("WithholdSubcontractRetainage", **BILL, withheld_on="2025-01-10", amount="25.00",
             **WHY)  # fmt: skip
    assert books(buyer, "2020", "USD")[0] == Decimal("-75.00")
    buyer.do("ReleaseSubcontractRetainage", **BILL, released_on="2025-02-03", amount="75.00",
             **WHY)  # fmt: skip

    assert books(buyer, "2020", "USD") == ZERO
    assert books(buyer, "2000", "USD") == (Decimal("-1000.00"), Decimal("-968.90"))


def test_no_more_is_held_back_than_there_is(buyer: PaperFirm) -> None:
    given_ = {**BILL, "withheld_on": "2025-01-10", "amount": "1.00", **WHY}
    buyer.do("RecordVendorBill", **noted("B1", retainage_pct="10"))
    buyer.refuses(WrongState, "WithholdSubcontractRetainage", **given_)
    buyer.do("ApproveVendorBill", BOSS, **BILL)

    buyer.refuses(AboveOpen, "WithholdSubcontractRetainage", **{**given_, "amount": "900.01"})
    buyer.refuses(NotPositive, "WithholdSubcontractRetainage", **{**given_, "amount": "0"})
    buyer.refuses(AmountTooFine, "WithholdSubcontractRetainage", **{**given_, "amount": "0.001"})
    buyer.refuses(
        TooEarly, "WithholdSubcontractRetainage", **{**given_, "withheld_on": "2025-01-02"}
    )


def test_no_more_is_released_than_there_is(buyer: PaperFirm) -> None:
    given_ = {**BILL, "released_on": "2025-01-10", "amount": "1.00", **WHY}
    buyer.do("RecordVendorBill", **noted("B1", retainage_pct="10"))
    buyer.refuses(WrongState, "ReleaseSubcontractRetainage", **given_)
    buyer.do("ApproveVendorBill", BOSS, **BILL)

    buyer.refuses(AboveOpen, "ReleaseSubcontractRetainage", **{**given_, "amount": "100.01"})
    buyer.refuses(NotPositive, "ReleaseSubcontractRetainage", **{**given_, "amount": "0"})
    buyer.refuses(AmountTooFine, "ReleaseSubcontractRetainage", **{**given_, "amount": "0.001"})
    buyer.refuses(
        TooEarly, "ReleaseSubcontractRetainage", **{**given_, "released_on": "2025-01-02"}
    )


def test_an_accrual_is_gone_on_the_first_of_the_next_month(buyer: PaperFirm) -> None:
    buyer.do("AccrueCost", **accrued())

    entries = [entry for entry in buyer.entries() if entry.rule == "accrual"]

    assert [entry.effective_date for entry in entries] == [date(2025, 1, 31), date(2025, 2, 1)]
    assert entries[0].lines == tuple(line.mirrored() for line in entries[1].lines)
    assert entries[0].lines[0].account == "5010"
    assert entries[0].lines[1].account == "2010"


def accrued(*, on: str = "2025-01-31", **line: Any) -> dict[str, Any]:
    return {"accrual_id": new("a"), "entity": "DE01", "currency": "EUR", "accrued_on": on,
            "line": cost(**{"net": "300.00", **line}), "description": "design"}  # fmt: skip


def test_an_accrual_keeps_to_the_rules_of_a_bill(buyer: PaperFirm) -> None:
    buyer.do("RegisterLegalEntity", code="DE03", name="Fictional", currency="EUR", country="DE")
    buyer.do("CreateProject", project_id=new("far"), code="FAR", name="far", entity="DE03")

    buyer.refuses(NotACost, "AccrueCost", **accrued(treatment="capex"))
    buyer.refuses(NotACost, "AccrueCost", **accrued(tax="1.00"))
    buyer.refuses(UnknownAccount, "AccrueCost", **accrued(account="9999"))
    buyer.refuses(DimensionNeeded, "AccrueCost", **accrued(cost_code=""))
    buyer.refuses(UnknownCommitment, "AccrueCost", **accrued(commitment_id=new("none")))
    buyer.refuses(AmountTooFine, "AccrueCost", **accrued(net="0.001"))
    buyer.refuses(VendorElsewhere, "AccrueCost", **accrued(project_id=new("far")))
    buyer.refuses(ProjectClosed, "AccrueCost", **accrued(project_id=new("over")))
    buyer.refuses(MissingRate, "AccrueCost", **{**accrued(), "currency": "CHF"})
    buyer.refuses(PeriodNotOpen, "AccrueCost", **accrued(on="2025-12-31"))


parts = st.lists(st.integers(1, 5000), min_size=1, max_size=6)


@settings(max_examples=30)
@given(parts=parts, currency=st.sampled_from(["USD", "GBP"]), retained=st.integers(0, 30))
def test_a_settled_bill_is_zero_in_both_currencies(
    parts: list[int], currency: str, retained: int
) -> None:
    firm = PaperFirm()
    firm.found()
    look_ahead(firm)
    vendor(firm)
    firm.rates(date(2025, 1, 10), USD="1.0304", GBP="0.8384")
    sums = [Decimal(part) / 100 for part in parts]
    owed(firm, "B1", *(cost(f"{amount}") for amount in sums), currency=currency,
         retainage_pct=str(retained))  # fmt: skip
    if held := firm.replayed(new("bill B1")).held:
        firm.do("ReleaseSubcontractRetainage", **BILL, released_on="2025-01-10", amount=held,
                **WHY)  # fmt: skip

    for no, amount in enumerate(sums):
        firm.do("PayVendorBill", **BILL, **payment(f"{no}", f"{amount}"))

    assert books(firm, "2000", currency) == ZERO
    assert books(firm, "2020", currency) == ZERO
