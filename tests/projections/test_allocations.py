"""Allocations from real books: what pools hold, what drives them, re-runs, reports, what-ifs."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from domain.allocation.rule import PoolsOverlap
from domain.allocation.run import NoDifference, NothingToAllocate
from domain.allocation.what_if import WhatIf
from domain.command import Command
from domain.errors import Refusal
from domain.unit_of_work import NotFound
from projections.allocation_what_if import READS, what_if
from projections.as_of import snapshot
from projections.gathering import gathered
from projections.reports import REPORTS
from tests.domain.named import new
from tests.firm import CHIEF, Firm
from tests.projections.faults import damage, off
from tests.projections.overhead import allocated, spent

JANUARY = date(2025, 1, 1)
BORNE = """
SELECT coalesce(p.code, l.department), sum(l.functional)
FROM ledger_lines l LEFT JOIN projects p ON p.id = l.project_id
WHERE l.account = '5040' AND l.accounting_date <= %s GROUP BY 1 HAVING sum(l.functional) <> 0
"""


def rule(firm: Firm, code: str, **fields: Any) -> None:
    """A rule over 6010 from January on."""
    given = {"accounts": ["6010"], "rationale": "who uses it pays", "from_month": JANUARY}
    firm.do("DefineAllocationRule", entity="DE01", code=code, **{**given, **fields})


def people(firm: Firm, *names: str) -> list[UUID]:
    """More people of the entity."""
    for name in names:
        firm.do("RegisterPerson", person_id=new(name), code=name, entity="DE01",
                role="consultant")  # fmt: skip
    return [new(name) for name in names]


def works_in(firm: Firm, person: UUID, department: str, since: str = "2025-01-01") -> None:
    """From a day on."""
    firm.do("AssignDepartment", person_id=person, department=department, from_date=since)


def run(firm: Firm, month: date = JANUARY, **fields: Any) -> Any:
    """Allocate a month."""
    return allocated(firm, "RunAllocation", month=month, **fields)


def again(firm: Firm, month: date = JANUARY, **fields: Any) -> Any:
    """Allocate a month anew."""
    return allocated(firm, "SupersedeAllocationRun", month=month, why="moved", **fields)


def borne(firm: Firm, until: date = date(2025, 12, 31)) -> dict[str, str]:
    """Overhead by project code or department, as the ledger has it."""
    firm.settle()
    with firm.system.connect() as conn:
        rows = conn.execute(BORNE, [until]).fetchall()
    return {name: str(amount) for name, amount in sorted(rows)}


def close(firm: Firm, *months: int) -> None:
    """Months of 2025, for good."""
    firm.settle()
    for no in months:
        firm.close(date(2025, no, 1))
    firm.settle()


def of(answer: Any) -> dict[str, str]:
    """Amounts by department."""
    return {one.key: str(one.amount) for one in answer.lines}


@pytest.fixture
def office(firm: Firm) -> Firm:
    """Three people, two in Design and one in Build, and 100 EUR of rent by heads."""
    one, two = people(firm, "P2", "P3")
    for person, department in ((firm.person, "Design"), (one, "Design"), (two, "Build")):
        works_in(firm, person, department)
    spent(firm, "rent", date(2025, 1, 8), "100.00")
    rule(firm, "RENT", driver="headcount", targets="departments")
    return firm


def test_a_reorganisation_after_the_quarter_is_closed(office: Firm) -> None:
    """The journey: the old months keep their figures, the re-run is booked in the first open."""
    run(office)
    close(office, 1, 2, 3)
    with office.system.connect() as conn:
        known = conn.execute("SELECT max(position) FROM events").fetchall()[0][0]
    before = reported(office, known)

    works_in(office, new("P2"), "Build")
    answer = again(office)

    assert {one.key: str(one.change) for one in answer.differences} == {
        "Build": "33.34", "Design": "-33.34",
    }  # fmt: skip
    assert reported(office, known) == before
    assert borne(office, date(2025, 3, 31)) == {"Build": "33.33", "Design": "66.67"}
    assert borne(office) == {"Build": "66.67", "Design": "33.33"}
    with office.system.connect() as conn:
        dates = conn.execute(
            "SELECT DISTINCT accounting_date, effective_date FROM ledger_lines"
            " WHERE rule LIKE 'allocation%%' ORDER BY 1"
        ).fetchall()
    assert dates == [(date(2025, 1, 31), date(2025, 1, 31)), (date(2025, 4, 1), date(2025, 1, 31))]
    with pytest.raises(NoDifference):
        again(office)
    found = off(office)
    assert set(found) <= {"log sealed and intact"}


def reported(firm: Firm, known: int) -> list[bytes]:
    """Reports of the closed months as a position knew them."""
    with firm.system.connect() as conn:
        return [
            REPORTS[name].run(conn, {"effective": date(2025, no, 28), "known": known}).canonical
            for name in ("trial-balance", "allocations") for no in (1, 2, 3)
        ]  # fmt: skip


def test_two_runs_of_a_month_at_once_admit_one(office: Firm) -> None:
    office.settle()
    asked = Command.registry["RunAllocation"]
    with office.system.connect() as conn:
        both = [gathered(conn, asked(entity="DE01", month=JANUARY)) for _ in range(2)]  # type: ignore[call-arg]

    def attempt(command: Command) -> str:
        try:
            return str(office.store.execute(command, CHIEF).answer.number)  # type: ignore[attr-defined]
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(attempt, both))

    assert found == ["1", "NOTHING_TO_ALLOCATE"]
    assert borne(office) == {"Build": "33.33", "Design": "66.67"}


def test_a_rehearsal_answers_the_same_and_records_nothing(office: Firm) -> None:
    first = run(office, dry_run=True)

    assert first.lines == run(office).lines
    with pytest.raises(NothingToAllocate):
        run(office)


def test_late_cost_is_passed_on_with_the_month_it_is_booked_in(office: Firm) -> None:
    run(office)
    spent(office, "power", date(2025, 1, 30), "10.00")
    assert of(run(office)) == {"Build": "3.33", "Design": "6.67"}

    spent(office, "cleaning", date(2025, 2, 3), "30.00")
    assert of(run(office, date(2025, 2, 1))) == {"Build": "10.00", "Design": "20.00"}


def test_captured_heads_count_before_those_assigned(office: Firm) -> None:
    office.do("CaptureDriver", entity="DE01", statistic="headcount", month=JANUARY,
              quantities=[{"department": "Build", "quantity": "1"},
                          {"department": "Design", "quantity": "3"}])  # fmt: skip

    assert of(run(office)) == {"Build": "25.00", "Design": "75.00"}


def test_a_pool_is_what_its_filter_says(office: Firm) -> None:
    for name, department in (("server", "IT"), ("desk", "HR")):
        spent(office, name, date(2025, 1, 9), "9.00", department)
    office.do("EndAllocationRule", entity="DE01", code="RENT", from_month=JANUARY)
    rule(office, "IT", department="IT", driver="headcount", targets="departments")

    assert run(office).allocated == 9


def measured(firm: Firm, driver: str, targets: str, **fields: Any) -> Mapping[str, str]:
    """Shares of a driver, by project, client or department."""
    rule(firm, "RENT", driver=driver, targets=targets, **fields)
    answer = run(firm, dry_run=True)
    return {one.key: one.share for one in answer.lines}


def test_each_driver_by_each_kind_of_cost_object(office: Firm) -> None:
    _, alpha = office.win("Alpha")
    _, beta = office.win("Beta")
    office.work(alpha, date(2025, 1, 6), 360)
    office.work(beta, date(2025, 1, 7), 120)
    client = str(office.client)

    by_project = {str(alpha): "3/4", str(beta): "1/4"}
    for driver in ("hours", "direct_cost"):
        assert measured(office, driver, "projects") == by_project
        assert measured(office, driver, "clients") == {client: "1/1"}
    earned = measured(office, "revenue", "projects")
    assert {key: round(float(Fraction(share)), 4) for key, share in earned.items()} == {
        str(alpha): 0.75, str(beta): 0.25,
    }  # fmt: skip
    assert measured(office, "revenue", "clients") == {client: "1/1"}
    assert measured(office, "hours", "departments") == {"Design": "1/1"}
    assert measured(office, "headcount", "projects") == {str(alpha): "1/2", str(beta): "1/2"}
    assert measured(office, "headcount", "clients") == {client: "1/1"}
    fixed = [{"project_id": alpha, "weight": "70"}, {"department": "Build", "weight": "30"}]
    assert measured(office, "fixed", "listed", listed=fixed) == {
        str(alpha): "7/10", "Build": "3/10",
    }  # fmt: skip
    assert measured(office, "hours", "listed", listed=fixed) == {str(alpha): "1/1"}
    office.do("CaptureDriver", entity="DE01", statistic="material_usage", month=JANUARY,
              quantities=[{"project_id": beta, "quantity": "5.5"}])  # fmt: skip
    assert measured(office, "material_usage", "projects") == {str(beta): "1/1"}


def test_hours_taken_back_count_no_longer(office: Firm) -> None:
    _, alpha = office.win("Alpha")
    _, beta = office.win("Beta")
    _, entry = office.work(alpha, date(2025, 1, 6), 300)
    office.work(beta, date(2025, 1, 7), 100)
    office.do("ReverseTime", person_id=office.person, week=date(2025, 1, 6), entry_ids=[entry],
              why="another's")  # fmt: skip

    assert measured(office, "hours", "projects") == {str(beta): "1/1"}


def test_step_down_between_departments(office: Firm) -> None:
    office.do("EndAllocationRule", entity="DE01", code="RENT", from_month=JANUARY)
    works_in(office, new("P3"), "IT")
    spent(office, "server", date(2025, 1, 9), "60.00", "IT")
    spent(office, "lawyer", date(2025, 1, 9), "30.00", "Legal")
    for name in ("IT", "Legal"):
        rule(office, name, department=name, driver="headcount", targets="departments",
             method="step")  # fmt: skip

    answer = run(office)

    assert [step.partition(":")[0] for step in answer.steps] == ["Legal", "IT"]
    assert borne(office) == {"Design": "90.00", "IT": "10.00"}
    with office.system.connect() as conn:
        rows = conn.execute(
            "SELECT department, sum(functional) FROM ledger_lines WHERE department <> ''"
            " GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert rows == [("Design", 90), ("IT", 0), ("Legal", 0)]


def test_the_report_says_how_and_why(office: Firm) -> None:
    run(office)
    review = {"reviewed_on": "2025-01-20", "next_on": "2026-01-20"}
    office.do("ReviewAssumptions", entity="DE01", code="RENT", **review)
    office.settle()

    with office.system.connect() as conn:
        report, day = REPORTS["allocations"], date(2025, 1, 31)
        rows = report.run(conn, {"effective": day, "month": day}).said()
        other = report.run(conn, {"effective": day, "month": date(2024, 12, 1)})

    assert [(row["cost_object"], row["share"], row["amount"]) for row in rows] == [
        ("Build", "1/3", "33.33"), ("Design", "2/3", "66.67"),
    ]  # fmt: skip
    assert rows[0]["methodology"] == (
        "Cost on 6010 that stands on no project, to departments by headcount, direct"
    )
    assert not other.rows
    assert (rows[0]["rationale"], rows[0]["next_review"]) == ("who uses it pays", "2026-01-20")


def tried(firm: Firm, **otherwise: Any) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """What January and February would have been: before, now, margin."""
    firm.settle()
    months = [JANUARY, date(2025, 2, 1)]
    with firm.system.connect() as conn, snapshot(conn, READS) as known:
        _, found = what_if(conn, "DE01", months, WhatIf.model_validate(otherwise), known)
    return {one.name: (one.before, one.now, one.margin) for one in found}


def test_what_if_people_had_moved_earlier(office: Firm) -> None:
    run(office)
    with office.system.connect() as conn:
        before = conn.execute("SELECT max(position) FROM events").fetchall()[0][0]

    moved = [{"person_id": office.person, "department": "Build", "from_date": "2025-01-01"}]
    found = tried(office, departments=moved)

    build, design = Decimal("66.67"), Decimal("33.33")
    assert found["Build"] == (design, build, Decimal("-33.34"))
    assert found["Design"] == (build, design, Decimal("33.34"))
    with office.system.connect() as conn:
        assert conn.execute("SELECT max(position) FROM events").fetchall()[0][0] == before


def test_what_if_the_rule_were_another(office: Firm) -> None:
    run(office)
    spent(office, "later", date(2025, 2, 3), "10.00")
    desks = {"statistic": "desks", "month": JANUARY,
             "quantities": [{"department": "Lab", "quantity": "2"}]}  # fmt: skip
    by_desks = {"code": "RENT", "accounts": ["6010"], "driver": "statistic",
                "statistic": "desks", "targets": "departments"}  # fmt: skip
    february = {**desks, "month": "2025-02-01"}

    found = tried(office, rules=[by_desks], drivers=[desks, february])

    assert found["Lab"] == (Decimal(0), Decimal(110), Decimal(-110))
    assert found["Design"][2] == Decimal("66.67")
    assert tried(office, without=["RENT"])["Build"] == (
        Decimal("33.33"), Decimal(0), Decimal("33.33"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE ledger_lines SET functional = 1 WHERE account = '5040'", "posted"),
        ("UPDATE allocation_workplaces SET department = 'Lab'", "driven by other figures"),
        ("UPDATE allocation_rules SET accounts = '6020'", "read again"),
        ("UPDATE allocation_rules SET position = 99999", "was not in force"),
    ],
)  # fmt: skip
def test_a_run_that_is_not_what_was_read_or_posted_is_named(
    year: Firm, statement: str, words: str
) -> None:
    damage(year, statement)

    assert words in off(year)["allocations = pools and ledger"][0]


def test_rules_tried_out_must_fit_the_others(office: Firm) -> None:
    same = {"code": "OTHER", "accounts": ["6010"], "driver": "hours", "targets": "projects"}

    with pytest.raises(PoolsOverlap):
        tried(office, rules=[same])


def test_what_if_asks_for_an_entity_that_is_there(office: Firm) -> None:
    office.settle()
    with (
        office.system.connect() as conn,
        snapshot(conn, READS) as known,
        pytest.raises(NotFound),
    ):
        what_if(conn, "ZZ99", [JANUARY], WhatIf(), known)
