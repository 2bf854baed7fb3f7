"""Samples of billing by progress: schedules of milestones and of values, retainage, deposits."""

from typing import Any

from tests.domain.named import new
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {}


def prepare(firm: Firm) -> None:
    """A fixed fee of 1,000 USD in three milestones, the first of them completed."""
    built(firm, "tower", "1000")
    firm.do("PlanBillingSchedule", **tower(), entries=thirds(), deemed_after_days=10)
    firm.do("CompleteMilestone", **mark("shell"), completed_on="2025-01-03")


def built(firm: Firm, name: str, value: str, **terms: Any) -> None:
    """A fixed-fee contract with a project, both known by a name."""
    given = {"client_id": firm.client, "name": name, "currency": "USD", "value": value,
             "starts_on": "2025-01-01", "ends_on": "2025-12-31", "billing_model": "fixed_fee",
             "payment_terms_days": 30, **terms}  # fmt: skip
    firm.do("DraftContract", contract_id=new(name), **given)
    firm.do("ActivateContract", contract_id=new(name), approved_by=f"order of {name}")
    firm.do("CreateProject", project_id=new(f"{name} site"), code=name.upper(), name=name,
            contract_id=new(name))  # fmt: skip


def tower() -> dict[str, Any]:
    """Contract and project of the tower."""
    return {"contract_id": new("tower"), "project_id": new("tower site")}


def mark(name: str) -> dict[str, Any]:
    """A milestone of the tower."""
    return {"project_id": new("tower site"), "milestone_id": new(name)}


def thirds(**amounts: str) -> list[dict[str, Any]]:
    """Shell 400, interior and handover 30 % each, or other amounts by name."""
    shell = entry("shell", "2025-03-31", amount="400.00")
    rest = [entry("interior", "2025-06-30", pct="30"), entry("handover", "2025-09-30", pct="30")]
    named = [entry(name, "2025-12-31", amount=amount) for name, amount in amounts.items()]
    return named or [shell, *rest]


def entry(name: str, due_on: str, **share: str) -> dict[str, Any]:
    """A milestone of a schedule."""
    return {"milestone_id": new(name), "name": name, "due_on": due_on, **share}


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    return {
        "PlanBillingSchedule": {**tower(), "entries": thirds(interior="250.00", roof="350.00")},
        "RejectMilestone": {**mark("shell"), "rejected_on": "2025-01-06", "why": "a crack"},
        "DeemAccepted": {**mark("shell"), "accepted_on": "2025-01-13"},
    }
