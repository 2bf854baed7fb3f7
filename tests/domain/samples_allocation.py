"""Samples of allocations: a small firm's overhead, its rules, and one use of every command."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.allocation.cost_object import CostObject
from domain.allocation.planning import GatheredPool
from domain.allocation.run import Measured
from tests.firm import Firm

DATED = {"RunAllocation": "month"}
CREATED: dict[str, str] = {}
JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
WHY = "Rent follows the desks people work at"


def prepare(firm: Firm) -> None:
    """Nothing: other tests count what is on the stage, so `samples` plays its own part."""
    del firm


def rule(code: str = "RENT", **fields: Any) -> dict[str, Any]:
    """The entity's overheads to its departments, by desks."""
    return {"entity": "DE01", "code": code, "accounts": ["6010"], "driver": "statistic",
            "statistic": "desks", "targets": "departments", "rationale": WHY,
            "from_month": JANUARY, **fields}  # fmt: skip


def read(code: str, held: str, version: int = 1, **figures: str) -> GatheredPool:
    """A pool as it was read: its balance, and departments with their figures."""
    measured = tuple(
        Measured(CostObject("department", name), Decimal(figure))
        for name, figure in figures.items()
    )
    return GatheredPool(code, version, Decimal(held), measured)


def run_of(*pools: GatheredPool, month: date = JANUARY, **fields: Any) -> dict[str, Any]:
    """A run of a month over what was read."""
    return {"entity": "DE01", "month": month, "pools": pools, "position": 7, **fields}


def desks(**figures: str) -> dict[str, Any]:
    """Desks of departments in January."""
    listed = [{"department": name, "quantity": figure} for name, figure in figures.items()]
    return {"entity": "DE01", "statistic": "desks", "month": JANUARY, "quantities": listed}


def samples(firm: Any, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del at
    if not getattr(firm, "allocated", None):
        firm.do("DefineAllocationRule", **rule())
        firm.do("RunAllocation", **run_of(read("RENT", "100", A="1", B="2"), month=FEBRUARY))
        firm.allocated = True
    of, february = {"entity": "DE01", "code": "RENT"}, {"entity": "DE01", "month": FEBRUARY}
    return {
        "DefineAllocationRule": rule("IT", accounts=["6100"], department="IT"),
        "EndAllocationRule": {**of, "from_month": "2025-06-01"},
        "ReviewAssumptions": {**of, "reviewed_on": "2025-03-01", "next_on": "2026-03-01"},
        "CaptureDriver": desks(A="1", B="2"),
        "RunAllocation": run_of(read("RENT", "100", A="1", B="2")),
        "SupersedeAllocationRun": run_of(read("RENT", "100", A="1", B="3"), month=FEBRUARY,
                                         why="desks moved"),
        "ReverseAllocationRun": {**february, "why": "a mistake"},
        "AssignDepartment": {"person_id": firm.person, "department": "Design",
                             "from_date": JANUARY},
    }  # fmt: skip
