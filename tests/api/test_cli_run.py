"""``throughline run revenue`` as a person at the command line meets it."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date

import pytest
from click.testing import CliRunner, Result

from api.cli import throughline
from tests.domain.samples_revenue import new, ready
from tests.firm import Firm
from tests.projections.conftest import year, year_template

Run = Callable[..., Result]
assert year, year_template


@pytest.fixture
def run(year: Firm, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a month of DE01 on the firm's system."""
    monkeypatch.setattr("api.commands.run.opened", lambda _: nullcontext(year.system))

    def line(month: str, *more: str) -> Result:
        given = ["run", "revenue", "--entity", "DE01", "--month", month, *more]
        return CliRunner().invoke(throughline, given)

    return line


def test_a_month_is_shown_before_it_is_run_and_run_once(run: Run) -> None:
    rehearsed, done, again = run("2025-04", "--dry-run"), run("2025-04"), run("2025-04")

    assert "Care" in rehearsed.output
    assert "USD: 100.00 added" in rehearsed.output
    assert rehearsed.output.splitlines()[1:] == done.output.splitlines()[1:]
    assert "0 lines, 0 refused" in again.output
    assert [result.exit_code for result in (rehearsed, done, again)] == [0, 0, 0]


def test_a_run_says_how_each_line_was_worked_out_before_and_when_it_is_run(run: Run) -> None:
    rehearsed, done = run("2025-04", "--dry-run", "--explain"), run("2025-04", "--explain")

    told = [line for line in done.output.splitlines() if line.startswith("Care 2025-04 support:")]
    assert told[-1].endswith("400.00 earned less 300.00 posted = 100.00")
    assert [line for line in rehearsed.output.splitlines() if line in told] == told


def test_a_refused_contract_is_told_and_the_exit_says_so(run: Run, year: Firm) -> None:
    contract = ready(year, "Counted", measure="units", whole="0")
    year.settle()

    done = run("2025-04")

    assert contract == new("Counted")
    assert "NOTHING_TO_MEASURE" in done.output
    assert "USD: 100.00 added" in done.output
    assert done.exit_code == 1


@pytest.mark.parametrize("month", ["2025", "April", "2025-13"])
def test_a_month_is_written_as_a_year_and_a_number(run: Run, month: str) -> None:
    assert run(month).exit_code == 2


def test_work_taken_back_after_its_run_is_taken_back_from_revenue(run: Run, year: Firm) -> None:
    contract = ready(year, "Worked", "5000", measure="as_invoiced", rate_card_id=year.card,
                     billing_model="time_and_materials")  # fmt: skip
    year.do("CreateProject", project_id=new("worked"), code="WRK", name="x", contract_id=contract)
    _, entry = year.work(new("worked"), date(2025, 4, 15))
    year.settle()
    assert "1200.00" in run("2025-04").output

    year.do("ReverseTime", person_id=year.person, week=date(2025, 4, 15), entry_ids=[entry],
            why="another client's")  # fmt: skip
    year.settle()

    assert "USD: -1200.00 added" in run("2025-04").output
