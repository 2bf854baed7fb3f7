"""A log that went back: a failover or a restore lost what a running process still remembers.

What is decided on such memory is decided again on the log as it is; no stream gets a gap.
"""

from contextlib import closing
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.command import Command
from domain.delivery.time_entry import timesheet_id
from domain.delivery.timesheet import Timesheet
from domain.identity import named_id
from domain.organisation.person import NoCostRate
from tests.firm import TODAY, WORKER, Firm

MONDAY = date(2025, 1, 6)


def end(firm: Firm) -> int:
    with firm.system.connect() as conn:
        row = conn.execute("SELECT max(position) FROM events").fetchone()
    return int(row[0]) if row else 0


def lose_after(firm: Firm, position: int) -> None:
    """Do what a failover to a replica does that had not received the last commits."""
    with closing(psycopg.connect(firm.system.addresses.owner, autocommit=True)) as owner:
        for table in ("events", "event_tags", "commands"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            owner.execute(f"DELETE FROM {table} WHERE position > {position}".encode())
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def log(firm: Firm, project: UUID, minutes: int) -> None:
    firm.do("LogTime", WORKER, person_id=firm.person, project_id=project, work_date=MONDAY,
            minutes=minutes)  # fmt: skip


def logged(firm: Firm) -> list[int]:
    """Minutes on the timesheet, as somebody reads it who remembers nothing."""
    id_ = timesheet_id(firm.person, MONDAY)
    sheet: Any = firm.system.store_on(lambda: TODAY).load_fresh([id_])[id_]
    assert isinstance(sheet, Timesheet)
    return [entry.minutes for entry in sheet.entries.values()]


def test_a_change_of_what_is_remembered_better_than_logged_is_decided_again(firm: Firm) -> None:
    _, project = firm.win()
    log(firm, project, 1)
    kept = end(firm)
    log(firm, project, 2)
    log(firm, project, 3)

    lose_after(firm, kept)
    log(firm, project, 4)

    assert logged(firm) == [1, 4]


def test_nothing_rests_on_a_lost_fact_that_was_only_consulted(firm: Firm) -> None:
    _, project = firm.win()
    person = named_id("person", "P2")
    firm.do("RegisterPerson", person_id=person, code="P2", name="Fictional", entity="DE01",
            role="consultant", user="P2")  # fmt: skip
    firm.do("LogTime", WORKER, person_id=person, project_id=project, work_date=MONDAY, minutes=9)
    firm.do("SubmitTimesheet", WORKER, person_id=person, week=MONDAY)
    kept = end(firm)
    firm.do("SetCostRate", person_id=person, from_date=date(2025, 1, 1), hourly_rate="55")
    firm.do("ApproveTime", person_id=person, week=MONDAY, dry_run=True)

    lose_after(firm, kept)

    with pytest.raises(NoCostRate):
        firm.do("ApproveTime", person_id=person, week=MONDAY)


def test_an_import_that_remembers_too_much_decides_again(firm: Firm) -> None:
    _, project = firm.win()
    log(firm, project, 1)
    kept = end(firm)
    log(firm, project, 2)

    with firm.store.importing(WORKER) as batch:
        batch.run(command(firm, project, 3))
        lose_after(firm, kept)

    assert logged(firm) == [1, 3]


def command(firm: Firm, project: UUID, minutes: int) -> Any:
    return Command.registry["LogTime"].model_validate({
        "person_id": firm.person, "project_id": project, "work_date": MONDAY, "minutes": minutes,
    })  # fmt: skip
