"""What sales owes delivery, who would be needed, and taking a close back."""

from datetime import date
from typing import Any

from domain.contracts.contract import ContractNotActive, ContractSuspended
from domain.policies import contract_id, project_id
from domain.request import AlreadyTaken
from domain.sales.handoff import (
    ChecklistOpen,
    HandoffAccepted,
    OwnHandoff,
    UnknownItem,
)
from domain.sales.opportunity import AlreadyClosed, NotClosed, Opportunity, RoleDemand
from domain.sales.pipeline_commands import AlreadyBilled
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_sales import LEADER, offer, open_deal, signed

AT = {"handoff_id": new("h")}
BACK = {"reopened_on": "2025-02-03", "why": "they want it otherwise"}


def hand_off(paper: PaperFirm) -> None:
    """Hand a deal off with two items."""
    open_deal(paper, "deal a")
    paper.do("RequestHandoff", **AT, opportunity_id=new("deal a"), checklist=["scope", "people"])


def test_a_deal_is_taken_over_once_nothing_is_open(paper: PaperFirm) -> None:
    hand_off(paper)
    refusal = paper.refuses(ChecklistOpen, "AcceptHandoff", LEADER, **AT)
    assert refusal.message == "open: scope, people"
    for item in ("scope", "people"):
        paper.do("CompleteHandoffItem", **AT, item=item, evidence="annex")

    paper.refuses(OwnHandoff, "AcceptHandoff", **AT)
    paper.do("AcceptHandoff", LEADER, **AT)

    gaps = [{"item": "scope", "why": "no dates"}]
    paper.refuses(HandoffAccepted, "AcceptHandoff", LEADER, **AT)
    paper.refuses(HandoffAccepted, "ReturnHandoff", LEADER, **AT, gaps=gaps)
    paper.refuses(HandoffAccepted, "CompleteHandoffItem", **AT, item="scope", evidence="x")


def test_gaps_open_the_list_again_and_add_to_it(paper: PaperFirm) -> None:
    hand_off(paper)
    paper.do("CompleteHandoffItem", **AT, item="scope", evidence="annex")
    paper.do("CompleteHandoffItem", **AT, item="scope", evidence="annex")
    gaps = [{"item": "scope", "why": "no dates"}, {"item": "access", "why": "no accounts"}]

    paper.do("ReturnHandoff", LEADER, **AT, gaps=gaps)

    assert list(paper.replayed(AT["handoff_id"]).open) == ["people", "scope", "access"]
    paper.refuses(UnknownItem, "CompleteHandoffItem", **AT, item="price", evidence="x")
    paper.do("CompleteHandoffItem", **AT, item="access", evidence="x")


def test_a_deal_is_handed_off_once_with_each_item_once(paper: PaperFirm) -> None:
    hand_off(paper)
    given = {"handoff_id": new("h2"), "opportunity_id": new("deal a")}

    paper.refuses(UnknownItem, "RequestHandoff", **given, checklist=["a", "a"])
    paper.refuses(AlreadyTaken, "RequestHandoff", **given, checklist=["a"])


def test_demand_is_by_the_monday_of_its_week_until_the_deal_closes(paper: PaperFirm) -> None:
    deal = {"opportunity_id": open_deal(paper, "deal a")}
    plan = [{"role": "consultant", "week": "2025-02-09", "hours": "20"}]
    paper.do("AttachDemandPlan", **deal, demand=plan)
    paper.do("AttachDemandPlan", **deal, demand=plan)

    (planned,) = paper.all(Opportunity.DemandPlanned)
    assert planned.demand == (RoleDemand("consultant", date(2025, 2, 3), planned.demand[0].hours),)
    paper.do("CloseOpportunityLost", **deal, closed_on="2025-01-09")
    paper.refuses(AlreadyClosed, "AttachDemandPlan", **deal, demand=plan)


def test_a_lost_deal_is_reopened_an_open_one_not(paper: PaperFirm) -> None:
    deal = {"opportunity_id": open_deal(paper, "deal a")}
    paper.refuses(NotClosed, "ReopenOpportunity", **deal, **BACK)
    paper.do("CloseOpportunityLost", **deal, closed_on="2025-01-09")

    paper.do("ReopenOpportunity", **deal, **BACK)

    paper.do("UpdateOpportunity", **deal, value="1", currency="USD")
    assert paper.replayed(deal["opportunity_id"]).reopened == 0


def test_the_next_win_of_a_reopened_deal_has_a_contract_of_its_own(paper: PaperFirm) -> None:
    contract, project = paper.win("Deal")
    deal = {"opportunity_id": new_deal(paper)}
    paper.do("ReopenOpportunity", **deal, **BACK)
    assert paper.replayed(contract).suspended == "deal reopened: they want it otherwise"

    paper.do("UpdateOpportunity", **deal, value="8000")
    paper.do("CloseOpportunityWon", **deal, closed_on="2025-02-04")
    paper.settle()

    other = paper.replayed(contract_id(deal["opportunity_id"], 1))
    assert (other.value, other.active, other.suspended) == (8000, True, "")
    codes = [paper.replayed(id_).code
             for id_ in (project, project_id(deal["opportunity_id"], 1))]  # fmt: skip
    assert codes == ["Deal", "Deal-2"]


def new_deal(paper: PaperFirm) -> Any:
    """The id of the deal won last."""
    return paper.last(Opportunity.ClosedWon).originator_id


def test_work_under_a_reopened_deal_is_not_billed(paper: PaperFirm) -> None:
    contract, project = paper.win("Deal")
    sheet, entry = paper.work(project, date(2025, 1, 6))
    paper.do("ReopenOpportunity", opportunity_id=new_deal(paper), **BACK)

    paper.refuses(
        ContractSuspended, "IssueInvoice", invoice_id=new("i"), contract_id=contract,
        issued_on="2025-02-04", sources=[{"kind": "time", "holder_id": sheet, "ids": [entry]}],
    )  # fmt: skip


def test_a_billed_deal_stays_won_even_after_a_credit_memo(paper: PaperFirm) -> None:
    contract, project = paper.win("Deal")
    invoice = paper.bill("i", contract, date(2025, 1, 7), paper.work(project, date(2025, 1, 6)))
    paper.refuses(AlreadyBilled, "ReopenOpportunity", opportunity_id=new_deal(paper), **BACK)
    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=invoice, issued_on="2025-01-08",
             why="x", lines=[{"no": 1, "restore": True}])  # fmt: skip

    paper.refuses(AlreadyBilled, "ReopenOpportunity", opportunity_id=new_deal(paper), **BACK)


def test_a_contract_that_is_not_in_force_yet_is_not_suspended(paper: PaperFirm) -> None:
    deal = open_deal(paper, "deal a", value="9000", currency="USD",
                     billing_model="time_and_materials",
                     roles=[{"role": "consultant", "hours": "60", "cost": "3300"}])  # fmt: skip
    paper.do("CloseOpportunityWon", opportunity_id=deal, closed_on="2025-01-09")
    paper.do("DraftContract", contract_id=contract_id(deal), client_id=paper.client, name="x",
             currency="USD", value="1", starts_on="2025-01-01", ends_on="2025-02-01",
             billing_model="fixed_fee", payment_terms_days=14)  # fmt: skip

    paper.refuses(ContractNotActive, "ReopenOpportunity", opportunity_id=deal, **BACK)


def test_a_reopened_deal_is_quoted_and_signed_anew(paper: PaperFirm) -> None:
    open_deal(paper, "deal a")
    deal = signed(paper, "a")
    paper.do("CloseOpportunityWon", opportunity_id=deal, closed_on="2025-01-09")
    paper.settle()

    paper.do("ReopenOpportunity", opportunity_id=deal, **BACK)

    found = paper.replayed(deal)
    assert (found.terms.agreed, found.quotes, found.terms.value) == (None, set(), 15000)
    paper.do("CreateQuote", quote_id=new("again"), opportunity_id=deal,
             **offer(discount_pct="5"))  # fmt: skip
