"""A close finds all that was done, whoever does more at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from domain.command import Command
from domain.delivery.closing import WorkOpen
from domain.delivery.project import ProjectClosed
from domain.delivery.work_tag import work_tag
from domain.errors import Refusal
from domain.store import Store
from tests.adapters.writers import PROJECT, made, sign, store_at
from tests.firm import CHIEF, Firm

CLOSE = {"project_id": PROJECT}


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


def hours(firm: Firm, day: int = 6) -> Command:
    """An hour in January."""
    return made("LogTime", person_id=firm.person, project_id=PROJECT, minutes=60,
                work_date=date(2025, 1, day))  # fmt: skip


def tagged(firm: Firm) -> int:
    """How many facts carry the project's tag."""
    with firm.system.connect() as conn:
        found = conn.execute("SELECT count(*) FROM event_tags WHERE tag = %s", [work_tag(PROJECT)])
        return int(found.fetchone()[0])  # type: ignore[index]


def test_the_first_note_of_a_week_carries_the_tag(office: Firm) -> None:
    for day in (6, 7, 13):
        office.store.execute(hours(office, day), CHIEF)

    assert tagged(office) == 2
    assert len(office.store.tagged(work_tag(PROJECT))[1]) == 2
    assert office.store.tagged("nothing") == (0, [])


def test_a_close_sees_what_another_process_noted(office: Firm, other: Store) -> None:
    other.execute(hours(office), CHIEF)

    with pytest.raises(WorkOpen, match=r"1\.00 hours of unapproved time"):
        office.do("CloseProject", **CLOSE)


def test_a_close_sees_what_its_own_import_noted(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        batch.run(hours(office))
        with pytest.raises(WorkOpen):
            batch.run(made("CloseProject", **CLOSE))


def test_an_import_closes_what_it_left_nothing_open_of(office: Firm) -> None:
    with office.store.importing(CHIEF) as batch:
        noted: Any = batch.run(hours(office)).answer
        batch.run(made("WithdrawTime", person_id=office.person, week=date(2025, 1, 6),
                       entry_id=noted.entry_id))  # fmt: skip
        batch.run(made("CloseProject", **CLOSE))

    assert not batch.refused
    with pytest.raises(ProjectClosed):
        office.store.execute(hours(office), CHIEF)


@pytest.mark.parametrize("round_", range(4))
def test_of_a_note_and_a_close_at_once_one_is_refused(
    office: Firm, other: Store, round_: int
) -> None:
    gate = Barrier(2)

    def attempt(store: Store, command: Command) -> str:
        gate.wait()
        try:
            store.execute(command, CHIEF)
        except Refusal as refusal:
            return refusal.code
        return "done"

    jobs = [(office.store, made("CloseProject", **CLOSE)), (other, hours(office, 6 + round_))]
    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(lambda job: attempt(*job), jobs))

    assert found in (["PROJECT_CLOSED", "done"], ["WORK_OPEN", "done"])


@pytest.mark.parametrize("look", [1, 2])
def test_a_note_that_comes_while_a_close_looks_is_noticed(
    office: Firm, other: Store, monkeypatch: pytest.MonkeyPatch, look: int
) -> None:
    looked, looks = office.store.tagged, []

    def look_and_be_overtaken(tag: str) -> Any:
        found = looked(tag)
        looks.append(tag)
        if len(looks) == look:
            other.execute(hours(office), CHIEF)
        return found

    monkeypatch.setattr(office.store, "tagged", look_and_be_overtaken)

    with pytest.raises(WorkOpen):
        office.do("CloseProject", **CLOSE)
    assert len(looks) == 4
