"""Samples of metered use."""

from typing import Any

from domain.policies import contract_id
from tests.domain.samples_clauses import DEAL
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {}
METER = {"contract_id": contract_id(DEAL), "name": "backup"}
TIERS = [{"up_to": "100", "rate": "0.50"}, {"rate": "0.30", "flat_fee": "5"}]


def prepare(firm: Firm) -> None:
    """A contract in EUR whose backups are metered; January has counted 80 GB."""
    firm.do("SetUsagePrice", **price())
    firm.do("RecordUsage", **reading("first", "80"))


def price(**fields: Any) -> dict[str, Any]:
    """Graduated prices from January on."""
    return {**METER, "unit": "GB", "from_date": "2025-01-01", "tiers": TIERS, **fields}


def reading(reference: str, quantity: str, **fields: Any) -> dict[str, Any]:
    """What was used on a day of January."""
    return {**METER, "used_on": "2025-01-20", "quantity": quantity, "reference": reference,
            **fields}  # fmt: skip


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    return {
        "SetUsagePrice": price(from_date="2025-02-01", mode="volume"),
        "RecordUsage": reading("second", "50"),
        "ChargeUsage": {**METER, "through": "2025-01-31"},
    }
