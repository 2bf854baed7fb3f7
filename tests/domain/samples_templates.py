"""Samples of templates by type of deal."""

from typing import Any

from tests.domain.named import new
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {}
PHASES: list[dict[str, str]] = [
    {"name": "Design", "share_pct": "30", "lasts_pct": "25", "milestone": "Design accepted",
     "billing_pct": "40"},
    {"name": "Build", "share_pct": "60", "lasts_pct": "50"},
    {"name": "Launch", "share_pct": "10", "lasts_pct": "25", "milestone": "Launched",
     "billing_pct": "60"},
]  # fmt: skip


def template(deal_type: str = "website", **fields: Any) -> dict[str, Any]:
    """Three phases, two of which are paid at their end."""
    return {"entity": "DE01", "deal_type": deal_type, "phases": PHASES,
            "checklist": ["scope", "access to the server"], **fields}  # fmt: skip


def prepare(firm: Firm) -> None:
    """A template in use."""
    firm.do("PublishTemplate", **template())


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    return {
        "PublishTemplate": template("shop"),
        "RetireTemplate": {"entity": "DE01", "deal_type": "website"},
        "ApplyTemplate": {"project_id": new("bare"), "deal_type": "website",
                          "starts_on": "2025-01-01", "ends_on": "2025-03-31", "hours": "100",
                          "cost": "5500", "price": "9000"},
    }  # fmt: skip
