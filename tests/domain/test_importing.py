"""Imports: many commands, one append, a verdict for each."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.aggregate import Root
from domain.command import Command
from domain.delivery.time_entry import timesheet_id
from domain.delivery.timesheet import Timesheet
from domain.delivery.working_day import TooManyHours
from domain.importing import Import
from domain.organisation.person import OverlappingRate
from domain.request import AlreadyTaken, KeyReused
from domain.unit_of_work import NotFound
from tests.domain.samples import new
from tests.firm import CHIEF, Firm

PROJECT = new("project of the import")


@pytest.fixture
def office(firm: Firm) -> Firm:
    """The firm with one internal project."""
    firm.do("CreateProject", project_id=PROJECT, code="INT", name="internal", entity="DE01")
    return firm


def made(command: str, /, **fields: Any) -> Command:
    return Command.registry[command].model_validate(fields)


def hours(firm: Firm, on: date, minutes: int = 60, **fields: Any) -> Command:
    return made("LogTime", person_id=firm.person, project_id=PROJECT, work_date=on,
                minutes=minutes, **fields)  # fmt: skip


def client(name: str, code: str, **fields: Any) -> Command:
    return made("RegisterClient", client_id=new(name), code=code, name=name, entity="DE01",
                currency="EUR", **fields)  # fmt: skip


def size(firm: Firm) -> int:
    return firm.store.recorder.max_notification_id() or 0


def rows(firm: Firm, question: str, *values: Any) -> list[Any]:
    with firm.system.connect() as conn:
        return conn.execute(question.encode(), values).fetchall()


def test_commands_see_what_those_before_them_decided(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))
        batch.run(made("DeactivateClient", client_id=new("c")))
        with pytest.raises(NotFound):
            batch.run(made("DeactivateClient", client_id=new("d")))

    topics = rows(office, "SELECT topic FROM events ORDER BY position DESC LIMIT 2")
    assert [row[0] for row in topics] == [
        "organisation.client_deactivated", "organisation.client_registered",
    ]  # fmt: skip


def test_nothing_is_recorded_before_the_flush(office: Firm) -> None:
    before = size(office)
    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))
        assert size(office) == before

    assert size(office) == before + 1


def test_a_batch_that_fails_in_between_records_nothing(office: Firm) -> None:
    before = size(office)
    with suppress(RuntimeError), office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))
        raise RuntimeError

    assert size(office) == before


@pytest.mark.parametrize("expected", [True, False])
def test_importing_twice_changes_nothing(office: Firm, *, expected: bool) -> None:
    commands = [client("c", "NEW"), hours(office, date(2025, 1, 6)), client("d", "OTHER")]
    answers = []
    for _ in range(2):
        with office.store.importing(CHIEF) as batch:
            if expected:
                batch.expect(commands)
            answers.append([batch.run(command) for command in commands])
        after = size(office)

    assert [each.answer for each in answers[0]] == [each.answer for each in answers[1]]
    assert size(office) == after
    assert rows(office, "SELECT count(*) FROM commands WHERE command_id = ANY(%s)",
                [c.command_id for c in commands]) == [(3,)]  # fmt: skip


def test_a_refused_command_that_was_accepted_before_is_answered(office: Firm) -> None:
    command = client("c", "NEW")
    first = office.store.execute(command, CHIEF)

    with office.store.importing(CHIEF) as batch:
        again = batch.run(command)

    assert (again.answer, again.repeated, again.position) == (first.answer, True, first.position)


def test_the_same_command_twice_in_one_batch_is_recorded_once(office: Firm) -> None:
    command = hours(office, date(2025, 1, 6))
    before = size(office)

    with office.store.importing(CHIEF) as batch:
        first, second = batch.run(command), batch.run(command)

    assert (second.answer, second.repeated) == (first.answer, True)
    assert size(office) == before + 2


def test_a_key_stands_for_one_content(office: Firm) -> None:
    stored = client("c", "NEW")
    office.store.execute(stored, CHIEF)
    other = stored.model_copy(update={"name": "another"})
    fresh = hours(office, date(2025, 1, 6))

    with office.store.importing(CHIEF) as batch:
        batch.expect([other, fresh])
        with pytest.raises(KeyReused):
            batch.run(other)
        batch.run(fresh)
        with pytest.raises(KeyReused):
            batch.run(fresh.model_copy(update={"minutes": 61}))

    assert rows(office, "SELECT 1 FROM commands WHERE command_id = %s", fresh.command_id)


def test_a_code_taken_by_a_record_refuses_one_row(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))
        with pytest.raises(AlreadyTaken):
            batch.run(client("d", "ACME"))
        batch.run(client("e", "OTHER"))

    codes = rows(office, "SELECT tag FROM event_tags WHERE tag LIKE 'client %%' ORDER BY tag")
    assert [row[0] for row in codes] == ["client ACME", "client NEW", "client OTHER"]


def test_a_code_taken_by_the_row_before_refuses_one_row(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))
        with pytest.raises(AlreadyTaken):
            batch.run(client("d", "NEW"))
        batch.run(client("d", "OTHER"))

    found = rows(office, "SELECT count(*) FROM events WHERE stream_id = %s", new("d"))
    assert found == [(1,)]


def test_a_code_taken_in_the_last_moment_refuses_one_row(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))
        batch.run(client("d", "OTHER"))
        office.store.execute(client("thief", "NEW"), CHIEF)

    [(command, refusal)] = batch.refused
    assert (command.client_id, refusal.code) == (new("c"), "ALREADY_TAKEN")  # type: ignore[attr-defined]
    assert rows(office, "SELECT count(*) FROM events WHERE stream_id = ANY(%s)",
                [new("c"), new("d"), new("thief")]) == [(2,)]  # fmt: skip


def test_a_code_of_a_refused_row_is_free_for_the_next(office: Firm) -> None:
    stale = client("c", "NEW", expected_version=7)
    with office.store.importing(CHIEF) as batch:
        with pytest.raises(Exception, match="expected version"):
            batch.run(stale)
        batch.run(client("d", "NEW"))

    assert rows(office, "SELECT 1 FROM event_tags WHERE tag = 'client NEW'")


def test_what_changes_before_the_flush_is_decided_again(office: Firm) -> None:
    late = hours(office, date(2025, 1, 6))
    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))
        batch.run(late)
        office.do("CloseProject", project_id=PROJECT)

    [(command, refusal)] = batch.refused
    assert (command, refusal.code) == (late, "PROJECT_CLOSED")
    assert rows(office, "SELECT 1 FROM event_tags WHERE tag = 'client NEW'")
    assert not rows(office, "SELECT 1 FROM commands WHERE command_id = %s", late.command_id)


def test_a_row_that_others_have_overtaken_is_put_on_top_of_theirs(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        batch.run(hours(office, date(2025, 1, 6), 600))
        office.store.execute(hours(office, date(2025, 1, 6), 600), CHIEF)
        batch.run(hours(office, date(2025, 1, 7), 600))

    sheet: Any = office.store.load_fresh([timesheet_id(office.person, date(2025, 1, 6))])
    [week] = sheet.values()
    assert sum(entry.minutes for entry in week.entries.values()) == 1800


def test_a_row_accepted_elsewhere_meanwhile_is_recorded_once(office: Firm) -> None:
    command = hours(office, date(2025, 1, 6))
    with office.store.importing(CHIEF) as batch:
        batch.run(command)
        office.store.execute(command, CHIEF)

    assert batch.refused == []
    assert rows(office, "SELECT count(*) FROM events WHERE command_id = %s",
                command.command_id) == [(2,)]  # fmt: skip


def test_a_refused_row_leaves_no_trace(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        batch.run(hours(office, date(2025, 1, 6), 1000))
        with pytest.raises(TooManyHours):
            batch.run(hours(office, date(2025, 1, 6), 441))
        batch.run(hours(office, date(2025, 1, 6), 440))

    [week] = office.store.load_fresh([timesheet_id(office.person, date(2025, 1, 6))]).values()
    assert [entry.minutes for entry in week.entries.values()] == [1000, 440]  # type: ignore[attr-defined]


def test_a_row_refused_after_it_had_changed_something_leaves_no_trace(office: Firm) -> None:
    rate = {"person_id": office.person, "hourly_rate": "60"}
    wrong = made("SetCostRate", **rate, from_date="2025-03-01", expected_version=99)
    with office.store.importing(CHIEF) as batch:
        batch.run(made("SetCostRate", **rate, from_date="2025-02-01"))
        with pytest.raises(Exception, match="expected version"):
            batch.run(wrong)
        with pytest.raises(OverlappingRate):
            batch.run(made("SetCostRate", person_id=office.person, hourly_rate="61",
                           from_date="2025-02-01"))  # fmt: skip
        batch.run(made("SetCostRate", **rate, from_date="2025-04-01"))

    [person] = office.store.load_fresh([office.person]).values()
    assert sorted(person.cost_rates) == [  # type: ignore[attr-defined]
        date(2025, 1, 1), date(2025, 2, 1), date(2025, 4, 1),
    ]  # fmt: skip


def test_a_row_refused_while_others_change_the_same_record(office: Firm) -> None:
    rate = {"person_id": office.person, "hourly_rate": "60"}
    with office.store.importing(CHIEF) as batch:
        batch.run(made("SetCostRate", **rate, from_date="2025-02-01"))
        office.do("SetCostRate", **rate, from_date="2025-05-01")
        with pytest.raises(Exception, match="expected version"):
            batch.run(made("SetCostRate", **rate, from_date="2025-03-01", expected_version=99))
        batch.run(made("SetCostRate", **rate, from_date="2025-04-01"))

    [person] = office.store.load_fresh([office.person]).values()
    assert [day.month for day in sorted(person.cost_rates)] == [1, 2, 4, 5]  # type: ignore[attr-defined]


def test_a_rehearsed_row_leaves_no_trace(office: Firm) -> None:
    before = size(office)
    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW", dry_run=True))
        with pytest.raises(AlreadyTaken):
            batch.run(client("d", "ACME", dry_run=True))
        with pytest.raises(NotFound):
            batch.run(made("DeactivateClient", client_id=new("c")))

    assert size(office) == before


def test_a_fault_in_the_middle_of_a_row_leaves_no_trace(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Timesheet.log

    def log_and_fail(sheet: Any, *fields: Any) -> None:
        log(sheet, *fields)
        raise ZeroDivisionError

    with office.store.importing(CHIEF) as batch:
        with monkeypatch.context() as patch:
            patch.setattr(Timesheet, "log", log_and_fail)
            with pytest.raises(ZeroDivisionError):
                batch.run(hours(office, date(2025, 1, 6)))
        batch.run(hours(office, date(2025, 1, 6)))

    assert rows(office, "SELECT count(*) FROM events WHERE topic = 'delivery.time_logged'") == [
        (1,)
    ]


def test_numbers_of_one_batch_have_no_gap(office: Firm) -> None:
    contract, project = office.win()
    pairs = [office.work(project, date(2025, 1, day)) for day in (6, 7, 8)]
    with office.store.importing(CHIEF) as batch:
        for no, (holder, entry) in enumerate(pairs):
            batch.run(made(
                "IssueInvoice", invoice_id=new(f"i{no}"), contract_id=contract,
                issued_on="2025-01-09",
                sources=[{"kind": "time", "holder_id": holder, "ids": [entry]}],
            ))  # fmt: skip
            if no == 1:
                batch.flush()

    found = [office.store.load_fresh([new(f"i{no}")])[new(f"i{no}")].number for no in range(3)]  # type: ignore[attr-defined]
    assert found == [f"DE01-INV-2025-0000{no}" for no in (1, 2, 3)]


def test_all_facts_of_a_batch_are_known_in_order_at_one_moment(office: Firm) -> None:
    before = size(office)
    with office.store.importing(CHIEF) as batch:
        for day in range(6, 11):
            batch.run(hours(office, date(2025, 1, day)))

    found = rows(
        office, "SELECT position, recorded_at FROM events WHERE position > %s ORDER BY 1", before
    )
    assert [row[0] for row in found] == list(range(before + 1, before + 7))
    assert len({row[1] for row in found}) == 1
    assert batch.position == before + 6


def test_an_import_records_no_earlier_moment_than_the_last_fact(office: Firm) -> None:
    future = "clock_timestamp() + interval '1 hour'"
    columns = "recorded_at, effective_date, entity, actor, command_id, correlation_id, trace"
    with office.system.connect() as conn:
        conn.execute(
            f"INSERT INTO events (position, stream_id, version, topic, schema_version, policies,"
            f" payload, {columns}) SELECT max(position) + 1, %s, 1,"
            f" 'organisation.client_deactivated', 1, '', '{{}}', {future}, '2025-01-01', 'DE01',"
            f" 'x', %s, %s, '' FROM events".encode(),
            [uuid4(), uuid4(), uuid4()],
        )

    with office.store.importing(CHIEF) as batch:
        batch.run(client("c", "NEW"))

    last, before = rows(office, "SELECT recorded_at FROM events ORDER BY position DESC LIMIT 2")
    assert last[0] >= before[0]


def test_an_empty_import_does_nothing(office: Firm) -> None:
    before = size(office)

    batch = Import(office.store, CHIEF)

    assert batch.flush() == 0
    assert size(office) == before


def test_ids_that_commands_name_are_loaded_in_one_question(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[UUID]] = []
    load = office.store.load_fresh
    commands = [client(name, name) for name in ("C1", "C2", "C3")]

    def ask(ids: Sequence[UUID]) -> dict[UUID, Root]:
        asked.append(list(ids))
        return load(ids)

    with office.store.importing(CHIEF) as batch:
        monkeypatch.setattr(office.store, "load_fresh", ask)
        batch.expect(commands)
        for command in commands:
            batch.run(command)

    assert not [ids for ids in asked[1:] if {new("C1"), new("C2"), new("C3")} & set(ids)]
