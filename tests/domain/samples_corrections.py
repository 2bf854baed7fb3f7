"""Samples of corrections of approved time."""

from typing import Any

from tests.domain.named import new
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {}


def prepare(firm: Firm) -> None:
    """Nothing more than approved time is needed."""
    del firm


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    week = {"person_id": firm.person, "week": "2025-01-06", "entry_ids": [at.approved[1]],
            "why": "booked on the wrong project"}  # fmt: skip
    return {
        "UnapproveTime": week,
        "ReverseTime": week,
        "TransferTime": {**week, "project_id": new("bare")},
    }
