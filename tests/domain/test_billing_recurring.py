"""Recurring plans: charged cycle by cycle, adjusted when they change, billed and freed."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.proration import EmptySpan, OutsidePeriod
from domain.billing.recurring import PlanEnded, RecurringPlan, UnknownCharge
from domain.billing.recurring_commands import EarnedOverTime
from domain.billing.subscription import BadPlan, charges_due
from domain.consumption import BilledElsewhere
from domain.contracts.contract import ContractNotActive
from domain.errors import Refusal
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up
from tests.domain.samples_plans import terms

PLAN = {"plan_id": new("plan")}


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing, with a plan of 2 x 310 EUR a month from 15 January."""
    return set_up(paper)


def accrued(paper: PaperFirm, through: str) -> list[tuple[str, Decimal]]:
    """Charge through a day; due dates and amounts of what that added."""
    before = len(paper.all(RecurringPlan.Accrued))
    paper.do("AccrueCharges", **PLAN, through=through)
    facts = paper.all(RecurringPlan.Accrued)[before:]
    return [(str(one.due_on), one.amount) for fact in facts for one in fact.charges]


def bill(paper: PaperFirm, name: str, *ids: Any) -> Any:
    """Invoice charges."""
    sources = [{"kind": "recurring", "holder_id": new("plan"), "ids": list(ids)}]
    return paper.do("IssueInvoice", invoice_id=new(name), contract_id=new("serviced"),
                    issued_on="2025-01-31", sources=sources).answer  # fmt: skip


def charge_ids(paper: PaperFirm) -> list[Any]:
    """Every charge of the plan."""
    return list(paper.replayed(new("plan")).charges)


def test_a_cycle_is_charged_when_it_begins_and_a_stub_by_its_days(
    paper: PaperFirm, at: Stage
) -> None:
    assert at

    assert accrued(paper, "2025-02-28") == [
        ("2025-01-15", Decimal("340.00")),
        ("2025-02-01", Decimal("620.00")),
    ]


def test_accruing_twice_charges_once(paper: PaperFirm, at: Stage) -> None:
    assert at
    accrued(paper, "2025-03-31")

    assert accrued(paper, "2025-03-31") == []
    assert accrued(paper, "2025-02-28") == []


def test_a_change_in_a_charged_cycle_is_adjusted(paper: PaperFirm, at: Stage) -> None:
    assert at
    accrued(paper, "2025-02-28")
    paper.do("ChangeSubscription", **PLAN, from_date="2025-02-15", quantity="3", why="more people")

    assert accrued(paper, "2025-02-28") == [("2025-02-28", Decimal("155.00"))]


def test_unused_time_is_credited_when_a_plan_ends_early(paper: PaperFirm, at: Stage) -> None:
    assert at
    accrued(paper, "2025-02-28")
    paper.do("CancelSubscription", **PLAN, on="2025-02-15", refund=True, why="moved away")

    assert accrued(paper, "2025-03-31") == [("2025-03-31", Decimal("-310.00"))]


def test_without_refund_a_plan_ends_with_the_cycle_that_is_paid_for(
    paper: PaperFirm, at: Stage
) -> None:
    assert at
    accrued(paper, "2025-02-28")
    paper.do("CancelSubscription", **PLAN, on="2025-02-15", why="moved away")

    assert accrued(paper, "2025-04-30") == []
    assert paper.replayed(new("plan")).plan.ends_before == date(2025, 3, 1)


def test_a_pause_is_not_charged(paper: PaperFirm, at: Stage) -> None:
    assert at
    accrued(paper, "2025-02-28")
    paper.do(
        "PauseSubscription", **PLAN, from_date="2025-02-01", until="2025-03-01", why="a break"
    )

    assert accrued(paper, "2025-03-31") == [
        ("2025-03-31", Decimal("-620.00")),
        ("2025-03-01", Decimal("620.00")),
    ]


def test_charges_are_billed_once_and_freed_by_a_credit_memo(paper: PaperFirm, at: Stage) -> None:
    assert at
    accrued(paper, "2025-01-31")
    (charge,) = charge_ids(paper)

    answer = bill(paper, "care", charge)

    assert answer.net == Decimal("340.00")
    source = {"kind": "recurring", "holder_id": new("plan"), "ids": [charge]}
    given = {"contract_id": new("serviced"), "issued_on": "2025-01-31", "sources": [source]}
    paper.refuses(BilledElsewhere, "IssueInvoice", **given, invoice_id=new("again"))
    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=new("care"), issued_on="2025-01-31",
             why="wrong", lines=[{"no": 1, "restore": True}])  # fmt: skip
    paper.do("IssueInvoice", **given, invoice_id=new("again"))


def test_a_credit_of_unused_time_lowers_the_next_invoice(paper: PaperFirm, at: Stage) -> None:
    assert at
    accrued(paper, "2025-02-28")
    paper.do(
        "PauseSubscription", **PLAN, from_date="2025-02-15", until="2025-03-01", why="a break"
    )
    accrued(paper, "2025-02-28")

    answer = bill(paper, "care", *charge_ids(paper))

    assert answer.net == Decimal("650.00")


def test_a_charge_nobody_made_is_not_billed(paper: PaperFirm, at: Stage) -> None:
    assert at
    source = {"kind": "recurring", "holder_id": new("plan"), "ids": [new("nothing")]}

    paper.refuses(UnknownCharge, "IssueInvoice", invoice_id=new("i"), contract_id=new("serviced"),
                  issued_on="2025-01-31", sources=[source])  # fmt: skip


def test_a_plan_needs_an_active_contract_that_runs_earn(paper: PaperFirm, at: Stage) -> None:
    given = {**terms(), "plan_id": new("other")}

    paper.refuses(EarnedOverTime, "SetRecurringPlan", **{**given, "contract_id": at.contract})
    paper.refuses(ContractNotActive, "SetRecurringPlan", **{**given, "contract_id": at.draft})


def test_no_change_reaches_beyond_the_plan(paper: PaperFirm, at: Stage) -> None:
    assert at
    ending, why = {"plan_id": new("ending plan")}, {"why": "x"}
    change = {"from_date": "2025-07-01", "quantity": "1", **why}

    paper.refuses(PlanEnded, "ChangeSubscription", **ending, **change)
    paper.refuses(PlanEnded, "PauseSubscription", **ending, from_date="2025-07-01",
                  until="2025-08-01", **why)  # fmt: skip
    paper.refuses(PlanEnded, "CancelSubscription", **ending, on="2025-07-02", **why)
    paper.refuses(PlanEnded, "RenewSubscription", **ending, ends_before="2025-06-30", **why)
    paper.refuses(PlanEnded, "RenewSubscription", **PLAN, ends_before="2026-06-30", **why)
    paper.refuses(OutsidePeriod, "CancelSubscription", **PLAN, on="2025-01-14", **why)
    paper.refuses(BadPlan, "ChangeSubscription", **PLAN, from_date="2025-01-14", **why)


def test_a_pause_ends_after_it_begins_and_overlaps_no_other(paper: PaperFirm, at: Stage) -> None:
    assert at
    pause = {**PLAN, "from_date": "2025-02-01", "until": "2025-03-01", "why": "x"}

    paper.refuses(EmptySpan, "PauseSubscription", **{**pause, "until": "2025-02-01"})
    paper.do("PauseSubscription", **pause)
    paper.refuses(BadPlan, "PauseSubscription", **{**pause, "until": "2025-02-10"})


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["accrue", "change", "pause", "end"]),
        st.integers(0, 150),
        st.integers(1, 40),
    ),
    max_size=8,
)


@given(STEPS)
@settings(max_examples=25)
def test_what_is_charged_is_what_the_plan_comes_to(steps: list[tuple[str, int, int]]) -> None:
    paper = PaperFirm()
    paper.found()
    set_up(paper)
    for step, offset, more in steps:
        on = date(2025, 1, 15) + timedelta(days=offset)
        with suppress(Refusal):
            take(paper, step, on, more)
    through = date(2025, 8, 31)
    paper.do("AccrueCharges", **PLAN, through=through)

    plan = paper.replayed(new("plan"))
    owed = sum(charge.amount for charge in charges_due(plan.plan, through))
    assert sum(charge.amount for charge in plan.charges.values()) == owed


def take(paper: PaperFirm, step: str, on: date, more: int) -> None:
    """One step; some are refused where they do not fit."""
    if step == "accrue":
        paper.do("AccrueCharges", **PLAN, through=on)
    elif step == "change":
        paper.do("ChangeSubscription", **PLAN, from_date=on, price=str(300 + more), why="x")
    elif step == "pause":
        paper.do("PauseSubscription", **PLAN, from_date=on, until=on + timedelta(days=more),
                 why="x")  # fmt: skip
    else:
        paper.do("CancelSubscription", **PLAN, on=on, refund=bool(more % 2), why="x")
