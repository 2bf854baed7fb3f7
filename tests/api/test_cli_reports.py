"""The commands around the books, as a person at the command line meets them."""

import csv
import json
from collections.abc import Callable
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import throughline
from domain.errors import Refusal
from tests.firm import Firm
from tests.projections.conftest import year, year_template

COMMANDS = ("report", "export", "verify", "rebuild", "replay")
Run = Callable[..., Result]
assert year, year_template


@pytest.fixture
def run(year: Firm, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line on the firm's system."""
    for name in COMMANDS:
        module = f"api.commands.{name}.opened"
        monkeypatch.setattr(module, lambda _: nullcontext(year.system))

    def line(*arguments: str) -> Result:
        result = CliRunner().invoke(throughline, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return line


def test_report_lists_the_reports(run: Run) -> None:
    said = run("report", "--help").output

    assert "trial-balance" in said
    assert "receivables-ageing" in said


def test_a_report_as_json_is_its_packet(run: Run) -> None:
    one = run("report", "trial-balance", "--effective", "2025-03-31", "--format", "json")

    packet: dict[str, Any] = json.loads(one.output)
    assert packet["parameters"] == {"effective": "2025-03-31", "entity": None, "book": "main"}
    assert len(packet["digest"]) == 64
    assert packet["rows"][0]["account"] == "1000"


def test_a_report_as_csv_holds_the_rows_and_nothing_else(run: Run) -> None:
    result = run("report", "receivables-ageing", "--effective", "2025-03-31", "--format", "csv")

    rows = list(csv.DictReader(StringIO(result.stdout)))
    assert [row["client"] for row in rows] == ["ACME", "OTHER"]
    assert "digest" in result.stderr


def test_a_report_as_a_table_tells_as_of_when_and_its_digest(run: Run) -> None:
    known = ("--effective", "2025-03-31", "--known", "150")
    said = run("report", "general-ledger", "--account", "1100", *known).output
    packet = json.loads(
        run("report", "general-ledger", "--account", "1100", *known, "--format", "json").output
    )

    assert "known at 150" in said
    assert packet["digest"] in said
    assert "DE01-INV-2025-00001" in said


def test_a_report_without_what_it_needs_says_so(run: Run) -> None:
    result = run("report", "general-ledger")

    assert result.exit_code == 2
    assert "--account" in result.output


def test_a_date_that_is_none_is_refused(run: Run) -> None:
    with pytest.raises(Refusal, match="effective is not a date"):
        run("report", "trial-balance", "--effective", "yesterday")


@pytest.mark.parametrize("form", ["hledger", "beancount"])
def test_an_export_goes_to_a_file_or_to_standard_output(
    run: Run, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "books"
    asked = ("export", form, "--effective", "2025-12-31", "--entity", "UK01")

    result = run(*asked, "--output", str(path))

    assert result.exit_code == 0
    assert path.read_text() == run(*asked).stdout
    assert "Assets:UK01:1000-Bank" in path.read_text()
    assert "DE01" not in path.read_text()


def test_verify_prints_a_line_a_check_and_succeeds(run: Run) -> None:
    result = run("verify")

    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[-1] == "All hold."
    assert all(line.startswith("ok ") for line in lines[:-1])
    assert len(lines) > 20


def test_verify_names_what_is_off_and_fails(run: Run, year: Firm) -> None:
    with year.system.connect() as conn:
        conn.execute("UPDATE receivable_moves SET amount = amount + 1 WHERE amount > 4000")

    result = run("verify")

    assert result.exit_code == 1
    assert "OFF  receivables = 1100" in result.output
    assert "- DE01 USD: sub-ledger" in result.output
    assert "checks failed: receivables = 1100" in result.output


def test_rebuild_switches_and_says_what_it_compared(run: Run) -> None:
    result = run("rebuild", "receivables")

    assert result.exit_code == 0
    assert "receivables_2 is live; receivables_1 is kept" in result.output
    assert run("rebuild", "receivables", "--back").output.splitlines()[-1] == (
        "receivables_1 is live; receivables_2 is kept"
    )


def test_rebuild_fails_where_the_builds_differ(run: Run, year: Firm) -> None:
    with year.system.connect() as conn:
        conn.execute("DELETE FROM invoices")

    result = run("rebuild", "receivables")

    assert result.exit_code == 1
    assert "receivables_1 stays live" in result.output
    assert run("rebuild", "receivables", "--accept-differences").exit_code == 0


def test_rebuild_knows_only_projections(run: Run) -> None:
    result = run("rebuild", "weather")

    assert result.exit_code == 2
    assert "audit_trail" in result.output


@pytest.mark.parametrize("to", ["100", "end"])
def test_replay_compares_every_report(run: Run, year: Firm, to: str) -> None:
    with year.system.connect() as conn:
        last = conn.execute("SELECT max(recorded_at) FROM events").fetchall()[0][0]

    result = run("replay", "--to", last.isoformat() if to == "end" else to)

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "Every report is the same."
    assert "trial-balance" in result.output


def test_replay_fails_where_history_says_otherwise(run: Run, year: Firm) -> None:
    with year.system.connect() as conn:
        conn.execute("UPDATE receivable_moves SET amount = amount + 1 WHERE amount > 4000")

    result = run("replay", "--to", "2025-01-01", "--effective", "2025-12-31")
    assert result.exit_code == 0

    with year.system.connect() as conn:
        end = conn.execute("SELECT max(position) FROM events").fetchall()[0][0]
    result = run("replay", "--to", str(end), "--effective", "2025-12-31")
    assert result.exit_code == 1
    assert "OFF  receivables-ageing" in result.output
