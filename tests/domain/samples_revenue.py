"""Samples of revenue contracts."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.actor import Actor
from domain.identity import named_id
from domain.revenue.obligation import ContractCriteria
from tests.domain.samples_sales import FINANCE, LEADER
from tests.firm import Firm

ACCOUNTANT = Actor("revenue", frozenset({"revenue_accountant"}), frozenset({"*"}))
CONTROLLER = Actor("controller", frozenset({"controller"}), frozenset({"*"}))
DATED = {
    "CapitalizeContractCost": "capitalized_on", "ImpairContractCost": "impaired_on",
    "ProvideForLoss": "on", "ReleaseLossProvision": "on", "RecordRefundLiability": "recorded_on",
}  # fmt: skip
CREATED = {"AssessModification": "modification_id", "CapitalizeContractCost": "cost_id"}
ALL_FIVE = dict.fromkeys(ContractCriteria.__dataclass_fields__, True)
DAY = date(2025, 1, 2)
TERMS = ("currency", "value", "billing_model", "rate_card_id")


def new(name: str) -> UUID:
    """An id of this file's own."""
    return named_id("revenue sample", name)


def by_run(firm: Firm, name: str, **fields: Any) -> UUID:
    """A contract in force that a revenue run earns; its id."""
    given = {"client_id": firm.client, "name": name, "currency": "USD", "value": "1200",
             "starts_on": "2025-01-01", "ends_on": "2025-12-31", "billing_model": "fixed_fee",
             "payment_terms_days": 30, "recognition": "by_run", **fields}  # fmt: skip
    id_ = firm.do("DraftContract", contract_id=new(name), **given).answer.id
    firm.do("ActivateContract", contract_id=id_, approved_by="signature")
    return id_


def identified(firm: Firm, name: str, **fields: Any) -> UUID:
    """A contract whose revenue is identified; its id."""
    id_ = by_run(firm, name, **fields)
    firm.do("IdentifyContract", ACCOUNTANT, contract_id=id_, **ALL_FIVE)
    return id_


def promise(firm: Firm, contract: UUID, name: str = "support", **fields: Any) -> None:
    """A promise given evenly over the year, unless said otherwise."""
    given = {"obligation": name, "name": name, "measure": "straight_line_monthly", "ssp": "1200",
             "starts_on": "2025-01-01", "ends_on": "2025-12-31", **fields}  # fmt: skip
    firm.do("IdentifyPerformanceObligation", ACCOUNTANT, contract_id=contract, **given)


def allocated(firm: Firm, contract: UUID, price: str = "1200", **fields: Any) -> None:
    """Set a fixed price and share it out."""
    firm.do("DetermineTransactionPrice", ACCOUNTANT, contract_id=contract, determined_on=DAY,
            fixed=price)  # fmt: skip
    firm.do("AllocateTransactionPrice", ACCOUNTANT, contract_id=contract, allocated_on=DAY,
            **fields)  # fmt: skip


def ready(firm: Firm, name: str, price: str = "1200", **fields: Any) -> UUID:
    """A contract of one promise that can be run; its id."""
    terms = {key: fields.pop(key) for key in TERMS if key in fields}
    contract = identified(firm, name, **terms)
    promise(firm, contract, **fields)
    allocated(firm, contract, price)
    return contract


def run(firm: Firm, contract: UUID, month: str, **inputs: Any) -> Any:
    """Run a month of a contract with what was gathered for its ``support``; the answer."""
    measures = [{"obligation": "support", **inputs}] if inputs else []
    return firm.do("RunRecognition", ACCOUNTANT, contract_id=contract, month=f"{month}-01",
                   measures=measures).answer  # fmt: skip


def agreed(
    firm: Firm, contract: UUID, name: str, price: str, on: str, *, approved: bool = True,
    approved_on: str = "",
) -> UUID:  # fmt: skip
    """A change order of a contract by a project of its own, approved unless said otherwise."""
    project, order, part = (new(f"{what} {name}") for what in ("project", "order", "part"))
    firm.do("CreateProject", project_id=project, code=f"R {name}", name=name, contract_id=contract)
    firm.do("BaselineBudget", project_id=project,
            lines=[{"role": "consultant", "month": DAY.replace(day=1), "hours": "1",
                    "cost": "1", "revenue": "1000000"}])  # fmt: skip
    milestone = {"milestone_id": part, "name": name, "amount": price.strip("-"), "due_on": on}
    cut = price.startswith("-")
    if cut:
        firm.do("PlanMilestone", project_id=project, **milestone)
    firm.do("DraftChangeOrder", LEADER, change_order_id=order, contract_id=contract,
            project_id=project, name=name, scope=name, price=price, takes_effect_on=on, days=365,
            added=[] if cut or price == "0" else [milestone],
            dropped=[part] if cut else [])  # fmt: skip
    firm.do("SubmitChangeOrder", LEADER, change_order_id=order)
    if approved:
        firm.do("ApproveChangeOrder", FINANCE, change_order_id=order,
                approved_on=approved_on or on,
                client_reference=name)  # fmt: skip
    return order


def change(firm: Firm, contract: UUID, name: str, **fields: Any) -> UUID:
    """Describe an approved change order of 120 more for the same service; its id."""
    price, on = fields.pop("price_change", "120"), fields.pop("changed_on", "2025-02-01")
    order = agreed(firm, contract, name, price, on, approved=fields.pop("approved", True))
    given = {"remaining": "not_distinct", "change_order_id": order,
             "changes": [{"obligation": "support", "distinct": False, "total_ssp": "1200",
                          "remaining_ssp": "1100"}], **fields}  # fmt: skip
    firm.do("AssessModification", ACCOUNTANT, contract_id=contract, modification_id=new(name),
            **given)  # fmt: skip
    return new(name)


def prepare(firm: Firm) -> None:
    """Contracts at every stage, and a rate for each month that is run."""
    firm.rates(date(2025, 1, 31), USD="1.0393", GBP="0.8361")
    by_run(firm, "found")
    by_run(firm, "spare")
    promise(firm, identified(firm, "open"))
    priced = identified(firm, "priced")
    promise(firm, priced)
    firm.do("DetermineTransactionPrice", ACCOUNTANT, contract_id=priced, determined_on=DAY,
            fixed="1200")  # fmt: skip
    ready(firm, "ready")
    promise(firm, new("ready"), "training", measure="hours", whole="10")
    promise(firm, new("ready"), "box", pattern="point_in_time", measure=None)
    run(firm, ready(firm, "done", currency="EUR"), "2025-01")
    change(firm, new("done"), "scope")
    onerous = {"contract_id": new("done"), "on": "2025-01-31", "cost_to_date": "100"}
    firm.do("ProvideForLoss", **onerous, total_cost="2000")
    firm.do("CapitalizeContractCost", ACCOUNTANT, cost_id=new("fee"), contract_id=new("done"),
            nature="obtain", amount="120", capitalized_on=DAY, months=12)  # fmt: skip


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    done, open_ = {"contract_id": new("done")}, {"contract_id": new("open")}
    support = {**done, "obligation": "support"}
    loss = {**done, "on": "2025-01-31", "cost_to_date": "100"}
    return {
        "IdentifyContract": {"contract_id": new("found"), **ALL_FIVE},
        "CombineContracts": {**open_, "other_id": new("spare"), "near_the_same_time": True,
                             "price_interdependent": True},
        "IdentifyPerformanceObligation": {
            **open_, "obligation": "more", "name": "more", "measure": "units", "whole": "10",
            "ssp": "100", "starts_on": "2025-01-01", "ends_on": "2025-12-31"},
        "SetStandaloneSellingPrice": {**open_, "obligation": "support", "ssp": "1300",
                                      "basis": "adjusted_market", "from_on": "2025-01-02"},
        "DetermineTransactionPrice": {**open_, "determined_on": "2025-01-03", "fixed": "1000"},
        "EstimateVariableConsideration": {
            **done, "estimated_on": "2025-01-31", "method": "most_likely", "confidence": "0.75",
            "outcomes": [{"amount": "100", "probability": "0.8"},
                         {"amount": "0", "probability": "0.2"}]},
        "AllocateTransactionPrice": {"contract_id": new("priced"), "allocated_on": "2025-01-03"},
        "AdoptRevenuePolicy": {"entity": "DE01", "from_on": "2025-01-01", "onerous": "us_gaap"},
        "MeasureProgress": {"contract_id": new("ready"), "obligation": "training",
                            "measured_on": "2025-01-31", "whole": "12", "estimate": "EAC 2"},
        "OverrideProgress": {**support, "pct": "20", "why": "slower than planned",
                             "from_on": "2025-02-01", "expires_on": "2025-02-28"},
        "SatisfyObligation": {"contract_id": new("ready"), "obligation": "box",
                              "satisfied_on": "2025-01-31"},
        "RunRecognition": {"contract_id": new("ready"), "month": "2025-01-01"},
        "ReverseRecognition": {**done, "month": "2025-01-01", "why": "wrong term"},
        "AssessModification": {
            **done, "modification_id": new("another"), "change_order_id": new("order scope"),
            "remaining": "distinct",
            "changes": [{"obligation": "support", "distinct": True, "total_ssp": "1200",
                         "remaining_ssp": "1100"}]},
        "ConfirmModification": {"modification_id": new("scope"),
                                "change_order_id": new("order scope"),
                                "why": "one service, partly done"},
        "ProvideForLoss": {**loss, "total_cost": "3000"},
        "ReleaseLossProvision": {**loss, "total_cost": "1000"},
        "RecordRefundLiability": {**done, "recorded_on": "2025-01-31", "expected": "50"},
        "CapitalizeContractCost": {**done, "cost_id": new("set up"), "nature": "fulfil",
                                   "amount": "60", "capitalized_on": "2025-01-03", "months": 6},
        "AmortizeContractCost": {"cost_id": new("fee"), "month": "2025-01-31"},
        "ImpairContractCost": {"cost_id": new("fee"), "impaired_on": "2025-01-31",
                               "consideration": "80", "direct_costs": "30"},
    }  # fmt: skip
