"""What billing and cash refuse."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.actor import MissingRole
from domain.billing.consent import OtherClient
from domain.billing.documents import NothingToBill
from domain.billing.holders import OtherContract
from domain.billing.invoice import Invoice, OverApplied, OverCredited, PartialRestore, UnknownLine
from domain.command import Command
from domain.consumption import BilledElsewhere
from domain.contracts.contract import ContractNotActive
from domain.delivery.milestone import UnknownMilestone
from domain.delivery.timesheet import UnknownEntry
from domain.ledger.commands import ReasonNeeded
from domain.ledger.period import PeriodClosed, PeriodNotOpen
from domain.money import AmountTooFine, CurrencyMismatch
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import (
    DATED,
    Stage,
    approved_expense,
    eur,
    new,
    pay,
    samples,
    set_up,
    usd,
)
from tests.firm import WORKER


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def source(pair: tuple[Any, Any], kind: str = "time") -> dict[str, Any]:
    """Where to bill from: holder and thing."""
    return {"kind": kind, "holder_id": pair[0], "ids": [pair[1]]}


def invoice(at: Stage, *sources: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Fields of an invoice of 9 January."""
    return {"invoice_id": new("i2"), "contract_id": at.contract, "issued_on": "2025-01-09",
            "sources": sources or [source(at.approved)], **fields}  # fmt: skip


def memo(at: Stage, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Fields of a credit memo of 9 January."""
    return {"memo_id": new("m1"), "invoice_id": at.invoice, "issued_on": "2025-01-09",
            "why": "a gesture", "lines": lines, **fields}  # fmt: skip


def applied(at: Stage, amount: str = "10.00", **fields: Any) -> dict[str, Any]:
    """Fields of an application on 9 January."""
    return {"payment_id": at.payment, "invoice_id": at.invoice, "amount": usd(amount),
            "applied_on": "2025-01-09", **fields}  # fmt: skip


def test_what_is_billed_is_not_billed_again(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at, source(at.billed)))


@pytest.mark.parametrize("state", ["logged", "submitted"])
def test_time_is_billed_after_approval_only(paper: PaperFirm, at: Stage, state: str) -> None:
    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at, source(getattr(at, state))))


def test_a_source_named_twice_is_refused(paper: PaperFirm, at: Stage) -> None:
    twice = {"kind": "time", "holder_id": at.approved[0], "ids": [at.approved[1]] * 2}

    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at, twice))
    paper.refuses(
        BilledElsewhere, "IssueInvoice", **invoice(at, source(at.approved), source(at.approved))
    )


def test_work_marked_not_billable_is_not_billed(paper: PaperFirm, at: Stage) -> None:
    free: Any = paper.do("LogTime", WORKER, person_id=paper.person, project_id=at.project,
                         minutes=60, work_date="2025-02-04", billable=False).answer  # fmt: skip
    paper.do("SubmitTimesheet", WORKER, person_id=paper.person, week="2025-02-04")
    paper.do("ApproveTime", person_id=paper.person, week="2025-02-04")

    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at, source((free.id, free.entry_id))))


def test_an_expense_waits_for_its_approval(paper: PaperFirm, at: Stage) -> None:
    pair = at.expense, at.expense

    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at, source(pair, "expense")))


def test_a_milestone_waits_for_its_acceptance(paper: PaperFirm, at: Stage) -> None:
    fields = {"contract_id": at.fixed_contract}
    pair = at.fixed_project, at.completed

    paper.refuses(
        BilledElsewhere, "IssueInvoice", **invoice(at, source(pair, "milestone"), **fields)
    )
    unknown = source((at.fixed_project, new("no")), "milestone")
    paper.refuses(UnknownMilestone, "IssueInvoice", **invoice(at, unknown, **fields))


def test_an_entry_that_is_not_there_is_refused(paper: PaperFirm, at: Stage) -> None:
    unknown = source((at.approved[0], new("no")))

    paper.refuses(UnknownEntry, "IssueInvoice", **invoice(at, unknown))
    paper.refuses(NotFound, "IssueInvoice", **invoice(at, source((new("no"), new("no")))))
    paper.refuses(NotFound, "IssueInvoice", **invoice(at, source(at.approved, "expense")))


@pytest.mark.parametrize("kind", ["time", "expense", "milestone"])
def test_a_contract_bills_its_own_work_only(paper: PaperFirm, at: Stage, kind: str) -> None:
    paper.do("AcceptMilestone", project_id=at.fixed_project, milestone_id=at.completed,
             accepted_on="2025-01-09", evidence="signed")  # fmt: skip
    pairs = {"time": at.approved, "expense": (at.approved_expense, at.approved_expense),
             "milestone": (at.fixed_project, at.completed)}  # fmt: skip
    other = at.contract if kind == "milestone" else at.fixed_contract

    paper.refuses(
        OtherContract, "IssueInvoice", **invoice(at, source(pairs[kind], kind), contract_id=other)
    )


def test_nothing_is_billed_under_a_draft(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(ContractNotActive, "IssueInvoice", **invoice(at, contract_id=at.draft))


def test_an_invoice_of_nothing_is_refused(paper: PaperFirm, at: Stage) -> None:
    card = new("free card")
    paper.do("PublishRateCard", rate_card_id=card, name="free", entity="DE01", currency="USD",
             lines=[{"hourly_rate": "0", "from_date": "2025-01-01"}])  # fmt: skip
    contract, project = paper.win("Free", rate_card_id=card)
    work = paper.work(project, date(2025, 1, 15))

    paper.refuses(NothingToBill, "IssueInvoice", **invoice(at, source(work), contract_id=contract))


def test_a_date_without_a_rate_is_refused(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(MissingRate, "IssueInvoice", **invoice(at, issued_on="2025-03-01"))


def by_clerks(command: str) -> bool:
    """Whether others than controllers give it."""
    return bool(Command.registry[command].ROLES - {"admin", "controller"})


@pytest.mark.parametrize("command", DATED)
def test_a_closed_month_takes_no_document(paper: PaperFirm, at: Stage, command: str) -> None:
    date_field = DATED[command]
    given = {**documents(paper, at)[command], date_field: "2025-01-09"}
    paper.do("SoftClosePeriod", entity="DE01", month="2025-01-01")
    clerk = type(ANYBODY)("clerk", ANYBODY.roles - {"admin", "controller"}, ANYBODY.entities)

    paper.refuses(PeriodClosed if by_clerks(command) else MissingRole, command, clerk, **given)
    paper.refuses(ReasonNeeded, command, ANYBODY, **given)
    paper.refuses(PeriodNotOpen, command, ANYBODY, **{**given, date_field: "2026-02-01"})
    paper.do("HardClosePeriod", entity="DE01", month="2025-01-01")
    paper.refuses(PeriodClosed, command, ANYBODY, reason="late", **given)


def documents(paper: PaperFirm, at: Stage) -> dict[str, dict[str, Any]]:
    """Fields of the documents that carry an accounting date."""
    lines = [{"account": a, "currency": "EUR", side: "1"}
             for a, side in (("6010", "debit"), ("2010", "credit"))]  # fmt: skip
    return {
        **samples(paper, at),
        "IssueInvoice": invoice(at),
        "IssueCreditMemo": memo(at, {"no": 1, "net": "1.00"}),
        "RecordPayment": {"payment_id": new("late"), "client_id": paper.client,
                          "amount": usd("1.00"), "bank_reference": "L1"},
        "ApplyPayment": applied(at),
        "PostJournal": {"journal_id": new("late"), "entity": "DE01", "description": "late",
                        "lines": lines},
        "ReverseJournal": {"journal_id": at.journal, "reversal_id": new("late")},
    }  # fmt: skip


def test_a_controller_with_a_reason_books_into_a_soft_closed_month(
    paper: PaperFirm, at: Stage
) -> None:
    paper.do("SoftClosePeriod", entity="DE01", month="2025-01-01")

    paper.do("IssueInvoice", **invoice(at), reason="agreed with the auditor")

    assert paper.last(Invoice.Issued).issued_on == date(2025, 1, 9)


def test_no_more_is_credited_than_is_left(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(OverCredited, "IssueCreditMemo", **memo(at, {"no": 1, "net": "1200.01"}))
    paper.do("IssueCreditMemo", **memo(at, {"no": 1, "net": "700.00"}))

    paper.refuses(
        OverCredited, "IssueCreditMemo", **memo(at, {"no": 1, "net": "500.01"}, memo_id=new("m2"))
    )
    paper.do("IssueCreditMemo", **memo(at, {"no": 1}, memo_id=new("m2")))
    paper.refuses(OverCredited, "IssueCreditMemo", **memo(at, {"no": 1}, memo_id=new("m3")))


def test_a_memo_names_lines_that_are_there_once_each(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(UnknownLine, "IssueCreditMemo", **memo(at, {"no": 2}))
    line = {"no": 1, "net": "1.00"}
    paper.refuses(BilledElsewhere, "IssueCreditMemo", **memo(at, line, line))


def test_only_a_whole_line_frees_its_work(paper: PaperFirm, at: Stage) -> None:
    part = {"no": 1, "net": "600.00", "restore": True}
    paper.refuses(PartialRestore, "IssueCreditMemo", **memo(at, part))
    paper.do("IssueCreditMemo", **memo(at, {"no": 1, "net": "600.00"}))

    rest = {"no": 1, "restore": True}
    paper.refuses(PartialRestore, "IssueCreditMemo", **memo(at, rest, memo_id=new("m2")))


def test_a_freed_line_is_not_credited_again(paper: PaperFirm, at: Stage) -> None:
    paper.do("IssueCreditMemo", **memo(at, {"no": 1, "restore": True}))

    paper.refuses(
        OverCredited, "IssueCreditMemo", **memo(at, {"no": 1, "restore": True}, memo_id=new("m2"))
    )


def test_a_memo_amount_fits_its_currency(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(AmountTooFine, "IssueCreditMemo", **memo(at, {"no": 1, "net": "1.001"}))


def test_the_same_memo_twice_credits_once(paper: PaperFirm, at: Stage) -> None:
    paper.do("IssueCreditMemo", **memo(at, {"no": 1, "net": "1.00"}))

    paper.refuses(AlreadyTaken, "IssueCreditMemo", **memo(at, {"no": 1, "net": "1.00"}))


def test_a_bank_reference_is_booked_once_an_entity(paper: PaperFirm, at: Stage) -> None:
    assert at.payment

    paper.refuses(
        AlreadyTaken, "RecordPayment", payment_id=new("again"), client_id=paper.client,
        received_on="2025-01-09", amount=usd("7.00"), bank_reference="B1",
    )  # fmt: skip


def test_money_of_a_day_without_a_rate_is_refused(paper: PaperFirm) -> None:
    paper.refuses(
        MissingRate, "RecordPayment", payment_id=new("p"), client_id=paper.client,
        received_on="2025-03-01", amount=usd("7.00"), bank_reference="B9",
    )  # fmt: skip


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
def test_a_payment_is_positive(paper: PaperFirm, at: Stage, amount: str) -> None:
    paper.refuses(
        NothingToBill, "RecordPayment", payment_id=new("p"), client_id=paper.client,
        received_on="2025-01-09", amount=usd(amount), bank_reference="B9",
    )  # fmt: skip
    paper.refuses(NothingToBill, "ApplyPayment", **applied(at, amount))


def test_no_more_is_applied_than_is_left_of_either(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(OverApplied, "ApplyPayment", **applied(at, "100.01"))
    big = pay(paper, "2000", "B7")
    paper.refuses(OverApplied, "ApplyPayment", **applied(at, "1428.01", payment_id=big))

    paper.do("ApplyPayment", **applied(at, "1428.00", payment_id=big))
    paper.refuses(OverApplied, "ApplyPayment", **applied(at, "0.01", payment_id=big))


def test_money_settles_its_own_clients_invoices_in_their_currency(
    paper: PaperFirm, at: Stage
) -> None:
    paper.do("RegisterClient", client_id=new("c2"), code="C2", name="Second Fictional",
             entity="DE01", currency="USD")  # fmt: skip
    paper.do("RecordPayment", payment_id=new("theirs"), client_id=new("c2"),
             received_on="2025-01-03", amount=usd("5.00"), bank_reference="T1")  # fmt: skip
    euros = pay(paper, "5.00", "E1", "EUR")

    paper.refuses(OtherClient, "ApplyPayment", **applied(at, payment_id=new("theirs")))
    paper.refuses(CurrencyMismatch, "ApplyPayment", **applied(at, payment_id=euros))
    in_euros = {**applied(at), "amount": eur("1.00")}
    paper.refuses(CurrencyMismatch, "ApplyPayment", **in_euros)


def test_a_worker_issues_no_invoice(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(MissingRole, "IssueInvoice", WORKER, **invoice(at))


def test_an_expense_is_billed_once(paper: PaperFirm, at: Stage) -> None:
    pair = at.approved_expense, at.approved_expense
    paper.do("IssueInvoice", **invoice(at, source(pair, "expense")))

    again = invoice(at, source(pair, "expense"), invoice_id=new("i3"))
    paper.refuses(BilledElsewhere, "IssueInvoice", **again)
    named = {"kind": "expense", "holder_id": pair[0], "ids": [new("a"), new("b")]}
    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at, named, invoice_id=new("i3")))


def test_a_rejected_expense_is_not_billed(paper: PaperFirm, at: Stage) -> None:
    paper.do("RejectExpense", expense_id=at.expense, why="not ours")
    pair = at.expense, at.expense

    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at, source(pair, "expense")))


def test_an_expense_is_billed_with_its_mark_up_rounded_once(paper: PaperFirm, at: Stage) -> None:
    fresh = approved_expense(paper, at.project, "e9", net=usd("0.03"), markup_pct="15")

    paper.do("IssueInvoice", **invoice(at, source((fresh, fresh), "expense")))

    assert paper.last(Invoice.Issued).totals.net == Decimal("0.03")
