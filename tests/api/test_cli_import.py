"""`throughline import` on a real database: nothing twice, nothing half done, a verdict a row."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.commands.import_ import command
from tests.api.importing import ENTITY, Importer, counted, environment, importer_on, reasons
from tests.firm import Firm

FUTURE = "2190-01-01"
PIPELINE = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
)
SALESFORCE = "Id,Name,AccountName,StageName,CloseDate,Amount,CurrencyIsoCode"
HARVEST = "Date,Client,Project,Task,Notes,Hours,Billable?,First Name,Last Name,Currency"
TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags"
)


@pytest.fixture
def run(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Importer]:
    yield from importer_on(firm.system, tmp_path, monkeypatch)


def file_of(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(b"\n".join(x if isinstance(x, bytes) else x.encode() for x in lines))
    return path


def deal(no: str, **cells: str) -> str:
    given = {
        "name": f"Deal {no}", "account": "ACME", "stage": "Closed Won", "close": "2025-03-01",
        "amount": "600.0", "currency": "USD", **cells,
    }  # fmt: skip
    return ",".join((no, *given.values()))


def hour(notes: str, **cells: str) -> str:
    given = {
        "date": "2025-03-04", "client": "Acme", "project": "Deal", "task": "", "notes": notes,
        "hours": "8.0", "billable": "Yes", "first": "Ann", "last": "Example",
        "currency": "Euro - EUR", **cells,
    }  # fmt: skip
    return ",".join(given.values())


BROKEN_DEALS = {
    deal("B1", close="2024-13-45"): "bad_date",
    deal("B2", account="Nobody Ltd"): "unknown_client",
    deal("B3", amount="-600.0"): "negative_amount",
    deal("B4", amount="600.0000000001"): "float_noise",
    deal("D1"): "duplicate_row",
    deal("B5", close=FUTURE): "future_date",
    deal("B6", currency="XXQ"): "unknown_currency",
    deal("B7", account=""): "missing_client",
    deal("B8", amount="0.0"): "missing_value",
    deal("B9") + ",surplus": "extra_cells",
}
BROKEN_HOURS = {
    hour("b1", date="2025-02-30"): "bad_date",
    hour("b2", project="Nowhere"): "unknown_project",
    hour("b3", first="Nobody"): "unknown_person",
    hour("b4", hours="-1.0"): "negative_hours",
    hour("b5", hours="25.0"): "too_many_hours",
    hour("b6", hours="17.0"): "too_many_hours",  # with the eight hours before it
    hour("b7", hours="7.300000000000001"): "float_noise",
    hour("first"): "duplicate_row",
    hour("b8", date=FUTURE): "future_date",
    hour("b9", currency="Euro - EUX"): "unknown_currency",
    hour("b0", hours="0.0"): "zero_duration",
}


def test_ten_kinds_of_broken_deals_are_refused_and_the_others_go_in(
    run: Importer, tmp_path: Path
) -> None:
    latin = deal("B0", name="Caf\xe9").encode("latin-1")
    path = file_of(tmp_path, SALESFORCE, deal("D1"), *BROKEN_DEALS, latin, deal("D2"))

    verdicts = run.verdicts("deals", path, *ENTITY)

    expected = dict(enumerate((*BROKEN_DEALS.values(), "bad_encoding"), start=3))
    assert reasons(verdicts) == expected
    assert all(row["message"].endswith(".") for row in verdicts if row["code"])
    assert run.ask("SELECT count(*) FROM events WHERE topic = 'sales.opportunity_closed_won'") == [
        (2,)
    ]


def test_ten_kinds_of_broken_hours_are_refused_and_the_others_go_in(
    run: Importer, firm: Firm, tmp_path: Path
) -> None:
    firm.win()
    (tmp_path / "map.json").write_text('{"people": {"Ann Example": "P1"}}')
    latin = hour("Caf\xe9").encode("latin-1")
    path = file_of(
        tmp_path, HARVEST, hour("first"), *BROKEN_HOURS, latin, hour("last", date="2025-03-05")
    )

    verdicts = run.verdicts("time", path, *ENTITY, "--map", tmp_path / "map.json")

    expected = dict(enumerate((*BROKEN_HOURS.values(), "bad_encoding"), start=3))
    assert reasons(verdicts) == expected
    assert run.one("SELECT count(*) FROM events WHERE topic = 'delivery.time_logged'") == 2


@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        ("deals", SALESFORCE.replace(",Amount", ""), deal("D1")),
        ("time", HARVEST.replace("Hours,", ""), hour("x")),
        ("rates", "Day,USD", "2025-01-02,1.03"),
    ],
)
def test_a_file_that_lacks_a_column_is_refused_whole(
    run: Importer, tmp_path: Path, kind: str, header: str, row: str
) -> None:
    before = run.position
    options = () if kind == "rates" else (*ENTITY, "--create-missing")

    result = run(kind, file_of(tmp_path, header, row), *options)

    assert result.exit_code == 1
    assert "refused as a whole" in result.output
    assert run.position == before
    assert sorted(path.name for path in tmp_path.glob("rows*")) == ["rows.csv"]


def test_a_broken_file_does_not_keep_the_others_out(run: Importer, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("nothing\n1\n")
    good.write_text("Date,USD\n2024-03-01,1.08\n")

    result = run("rates", bad, good)

    assert result.exit_code == 1
    assert "good.csv: 1 rows: 1 accepted" in result.output
    assert "bad.csv: refused as a whole (MISSING_COLUMN)" in result.output


def test_the_same_file_twice_changes_nothing(run: Importer, tmp_path: Path) -> None:
    path = file_of(tmp_path, SALESFORCE, deal("D1", account="New"), deal("D2", account=""))
    first = run.verdicts("deals", path, *ENTITY, "--create-missing")
    before = run.position

    second = run.verdicts("deals", path, *ENTITY, "--create-missing")

    assert [row["verdict"] for row in first] == ["accepted", "refused"]
    assert [row["verdict"] for row in second] == ["answered", "refused"]
    assert [row["id"] for row in first] == [row["id"] for row in second]
    assert run.position == before


def test_hours_taken_in_by_somebody_else_are_not_noted_twice(
    run: Importer, tmp_path: Path
) -> None:
    path = file_of(tmp_path, HARVEST, hour("one"), hour("two"))
    run.verdicts("time", path, *ENTITY, "--create-missing")
    before = run.position

    again = run.verdicts("time", path, *ENTITY, "--actor", "somebody else")

    assert counted(again) == {"refused": 2, "key_reused": 2}
    assert run.position == before


def test_a_dry_run_says_the_same_and_leaves_nothing(run: Importer, tmp_path: Path) -> None:
    path = file_of(
        tmp_path, HARVEST, hour("one"), hour("two", hours="20.0"), hour("three", first="")
    )
    asked = ("time", path, *ENTITY, "--create-missing")
    state = "SELECT (SELECT count(*) FROM keys.subjects), (SELECT count(*) FROM commands)"
    before = run.position, run.ask(state)

    tried = run.verdicts(*asked, "--dry-run")

    assert (run.position, run.ask(state)) == before
    assert counted(tried) == {"accepted": 2, "refused": 1, "too_many_hours": 1}
    assert run.verdicts(*asked) == tried


def test_a_dry_run_finds_a_claim_that_another_holds(
    run: Importer, firm: Firm, tmp_path: Path
) -> None:
    opened_elsewhere(firm)
    path = file_of(tmp_path, SALESFORCE, deal("D1"), deal("D2"))

    tried = run.verdicts("deals", path, *ENTITY, "--dry-run")

    assert reasons(tried) == {2: "already_taken"}


def test_a_deal_opened_by_hand_refuses_its_row_alone(
    run: Importer, firm: Firm, tmp_path: Path
) -> None:
    opened_elsewhere(firm)
    path = file_of(tmp_path, SALESFORCE, deal("D1"), deal("D2"))

    verdicts = run.verdicts("deals", path, *ENTITY)

    assert reasons(verdicts) == {2: "already_taken"}
    assert run.ask("SELECT count(*) FROM events WHERE topic = 'sales.opportunity_closed_won'") == [
        (1,)
    ]


def opened_elsewhere(firm: Firm) -> None:
    firm.do("OpenOpportunity", opportunity_id=uuid4(), client_id=firm.client, name="By hand",
            external_ref="D1")  # fmt: skip


def test_a_later_export_closes_what_an_earlier_one_opened(run: Importer, tmp_path: Path) -> None:
    early = deal("D1", stage="Prospecting", close="2026-01-01", amount="500.0")
    run.verdicts("deals", file_of(tmp_path, SALESFORCE, early), *ENTITY)

    later = run.verdicts("deals", file_of(tmp_path, SALESFORCE, deal("D1")), *ENTITY)

    assert [row["verdict"] for row in later] == ["accepted"]
    topics = run.ask(
        "SELECT topic FROM events WHERE stream_id = %s ORDER BY version", later[0]["id"]
    )
    assert [topic.partition("_")[2] for (topic,) in topics] == [
        "opened", "updated", "updated", "closed_won",
    ]  # fmt: skip


@pytest.mark.parametrize("billing", ["time_and_materials", "fixed_fee", "mixed"])
def test_won_deals_become_contracts_projects_and_budgets(
    run: Importer, firm: Firm, tmp_path: Path, billing: str
) -> None:
    rows = [deal(f"D{no}", amount=f"{no}000.01") for no in range(1, 9)]

    run.verdicts("deals", file_of(tmp_path, SALESFORCE, *rows), *ENTITY, "--billing", billing)

    firm.settle()
    models = {model for (model,) in run.ask("SELECT billing_model FROM contracts WHERE active")}
    assert models == ({"time_and_materials", "fixed_fee"} if billing == "mixed" else {billing})
    assert run.one("SELECT sum(value) FROM contracts") == 36000 + run.one("SELECT 0.08")
    assert run.one("SELECT count(*) FROM events WHERE topic = 'delivery.budget_baselined'") == 8
    assert run.one("SELECT count(*) FROM dead_letters") == 0


def test_hours_can_all_go_on_one_project(run: Importer, firm: Firm, tmp_path: Path) -> None:
    _, project = firm.win()
    path = file_of(tmp_path, HARVEST, hour("x", project="Elsewhere"))

    run.verdicts("time", path, *ENTITY, "--create-missing", "--project", "Deal")

    noted = run.one(
        "SELECT convert_from(payload, 'utf8')::jsonb ->> 'project_id' FROM events"
        " WHERE topic = 'delivery.time_logged'"
    )
    assert noted == str(project)


def test_a_project_that_is_not_there_takes_nothing(run: Importer, tmp_path: Path) -> None:
    path = file_of(tmp_path, HARVEST, hour("x"))

    found = run.verdicts("time", path, *ENTITY, "--create-missing", "--project", "Elsewhere")

    assert reasons(found) == {2: "unknown_project"}


def test_names_and_addresses_of_people_are_nowhere_in_clear(run: Importer, tmp_path: Path) -> None:
    row = "Zora,zora@firm.test,C,Site,,Spoke,Yes,2025-03-04,09:00:00,2025-03-04,10:00:00,01:00:00,"

    run.verdicts("time", file_of(tmp_path, TOGGL, row), *ENTITY, "--create-missing")

    seen = "SELECT count(*) FROM events WHERE convert_from(payload, 'utf8') ~* 'zora|spoke'"
    assert run.one(seen) == 0
    assert run.one("SELECT count(*) FROM events WHERE topic = 'delivery.time_logged'") == 1


def test_an_unknown_entity_is_refused_before_anything_is_read(
    run: Importer, tmp_path: Path
) -> None:
    result = run("deals", file_of(tmp_path, SALESFORCE, deal("D1")), "--entity", "XX99")

    assert getattr(result.exception, "code", None) == "NOT_FOUND"


def test_verdicts_lie_beside_the_file_unless_another_place_is_named(
    run: Importer, tmp_path: Path
) -> None:
    path = file_of(tmp_path, "Date,USD,GBP", "2024-03-01,1.08,zero")

    result = run("rates", path)

    with (tmp_path / "rows.verdicts.csv").open(newline="") as stream:
        found = {row["field"]: (row["line"], row["verdict"]) for row in csv.DictReader(stream)}
    assert found == {"USD": ("2", "accepted"), "GBP": ("2", "refused")}
    assert "rows.csv: 2 rows: 1 accepted, 0 answered, 1 refused" in result.output
    assert "refused bad_number: 1" in result.output
    assert not list(tmp_path.glob("*.part"))


def test_verdicts_found_by_a_pattern_are_no_file_to_take_in(run: Importer, tmp_path: Path) -> None:
    path = file_of(tmp_path, "Date,USD", "2024-03-01,1.08")
    run("rates", path)

    again = run("rates", *sorted(tmp_path.glob("*.csv")))

    assert again.exit_code == 0
    assert "1 rows: 0 accepted, 1 answered" in again.output


def test_every_kind_explains_itself() -> None:
    for name, kind in command.commands.items():
        missing = [option.name for option in kind.params[1:] if not getattr(option, "help", "")]

        assert not set(missing) - {"day_order", "decimal_mark", "billing"}, name


def test_an_import_that_is_killed_is_finished_by_running_it_again(
    run: Importer, tmp_path: Path
) -> None:
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    rows = [hour(f"note {no}", date=day, hours="0.5") for day in days for no in range(24)]
    path = file_of(tmp_path, HARVEST, *rows)
    logged = "SELECT count(*) FROM events WHERE topic = 'delivery.time_logged'"

    killed = kill_once(run, logged, "time", path, *ENTITY, "--create-missing")

    assert killed == -signal.SIGKILL
    done = run.one(logged)
    assert 0 < done < len(rows)
    again = counted(run.verdicts("time", path, *ENTITY, "--create-missing"))
    assert again == {"answered": done, "accepted": len(rows) - done}
    assert run.one(logged) == len(rows)
    assert (
        run.one("SELECT count(*) FROM events WHERE topic = 'organisation.person_registered'") == 2
    )


def kill_once(run: Importer, query: str, *words: object) -> int:
    """Run an import as a process of its own and kill it once ``query`` finds something."""
    main = "from api.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", main, "import", *map(str, words)],
        env={**os.environ, **environment(run.system)},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not run.one(query) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    return process.wait()
