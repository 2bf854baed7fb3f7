"""Samples of what is to come of a project, and of stopping and ending its work."""

from typing import Any

from tests.domain.named import new
from tests.firm import WORKER, Firm

DATED = {"ReimburseExpense": "paid_on"}
CREATED: dict[str, str] = {}
AHEAD = {"project_id": new("ahead")}


def prepare(firm: Firm) -> None:
    """Internal work with a budget, an order and a report; another on hold, another closed."""
    for name in ("ahead", "paused", "over"):
        firm.do("CreateProject", project_id=new(name), code=name.upper(), name=name,
                entity="DE01")  # fmt: skip
    firm.do("BaselineBudget", **AHEAD, lines=[
        {"role": role, "month": "2025-01-01", "hours": "100", "cost": "5500", "revenue": "0"}
        for role in ("consultant", "designer")
    ])  # fmt: skip
    firm.do("CommitCost", **order("order 1"))
    firm.do("HoldProject", project_id=new("paused"), held_on="2025-01-08", why="no access")
    firm.do("CloseProject", project_id=new("over"))
    for item, parent in (("design", ""), ("design.logo", "design"), ("build", "")):
        firm.do("AddWorkItem", **AHEAD, work_item=item, name=item, parent=parent)
    firm.do("RegisterPerson", person_id=new("timed"), code="P9", name="Fictional Second",
            entity="DE01", role="consultant", user="second")  # fmt: skip
    firm.do("StartTimer", **timer("timed"))


def order(name: str, **fields: Any) -> dict[str, Any]:
    """An order of 1,000 EUR, without tax."""
    return {**AHEAD, "commitment_id": new(name), "cost_code": "expense", "reference": name,
            "vendor": "Fictional Print", "committed_on": "2025-01-06",
            "amount": {"amount": "1000.00", "currency": "EUR"}, **fields}  # fmt: skip


def timer(person: str) -> dict[str, Any]:
    """A timer that starts in the morning."""
    return {"person_id": new(person), **AHEAD, "started_at": "2025-01-28T09:00:00+01:00"}


def pay_order(firm: Firm, name: str = "paid", net: str = "300.00") -> None:
    """An approved expense that consumes some of the first order."""
    money = {"net": {"amount": net, "currency": "EUR"}, "tax": {"amount": "0", "currency": "EUR"}}
    firm.do("RecordExpense", WORKER, expense_id=new(name), person_id=firm.person, **AHEAD,
            spent_on="2025-01-06", category="print", commitment_id=new("order 1"),
            **money)  # fmt: skip
    firm.do("ApproveExpense", expense_id=new(name))


def estimate(*lines: tuple[str, str, str], on: str = "2025-01-10") -> dict[str, Any]:
    """What is to come, by cost code, month and cost."""
    said = [{"cost_code": code, "month": month, "hours": "10", "cost": cost}
            for code, month, cost in lines]  # fmt: skip
    return {**AHEAD, "estimated_on": on, "lines": said}


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    return {
        "ReimburseExpense": {"expense_id": at.approved_expense, "paid_on": "2025-01-17",
                             "bank_reference": "transfer 1"},
        "ReverseExpense": {"expense_id": at.approved_expense, "why": "of another client"},
        "StartTimer": {**timer("timed"), "person_id": firm.person},
        "StopTimer": {"person_id": new("timed"), "stopped_at": "2025-01-28T10:30:00+01:00"},
        "AddWorkItem": {**AHEAD, "work_item": "test", "name": "Test", "parent": "build"},
        "MoveWorkItem": {**AHEAD, "work_item": "design.logo", "parent": "build"},
        "CloseWorkItem": {**AHEAD, "work_item": "build"},
        "RequireWeekdays": {"entity": "DE01", "weekdays": [1, 2, 3, 4, 5]},
        "DiscardTimer": {"person_id": new("timed"), "why": "a break"},
        "ReforecastProject": estimate(("consultant", "2025-02-01", "3000")),
        "CommitCost": order("order 2"),
        "ReleaseCommitment": {**AHEAD, "commitment_id": new("order 1"),
                              "released_on": "2025-01-09", "why": "sold out"},
        "ReportProgress": {**AHEAD, "reported_on": "2025-01-09", "done": "25",
                           "evidence": "minutes of a meeting"},
        "TransferBudget": {**AHEAD, "from_cost_code": "designer", "from_month": "2025-01-01",
                           "to_cost_code": "consultant", "to_month": "2025-02-01", "hours": "10",
                           "cost": "550", "transferred_on": "2025-01-09", "why": "less design"},
        "HoldProject": {**AHEAD, "held_on": "2025-02-01", "why": "the client asked"},
        "ResumeProject": {"project_id": new("paused"), "resumed_on": "2025-01-20"},
        "CloseProject": {"project_id": new("paused")},
        "ReopenProject": {"project_id": new("over"), "why": "a defect"},
    }  # fmt: skip
