"""``throughline run allocation`` as a person at the command line meets it."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import throughline
from tests.api.serving import Served, projecting
from tests.domain.named import new
from tests.firm import Firm
from tests.projections.overhead import spent

Run = Callable[..., Result]
MOVED = {"department": "Build", "from_date": "2025-01-01"}


@pytest.fixture
def run(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Allocate 100 EUR of January by heads, of whom there are one in Design and two in Build."""
    monkeypatch.setattr("api.commands.run_allocation.opened", lambda _: nullcontext(firm.system))
    for name, department in (("P1", "Design"), ("P2", "Build"), ("P3", "Build")):
        person = firm.person if name == "P1" else new(name)
        if name != "P1":
            firm.do("RegisterPerson", person_id=person, code=name, entity="DE01", role="smith")
        firm.do("AssignDepartment", person_id=person, department=department,
                from_date="2025-01-01")  # fmt: skip
    spent(firm, "rent", date(2025, 1, 8), "100.00")
    firm.do("DefineAllocationRule", entity="DE01", code="RENT", accounts=["6010"],
            driver="headcount", targets="departments", rationale="desks",
            from_month="2025-01-01")  # fmt: skip

    def line(*more: str, month: str = "2025-01") -> Result:
        given = ["run", "allocation", "--entity", "DE01", "--month", month, *more]
        return CliRunner().invoke(throughline, given)

    return line


def test_a_month_is_shown_before_it_is_run_and_run_once(run: Run) -> None:
    rehearsed, done, again = run("--dry-run"), run("--explain", "--rule", "RENT"), run()

    assert "66.67" in rehearsed.output
    assert "RENT: 100.00 to 2 cost objects, direct" in done.output
    assert "run 1: 100.00 EUR allocated" in done.output
    assert "NOTHING_TO_ALLOCATE" in again.output
    assert [one.exit_code for one in (rehearsed, done, again)] == [0, 0, 1]


def test_a_month_is_allocated_anew_with_what_that_changes(run: Run, firm: Firm) -> None:
    run()
    firm.do("AssignDepartment", person_id=firm.person, **MOVED)

    done = run("--again", "one desk moved")

    assert "What it changes" in done.output
    assert "-33.33" in done.output
    assert "NO_DIFFERENCE" in run("--again", "once more").output


def test_what_if_shows_margins_and_records_nothing(run: Run, firm: Firm, tmp_path: Path) -> None:
    run()
    file = tmp_path / "moved.json"
    file.write_text(json.dumps({"departments": [{"person_id": str(firm.person), **MOVED}]}))

    shown = run("--what-if", str(file), "--through", "2025-02")

    assert "-33.33" in shown.output
    assert "33.33" in run("--what-if", str(file)).output
    assert "NOTHING_TO_ALLOCATE" in run().output


def test_a_file_that_says_something_else_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text('{"rulez": []}')

    done = run("--what-if", str(file))

    assert done.exit_code == 2
    assert "rulez" in done.output


QUERY = """
mutation Run($input: RunAllocationInput!) {
  runAllocation(input: $input) {
    position allocated currency lines { rule key share amount } userErrors { code }
  }
}
"""


def test_the_api_rehearses_the_same_run(api: Served) -> None:
    spent(api.firm, "rent", date(2025, 1, 8), "100.00")
    fixed = [{"department": "Design", "weight": "70"}, {"department": "Build", "weight": "30"}]
    api.firm.do("DefineAllocationRule", entity="DE01", code="RENT", accounts=["6010"],
                driver="fixed", targets="listed", listed=fixed, rationale="desks",
                from_month="2025-01-01")  # fmt: skip
    given = {"entity": "DE01", "month": "2025-01-31", "dryRun": True}
    api.firm.settle()

    with projecting(api.firm):
        payload = api.data(QUERY, input=given)["runAllocation"]

    assert payload["position"] is None
    assert payload["allocated"] == "100.00"
    assert [(line["key"], line["share"], line["amount"]) for line in payload["lines"]] == [
        ("Design", "7/10", "70.00"), ("Build", "3/10", "30.00"),
    ]  # fmt: skip
