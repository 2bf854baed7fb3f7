"""Clauses at work: caps, orders, rounding, blended rates, holds and write-downs."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.cap import BadLimit
from domain.consumption import BilledElsewhere
from domain.contracts.account import BillableHeld, ContractAccount, NotHeld, OverWrittenDown
from domain.contracts.clauses import CapExceeded, OrderExhausted, OrderExpired
from domain.contracts.contract import (
    AlreadyTerminated,
    ContractNotActive,
    ContractSuspended,
    OutsideTerm,
)
from domain.delivery.time_correction_commands import SetApart
from domain.delivery.timesheet import OwnWork, Timesheet, UnknownEntry, WrongState
from domain.errors import Refusal
from domain.money import AmountTooFine
from domain.organisation.person import OverlappingRate
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, note, set_up
from tests.firm import CHIEF, WORKER


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing: one entry of 1,200 USD is billed, one is approved."""
    return set_up(paper)


def invoice(at: Stage, *pairs: Any, **fields: Any) -> dict[str, Any]:
    """Fields that bill entries."""
    sources = [{"kind": "time", "holder_id": h, "ids": [i]} for h, i in pairs or [at.approved]]
    return {"invoice_id": new("i"), "contract_id": at.contract, "issued_on": "2025-01-10",
            "sources": sources, **fields}  # fmt: skip


def thing(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields that name the approved entry."""
    return {"kind": "time", "holder_id": at.approved[0], "item_id": at.approved[1], **fields}


def adjusted(at: Stage, amount: str, **fields: Any) -> dict[str, Any]:
    """Fields that take an amount off the approved entry, or put it on."""
    return thing(at, amount=amount, on="2025-01-09", why="agreed", **fields)


def terms(paper: PaperFirm, at: Stage, **fields: Any) -> None:
    """Agree on terms of time."""
    paper.do("SetTimeTerms", contract_id=at.contract, from_date="2025-01-01", **fields)


def bill_of(paper: PaperFirm, at: Stage, minutes: int, **fields: Any) -> Any:
    """What an approved entry of 23 January is worth."""
    logged = note(paper, at.project, date(2025, 1, 23), minutes)
    if fields:
        paper.do("SetBillability", person_id=paper.person, week="2025-01-23", entry_id=logged[1],
                 why="agreed", **fields)  # fmt: skip
    paper.do("SubmitTimesheet", WORKER, person_id=paper.person, week="2025-01-23")
    paper.do("ApproveTime", person_id=paper.person, week="2025-01-23")
    return paper.replayed(logged[0]).entries[logged[1]].rated


def test_a_hard_cap_splits_the_line_that_straddles_it(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCap", contract_id=at.contract, name="all", limit="1800.00")

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert (answer.net, answer.written_down) == (Decimal("600.00"), Decimal("600.00"))
    lines = paper.replayed(new("i")).lines
    assert (lines[1].net, lines[1].quantity) == (Decimal("600.00"), Decimal(4))
    cut = paper.last(ContractAccount.WrittenDown).write_down
    assert (cut.amount, cut.why) == (Decimal("600.00"), "cap")
    assert [fact.threshold_pct for fact in paper.all(ContractAccount.CapReached)] == [75, 90, 100]


def test_nothing_is_billed_beyond_a_cap_that_is_used_up(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCap", contract_id=at.contract, name="all", limit="1200.00")

    paper.refuses(CapExceeded, "IssueInvoice", **invoice(at))


def test_a_cap_that_only_tells_cuts_nothing(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCap", contract_id=at.contract, name="all", limit="1300.00", hard=False)

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert (answer.net, answer.written_down) == (Decimal("1200.00"), 0)
    assert paper.last(ContractAccount.CapReached).used == Decimal("2400.00")


def test_a_cap_in_hours_counts_hours_of_time_alone(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCap", contract_id=at.contract, name="hours", limit="10", measure="hours",
             kinds=["time"])  # fmt: skip

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert answer.net == Decimal("300.00")


def test_a_credit_memo_gives_a_cap_its_room_back(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCap", contract_id=at.contract, name="all", limit="1200.00")
    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=at.invoice, issued_on="2025-01-09",
             why="wrong", lines=[{"no": 1, "restore": True}])  # fmt: skip

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert (answer.net, answer.written_down) == (Decimal("1200.00"), 0)


def test_a_cap_takes_no_impossible_limit(paper: PaperFirm, at: Stage) -> None:
    given = {"contract_id": at.contract, "name": "all"}

    paper.refuses(BadLimit, "SetCap", **given, limit="1", thresholds_pct=["0"])
    paper.refuses(AmountTooFine, "SetCap", **given, limit="1.001")


def test_an_order_is_named_and_holds_its_limit(paper: PaperFirm, at: Stage) -> None:
    order = {"contract_id": at.contract, "number": "PO-7"}
    paper.do("AttachPurchaseOrder", **order, limit="1000.00")

    paper.refuses(OrderExhausted, "IssueInvoice", **invoice(at))
    paper.do("AttachPurchaseOrder", **order, limit="1200.00")
    paper.do("IssueInvoice", **invoice(at))

    assert paper.replayed(new("i")).purchase_order == "PO-7"


def test_an_order_ends_and_is_as_fine_as_its_currency(paper: PaperFirm, at: Stage) -> None:
    order = {"contract_id": at.contract, "number": "PO-7"}
    paper.do("AttachPurchaseOrder", **order, limit="9000", valid_until="2025-01-09")

    paper.refuses(OrderExpired, "IssueInvoice", **invoice(at))
    paper.refuses(AmountTooFine, "AttachPurchaseOrder", **order, limit="1.001")


def test_a_credited_order_has_room_again(paper: PaperFirm, at: Stage) -> None:
    paper.do("AttachPurchaseOrder", contract_id=at.contract, number="PO-7", limit="1200.00")
    paper.do("IssueInvoice", **invoice(at))
    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=new("i"), issued_on="2025-01-11",
             why="wrong", lines=[{"no": 1, "restore": True}])  # fmt: skip

    paper.do("IssueInvoice", **invoice(at, invoice_id=new("again"), issued_on="2025-01-12"))


def test_a_suspended_contract_bills_nothing_until_it_is_resumed(
    paper: PaperFirm, at: Stage
) -> None:
    paper.do("SuspendContract", contract_id=at.contract, why="a dispute")
    paper.do("SuspendContract", contract_id=at.contract, why="again")

    paper.refuses(ContractSuspended, "IssueInvoice", **invoice(at))
    paper.do("ResumeContract", contract_id=at.contract)
    paper.do("IssueInvoice", **invoice(at))


def test_a_draft_is_neither_suspended_nor_ended(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(ContractNotActive, "SuspendContract", contract_id=at.draft, why="x")
    ended = {"contract_id": at.draft, "on": "2025-06-30", "why": "x"}
    paper.refuses(ContractNotActive, "TerminateContract", **ended)


def test_work_after_an_early_end_is_not_billable(paper: PaperFirm, at: Stage) -> None:
    ended = {"contract_id": at.contract, "why": "agreed"}
    paper.refuses(OutsideTerm, "TerminateContract", **ended, on="2026-01-01")
    paper.do("TerminateContract", **ended, on="2025-01-22")
    paper.refuses(AlreadyTerminated, "TerminateContract", **ended, on="2025-01-24")

    rated = bill_of(paper, at, 60)

    assert rated.bill is None
    assert rated.explanation == "the contract ended on 2025-01-22"
    paper.do("IssueInvoice", **invoice(at))


def test_time_is_rounded_as_the_contract_says(paper: PaperFirm, at: Stage) -> None:
    terms(paper, at, unit_minutes="15", mode="UP")

    rated = bill_of(paper, at, 61)

    assert (rated.minutes, rated.bill.billed_minutes) == (61, 75)
    assert rated.bill.amount == Decimal("187.50")
    assert "75 min" in rated.explanation


def test_entries_of_a_day_are_rounded_together(paper: PaperFirm, at: Stage) -> None:
    terms(paper, at, unit_minutes="60", mode="UP", scope="day")
    pairs = [note(paper, at.project, date(2025, 1, 23), 29) for _ in range(2)]
    paper.do("SubmitTimesheet", WORKER, person_id=paper.person, week="2025-01-23")

    paper.do("ApproveTime", person_id=paper.person, week="2025-01-23")

    entries = paper.replayed(pairs[0][0]).entries
    assert [entries[id_].rated.bill.billed_minutes for _, id_ in pairs] == [30, 30]


def test_a_blended_rate_and_a_discount_price_the_hour(paper: PaperFirm, at: Stage) -> None:
    terms(paper, at, blended_rate="140", discount_pct="5")

    rated = bill_of(paper, at, 60)

    assert rated.bill.amount == Decimal("133.00")
    assert (rated.bill.standard_rate, rated.bill.hourly_rate) == (140, 133)
    assert "5 % off: 133/h" in rated.explanation


def test_terms_of_one_day_are_agreed_once(paper: PaperFirm, at: Stage) -> None:
    terms(paper, at, discount_pct="5")

    paper.refuses(OverlappingRate, "SetTimeTerms", contract_id=at.contract,
                  from_date="2025-01-01", discount_pct="6")  # fmt: skip


def test_an_entry_may_be_partly_billable_at_a_rate_of_its_own(paper: PaperFirm, at: Stage) -> None:
    rated = bill_of(paper, at, 60, billable_pct="50", hourly_rate="100")

    assert rated.bill.amount == Decimal("50.00")
    assert rated.cost.amount == Decimal("55.00")
    assert "50 % of 60 min billable" in rated.explanation


def test_an_entry_with_nothing_billable_is_worth_nothing(paper: PaperFirm, at: Stage) -> None:
    rated = bill_of(paper, at, 60, billable_pct="0")

    assert rated.bill is None
    assert rated.explanation == "0 % of 60 min billable"


def test_billability_is_settled_before_approval(paper: PaperFirm, at: Stage) -> None:
    given = {"person_id": paper.person, "week": "2025-01-06", "billable_pct": "50", "why": "x"}

    paper.refuses(WrongState, "SetBillability", **given, entry_id=at.approved[1])
    paper.refuses(UnknownEntry, "SetBillability", **given, entry_id=new("nothing"))


def test_a_held_thing_is_billed_once_released(paper: PaperFirm, at: Stage) -> None:
    paper.do("HoldBillable", **thing(at), why="the client wants to see it")

    paper.refuses(BillableHeld, "IssueInvoice", **invoice(at))
    paper.refuses(BillableHeld, "HoldBillable", **thing(at), why="twice")
    paper.refuses(BillableHeld, "WriteDownBillable", **adjusted(at, "1.00"))
    paper.refuses(BillableHeld, "WriteUpBillable", **adjusted(at, "1.00"))
    paper.do("ReleaseBillable", **thing(at))
    paper.refuses(NotHeld, "ReleaseBillable", **thing(at))
    paper.do("IssueInvoice", **invoice(at))


def test_a_write_down_is_given_up_in_the_books(paper: PaperFirm, at: Stage) -> None:
    before = paper.balances()
    paper.do("WriteDownBillable", **adjusted(at, "200.00"))
    after = paper.balances()

    assert after["4090", "USD"][0] == Decimal("200.00")
    assert before["1200", "USD"][0] - after["1200", "USD"][0] == Decimal("200.00")
    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer
    assert answer.net == Decimal("1000.00")


def test_a_write_up_is_billed_on_top(paper: PaperFirm, at: Stage) -> None:
    paper.do("WriteUpBillable", **adjusted(at, "50.00"))

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert answer.net == Decimal("1250.00")


def test_no_more_is_written_down_than_there_is(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(OverWrittenDown, "WriteDownBillable", **adjusted(at, "1200.01"))
    paper.refuses(AmountTooFine, "WriteDownBillable", **adjusted(at, "1.001"))
    paper.refuses(AmountTooFine, "WriteUpBillable", **adjusted(at, "1.001"))
    paper.do("WriteDownBillable", **adjusted(at, "1200.00"))

    paper.refuses(BilledElsewhere, "WriteUpBillable", **adjusted(at, "1.00"))
    paper.refuses(BilledElsewhere, "IssueInvoice", **invoice(at))


def test_what_is_billed_is_set_apart_no_more(paper: PaperFirm, at: Stage) -> None:
    billed = {"kind": "time", "holder_id": at.billed[0], "item_id": at.billed[1]}
    amount = {"amount": "1.00", "on": "2025-01-09", "why": "x"}

    paper.refuses(BilledElsewhere, "HoldBillable", **billed, why="x")
    paper.refuses(BilledElsewhere, "ReleaseBillable", **billed)
    paper.refuses(BilledElsewhere, "WriteDownBillable", **billed, **amount)


def test_what_is_set_apart_is_not_approved_or_priced_anew(paper: PaperFirm, at: Stage) -> None:
    paper.do("WriteDownBillable", **adjusted(at, "1.00"))
    entry = {"person_id": paper.person, "week": "2025-01-06", "entry_ids": [at.approved[1]],
             "why": "x"}  # fmt: skip

    paper.refuses(SetApart, "UnapproveTime", **entry)
    paper.refuses(SetApart, "ReverseTime", **entry)
    paper.refuses(SetApart, "ReRateTime", **entry)
    paper.refuses(SetApart, "TransferTime", **entry, project_id=new("bare"))


def test_time_is_priced_anew_while_it_is_not_billed(paper: PaperFirm, at: Stage) -> None:
    before = paper.balances()
    terms(paper, at, discount_pct="10")
    entry = {"person_id": paper.person, "why": "terms came late"}

    paper.do("ReRateTime", **entry, week="2025-01-06", entry_ids=[at.approved[1]])

    after = paper.balances()
    assert after["1200", "USD"][0] - before["1200", "USD"][0] == Decimal("-120.00")
    assert after["5000", "EUR"] == before["5000", "EUR"]
    assert len(paper.all(Timesheet.TimeReRated)) == 1
    paper.do("ReRateTime", **entry, week="2025-01-06", entry_ids=[at.approved[1]])
    assert len(paper.all(Timesheet.TimeReRated)) == 1
    paper.refuses(WrongState, "ReRateTime", **entry, week="2025-01-03", entry_ids=[at.billed[1]])
    paper.refuses(UnknownEntry, "ReRateTime", **entry, week="2025-01-06", entry_ids=[new("x")])


def test_pricing_anew_needs_somebody_else(paper: PaperFirm, at: Stage) -> None:
    worker = type(CHIEF)("worker", CHIEF.roles, CHIEF.entities)
    entry = {"person_id": paper.person, "week": "2025-01-06", "entry_ids": [at.approved[1]],
             "why": "x"}  # fmt: skip

    paper.refuses(OwnWork, "ReRateTime", worker, **entry)


STEPS = st.lists(
    st.sampled_from(["hold", "release", "down", "up", "bill", "cheap", "credit", "void", "again"]),
    min_size=1, max_size=9,
)  # fmt: skip


@given(STEPS)
@settings(max_examples=25)
def test_a_thing_is_worth_what_is_unbilled_billed_and_written_off(steps: list[str]) -> None:
    paper = PaperFirm()
    paper.found()
    at = set_up(paper)
    start = paper.balances()["1200", "USD"][0]
    for no, step in enumerate(steps):
        with suppress(Refusal):
            take(paper, at, step, no)

    sheet = paper.replayed(at.approved[0])
    written = sum(f.write_down.amount for f in paper.all(ContractAccount.WrittenDown))
    billed = Decimal(0)
    if sheet.entries[at.approved[1]].state == "billed":
        ids = [new(f"i{no}") for no in range(len(steps))]
        (last,) = [id_ for id_ in ids if is_open(paper, id_)]
        billed = sum(line.net for line in paper.replayed(last).lines.values())
        assert billed + written == Decimal("1200.00")
    assert paper.balances()["1200", "USD"][0] == start - written - billed


def take(paper: PaperFirm, at: Stage, step: str, no: int) -> None:
    """One step; some are refused where they do not fit."""
    if step == "hold":
        paper.do("HoldBillable", **thing(at), why="x")
    elif step == "release":
        paper.do("ReleaseBillable", **thing(at))
    elif step == "down":
        paper.do("WriteDownBillable", **adjusted(at, f"{100 + no}.00"))
    elif step == "up":
        paper.do("WriteUpBillable", **adjusted(at, f"{30 + no}.00"))
    elif step == "bill":
        paper.do("IssueInvoice", **invoice(at, invoice_id=new(f"i{no}")))
    elif step == "cheap":
        paper.do("IssueInvoice", **invoice(at, invoice_id=new(f"i{no}"), discount_pct="12.5"))
    elif step in {"void", "again"}:
        take_back(paper, step, no)
    elif open_ := [id_ for n in range(no) if is_open(paper, id_ := new(f"i{n}"))]:
        paper.do("IssueCreditMemo", memo_id=new(f"m{no}"), invoice_id=open_[-1],
                 issued_on="2025-01-10", why="x",
                 lines=[{"no": 1, "restore": True}])  # fmt: skip


def take_back(paper: PaperFirm, step: str, no: int) -> None:
    """Void what is billed last, or bill it again for less."""
    open_ = [id_ for n in range(no) if is_open(paper, id_ := new(f"i{n}"))]
    given = {"invoice_id": open_[-1] if open_ else new("none"), "memo_id": new(f"m{no}"),
             "issued_on": "2025-01-10", "why": "x"}  # fmt: skip
    if step == "void":
        paper.do("VoidInvoice", **given)
    else:
        paper.do("RebillInvoice", **given, new_invoice_id=new(f"i{no}"), discount_amount="7.77")


def is_open(paper: PaperFirm, invoice_id: UUID) -> bool:
    """Whether there is such an invoice, not taken back."""
    found = paper.replayed(invoice_id)
    return found is not None and not found.restored
