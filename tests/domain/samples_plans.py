"""Samples of recurring plans."""

from typing import Any

from tests.domain.named import new
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED = {"SetRecurringPlan": "plan_id"}


def prepare(firm: Firm) -> None:
    """A contract that runs earn, with a plan that renews and one that ends."""
    contract = new("serviced")
    firm.do("DraftContract", contract_id=contract, client_id=firm.client, name="Care",
            currency="EUR", value="12000", starts_on="2025-01-01", ends_on="2025-12-31",
            billing_model="fixed_fee", payment_terms_days=30, recognition="by_run")  # fmt: skip
    firm.do("ActivateContract", contract_id=contract, approved_by="order 9")
    for name, more in (("plan", {}), ("ending plan", {"ends_before": "2025-07-01"})):
        firm.do("SetRecurringPlan", plan_id=new(name), **terms(), **more)


def terms(**fields: Any) -> dict[str, Any]:
    """A monthly price from the middle of January on, in advance."""
    return {"contract_id": new("serviced"), "name": "Helpdesk", "starts_on": "2025-01-15",
            "anchor_day": 1, "price": "310.00", "quantity": "2", **fields}  # fmt: skip


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    plan = {"plan_id": new("plan")}
    return {
        "SetRecurringPlan": {"plan_id": new("new plan"), **terms()},
        "ChangeSubscription": {**plan, "from_date": "2025-03-01", "quantity": "3", "why": "more"},
        "PauseSubscription": {**plan, "from_date": "2025-03-01", "until": "2025-04-01",
                              "why": "a break"},
        "CancelSubscription": {**plan, "on": "2025-06-15", "refund": True, "why": "moved away"},
        "RenewSubscription": {"plan_id": new("ending plan"), "ends_before": "2026-01-01",
                              "why": "goes on"},
        "AccrueCharges": {**plan, "through": "2025-01-31"},
    }  # fmt: skip
