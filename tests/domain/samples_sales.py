"""Samples of quotes, handoffs and change orders."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.actor import Actor
from tests.domain.named import new
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {
    "CreateQuote": "quote_id", "RequestHandoff": "handoff_id",
    "DraftChangeOrder": "change_order_id",
}  # fmt: skip
MANAGER = Actor("sales manager", frozenset({"sales_manager"}), frozenset({"*"}))
FINANCE = Actor("finance", frozenset({"controller"}), frozenset({"*"}))
LEADER = Actor("leader", frozenset({"project_manager"}), frozenset({"*"}))
QUOTED_ON = date(2025, 1, 2)


def prepare(firm: Firm) -> None:
    """Deals with quotes in every state, a handoff, and a contract with change orders."""
    firm.do("SetDiscountPolicy", entity="DE01", seller_pct="0", manager_pct="10", floor_pct="0")
    open_deal(firm, "lost")
    firm.do("CloseOpportunityLost", opportunity_id=new("lost"), closed_on="2025-01-03")
    for name in ("asked", "calm", "ready", "sent", "old"):
        open_deal(firm, f"deal {name}")
    quoted(firm, "asked", discount_pct="8")
    firm.do("RequestDiscountApproval", quote_id=new("quote asked"), why="a first order")
    quoted(firm, "calm")
    quoted(firm, "ready")
    approved(firm, "ready")
    quoted(firm, "sent")
    approved(firm, "sent")
    firm.do("SendQuote", quote_id=new("quote sent"), sent_on="2025-01-03")
    quoted(firm, "old", valid_until="2025-06-30", discount_pct="5")
    firm.do("RequestHandoff", handoff_id=new("handoff"), opportunity_id=new("deal calm"),
            checklist=["scope"])  # fmt: skip
    firm.do("CompleteHandoffItem", handoff_id=new("handoff"), item="scope", evidence="annex 1")
    changeable(firm)
    ordered(firm, "drafted")
    ordered(firm, "submitted", price="-100", dropped=[new("changeable 1")])
    firm.do("SubmitChangeOrder", change_order_id=new("order submitted"))


def open_deal(firm: Firm, name: str, **terms: Any) -> UUID:
    """Open a deal that lacks nothing but what a quote says; its id."""
    given = {"package": "advice", "starts_on": "2025-01-01", "ends_on": "2025-03-31",
             "payment_terms_days": 30, "rate_card_id": firm.card, **terms}  # fmt: skip
    return firm.do("OpenOpportunity", opportunity_id=new(name), client_id=firm.client, name=name,
                   **given).answer.id  # fmt: skip


def offer(**fields: Any) -> dict[str, Any]:
    """100 hours of a consultant at 150 USD that cost 5,500 EUR (5,676.55 USD)."""
    return {"currency": "USD", "billing_model": "time_and_materials", "quoted_on": QUOTED_ON,
            "valid_until": "2025-12-31",
            "roles": [{"role": "consultant", "hours": "100", "hourly_rate": "150",
                       "cost": "5500"}], **fields}  # fmt: skip


def quoted(firm: Firm, name: str, **fields: Any) -> Any:
    """Write a quote for the deal of that name; the answer."""
    return firm.do("CreateQuote", quote_id=new(f"quote {name}"),
                   opportunity_id=new(f"deal {name}"), **offer(**fields)).answer  # fmt: skip


def approved(firm: Firm, name: str) -> UUID:
    """Approve a quote; its id."""
    quote = new(f"quote {name}")
    firm.do("ApproveQuote", MANAGER, quote_id=quote, effective_date="2025-01-03")
    return quote


def signed(firm: Firm, name: str, **fields: Any) -> UUID:
    """Write, approve, send and sign a quote for the deal of that name; the deal's id."""
    quoted(firm, name, **fields)
    quote = new(f"quote {name}")
    if fields.get("discount_pct"):
        firm.do("RequestDiscountApproval", quote_id=quote, why="a first order")
        firm.do("ApproveDiscount", FINANCE, quote_id=quote)
    approved(firm, name)
    firm.do("SendQuote", quote_id=quote, sent_on="2025-01-03")
    firm.do("RecordSignature", quote_id=quote, signed_on="2025-01-06", reference="order 7")
    return new(f"deal {name}")


def changeable(firm: Firm, name: str = "changeable", **terms: Any) -> tuple[UUID, UUID]:
    """A fixed-fee contract of 1,000 USD with budget and two milestones; it and its project."""
    contract, project = new(name), new(f"project {name}")
    given = {"currency": "USD", "value": "1000", "starts_on": "2025-01-01",
             "ends_on": "2025-12-31", "billing_model": "fixed_fee", "payment_terms_days": 30,
             **terms}  # fmt: skip
    firm.do("DraftContract", contract_id=contract, client_id=firm.client, name=name, **given)
    firm.do("ActivateContract", contract_id=contract, approved_by="order 1")
    firm.do("CreateProject", project_id=project, code=name, name=name, contract_id=contract)
    firm.do("BaselineBudget", project_id=project,
            lines=[{"role": "consultant", "month": "2025-01-01", "hours": "10", "cost": "550",
                    "revenue": "1000"}])  # fmt: skip
    for no, amount in ((1, "400"), (2, "600")):
        firm.do("PlanMilestone", project_id=project, milestone_id=new(f"{name} {no}"),
                name=f"part {no}", amount=amount, due_on="2025-06-30")  # fmt: skip
    return contract, project


def change(name: str = "changeable", **fields: Any) -> dict[str, Any]:
    """A change order of 300 USD, 5 hours, 275 EUR and 31 days from 1 July on."""
    return {"contract_id": new(name), "project_id": new(f"project {name}"), "scope": "more pages",
            "price": "300", "cost": "275", "days": 31, "takes_effect_on": "2025-07-01",
            "hours": [{"role": "consultant", "hours": "5"}],
            "added": [{"milestone_id": new(f"{name} more"), "name": "more", "amount": "300",
                       "due_on": "2025-10-31"}], **fields}  # fmt: skip


def ordered(firm: Firm, name: str, /, **fields: Any) -> UUID:
    """Draft a change order; its id."""
    given = {**change(), "name": name, **fields}
    return firm.do("DraftChangeOrder", LEADER, change_order_id=new(f"order {name}"),
                   **given).answer.id  # fmt: skip


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm
    old, asked = {"quote_id": new("quote old")}, {"quote_id": new("quote asked")}
    submitted = {"change_order_id": new("order submitted")}
    deal = {"opportunity_id": at.deal}
    return {
        "AttachDemandPlan": {**deal, "demand": [{"role": "consultant", "week": "2025-02-05",
                                                 "hours": "20"}]},
        "ReopenOpportunity": {"opportunity_id": new("lost"), "reopened_on": "2025-01-09",
                              "why": "they called again"},
        "CreateQuote": {"quote_id": new("quote new"), **deal, **offer()},
        "ReviseQuote": {**asked, **offer(discount_pct="5")},
        "SetDiscountPolicy": {"entity": "DE01", "seller_pct": "5", "manager_pct": "20",
                              "floor_pct": "10"},
        "RequestDiscountApproval": {**old, "why": "an old client"},
        "ApproveDiscount": asked,
        "RejectDiscount": {**asked, "why": "no room in the margin"},
        "ApproveQuote": {"quote_id": new("quote calm")},
        "SendQuote": {"quote_id": new("quote ready"), "sent_on": "2025-01-04"},
        "RecordSignature": {"quote_id": new("quote sent"), "signed_on": "2025-01-09",
                            "reference": "order 7"},
        "ExpireQuote": old,
        "VoidQuote": {**asked, "why": "a mistake"},
        "RequestHandoff": {"handoff_id": new("handoff 2"), **deal, "checklist": ["scope"]},
        "CompleteHandoffItem": {"handoff_id": new("handoff"), "item": "scope",
                                "evidence": "annex 2"},
        "ReturnHandoff": {"handoff_id": new("handoff"),
                          "gaps": [{"item": "scope", "why": "no dates"}]},
        "AcceptHandoff": {"handoff_id": new("handoff")},
        "DraftChangeOrder": {"change_order_id": new("order new"), "name": "new", **change()},
        "SubmitChangeOrder": {"change_order_id": new("order drafted")},
        "ApproveChangeOrder": {**submitted, "approved_on": "2025-09-10",
                               "client_reference": "PO 9"},
        "RejectChangeOrder": {**submitted, "why": "no"},
        "WithdrawChangeOrder": {**submitted, "why": "a mistake"},
    }  # fmt: skip
