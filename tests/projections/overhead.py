"""Overhead of a small firm: booked, ruled, passed on and passed on anew."""

from datetime import date
from typing import Any

from tests.domain.named import new
from tests.firm import Firm


def spent(firm: Firm, name: str, on: date, amount: str, department: str = "") -> None:
    """Overheads of a department, paid from the bank."""
    lines = [{"account": "6010", "currency": "EUR", "debit": amount, "department": department},
             {"account": "1000", "currency": "EUR", "credit": amount}]  # fmt: skip
    firm.do("PostJournal", journal_id=new(name), entity="DE01", description=name,
            accounting_date=on, lines=lines)  # fmt: skip


def pass_on_overhead(firm: Firm) -> None:
    """Two pools of January: by hours and by heads; anew after a person moved, one taken back."""
    for name, department in (("desks", ""), ("servers", "IT")):
        spent(firm, name, date(2025, 1, 20), "90.01", department)
    of = {"entity": "DE01", "code": "DESKS"}
    terms = {"accounts": ["6010"], "cost_code": "", "rationale": "people use desks",
             "from_month": "2025-01-01", "driver": "hours", "targets": "projects"}  # fmt: skip
    firm.do("DefineAllocationRule", **of, **terms)
    firm.do("ReviewAssumptions", **of, reviewed_on="2025-06-01", next_on="2026-06-01")
    firm.do("AssignDepartment", person_id=firm.person, department="Design",
            from_date="2025-01-01")  # fmt: skip
    firm.do("CaptureDriver", entity="DE01", statistic="desks", month="2025-01-01",
            quantities=[{"department": "Design", "quantity": "3"}])  # fmt: skip
    allocated(firm, "RunAllocation", month="2025-01-01")
    by_heads = {**terms, "driver": "headcount", "targets": "departments"}
    firm.do("DefineAllocationRule", **of, **by_heads)
    allocated(firm, "SupersedeAllocationRun", month="2025-01-01", why="desks are counted now")
    firm.do("EndAllocationRule", **of, from_month="2025-12-01")


def allocated(firm: Firm, command: str, **fields: Any) -> Any:
    """Allocate a month of DE01 from what the projections hold now; the answer."""
    answer = firm.do(command, entity="DE01", **fields).answer
    firm.settle()
    return answer
