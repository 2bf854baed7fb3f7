"""The outlook of projects, worked out by hand."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from projections.reports.earned_value import AT_COMPLETION
from tests.domain.named import new
from tests.firm import Firm
from tests.projections.faults import ADVICE
from tests.projections.test_reports import ask, rows, total

COST = ("cost_code", "budget", "actual", "committed", "to_complete", "at_completion",
        "variance_at_completion")  # fmt: skip
INDICES = "complete_pct", "progress_by", "cost_index", "schedule_index"


def at(year: Firm, day: str, *names: str, **given: Any) -> list[tuple[Any, ...]]:
    """Columns of the outlook of ``Advice``, by cost code."""
    effective = date.fromisoformat(day)
    packet = ask(year, "project-outlook", project="Advice", effective=effective, **given)
    return rows(packet, *names)


def test_the_rest_of_the_budget_is_to_come_until_somebody_says_otherwise(year: Firm) -> None:
    spent = ("5500.00", "880.00", "0.00", "4620.00", "5500.00", "0.00")

    assert at(year, "2025-01-19", *COST) == [("consultant", *spent), ("all", *spent)]
    assert at(year, "2025-01-19", *INDICES)[0] == ("16.00", "cost", "1.0000", "3.1326")
    assert at(year, "2025-01-19", "warning", "reasons")[-1] == ("none", "")


def test_an_order_comes_even_where_the_estimate_forgot_it(year: Firm) -> None:
    assert at(year, "2025-01-31", *COST) == [
        ("consultant", "5100.00", "880.00", "0.00", "4950.00", "5830.00", "-730.00"),
        ("print", "400.00", "0.00", "900.00", "0.00", "900.00", "-500.00"),
        ("all", "5500.00", "880.00", "900.00", "4950.00", "6730.00", "-1230.00"),
    ]


def test_indices_follow_the_progress_that_was_reported(year: Firm) -> None:
    assert at(year, "2025-01-31", *INDICES)[-1] == ("15.00", "report", "0.9375", "0.9612")
    assert at(year, "2025-01-30", *INDICES)[-1][1] == "cost"


def test_the_margin_is_compared_with_what_was_sold(year: Firm) -> None:
    names = "sold_price", "sold_margin", "price_at_completion", "margin_at_completion"

    assert at(year, "2025-01-31", *names) == [
        (None, None, None, None), (None, None, None, None),
        ("9688.98", "4188.98", "9688.98", "2958.98"),
    ]  # fmt: skip
    assert at(year, "2025-01-31", "warning", "reasons")[-1] == (
        "act",
        "cost at completion exceeds the budget by 1230.00; the margin falls from 43.2 % to 30.5 %",
    )


def test_work_uses_up_the_estimate_and_costs_the_order(year: Firm) -> None:
    """The train of 6 March is an expense that no order and no estimate foresaw."""
    assert at(year, "2025-02-28", *COST) == [
        ("consultant", "5100.00", "1320.00", "0.00", "4510.00", "5830.00", "-730.00"),
        ("print", "400.00", "300.00", "600.00", "0.00", "900.00", "-500.00"),
        ("all", "5500.00", "1620.00", "600.00", "4510.00", "6730.00", "-1230.00"),
    ]


def test_what_is_given_up_of_an_order_is_not_to_come(year: Firm) -> None:
    (printed,) = [row for row in at(year, "2025-06-01", *COST) if row[0] == "print"]

    assert printed == ("print", "400.00", "300.00", "0.00", "0.00", "300.00", "100.00")


def test_totals_are_the_sums_of_their_cost_codes(year: Firm) -> None:
    packet = ask(year, "project-outlook")
    for name in COST[1:]:
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for code, project, entity, amount in rows(packet, "cost_code", "project", "entity", name):
            sums[entity, project] += (-1 if code == "all" else 1) * Decimal(amount)
        assert not any(sums.values()), name


def test_of_a_closed_project_nothing_is_to_come(firm: Firm) -> None:
    project = {"project_id": new("short")}
    firm.do("CreateProject", **project, code="SHORT", name="short", entity="DE01")
    lines = [{"role": "any", "month": "2025-01-01", "hours": "1", "cost": "55", "revenue": "0"}]
    firm.do("BaselineBudget", **project, lines=lines)
    firm.do("CloseProject", **project, effective_date="2025-02-01")
    firm.do("ReopenProject", **project, why="more", effective_date="2025-03-01")
    firm.settle()

    def to_come(month: int) -> Any:
        packet = ask(firm, "project-outlook", effective=date(2025, month, 15))
        return rows(packet, "to_complete", "margin_at_completion")[-1]

    assert [to_come(month) for month in (1, 2, 3)] == [("55.00", None), ("0.00", None),
                                                       ("55.00", None)]  # fmt: skip


def test_a_late_estimate_changes_nothing_that_was_known(year: Firm) -> None:
    before = ask(year, "project-outlook", effective=date(2025, 3, 31))

    ahead = {"project_id": ADVICE}
    year.do("ReforecastProject", **ahead, estimated_on="2025-03-31")
    year.do("ReportProgress", **ahead, reported_on="2025-03-31", done="90", evidence="a demo")
    year.settle()

    then = ask(year, "project-outlook", effective=date(2025, 3, 31), known=before.known)
    assert then.canonical == before.canonical
    assert at(year, "2025-03-31", "to_complete", "complete_pct")[-1] == ("0.00", "90.00")


def test_an_order_is_consumed_and_given_up_on_its_days(year: Firm) -> None:
    def ordered(day: str) -> list[tuple[Any, ...]]:
        packet = ask(year, "commitments", project="Advice", effective=date.fromisoformat(day))
        return rows(packet, "reference", "ordered", "consumed", "released", "open",
                    "functional_open")  # fmt: skip

    assert ordered("2025-01-19") == []
    assert ordered("2025-02-02") == [("PO 1", "900.00", "0.00", "0.00", "900.00", "900.00")]
    assert ordered("2025-02-03") == [("PO 1", "900.00", "300.00", "0.00", "600.00", "600.00")]
    assert ordered("2025-06-01") == [("PO 1", "900.00", "300.00", "600.00", "0.00", "0.00")]


def test_what_is_ordered_is_the_same_in_both_reports(year: Firm) -> None:
    year.do("CommitCost", project_id=ADVICE, commitment_id=new("dollars"), cost_code="print",
            vendor="Fictional Press", reference="7", committed_on="2025-01-20",
            amount={"amount": "103.21", "currency": "USD"})  # fmt: skip
    year.settle()

    for day in ("2025-01-31", "2025-03-31", "2025-12-31"):
        asked = {"effective": date.fromisoformat(day)}
        orders, outlook = ask(year, "commitments", **asked), ask(year, "project-outlook", **asked)
        assert total(orders, "functional_open") == total(outlook, "committed", cost_code="all") > 0


def test_earned_value_stands_beside_every_forecast(year: Firm) -> None:
    """15 % of 5,500 are earned; 880 are spent and 4,950 estimated."""
    found = ask(year, "earned-value", project="Advice", effective=date(2025, 1, 31))

    assert rows(found, "budget", "planned_value", "earned_value", "actual_cost") == [
        ("5500.00", "858.34", "825.00", "880.00")
    ]
    assert rows(found, "cost_variance", "schedule_variance") == [("-55.00", "-33.34")]
    assert rows(found, "complete_pct", "cost_index", "schedule_index", "to_complete_index") == [
        ("15.00", "0.9375", "0.9612", "1.0119")
    ]
    assert rows(found, *AT_COMPLETION) == [("5866.67", "5555.00", "6068.19", "5830.00", "-366.67")]


def test_a_project_without_a_budget_has_no_earned_value(year: Firm) -> None:
    assert not ask(year, "earned-value", project="FIT").rows
