"""Canonical documents as deal properties of the sandbox CRM; pure."""

from typing import Any

from adapters.documents import DealUpdate, ProjectActuals


def deal(document: DealUpdate, key: str) -> dict[str, Any]:
    """Say where a deal stands; ``update`` marks what was said last."""
    properties = {
        "stage": document.stage,
        "amount": str(document.contract_value),
        "currency": document.currency,
        "project_code": document.project_code,
    }
    return {"update": key, "properties": properties}


def actuals(document: ProjectActuals, key: str) -> dict[str, Any]:
    """Say where a deal's project stands."""
    properties = {
        "project_code": document.project_code,
        "project_period": document.period,
        "project_currency": document.currency,
        "project_budget": str(document.budget),
        "project_actual_hours": str(document.actual_hours_qty),
        "project_actual_cost": str(document.actual_cost),
        "project_billed": str(document.billed),
        "project_margin": str(document.margin),
    }
    return {"update": key, "properties": properties}
