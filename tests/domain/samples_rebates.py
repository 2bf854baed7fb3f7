"""Samples of volume rebates."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.domain.named import new
from tests.firm import Firm

DATED = {"AccrueRebate": "month", "SettleRebate": "issued_on"}
CREATED: dict[str, str] = {}
STEPS = [{"from_volume": "1000", "pct": "5"}, {"from_volume": "5000", "pct": "10"}]


def prepare(firm: Firm) -> None:
    """Nothing: other tests count what is on the stage, so `samples` plays its own part."""
    del firm


def agreed(contract: UUID, **fields: Any) -> dict[str, Any]:
    """5 % from 1,000 and 10 % from 5,000 USD of January on all of it."""
    return {"contract_id": contract, "from_month": "2025-01-01", "through_month": "2025-01-31",
            "steps": STEPS, **fields}  # fmt: skip


def rebated(firm: Firm, name: str = "Rebated", hours: int = 8) -> tuple[UUID, UUID]:
    """A contract with a rebate of January and an invoice of it; both ids."""
    contract, project = firm.win(name, tax_rate_pct="0")
    work = firm.work(project, date(2025, 1, 5), hours * 60)
    invoice = firm.bill(f"{name} one", contract, date(2025, 1, 9), work)
    firm.do("SetRebateAgreement", **agreed(contract))
    return contract, invoice


def samples(firm: Any, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    if not getattr(firm, "rebates", None):
        firm.rebates = rebated(firm)
    contract, invoice = firm.rebates
    return {
        "SetRebateAgreement": agreed(at.contract),
        "AccrueRebate": {"contract_id": contract, "month": "2025-01-31",
                         "expected_turnover": "1200.00"},
        "SettleRebate": {"contract_id": contract, "invoice_id": invoice,
                         "memo_id": new("rebate memo"), "issued_on": "2025-02-03"},
    }  # fmt: skip
