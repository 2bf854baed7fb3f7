"""Exports of projects, and the names behind the ids of exports of several files."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imports import masters
from adapters.imports.json_list import read_list
from adapters.imports.projects.project import ProjectOptions, ProjectRow
from adapters.imports.projects.recognise import read, recognise
from adapters.imports.refusals import BadEncoding, BrokenJson, MissingFile, UnknownFormat
from adapters.imports.tabular import Layout, open_table
from adapters.imports.verdict import Broken
from domain.errors import Refusal
from tests.adapters.imported import SHARED, accepted, file_of, needs, refused

OPTIONS = ProjectOptions()
HARVEST = "Client,Project,Project Code,Start Date,End Date,Budget By,Budget,Total Hours"
CLOCKIFY = "Project,Client,Status,Billability,Task,Estimated (h),Billable Rate (USD)"


def json_file(folder: Path, content: str) -> Path:
    path = folder / "list.json"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_harvest_project_is_read_in_its_own_notation(tmp_path: Path) -> None:
    path = file_of(tmp_path, HARVEST, 'Acme,Site,S1,2024-03-04,,Hours,"1.050,5","20,01"')

    (row,) = accepted(read(path, OPTIONS))

    assert (row.client, row.name, row.code) == ("Acme", "Site", "S1")
    assert (row.starts_on, row.ends_on) == (date(2024, 3, 4), None)
    assert row.budget_hours == Decimal("1050.5")


def test_a_budget_of_money_is_no_budget_of_hours(tmp_path: Path) -> None:
    path = file_of(tmp_path, HARVEST, "Acme,Site,,,,Fees,5000.0,0.0")

    assert accepted(read(path, OPTIONS))[0].budget_hours is None


@pytest.mark.parametrize("tasks", ["Task", "Activities"])
def test_a_clockify_project_is_read_with_its_tasks(tmp_path: Path, tasks: str) -> None:
    path = file_of(
        tmp_path,
        CLOCKIFY.replace("Task", tasks),
        'Site,Acme,Active,Yes,"Build, Plan",1001.11,100.01',
        "Shed,,Archived,No,,,",
    )

    site, shed = accepted(read(path, OPTIONS))

    assert (site.tasks, site.billable) == (("Build", "Plan"), True)
    assert (site.budget_hours, site.rate, site.currency) == (
        Decimal("1001.11"),
        Decimal("100.01"),
        "USD",
    )
    assert (shed.client, shed.is_active, shed.rate) == (None, False, None)


def test_a_project_stands_in_a_file_once(tmp_path: Path) -> None:
    path = file_of(tmp_path, CLOCKIFY, "Site,Acme,Active,Yes,,,", "Site,Acme,Active,No,,,")

    assert refused(read(path, OPTIONS)) == (3, "duplicate_row", None)


def solidtime_of(folder: Path, project: str) -> Path:
    for name, lines in {
        "clients": "id,name,archived_at\nc1,Acme,",
        "organizations": "id,name,currency\no1,Firm,JPY",
        "tasks": "id,name,project_id,done_at\nt1,Build,p1,2024-03-04\nt2,Dig,p2,",
        "projects": "id,name,billable_rate,client_id,organization_id,is_billable,archived_at\n"
        + project,
    }.items():
        (folder / f"{name}.csv").write_text(lines)
    return folder


def test_a_solidtime_rate_is_in_minor_units_of_the_firms_currency(tmp_path: Path) -> None:
    folder = solidtime_of(tmp_path, "p1,Site,10001,c1,o1,true,")

    (row,) = accepted(read(folder, OPTIONS))

    assert (row.client, row.tasks, row.billable) == ("Acme", ("Build",), True)
    assert (row.rate, row.currency) == (Decimal(10001), "JPY")


@pytest.mark.parametrize(
    ("project", "code", "field"),
    [
        ("p1,Site,,c9,o1,true,", "unknown_reference", "client_id"),
        ("p1,Site,,c1,o9,true,", "unknown_reference", "organization_id"),
        ("p1,Site,1.5,c1,o1,true,", "float_noise", "billable_rate"),
        ("p1,,1,c1,o1,true,", "missing_value", "name"),
    ],
)
def test_a_solidtime_project_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, project: str, code: str, field: str
) -> None:
    assert refused(read(solidtime_of(tmp_path, project), OPTIONS)) == (2, code, field)


def test_a_toggl_project_is_read_out_of_its_lists(tmp_path: Path) -> None:
    (tmp_path / "clients.json").write_text('[{"id": 1, "name": "Acme", "archived": true}]')
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/2.json").write_text('[{"id": 5, "name": "Build", "project_id": 2}]')
    (tmp_path / "projects.json").write_text(
        '[\n {"id": 2, "name": "Site", "client_id": 1, "rate": 100.01, "currency": "EUR",\n'
        '  "active": false, "billable": true, "start_date": "2020-01-01"},\n'
        ' {"id": 3, "name": "Shed", "client_id": null, "rate": null, "currency": "EUX"}\n]'
    )

    found = list(read(tmp_path, OPTIONS))

    (row,) = [one for one in found if isinstance(one, ProjectRow)]
    assert (row.client, row.tasks, row.is_active) == ("Acme", ("Build",), False)
    assert (row.rate, row.currency, row.starts_on) == (Decimal("100.01"), "EUR", date(2020, 1, 1))
    assert refused(found) == (4, "unknown_currency", "currency")


def test_an_export_without_one_of_its_files_is_refused(tmp_path: Path) -> None:
    folder = solidtime_of(tmp_path, "p1,Site,,c1,o1,true,")
    (folder / "clients.csv").unlink()

    with pytest.raises(MissingFile, match=r"clients\.csv"):
        read(folder, OPTIONS)


def test_columns_of_no_known_export_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="Colour"):
        read(file_of(tmp_path, "Colour,Weight"), OPTIONS)
    with pytest.raises(UnknownFormat, match="known are clockify"):
        read(file_of(tmp_path, CLOCKIFY), OPTIONS, source="sundial")


def test_an_id_given_twice_stands_for_what_it_was_given_first(tmp_path: Path) -> None:
    path = file_of(tmp_path, "id,name", "t1,Build", "t1,Plan")

    assert refused(masters.read(path)) == (3, "duplicate_row", None)
    assert masters.names_in(path)["t1"].name == "Build"


def test_objects_of_a_list_know_their_lines_and_null_is_blank(tmp_path: Path) -> None:
    path = json_file(tmp_path, '[\n\n{"id": 1, "on": true, "no": null},\n{"id": [2]}]\n')

    first, second = read_list(path)

    assert (first.line, second.line) == (3, 4)
    assert first.raw == {"id": "1", "on": "true", "no": ""}
    assert second.raw == {"id": "[2]"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[1]",
        "[{}] x",
        '[{"a": 1}, [2]]',
        '[{"a": NaN}]',
        '[{"a": "\\ud800"}]',
        '[{"a": "\\u0000"}]',
        "[" * 100_000,
        '[{"a": ' + "9" * 5000 + "}]",
    ],
    ids=range(10),
)
def test_what_is_no_list_of_objects_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(BrokenJson):
        read_list(json_file(tmp_path, content))


def test_json_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes('[{"name": "Zoë"}]'.encode("latin-1"))

    with pytest.raises(BadEncoding):
        read_list(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(content=JSON.map(json.dumps) | st.text())
def test_no_json_raises_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    path = json_file(tmp_path_factory.getbasetemp(), content)

    try:
        found = list(masters.read(path))
    except Refusal as refusal:
        assert refusal.code == "BROKEN_JSON"  # noqa: PT017 - one of two outcomes
    else:
        assert len(found) == len(json.loads(content))


@needs("time")
@pytest.mark.parametrize(
    "name",
    [
        "clockify_projects_import_test_1.csv",
        "clockify_projects_import_test_3.csv",
        "harvest_projects_import_test_1.csv",
        "solidtime_import_test_1/projects.csv",
    ],
)
def test_a_real_export_of_projects_gives_its_figures(name: str) -> None:
    figures = json.loads((SHARED / "time/FIGURES.json").read_text())[f"solidtime/{name}"]
    path = SHARED / "time/solidtime" / name

    rows = accepted(read(path.parent if path.name == "projects.csv" else path, OPTIONS))

    assert len(rows) == figures["rows"]


@needs("time")
def test_the_real_rates_and_budgets_are_read() -> None:
    folder = SHARED / "time/solidtime"

    clockify, _ = accepted(read(folder / "clockify_projects_import_test_1.csv", OPTIONS))
    harvest, odd = accepted(read(folder / "harvest_projects_import_test_1.csv", OPTIONS))
    solidtime = accepted(read(folder / "solidtime_import_test_1", OPTIONS))[0]
    toggl = accepted(read(folder / "toggl_data_import_test_1", OPTIONS))

    assert (clockify.budget_hours, clockify.rate) == (Decimal("1001.11"), Decimal("100.01"))
    assert (harvest.budget_hours, odd.budget_hours) == (Decimal(50), Decimal(0))
    assert (solidtime.rate, solidtime.client) == (Decimal("100.01"), "Big Company")
    assert [row.rate for row in toggl] == [None, Decimal("100.01"), None]
    assert [row.is_active for row in toggl] == [True, True, False]


@needs("time")
@pytest.mark.parametrize(
    "name", ["clients", "members", "organizations", "tags", "tasks", "projects"]
)
def test_every_row_of_a_real_master_file_gets_one_verdict(name: str) -> None:
    path = f"solidtime/solidtime_import_test_1/{name}.csv"
    figures = json.loads((SHARED / "time/FIGURES.json").read_text())[path]

    found = list(masters.read(SHARED / "time" / path))

    assert len(found) == figures["rows"]
    # The sample gives both of its tasks one id.
    assert sum(isinstance(one, Broken) for one in found) == (name == "tasks")


@needs("time")
@pytest.mark.parametrize("name", ["organization_invitations", "project_members"])
def test_real_files_of_ids_alone_have_their_rows(name: str) -> None:
    path = f"solidtime/solidtime_import_test_1/{name}.csv"
    figures = json.loads((SHARED / "time/FIGURES.json").read_text())[path]

    assert open_table(SHARED / "time" / path, Layout(required=("id",))).rows == figures["rows"]
    assert recognise(SHARED / "time/solidtime/solidtime_import_test_1") == "solidtime"
