"""Plans of hours: who worked on what, in minutes; maps of names; and rows that become nothing."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.imports.plans.hours import HourChoices, HourPlan, minutes
from adapters.imports.plans.name_map import BadMap, NameMap, read_map
from adapters.imports.plans.people import NewPeople
from adapters.imports.plans.planned import short_code
from adapters.imports.timesheets.entry import TimeOptions
from adapters.imports.verdict import Broken, CellError
from tests.adapters.imported import file_of
from tests.adapters.planning import NO_NAMES, Known, commands, holder, kinds, mapped, refused

TODAY = date(2018, 1, 1)
TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags"
)
HOUR = (
    "Ann,ann@firm.test,Acme,Site,Build,Walls,Yes,2017-03-04,09:00:00,2017-03-04,10:00:01,01:00:01,"
)
AT_SITE = Known(people={"P1": holder("P1")}, projects={"S1": holder("S1")}, names={"Site": "S1"})


def hour_plan(
    path: Path, known: Known = AT_SITE, names: NameMap = NO_NAMES, **choices: Any
) -> HourPlan:
    people = choices.pop("people", NewPeople(entity="DE01"))
    reading = TimeOptions(today=TODAY)
    return HourPlan(path, HourChoices(reading=reading, people=people, **choices), known, names)


@pytest.mark.parametrize(
    ("seconds", "noted"),
    [("1", 1), ("29", 1), ("89", 1), ("90", 2), ("3601", 60), ("86400", 1440), ("1199.88", 20)],
)
def test_time_is_noted_in_the_nearest_minutes_but_never_as_none(seconds: str, noted: int) -> None:
    assert minutes(Decimal(seconds)) == noted


def test_nothing_worked_is_nothing_noted() -> None:
    with pytest.raises(CellError, match="no duration"):
        minutes(Decimal(0))


def test_an_hour_is_noted_with_its_seconds_and_without_naming_anybody(tmp_path: Path) -> None:
    names = mapped(people={"ann@firm.test": "P1"})

    (note,) = commands(hour_plan(file_of(tmp_path, TOGGL, HOUR), names=names).steps())

    assert (note.person_id, note.project_id) == (holder("P1").id, holder("S1").id)
    assert (note.minutes, note.activity, note.note) == (60, "Build", "Walls")
    source, _, seconds = note.external_ref.split("/")
    assert (source, seconds) == ("toggl", "3601s")
    assert "ann" not in note.external_ref.lower()


def test_an_entry_keeps_its_key_when_it_goes_to_another_project(tmp_path: Path) -> None:
    names = mapped(people={"Ann": "P1"})
    known = Known(people=AT_SITE.people, projects={code: holder(code) for code in ("S1", "S2")})
    path = file_of(tmp_path, TOGGL, HOUR)

    (here,), (there,) = (
        commands(hour_plan(path, known, names, project=code).steps()) for code in ("S1", "S2")
    )

    assert here.project_id != there.project_id
    assert here.command_id == there.command_id


def test_who_nobody_knows_is_refused_and_asked_for_once(tmp_path: Path) -> None:
    known = Known(projects=AT_SITE.projects, names=AT_SITE.names)
    path = file_of(tmp_path, TOGGL, HOUR, HOUR.replace("Walls", "Roof"))

    found = refused(hour_plan(path, known).steps())

    assert found == [(2, "unknown_person", "Email"), (3, "unknown_person", "Email")]
    assert known.asked == 3


def test_a_map_to_a_code_that_nobody_has_is_told_as_such(tmp_path: Path) -> None:
    names = mapped(people={"Ann": "P9"})

    (broken,) = hour_plan(file_of(tmp_path, TOGGL, HOUR), names=names).steps()

    assert isinstance(broken, Broken)
    assert broken.reason == "The map says 'P9', and nobody has that code."


def test_a_person_registered_has_a_code_that_does_not_tell_who_it_is(tmp_path: Path) -> None:
    people = NewPeople(may=True, entity="DE01", role="engineer", cost_rate=Decimal("61.5"))
    path = file_of(tmp_path, TOGGL, HOUR, HOUR.replace("Walls", "Roof"))

    plan = hour_plan(path, Known(), people=people)
    person, rate, _, first, second = commands(plan.steps())

    assert (person.name, person.email, person.role) == ("Ann", "ann@firm.test", "engineer")
    assert "ann" not in person.code.lower()
    assert rate.hourly_rate == Decimal("61.5")
    assert {first.person_id, second.person_id} == {person.person_id}


def test_two_people_of_one_name_stay_two(tmp_path: Path) -> None:
    people = NewPeople(may=True, entity="DE01")
    other = HOUR.replace("ann@", "anna@")

    plan = hour_plan(file_of(tmp_path, TOGGL, HOUR, other), Known(), people=people)

    assert kinds(plan.steps()).count("RegisterPerson") == 2


def test_a_refused_row_registers_nobody(tmp_path: Path) -> None:
    people = NewPeople(may=True, entity="DE01")
    none = HOUR.replace("10:00:01", "09:00:00").replace("01:00:01", "00:00:00")

    steps = list(hour_plan(file_of(tmp_path, TOGGL, none), Known(), people=people).steps())

    assert [type(step).__name__ for step in steps] == ["Broken"]


@pytest.mark.parametrize("named", ["site", "S1", "S I T E"])
def test_a_project_is_found_by_code_or_likeness_of_its_name(tmp_path: Path, named: str) -> None:
    names = mapped(people={"Ann": "P1"})
    path = file_of(tmp_path, TOGGL, HOUR.replace("Site", named))

    (note,) = commands(hour_plan(path, names=names).steps())

    assert note.project_id == holder("S1").id


def test_likeness_of_a_projects_name_is_told(tmp_path: Path) -> None:
    plan = hour_plan(
        file_of(tmp_path, TOGGL, HOUR.replace("Site", "SITE")), names=mapped(people={"Ann": "P1"})
    )

    list(plan.steps())

    assert plan.notes == ["the project 'SITE' was taken for 'Site'"]


def test_an_unknown_project_is_refused_unless_it_may_be_created(tmp_path: Path) -> None:
    names = mapped(people={"Ann": "P1"})
    path = file_of(tmp_path, TOGGL, HOUR.replace("Site", "Elsewhere"))
    people = NewPeople(may=True, entity="DE01")

    assert refused(hour_plan(path, names=names).steps()) == [(2, "unknown_project", "Project")]
    create, note = commands(hour_plan(path, names=names, people=people).steps())
    assert (create.code, create.entity, create.contract_id) == ("Elsewhere", "DE01", None)
    assert note.project_id == create.project_id


def test_hours_moved_past_today_are_refused(tmp_path: Path) -> None:
    names = mapped(people={"Ann": "P1"})

    found = refused(hour_plan(file_of(tmp_path, TOGGL, HOUR), names=names, years=1).steps())

    assert found == [(2, "future_date", None)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", json.dumps({"people": {"Ann": "P1"}})),
        ("m.yaml", "people:\n  Ann: P1\n"),
        ("m.csv", "kind,from,to\npeople,Ann,P1\n"),
    ],
)
def test_a_map_is_read_from_json_yaml_and_csv(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    assert read_map(tmp_path / name) == mapped(people={"Ann": "P1"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", "{"),
        ("m.json", '{"persons": {}}'),
        ("m.json", '{"people": ["Ann"]}'),
        ("m.yaml", "people: [unclosed"),
        ("m.csv", "name,code\nAnn,P1\n"),
        ("m.csv", "kind,from,to\npeople,Ann,\n"),
    ],
)
def test_a_map_that_is_none_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(BadMap):
        read_map(tmp_path / name)


def test_a_code_too_long_stays_apart_from_others_that_begin_alike() -> None:
    codes = {short_code("x" * 60), short_code("x" * 61), short_code("x" * 62)}

    assert len(codes) == 3
    assert max(map(len, codes)) == 60
