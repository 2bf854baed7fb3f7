"""Billing schedules: planned to the price, frozen by acceptance, billed by milestone."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.billing_schedule import (
    AcceptanceNotDue,
    BillingSchedule,
    NotFixedFee,
    OtherProject,
    PlannedBySchedule,
)
from domain.billing.milestone import AmountOrPercent, ScheduleMismatch, UnknownScheduleEntry
from domain.contracts.contract import ContractNotActive
from domain.delivery.milestone import MilestoneNotReady, UnknownMilestone
from domain.delivery.project import Project, ProjectClosed
from domain.money import AmountTooFine
from domain.pricing.fx import MissingRate
from domain.receivables.reduction import TooEarly
from domain.request import AlreadyTaken
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import Stage, new, set_up
from tests.domain.samples_progress import built, entry, mark, thirds, tower

SILENCE = {**mark("frame"), "accepted_on": "2025-01-13"}


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing, with a tower of 400, 300 and 300 USD, its frame completed."""
    return set_up(paper)


def standing(paper: PaperFirm) -> dict[str, tuple[str, Decimal]]:
    """The tower's milestones: state and amount by name."""
    found = paper.replayed(new("tower site")).milestones.values()
    return {one.name: (one.state, one.amount) for one in found}


def plan(paper: PaperFirm, *entries: Any, **more: Any) -> Any:
    """Plan the tower anew."""
    return paper.do("PlanBillingSchedule", **tower(), entries=entries, **more).answer


def anew(*entries: Any) -> dict[str, Any]:
    """Fields of a new plan of the tower."""
    return {**tower(), "entries": entries}


def interior(**share: str) -> dict[str, Any]:
    """An entry for a milestone that is planned already."""
    return entry("interior", "2025-06-30", **share)


def test_percentages_share_the_price_with_amounts(paper: PaperFirm, at: Stage) -> None:
    assert at

    assert standing(paper) == {
        "frame": ("completed", Decimal("400.00")),
        "interior": ("planned", Decimal("300.00")),
        "handover": ("planned", Decimal("300.00")),
    }


def test_what_is_completed_stays_and_the_rest_is_planned_anew(paper: PaperFirm, at: Stage) -> None:
    assert at

    answer = plan(paper, entry("interior", "2025-07-31", amount="150.00"),
                  entry("roof", "2025-08-31", pct="45"))  # fmt: skip

    assert (answer.frozen, answer.amounts) == (400, (Decimal("150.00"), Decimal("450.00")))
    assert standing(paper) == {
        "frame": ("completed", Decimal("400.00")),
        "interior": ("planned", Decimal("150.00")),
        "handover": ("dropped", Decimal("300.00")),
        "roof": ("planned", Decimal("450.00")),
    }


def test_a_schedule_that_is_not_the_price_is_refused(paper: PaperFirm, at: Stage) -> None:
    assert at

    paper.refuses(
        ScheduleMismatch,
        "PlanBillingSchedule",
        **anew(interior(amount="599.99")),
    )
    paper.refuses(ScheduleMismatch, "PlanBillingSchedule", **anew(interior(pct="61")))
    paper.refuses(
        AmountTooFine,
        "PlanBillingSchedule",
        **anew(interior(amount="600.001")),
    )
    paper.refuses(AmountOrPercent, "PlanBillingSchedule", **anew(interior()))
    paper.refuses(
        UnknownScheduleEntry,
        "PlanBillingSchedule",
        **anew(*[interior(pct="30")] * 2),
    )


def test_what_delivery_completed_is_planned_no_more(paper: PaperFirm, at: Stage) -> None:
    assert at

    paper.refuses(
        MilestoneNotReady,
        "PlanBillingSchedule",
        **anew({**interior(amount="600.00"), "milestone_id": new("frame")}),
    )


def test_a_milestone_of_another_project_is_taken(paper: PaperFirm, at: Stage) -> None:
    theirs = {**entry("roof", "2025-06-30", amount="600.00"), "milestone_id": at.planned}

    paper.refuses(AlreadyTaken, "PlanBillingSchedule", **anew(theirs))


def test_only_a_fixed_fee_in_force_is_planned_by_one_project(paper: PaperFirm, at: Stage) -> None:
    given: dict[str, Any] = {**tower(), "entries": thirds(roof="600.00")}
    other = {"project_id": at.fixed_project}
    built(paper, "site two", "1")

    paper.refuses(NotFixedFee, "PlanBillingSchedule", **{**given, "contract_id": at.contract})
    paper.refuses(ContractNotActive, "PlanBillingSchedule", **{**given, "contract_id": at.draft})
    paper.refuses(OtherProject, "PlanBillingSchedule", **{**given, **other})
    paper.do("CloseProject", project_id=new("site two site"))
    paper.refuses(
        ProjectClosed, "PlanBillingSchedule", contract_id=new("site two"),
        project_id=new("site two site"), entries=thirds(roof="1.00"),
    )  # fmt: skip


def test_a_planned_price_takes_no_milestone_beside_its_schedule(
    paper: PaperFirm, at: Stage
) -> None:
    assert at

    paper.refuses(PlannedBySchedule, "PlanMilestone", **mark("extra"), name="extra", amount="1",
                  due_on="2025-09-30")  # fmt: skip


def test_a_rejected_milestone_is_completed_again(paper: PaperFirm, at: Stage) -> None:
    assert at
    no = {"rejected_on": "2025-01-06", "why": "a crack"}
    paper.refuses(TooEarly, "RejectMilestone", **mark("frame"), rejected_on="2025-01-02", why="x")
    paper.do("RejectMilestone", **mark("frame"), **no)

    assert standing(paper)["frame"] == ("planned", Decimal("400.00"))
    paper.refuses(MilestoneNotReady, "RejectMilestone", **mark("frame"), **no)
    paper.refuses(UnknownMilestone, "RejectMilestone", **mark("none"), **no)
    paper.refuses(MilestoneNotReady, "DeemAccepted", ANYBODY, **SILENCE)
    paper.do("CompleteMilestone", **mark("frame"), completed_on="2025-01-07")
    paper.refuses(AcceptanceNotDue, "DeemAccepted", ANYBODY, **SILENCE)


def test_silence_accepts_after_the_days_agreed_and_earns(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.refuses(
        AcceptanceNotDue, "DeemAccepted", ANYBODY, **{**SILENCE, "accepted_on": "2025-01-12"}
    )
    paper.do("DeemAccepted", ANYBODY, **SILENCE)

    fact = paper.last(Project.MilestoneAccepted)
    assert (fact.amount, fact.evidence) == (400, "no objection within 10 days of 2025-01-03")
    paper.refuses(MilestoneNotReady, "DeemAccepted", ANYBODY, **SILENCE)


def test_nobody_knows_that_a_client_will_keep_silent(paper: PaperFirm, at: Stage) -> None:
    late = {**SILENCE, "accepted_on": "2026-01-05"}
    paper.refuses(AcceptanceNotDue, "DeemAccepted", ANYBODY, **late)
    paper.refuses(MissingRate, "DeemAccepted", ANYBODY, **{**late, "accepted_on": "2025-06-30"})
    paper.refuses(UnknownMilestone, "DeemAccepted", ANYBODY, **{**SILENCE, **mark("none")})
    paper.refuses(AcceptanceNotDue, "DeemAccepted", ANYBODY, project_id=at.fixed_project,
                  milestone_id=at.completed, accepted_on="2025-12-30")  # fmt: skip
    plan(paper, *thirds(roof="600.00"))
    paper.refuses(AcceptanceNotDue, "DeemAccepted", ANYBODY, **SILENCE)


def test_milestones_of_a_schedule_are_billed(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("DeemAccepted", ANYBODY, **SILENCE)
    source = {"kind": "milestone", "holder_id": new("tower site"), "ids": [new("frame")]}

    answer: Any = paper.do("IssueInvoice", invoice_id=new("i"), contract_id=new("tower"),
                      issued_on="2025-01-14", sources=[source]).answer  # fmt: skip

    assert answer.net == 400


@given(st.lists(st.integers(1, 99), min_size=1, max_size=6))
@settings(max_examples=15)
def test_every_plan_that_holds_sums_to_the_price(shares: list[int]) -> None:
    paper = PaperFirm()
    paper.found()
    built(paper, "tower", "1000.01")
    whole = Decimal(100)
    parts = [whole * share / sum(shares) for share in shares]
    rounded = [part.quantize(Decimal("0.000001")) for part in parts[:-1]]
    entries = [
        entry(f"m{no}", "2025-06-30", pct=str(part))
        for no, part in enumerate([*rounded, whole - sum(rounded)])
    ]
    paper.do("PlanBillingSchedule", **tower(), entries=entries)

    assert sum(one.amount for one in paper.last(BillingSchedule.Planned).entries) == Decimal(
        "1000.01"
    )
