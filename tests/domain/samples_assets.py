"""Samples of assets, from their cost to their end."""

from typing import Any

from tests.domain import samples_payables
from tests.domain.named import new
from tests.domain.samples_outlook import AHEAD
from tests.domain.samples_payables import desk, owed
from tests.firm import Firm

DATED = {
    "CapitalizeAsset": "capitalized_on", "CapitalizeBillLine": "capitalized_on",
    "ImpairAsset": "impaired_on", "DisposeAsset": "disposed_on", "RunDepreciation": "month",
    "ReverseDepreciation": "reversed_on", "ReclassifyExpenditure": "reclassified_on",
    "CapitalizeLabour": "capitalized_on",
}  # fmt: skip
CREATED = {"CapitalizeAsset": "asset_id", "CapitalizeBillLine": "asset_id",
           "CapitalizeLabour": "asset_id"}  # fmt: skip
POSTED = (
    "CapitalizeAsset", "ReclassifyExpenditure", "ReverseDepreciation", "RunDepreciation",
    "ImpairAsset", "DisposeAsset",
)  # fmt: skip
"""Samples that, one after the other, bring out every posting rule of assets."""


def prepare(firm: Firm) -> None:
    """Nothing: other tests count what is on the stage, so `samples` plays its own part."""
    del firm


def asset(name: str, cost: str = "1200.00", months: int = 24, **fields: Any) -> dict[str, Any]:
    """Something of 2 January that lasts."""
    return {"asset_id": new(f"asset {name}"), "entity": "DE01", "code": name, "name": name,
            "capitalized_on": "2025-01-02", "cost": cost, "months": months,
            **fields}  # fmt: skip


def used(firm: Firm, name: str, on: str = "2025-01-02", **fields: Any) -> dict[str, Any]:
    """An asset in service; the field that names it."""
    firm.do("CapitalizeAsset", **asset(name, **fields))
    firm.do("PlaceInService", asset_id=new(f"asset {name}"), in_service_on=on)
    return {"asset_id": new(f"asset {name}")}


def sold(name: str, on: str = "2025-02-10", proceeds: str = "600.00", **fields: Any) -> Any:
    """A sale for euros."""
    return {"asset_id": new(f"asset {name}"), "disposed_on": on, "why": "not needed",
            "proceeds": {"amount": proceeds, "currency": "EUR"}, **fields}  # fmt: skip


def play(firm: Any) -> None:
    """Assets in service with January written off, one that waits, and a bill for another."""
    samples_payables.samples(firm, None)
    owed(firm, "desk", desk())
    for name in ("laptop", "press"):
        used(firm, name)
    firm.do("CapitalizeAsset", **asset("server"))
    firm.do("RunDepreciation", entity="DE01", month="2025-01-01")


def samples(firm: Any, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del at
    if not getattr(firm, "lasts", False):
        play(firm)
        firm.lasts = True
    return {
        "SetCapitalizationPolicy": {"entity": "DE01", "threshold": "800.00"},
        "CapitalizeAsset": asset("chair", kind="intangible"),
        "CapitalizeBillLine": {"asset_id": new("asset desk"), "bill_id": new("bill desk"),
                               "line": 1, "code": "desk", "name": "desk", "months": 60,
                               "capitalized_on": "2025-01-10"},
        "SetLabourBurden": {"entity": "DE01", "from_date": "2025-01-01", "burden_pct": "20"},
        "ClassifyExpenditure": {**AHEAD, "treatment": "capex", "from_date": "2025-02-01",
                                "why": "a product"},
        "ReclassifyExpenditure": {**AHEAD, "reclassified_on": "2025-01-10", "amount": "100.00",
                                  "why": "a product"},
        "CapitalizeLabour": {**AHEAD, "asset_id": new("asset product"), "code": "product",
                             "name": "product", "months": 36, "capitalized_on": "2025-01-10"},
        "PlaceInService": {"asset_id": new("asset server"), "in_service_on": "2025-01-10"},
        "ReviseAsset": {"asset_id": new("asset laptop"), "from_month": "2025-02-01",
                        "months_left": 11, "residual": "50.00", "why": "used longer"},
        "ImpairAsset": {"asset_id": new("asset laptop"), "impaired_on": "2025-02-10",
                        "recoverable": "700.00", "why": "dropped"},
        "DisposeAsset": sold("press", tax="114.00"),
        "RunDepreciation": {"entity": "DE01", "month": "2025-02-01"},
        "ReverseDepreciation": {"entity": "DE01", "month": "2025-01-01",
                                "reversed_on": "2025-01-31", "why": "a wrong life"},
    }  # fmt: skip
