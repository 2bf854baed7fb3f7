"""Expenses, from the receipt to the invoice."""

from decimal import Decimal
from typing import Any

import pytest

from domain.actor import Actor
from domain.consumption import BilledElsewhere
from domain.delivery.expense import Expense, NotReplaceable
from domain.delivery.expense_commands import NotPositive
from domain.delivery.project import ProjectClosed
from domain.delivery.time_correction_commands import SetApart
from domain.delivery.timesheet import OwnWork, WrongState
from domain.money import CurrencyMismatch
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, approved_expense, eur, new, set_up, spend, usd
from tests.firm import WORKER

RECEIPT = "ab" * 32
SPENDER = Actor("worker", frozenset({"cash"}), frozenset({"*"}))


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def spent(paper: PaperFirm, at: Stage, name: str = "x", **fields: Any) -> dict[str, Any]:
    """Fields of an expense of 6 January."""
    return {"expense_id": new(name), "person_id": paper.person, "project_id": at.project,
            "spent_on": "2025-01-06", "category": "hotel", "net": eur("80.00"),
            "tax": eur("5.60"), **fields}  # fmt: skip


def test_a_receipt_is_claimed_once(paper: PaperFirm, at: Stage) -> None:
    paper.do("RecordExpense", WORKER, **spent(paper, at, receipt_sha256=RECEIPT))

    again = spent(paper, at, "y", receipt_sha256=RECEIPT)
    paper.refuses(AlreadyTaken, "RecordExpense", WORKER, **again)
    paper.do("RecordExpense", WORKER, **spent(paper, at, "y"))
    paper.do("RecordExpense", WORKER, **spent(paper, at, "z"))


def test_a_closed_project_takes_no_expense(paper: PaperFirm, at: Stage) -> None:
    closed: dict[str, Any] = {"project_id": new("bare")}
    paper.do("CloseProject", **closed)

    paper.refuses(ProjectClosed, "RecordExpense", WORKER, **spent(paper, at, **closed))


def test_net_and_tax_are_of_one_currency(paper: PaperFirm, at: Stage) -> None:
    mixed = spent(paper, at, tax=usd("5.60"))

    paper.refuses(CurrencyMismatch, "RecordExpense", WORKER, **mixed)


@pytest.mark.parametrize(("net", "tax"), [("0.00", "0.00"), ("-1.00", "0.00"), ("1.00", "-0.01")])
def test_money_spent_is_positive(paper: PaperFirm, at: Stage, net: str, tax: str) -> None:
    given = spent(paper, at, net=eur(net), tax=eur(tax))

    paper.refuses(NotPositive, "RecordExpense", WORKER, **given)


def test_nobody_decides_on_their_own_expense(paper: PaperFirm, at: Stage) -> None:
    worker = Actor("worker", frozenset({"approver"}), frozenset({"*"}))

    paper.refuses(OwnWork, "ApproveExpense", worker, expense_id=at.expense)
    paper.refuses(OwnWork, "RejectExpense", worker, expense_id=at.expense, why="x")


@pytest.mark.parametrize("first", ["ApproveExpense", "RejectExpense"])
def test_an_expense_is_decided_once(paper: PaperFirm, at: Stage, first: str) -> None:
    why = {"why": "x"} if first == "RejectExpense" else {}
    paper.do(first, expense_id=at.expense, **why)

    paper.refuses(WrongState, "ApproveExpense", expense_id=at.expense)
    paper.refuses(WrongState, "RejectExpense", expense_id=at.expense, why="x")


def test_an_expense_of_a_day_without_a_rate_is_refused(paper: PaperFirm, at: Stage) -> None:
    late = spend(paper, at.project, "late", spent_on="2025-03-04")

    paper.refuses(MissingRate, "ApproveExpense", expense_id=late)


def test_an_expense_is_passed_on_with_its_mark_up_at_the_rate_of_its_day(
    paper: PaperFirm, at: Stage
) -> None:
    fields = {"net": eur("1000.00"), "tax": eur("190.00"), "markup_pct": "5"}
    approved_expense(paper, at.project, "e5", **fields)

    rated = paper.last(Expense.Approved).rated
    assert (rated.cost_net, rated.cost_tax) == (Decimal("1000.00"), Decimal("190.00"))
    assert rated.bill_amount == Decimal("1083.71")
    assert rated.bill_functional == Decimal("1050.00")
    assert rated.bill_currency == "USD"


@pytest.mark.parametrize(
    ("project", "fields"),
    [("project", {"billable": False}), ("fixed_project", {}), ("bare", {})],
)
def test_an_expense_that_nobody_pays_for_still_costs(
    paper: PaperFirm, at: Stage, project: str, fields: dict[str, Any]
) -> None:
    id_ = new("bare") if project == "bare" else getattr(at, project)
    approved_expense(paper, id_, "e6", **fields)

    rated = paper.last(Expense.Approved).rated
    assert rated.bill_amount == 0
    assert rated.cost_net == Decimal("48.44")


def test_a_claim_goes_to_the_books_of_who_spent_it(paper: PaperFirm, at: Stage) -> None:
    before = paper.balances()
    approved_expense(paper, at.project, "e8", net=eur("100.00"), tax=eur("19.00"))

    after = paper.balances()
    moved = {key: after[key][0] - before.get(key, (Decimal(0),))[0] for key in after}
    assert {key: amount for key, amount in moved.items() if amount} == {
        ("5020", "EUR"): Decimal("100.00"), ("1420", "EUR"): Decimal("19.00"),
        ("2110", "EUR"): Decimal("-119.00"), ("1200", "USD"): Decimal("103.21"),
        ("4030", "USD"): Decimal("-103.21"),
    }  # fmt: skip


def test_an_approved_expense_is_paid_back_once(paper: PaperFirm, at: Stage) -> None:
    given = {"paid_on": "2025-01-10", "bank_reference": "T 1"}
    paper.refuses(WrongState, "ReimburseExpense", expense_id=at.expense, **given)
    paid = {"expense_id": at.approved_expense, **given}
    paper.refuses(OwnWork, "ReimburseExpense", SPENDER, **paid)
    late = {**paid, "paid_on": "2025-03-04"}
    paper.refuses(MissingRate, "ReimburseExpense", **late)
    paper.do("ReimburseExpense", **paid)

    paper.refuses(WrongState, "ReimburseExpense", **paid)
    paper.refuses(WrongState, "ReimburseExpense", **{**paid, "bank_reference": "T 2"})


def test_what_is_paid_back_may_still_be_billed(paper: PaperFirm, at: Stage) -> None:
    paper.do("ReimburseExpense", expense_id=at.approved_expense, paid_on="2025-01-10",
             bank_reference="T 1")  # fmt: skip
    source = {"kind": "expense", "holder_id": at.approved_expense, "ids": [at.approved_expense]}
    paper.do("IssueInvoice", invoice_id=new("i"), contract_id=at.contract,
             issued_on="2025-01-10", sources=[source])  # fmt: skip

    assert paper.replayed(at.approved_expense).state == "billed"


def test_an_expense_that_does_not_count_is_reversed_while_it_is_not_billed(
    paper: PaperFirm, at: Stage
) -> None:
    paper.refuses(WrongState, "ReverseExpense", expense_id=at.expense, why="x")
    mine = {"expense_id": at.approved_expense, "why": "x"}
    approver = Actor("worker", frozenset({"approver"}), frozenset({"*"}))
    paper.refuses(OwnWork, "ReverseExpense", approver, **mine)
    thing = {"kind": "expense", "holder_id": at.approved_expense, "item_id": at.approved_expense}
    paper.do("HoldBillable", **thing, why="not yet")
    paper.refuses(SetApart, "ReverseExpense", **mine)
    paper.do("ReleaseBillable", **thing)
    paper.do("ReverseExpense", **mine)

    paper.refuses(WrongState, "ReverseExpense", **mine)
    source = {"kind": "expense", "holder_id": at.approved_expense, "ids": [at.approved_expense]}
    paper.refuses(BilledElsewhere, "IssueInvoice", invoice_id=new("i"), contract_id=at.contract,
                  issued_on="2025-01-10", sources=[source])  # fmt: skip


def test_what_is_paid_back_is_not_reversed(paper: PaperFirm, at: Stage) -> None:
    paper.do("ReimburseExpense", expense_id=at.approved_expense, paid_on="2025-01-10",
             bank_reference="T 1")  # fmt: skip

    paper.refuses(WrongState, "ReverseExpense", expense_id=at.approved_expense, why="x")


def test_a_receipt_is_noted_anew_after_an_expense_that_does_not_count(
    paper: PaperFirm, at: Stage
) -> None:
    def noted(name: str, **fields: Any) -> dict[str, Any]:
        return spent(paper, at, name, receipt_sha256=RECEIPT, **fields)

    paper.do("RecordExpense", WORKER, **noted("x"))
    paper.refuses(NotReplaceable, "RecordExpense", WORKER, **noted("y", replaces=new("x")))
    paper.do("RejectExpense", expense_id=new("x"), why="another project")
    paper.refuses(AlreadyTaken, "RecordExpense", WORKER, **noted("y"))
    other = {**noted("y", replaces=new("x")), "receipt_sha256": "ef" * 32}
    paper.refuses(NotReplaceable, "RecordExpense", WORKER, **other)
    paper.do("RecordExpense", WORKER, **noted("y", replaces=new("x")))
    paper.refuses(AlreadyTaken, "RecordExpense", WORKER, **noted("z", replaces=new("x")))

    paper.do("ApproveExpense", expense_id=new("y"))
    paper.do("ReverseExpense", expense_id=new("y"), why="x")
    paper.do("RecordExpense", WORKER, **noted("z", replaces=new("y")))
