"""Templates: published version by version, used by deals of their type, kept by projects."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery.project import Project, ProjectClosed
from domain.delivery.template import (
    Phase,
    ProjectPlan,
    ProjectTemplate,
    TemplateRetired,
    UnsoundTemplate,
    month_weights,
    plan_id,
    planned,
    spans,
    template_id,
)
from domain.ledger.period import months_between
from domain.money import AmountTooFine
from domain.policies import project_id
from domain.request import AlreadyTaken
from domain.revenue.progress import TermReversed
from domain.sales.handoff import EmptyChecklist, Handoff
from domain.sales.opportunity import MissingFields, Opportunity
from domain.unit_of_work import NotFound
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import deal
from tests.domain.samples_templates import PHASES, template

WON = {"closed_on": "2025-01-09"}
FIXED: dict[str, Any] = {"billing_model": "fixed_fee", "package": "website", "rate_card_id": None}


def won(paper: PaperFirm, **terms: Any) -> Any:
    """A deal over January to March, closed and followed up; its id."""
    id_ = deal(paper, **{**FIXED, **terms})
    paper.do("CloseOpportunityWon", opportunity_id=id_, **WON)
    paper.settle()
    return id_


def test_a_template_plans_the_milestones_a_fixed_fee_leaves_open(paper: PaperFirm) -> None:
    paper.do("PublishTemplate", **template())

    id_ = won(paper)

    planned_ = {one.name: (one.amount, one.due_on) for one in paper.all(Project.MilestonePlanned)}
    # 90 days from 1 January: Design has 22, Launch ends with the term
    assert planned_ == {
        "Design accepted": (3600, date(2025, 1, 22)),
        "Launched": (5400, date(2025, 3, 31)),
    }
    terms = paper.last(Opportunity.ClosedWon).terms
    assert (terms.template.template_id, terms.template.version) == (
        template_id("DE01", "website"), 1,
    )  # fmt: skip
    assert paper.replayed(plan_id(project_id(id_))).version == 1


def test_without_a_template_a_fixed_fee_needs_its_milestones(paper: PaperFirm) -> None:
    id_ = deal(paper, **FIXED)

    refusal = paper.refuses(MissingFields, "CloseOpportunityWon", opportunity_id=id_, **WON)

    assert refusal.field == "milestones"


def test_milestones_of_the_deal_come_before_those_of_its_template(paper: PaperFirm) -> None:
    paper.do("PublishTemplate", **template())
    own = [{"name": "All", "amount": "9000", "due_on": "2025-02-01"}]

    won(paper, milestones=own)

    assert [one.name for one in paper.all(Project.MilestonePlanned)] == ["All"]


def test_the_budget_follows_the_phases(paper: PaperFirm) -> None:
    paper.do("PublishTemplate", **template())

    id_ = won(paper)

    lines = paper.last(Project.BudgetBaselined).lines
    assert sum(line.revenue for line in lines) == 9000
    # January: Design and 9 of the 45 days of Build; March: 8 of them and Launch
    assert [line.hours for line in lines] == [Decimal("25.20"), Decimal("22.40"), Decimal("12.40")]
    phases = paper.replayed(plan_id(project_id(id_))).phases
    assert [(one.name, one.hours, one.cost, one.price) for one in phases] == [
        ("Design", 18, 990, 2700), ("Build", 36, 1980, 5400), ("Launch", 6, 330, 900),
    ]  # fmt: skip


def test_a_project_keeps_its_version_whatever_comes_after(paper: PaperFirm) -> None:
    paper.do("PublishTemplate", **template())
    id_ = won(paper)
    paper.do("PublishTemplate", **template())
    paper.do("PublishTemplate", **template(checklist=["scope"]))
    paper.do("RetireTemplate", entity="DE01", deal_type="website")
    paper.do("RetireTemplate", entity="DE01", deal_type="website")

    assert paper.replayed(plan_id(project_id(id_))).version == 1
    assert [one.version.no for one in paper.all(ProjectTemplate.Revised)] == [2]
    assert len(paper.all(ProjectTemplate.Retired)) == 1


def test_a_retired_template_plans_nothing_until_it_is_published_again(paper: PaperFirm) -> None:
    paper.do("PublishTemplate", **template())
    paper.do("RetireTemplate", entity="DE01", deal_type="website")
    id_ = deal(paper, **FIXED)
    paper.refuses(MissingFields, "CloseOpportunityWon", opportunity_id=id_, **WON)
    paper.do("CreateProject", project_id=new("p"), code="P", name="p", entity="DE01")
    paper.refuses(TemplateRetired, "ApplyTemplate", **applied())

    paper.do("PublishTemplate", **template())

    paper.do("CloseOpportunityWon", opportunity_id=id_, **WON)
    assert paper.last(Opportunity.ClosedWon).terms.template.version == 2


def applied(**fields: Any) -> dict[str, Any]:
    """Fields that lay out an internal project."""
    return {"project_id": new("p"), "deal_type": "website", "starts_on": "2025-01-01",
            "ends_on": "2025-03-31", "hours": "10", "cost": "100", "price": "0",
            **fields}  # fmt: skip


def test_a_project_without_a_deal_is_laid_out_once(paper: PaperFirm) -> None:
    paper.do("PublishTemplate", **template())
    paper.do("CreateProject", project_id=new("p"), code="P", name="p", entity="DE01")
    paper.refuses(NotFound, "ApplyTemplate", **applied(deal_type="none"))
    paper.refuses(NotFound, "ApplyTemplate", **applied(version=2))
    paper.refuses(TermReversed, "ApplyTemplate", **applied(ends_on="2024-12-31"))
    paper.refuses(AmountTooFine, "ApplyTemplate", **applied(cost="0.001"))

    paper.do("ApplyTemplate", **applied())

    paper.refuses(AlreadyTaken, "ApplyTemplate", **applied())
    assert paper.last(ProjectPlan.Laid).books == "EUR"
    paper.do("CreateProject", project_id=new("over"), code="OVER", name="over", entity="DE01")
    paper.do("CloseProject", project_id=new("over"))
    paper.refuses(ProjectClosed, "ApplyTemplate", **applied(project_id=new("over")))


@pytest.mark.parametrize("phases", [
    [{**PHASES[0], "share_pct": "29"}, *PHASES[1:]],
    [{**PHASES[0], "lasts_pct": "26"}, *PHASES[1:]],
    [{**PHASES[0], "billing_pct": "39"}, *PHASES[1:]],
    [{**PHASES[0], "milestone": ""}, *PHASES[1:]],
    [PHASES[0], {**PHASES[1], "milestone": "free"}, PHASES[2]],
    [PHASES[0], {**PHASES[1], "name": "Design"}, PHASES[2]],
])  # fmt: skip
def test_a_template_makes_up_the_whole(paper: PaperFirm, phases: list[dict[str, str]]) -> None:
    paper.refuses(UnsoundTemplate, "PublishTemplate", **template(phases=phases))
    paper.do("PublishTemplate", **template())
    paper.refuses(UnsoundTemplate, "PublishTemplate", **template(phases=phases))
    paper.refuses(NotFound, "RetireTemplate", entity="DE01", deal_type="none")


def test_a_handoff_lists_what_the_template_of_its_package_lists(paper: PaperFirm) -> None:
    paper.do("PublishTemplate", **template())
    id_, other = deal(paper, **FIXED), deal(paper, "other", package="advice")

    paper.do("RequestHandoff", handoff_id=new("h"), opportunity_id=id_,
             checklist=["scope", "a logo"])  # fmt: skip

    assert paper.last(Handoff.Requested).checklist == ("scope", "access to the server", "a logo")
    paper.refuses(EmptyChecklist, "RequestHandoff", handoff_id=new("h 2"), opportunity_id=other)


SHARES = st.lists(st.integers(1, 9), min_size=1, max_size=8)


@given(SHARES, SHARES, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800),
       st.decimals(0, 10**6, places=2))  # fmt: skip
def test_phases_fill_the_term_and_the_budget(
    shares: list[int], lasts: list[int], starts_on: date, days: int, cost: Decimal
) -> None:
    count = min(len(shares), len(lasts))
    parts = [part_of(shares[:count]), part_of(lasts[:count])]
    phases = [Phase(str(no), share, last) for no, (share, last) in
              enumerate(zip(*parts, strict=True))]  # fmt: skip
    ends_on = date.fromordinal(starts_on.toordinal() + days)

    found = spans(phases, starts_on, ends_on)
    laid = planned(phases, starts_on, ends_on, Decimal(7), cost, cost, books="EUR",
                   currency="JPY" if cost == int(cost) else "EUR")  # fmt: skip
    weights = month_weights(phases, starts_on, ends_on, months_between(starts_on, ends_on))

    assert (found[0][0], found[-1][1]) == (starts_on, ends_on)
    assert all(starts_on <= first <= last <= ends_on for first, last in found)
    assert sum(one.cost for one in laid) == cost
    assert sum(one.hours for one in laid) == 7
    assert abs(sum(weights, Decimal(0)) - 100) < Decimal("1e-20")


def part_of(weights: list[int]) -> list[Decimal]:
    """Percentages in proportion that make up 100."""
    whole = sum(weights)
    parts = [Decimal(100 * weight // whole) for weight in weights]
    return [*parts[:-1], 100 - sum(parts[:-1], Decimal(0))]
