"""solidtime's export of several files: ids become names."""

from datetime import date
from pathlib import Path

import pytest

from adapters.imports.refusals import (
    MissingFile,
)
from adapters.imports.timesheets import solidtime
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from tests.adapters.imported import accepted, refused

OPTIONS = TimeOptions(today=date(2024, 12, 31), person="Ann Example")


def rows_of(path: Path, options: TimeOptions = OPTIONS) -> list[TimeRow]:
    return accepted(solidtime.read(path, options))


def verdict(path: Path, options: TimeOptions = OPTIONS) -> tuple[int, str, str | None]:
    return refused(solidtime.read(path, options))


def solidtime_of(folder: Path, *entries: str) -> Path:
    for name, header, row in [
        ("members", "id,user_id,name,email", "m1,u1,Ann,ann@firm.test"),
        ("clients", "id,name,archived_at", "c1,Acme,"),
        ("projects", "id,name,client_id", "p1,Site,c1"),
        ("tasks", "id,name,project_id", "t1,Build,p1\nt1,Plan,p1"),
        ("tags", "id,name", "g1,Night"),
    ]:
        (folder / f"{name}.csv").write_text(f"{header}\n{row}\n")
    header = "id,description,start,end,billable,member_id,client_id,project_id,task_id,tags"
    (folder / "time_entries.csv").write_text("\n".join([header, *entries]))
    return folder


SOLIDTIME_ROW = 'e1,Walls,2024-03-04T09:00:00Z,2024-03-04T10:00:00Z,true,m1,c1,p1,t1,"[""g1""]"'


def test_ids_of_a_solidtime_export_are_given_their_names(tmp_path: Path) -> None:
    folder = solidtime_of(tmp_path, SOLIDTIME_ROW)

    (row,) = rows_of(folder)

    assert (row.person, row.email, row.external_id) == ("Ann", "ann@firm.test", "e1")
    assert (row.client, row.project, row.task) == ("Acme", "Site", "Build")
    assert (row.tags, row.billable, row.seconds) == (("Night",), True, 3600)
    assert rows_of(folder / "time_entries.csv") == [row]


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        (",m1,", ",m9,", "unknown_reference", "member_id"),
        (",t1,", ",t9,", "unknown_reference", "task_id"),
        ('""g1""', '""g9""', "unknown_reference", "tags"),
        ('[""g1""]', "g1", "bad_value", "tags"),
        ("2024-03-04T10:00:00Z", "", "missing_value", "end"),
    ],
)
def test_a_solidtime_row_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, old: str, new: str, code: str, field: str
) -> None:
    folder = solidtime_of(tmp_path, SOLIDTIME_ROW.replace(old, new))

    assert verdict(folder) == (2, code, field)


def test_a_solidtime_export_is_read_whole_or_not(tmp_path: Path) -> None:
    folder = solidtime_of(tmp_path, SOLIDTIME_ROW)
    (folder / "tags.csv").unlink()

    with pytest.raises(MissingFile, match=r"tags\.csv"):
        solidtime.read(folder, OPTIONS)
