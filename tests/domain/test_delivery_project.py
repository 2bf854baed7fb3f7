"""Projects: set up, planned, accepted, closed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.contracts.contract import ContractNotActive
from domain.delivery.milestones import MilestoneNotReady, UnknownMilestone
from domain.delivery.project import BudgetExists, Project, ProjectClosed
from domain.money import AmountTooFine
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up

BUDGET = [{"role": "any", "month": "2025-01-17", "hours": "1", "cost": "55", "revenue": "0"}]


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def planned(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields of a third milestone."""
    return {"project_id": at.fixed_project, "milestone_id": new("ms"), "name": "Third",
            "amount": "10", "due_on": "2025-09-30", **fields}  # fmt: skip


def accepted(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields of an acceptance on 9 January."""
    return {"project_id": at.fixed_project, "milestone_id": at.completed,
            "accepted_on": "2025-01-09", "evidence": "signed", **fields}  # fmt: skip


def test_a_project_code_is_used_once(paper: PaperFirm, at: Stage) -> None:
    assert at.project

    paper.refuses(
        AlreadyTaken, "CreateProject", project_id=new("p"), code="BARE", name="x", entity="DE01"
    )


def test_a_draft_has_no_project(paper: PaperFirm, at: Stage) -> None:
    fields = {"project_id": new("p"), "code": "P", "name": "x", "contract_id": at.draft}

    paper.refuses(ContractNotActive, "CreateProject", **fields)
    paper.do("ActivateContract", contract_id=at.draft, approved_by="order 7")
    paper.do("CreateProject", **fields)

    assert paper.last(Project.Created).currency == "USD"


def test_internal_work_is_in_the_currency_of_its_entity(paper: PaperFirm, at: Stage) -> None:
    assert at.project

    created = paper.replayed(new("bare"))
    assert (created.currency, created.client_id, created.contract_id) == ("EUR", None, None)


def test_a_budget_is_baselined_once_by_month(paper: PaperFirm, at: Stage) -> None:
    assert at.project
    paper.do("BaselineBudget", project_id=new("bare"), lines=BUDGET)

    assert paper.last(Project.BudgetBaselined).lines[0].month == date(2025, 1, 1)
    paper.refuses(BudgetExists, "BaselineBudget", project_id=new("bare"), lines=BUDGET)


def test_a_closed_project_is_planned_no_more(paper: PaperFirm, at: Stage) -> None:
    paper.do("CloseProject", project_id=new("bare"))
    paper.refuses(ProjectClosed, "BaselineBudget", project_id=new("bare"), lines=BUDGET)

    paper.do("AcceptMilestone", **accepted(at))
    paper.do("IssueInvoice", invoice_id=new("i"), contract_id=at.fixed_contract,
             issued_on="2025-01-09",
             sources=[{"kind": "milestone", "holder_id": at.fixed_project,
                       "ids": [at.completed]}])  # fmt: skip
    paper.do("CloseProject", project_id=at.fixed_project)

    paper.refuses(ProjectClosed, "PlanMilestone", **planned(at))
    paper.refuses(
        ProjectClosed, "CompleteMilestone", project_id=at.fixed_project, milestone_id=at.planned,
        completed_on="2025-01-09",
    )  # fmt: skip


def test_a_milestone_is_planned_completed_accepted_in_that_order(
    paper: PaperFirm, at: Stage
) -> None:
    waiting = {"project_id": at.fixed_project, "milestone_id": at.planned}

    paper.refuses(MilestoneNotReady, "AcceptMilestone", **accepted(at, milestone_id=at.planned))
    paper.do("CompleteMilestone", **waiting, completed_on="2025-01-09")
    paper.refuses(MilestoneNotReady, "CompleteMilestone", **waiting, completed_on="2025-01-09")
    paper.do("AcceptMilestone", **accepted(at, milestone_id=at.planned))
    paper.refuses(MilestoneNotReady, "AcceptMilestone", **accepted(at, milestone_id=at.planned))

    fact = paper.last(Project.MilestoneAccepted)
    assert (fact.amount, fact.functional) == (Decimal(300), Decimal("290.67"))


def test_a_milestone_that_nobody_planned_is_refused(paper: PaperFirm, at: Stage) -> None:
    missing = {"project_id": at.fixed_project, "milestone_id": new("no")}

    paper.refuses(UnknownMilestone, "CompleteMilestone", **missing, completed_on="2025-01-09")
    paper.refuses(UnknownMilestone, "AcceptMilestone", **accepted(at, milestone_id=new("no")))


def test_a_milestone_id_is_used_once(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(MilestoneNotReady, "PlanMilestone", **planned(at, milestone_id=at.planned))

    elsewhere = planned(at, milestone_id=at.planned, project_id=at.project)
    paper.refuses(AlreadyTaken, "PlanMilestone", **elsewhere)


def test_a_milestone_is_paid_for_in_whole_cents(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(AmountTooFine, "PlanMilestone", **planned(at, amount="10.001"))


def test_internal_work_has_no_milestones(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(ContractNotActive, "PlanMilestone", **planned(at, project_id=new("bare")))


def test_acceptance_on_a_day_without_a_rate_is_refused(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(MissingRate, "AcceptMilestone", **accepted(at, accepted_on="2025-03-04"))


def test_a_project_waits_for_its_last_invoice(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(MilestoneNotReady, "CloseProject", project_id=at.fixed_project)

    paper.do("CloseProject", project_id=at.project)
    closed = len(paper.facts)
    paper.do("CloseProject", project_id=at.project)
    assert len(paper.facts) == closed
