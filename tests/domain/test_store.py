"""Commands are decided and appended once, whoever asks again and whatever gets lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import psycopg
import pytest

from adapters.postgres.recorder import LogRecorder
from domain.actor import Actor, MissingRole
from domain.command import Command
from domain.delivery.project import ProjectClosed
from domain.delivery.time_entry import timesheet_id
from domain.errors import Refusal
from domain.ledger.period import Calendar, calendar_id
from domain.ledger.policy import ApprovalNeeded
from domain.request import AlreadyTaken, Conflict, KeyReused, TooBusy
from domain.store import Store
from domain.unit_of_work import StaleVersion
from tests.adapters.wire import Cutter, Wire, watched_pool
from tests.adapters.writers import (
    PROJECT,
    approved,
    attempt,
    crowd,
    invoice,
    made,
    sign,
    store_at,
)
from tests.domain.paper_firm import ANYBODY
from tests.domain.samples import new, samples, set_up
from tests.firm import CHIEF, TODAY, Firm

DAY = date(2025, 1, 6)


@pytest.fixture
def office(firm: Firm) -> Firm:
    """The firm with one project."""
    sign(firm)
    return firm


@pytest.fixture
def other(office: Firm) -> Iterator[Store]:
    """Another process's store on the same log."""
    with store_at(office.system.addresses.pooled) as store:
        yield store


def hours(firm: Firm, on: date = DAY, minutes: int = 60, **fields: Any) -> Command:
    return made("LogTime", person_id=firm.person, project_id=PROJECT, work_date=on,
                minutes=minutes, **fields)  # fmt: skip


def size(firm: Firm) -> int:
    return firm.store.recorder.max_notification_id() or 0


def week(store: Store, person: UUID, on: date = DAY) -> Any:
    return store.load_fresh([timesheet_id(person, on)])[timesheet_id(person, on)]


def test_every_command_given_twice_is_done_once_and_answered_alike(firm: Firm) -> None:
    """The second answer comes from the log: the same for this process and for any other."""
    given = samples(firm, set_up(firm))
    with store_at(firm.system.addresses.pooled) as other:
        for name, fields in given.items():
            command = made(name, **fields)
            first = attempted(firm.store, command)
            before = size(firm)
            again, elsewhere = attempted(firm.store, command), attempted(other, command)

            assert size(firm) == before, name
            assert again == elsewhere == first, name


def attempted(store: Store, command: Command) -> tuple[str, Any, int | None]:
    """The code of a refusal, or the answer and its position."""
    try:
        outcome = store.execute(command, ANYBODY)
    except Refusal as refusal:
        return refusal.code, None, None
    return "", outcome.answer, outcome.position


def test_a_key_is_not_used_for_other_content_or_by_another_actor(
    office: Firm, other: Store
) -> None:
    command = hours(office)
    office.store.execute(command, CHIEF)

    for store in (office.store, other):
        with pytest.raises(KeyReused):
            store.execute(command.model_copy(update={"minutes": 61}), CHIEF)
        with pytest.raises(KeyReused):
            store.execute(command, ANYBODY)
    outcome = other.execute(command, CHIEF)
    assert outcome.repeated


def test_a_key_of_another_content_is_refused_before_any_other_reason(office: Firm) -> None:
    command = hours(office)
    office.store.execute(command, CHIEF)

    with pytest.raises(KeyReused):
        office.store.execute(command.model_copy(update={"minutes": 24 * 60}), CHIEF)


def test_a_command_that_changes_nothing_is_remembered_too(office: Firm) -> None:
    before = size(office)
    nothing = made("OpenPeriod", entity="DE01", month="2025-03-01")

    outcome = office.store.execute(nothing, CHIEF)

    assert (outcome.position, size(office)) == (before, before)
    assert office.store.execute(nothing, CHIEF).repeated
    with pytest.raises(KeyReused):
        office.store.execute(nothing.model_copy(update={"month": date(2025, 4, 1)}), CHIEF)


def test_nobody_acts_without_a_role(office: Firm) -> None:
    for kind in Command.registry.values():
        with pytest.raises(MissingRole):
            office.store.execute(kind.model_construct(), Actor("guest"))


def test_a_rehearsal_answers_and_leaves_no_trace(office: Firm) -> None:
    before = size(office)
    command = hours(office, dry_run=True)

    outcome = office.store.execute(command, CHIEF)

    assert (outcome.position, outcome.answer.id) == (None, timesheet_id(office.person, DAY))
    assert size(office) == before
    assert not office.store.execute(hours(office, command_id=command.command_id), CHIEF).repeated


def test_a_rehearsal_refuses_what_the_command_would_be_refused_for(office: Firm) -> None:
    taken = made("RegisterClient", client_id=new("c"), code="ACME", name="x", entity="DE01",
                 currency="EUR", dry_run=True)  # fmt: skip

    with pytest.raises(AlreadyTaken):
        office.store.execute(taken, CHIEF)


def test_a_version_that_others_have_passed_is_refused(office: Firm, other: Store) -> None:
    rate = {"person_id": office.person, "hourly_rate": "60"}
    office.do("SetCostRate", **rate, from_date="2025-02-01")
    other.execute(made("SetCostRate", **rate, from_date="2025-03-01"), CHIEF)

    with pytest.raises(StaleVersion):
        office.do("SetCostRate", **rate, from_date="2025-04-01", expected_version=3)
    office.do("SetCostRate", **rate, from_date="2025-04-01", expected_version=4)


def test_an_old_copy_never_lets_a_command_through(office: Firm, other: Store) -> None:
    logged: Any = other.execute(hours(office), CHIEF).answer
    office.do("WithdrawTime", person_id=office.person, week=date(2025, 1, 6),
              entry_id=logged.entry_id)  # fmt: skip
    office.do("CloseProject", project_id=PROJECT)

    with pytest.raises(ProjectClosed):
        other.execute(hours(office), CHIEF)


def test_an_old_copy_never_refuses_a_command(office: Firm, other: Store) -> None:
    late = made("IssueInvoice", invoice_id=new("late"), contract_id=new("draft"),
                issued_on="2025-01-07", sources=approved(office, 1))  # fmt: skip
    other.execute(made("DraftContract", **samples_of_draft(office)), CHIEF)
    assert attempt(other, late) == "CONTRACT_NOT_ACTIVE"

    office.do("ActivateContract", contract_id=new("draft"), approved_by="order 2")

    assert attempt(other, late) == "OTHER_CONTRACT"


def samples_of_draft(firm: Firm) -> dict[str, Any]:
    """Fields of a draft in euros."""
    return {"contract_id": new("draft"), "client_id": firm.client, "name": "d", "currency": "EUR",
            "value": "1", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
            "billing_model": "fixed_fee", "payment_terms_days": 30}  # fmt: skip


def test_an_old_copy_never_finds_that_there_is_nothing_to_do(office: Firm, other: Store) -> None:
    january = {"entity": "DE01", "month": "2025-01-01"}
    other.execute(made("OpenPeriod", entity="DE01", month="2026-01-01"), CHIEF)
    office.do("SoftClosePeriod", **january)

    other.execute(made("OpenPeriod", **january, reason="late invoice"), CHIEF)

    calendar: Any = other.load_fresh([calendar_id("DE01")])[calendar_id("DE01")]
    assert isinstance(calendar, Calendar)
    assert calendar.months[date(2025, 1, 1)] == "open"


def test_both_of_two_who_change_the_same_record_are_served(office: Firm, other: Store) -> None:
    for minutes in range(1, 11):
        office.store.execute(hours(office, minutes=minutes), CHIEF)
        other.execute(hours(office, minutes=minutes), CHIEF)

    assert sum(e.minutes for e in week(other, office.person).entries.values()) == 110


def test_two_who_close_one_door_together_leave_one_outside(office: Firm, other: Store) -> None:
    """The last hour of a day, taken by two at once, twenty times."""
    for no in range(20):
        day = date(2025, 1, 1 + no)
        office.store.execute(hours(office, day, 23 * 60), CHIEF)
        start = Barrier(2)

        def last(store: Store, on: date = day, start: Barrier = start) -> str:
            start.wait()
            return attempt(store, hours(office, on))

        found = crowd([lambda: last(office.store), lambda: last(other)])

        assert sorted(found) == ["", "TOO_MANY_HOURS"]


def test_two_clients_billing_the_same_time_always_make_one_line(
    office: Firm, other: Store
) -> None:
    sources = approved(office, 200)
    stores = [(office.store, "one"), (other, "other")]

    with ThreadPoolExecutor(2) as pool:
        for no, source in enumerate(sources):
            start = Barrier(2)

            def bill(store: Store, name: str, start: Barrier = start) -> str:
                command = invoice(name, source)  # noqa: B023 -- done before the next
                start.wait()
                return attempt(store, command)

            tries = [pool.submit(bill, store, f"{name} {no}") for store, name in stores]
            assert sorted(each.result(timeout=30) for each in tries) == ["", "NOT_BILLABLE"]

    with office.system.connect() as conn:
        found = conn.execute(
            "SELECT count(*), count(DISTINCT payload) FROM events"
            " WHERE topic = 'billing.invoice_issued'"
        ).fetchone()
    assert found == (200, 200)


def test_a_natural_key_goes_to_one_of_two(office: Firm, other: Store) -> None:
    def register(store: Store, name: str) -> str:
        return attempt(store, made("RegisterClient", client_id=new(name), code="NEW", name=name,
                                   entity="DE01", currency="EUR"))  # fmt: skip

    found = crowd([lambda: register(office.store, "c"), lambda: register(other, "d")])

    assert sorted(found) == ["", "ALREADY_TAKEN"]


@pytest.fixture
def cutter(office: Firm) -> Iterator[Cutter]:
    """A way to the database that can lose answers."""
    cutter = Cutter(office.system.addresses.pooled)
    yield cutter
    cutter.close()


def test_an_answer_lost_after_the_commit_is_asked_for_again(office: Firm, cutter: Cutter) -> None:
    with store_at(cutter.dsn) as store:
        store.execute(hours(office), CHIEF)
        before = size(office)
        command = hours(office)
        cutter.cut()

        outcome = store.execute(command, CHIEF)

        assert size(office) == before + 1
        assert store.execute(command, CHIEF).answer == outcome.answer
        assert outcome.position == before + 1


def test_whoever_lost_every_answer_gets_it_by_asking_again(office: Firm, cutter: Cutter) -> None:
    with store_at(cutter.dsn) as store:
        store.execute(hours(office), CHIEF)
        before = size(office)
        command = hours(office)
        cutter.cut(2)

        with pytest.raises(psycopg.OperationalError):
            store.execute(command, CHIEF)
        again = store.execute(command, CHIEF)

        assert size(office) == before + 1
        assert (again.repeated, again.position) == (True, before + 1)


def test_a_warm_command_asks_the_server_once(office: Firm, tmp_path: Path) -> None:
    wire = Wire(tmp_path / "trace")
    with watched_pool(office.system.addresses.pooled, wire) as pool:
        store = Store(LogRecorder(pool), office.system.mapper, lambda: TODAY)
        for _ in range(8):
            store.execute(hours(office, minutes=1), CHIEF)
        wire.round_trips()

        trips = []
        for _ in range(5):
            store.execute(hours(office, minutes=1), CHIEF)
            trips.append(wire.round_trips())

    assert trips == [1] * 5


def test_a_cold_command_asks_once_for_each_thing_it_needs(office: Firm, tmp_path: Path) -> None:
    wire = Wire(tmp_path / "trace")
    with watched_pool(office.system.addresses.pooled, wire) as pool:
        store = Store(LogRecorder(pool), office.system.mapper, lambda: TODAY)
        wire.round_trips()
        store.execute(hours(office), CHIEF)

        assert wire.round_trips() == len(["person", "project", "week", "append"])


def test_a_command_that_always_loses_says_so(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: Any) -> int:
        raise Conflict

    monkeypatch.setattr("domain.store.MOST_TRIES", 3)
    monkeypatch.setattr(office.store.log_, "append", lose)

    with pytest.raises(TooBusy):
        office.store.execute(hours(office), CHIEF)


def test_envelopes_say_who_when_for_whom_and_why(office: Firm) -> None:
    command = hours(office, date(2025, 2, 3))
    outcome = office.store.execute(command, CHIEF)

    with office.system.connect() as conn:
        found = conn.execute(
            "SELECT actor, entity, effective_date, command_id, correlation_id, causation_id,"
            " schema_version, recorded_at <= clock_timestamp() FROM events WHERE position = %s",
            [outcome.position],
        ).fetchone()
    assert found == (
        "chief", "DE01", date(2025, 2, 3), command.command_id, command.command_id, None, 2, True,
    )  # fmt: skip


def test_a_store_reads_aggregates_through_the_librarys_repository(office: Firm) -> None:
    person: Any = office.store.repository.get(office.person)
    first: Any = office.store.repository.get(office.person, version=1)

    assert (person.code, person.version, first.version) == ("P1", 2, 1)
    assert first.cost_rates == {}


def test_what_was_nowhere_is_found_once_another_process_made_it(
    office: Firm, other: Store
) -> None:
    office.do("PostJournal", **journal_of("before", "1500"))
    other.execute(made("SetJournalApproval", entity="DE01", above="1000"), CHIEF)

    with pytest.raises(ApprovalNeeded):
        office.do("PostJournal", **journal_of("after", "1500"))


def journal_of(name: str, amount: str) -> dict[str, Any]:
    """Rent of an amount."""
    return {"journal_id": new(name), "entity": "DE01", "accounting_date": "2025-01-09",
            "description": "rent",
            "lines": [{"account": "6010", "currency": "EUR", "debit": amount},
                      {"account": "2010", "currency": "EUR", "credit": amount}]}  # fmt: skip


def test_a_small_shelf_only_costs_reading_again(office: Firm) -> None:
    store = Store(LogRecorder(office.system.pool), office.system.mapper, lambda: TODAY, 1)
    for minutes in (1, 2, 3):
        store.execute(hours(office, minutes=minutes), CHIEF)

    assert sum(e.minutes for e in week(store, office.person).entries.values()) == 6
