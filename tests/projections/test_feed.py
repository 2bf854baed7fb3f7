"""The feed: every fact once for every projection, whatever one of them makes of it."""

import logging
from collections.abc import Callable, Sequence
from datetime import date
from time import monotonic, sleep
from typing import Any, ClassVar

import psycopg
import pytest

from domain.delivery.timesheet import Timesheet
from projections.feed import Feed
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.slots import install
from projections.table import Conn, Table
from tests.domain.samples import new
from tests.firm import Firm

PROJECT = new("project")
MINUTES = Table("minutes_logged", {"day": "date", "minutes": "int DEFAULT 0"}, key=("day",))
BOOKED = Table("minutes_booked", {"day": "date", "minutes": "int DEFAULT 0"}, key=("day",))
POISON = 13


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Faults are what these tests are about."""
    caplog.set_level(logging.CRITICAL)


class Minutes(Projection):
    """Minutes by day; 13 of them are more than it can bear."""

    name = "minutes_logged"
    tables = (MINUTES,)
    table: ClassVar[Table] = MINUTES

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[int] = []
        self.forgot = 0

    @on(Timesheet.TimeLogged)
    def logged(self, fact: Timesheet.TimeLogged, at: Recorded, fold: Fold) -> None:
        """Some minutes more."""
        del at
        if fact.minutes == POISON:
            raise ValueError("thirteen")
        fold.add(self.table, fact.work_date, minutes=fact.minutes)

    def apply(self, conn: Conn, page: Sequence[Recorded]) -> None:
        self.pages.append(len(page))
        super().apply(conn, page)

    def forget(self) -> None:
        self.forgot += 1


class Booked(Minutes):
    """The same, but it may not skip anything."""

    name = "minutes_booked"
    tables = (BOOKED,)
    table = BOOKED
    halts = True


@pytest.fixture
def office(firm: Firm) -> Firm:
    """The firm with one project, and the projections of these tests."""
    firm.do("CreateProject", project_id=PROJECT, code="P", name="x", entity="DE01")
    with firm.system.connect() as conn:
        install(conn, [Minutes(), Booked()])
    return firm


def log(firm: Firm, day: int, minutes: int) -> int:
    position = firm.do("LogTime", person_id=firm.person, project_id=PROJECT, minutes=minutes,
                       work_date=date(2025, 1, day)).position  # fmt: skip
    assert position is not None
    return position


def feed_of(firm: Firm, *projections: Projection) -> Feed:
    feed = Feed(firm.system._session(), firm.system.decode, projections)
    feed.lead()
    return feed


def leads(feed: Feed) -> bool:
    """Whether it has taken everything it reads; the server frees a lock a moment after the end."""
    feed.lead()
    return len(feed.slots) == len(feed._projections)


def successor(firm: Firm, *projections: Projection) -> Feed:
    """A feed that leads as soon as the one before it has let go."""
    feed = Feed(firm.system._session(), firm.system.decode, projections)
    until(lambda: leads(feed))
    return feed


def minutes(firm: Firm, table: str = "minutes_logged") -> dict[int, int]:
    with firm.system.connect() as conn:
        rows = conn.execute(f"SELECT day, minutes FROM {table} ORDER BY day".encode()).fetchall()
    return {day.day: total for day, total in rows}


def asked(firm: Firm, question: str, *values: Any) -> list[Any]:
    with firm.system.connect() as conn:
        return conn.execute(question.encode(), values).fetchall()


def position(firm: Firm, name: str) -> int:
    found: int = asked(firm, "SELECT position FROM projections WHERE name = %s AND live", name)[0][
        0
    ]
    return found


def until(true: Callable[[], Any]) -> None:
    end = monotonic() + 10
    while not true():
        assert monotonic() < end
        sleep(0.01)


def test_a_poison_event_is_found_dead_lettered_and_passed(office: Firm) -> None:
    for day in range(1, 9):
        log(office, day, 60)
    poison = log(office, 9, POISON)
    last = log(office, 10, 60)
    projection = Minutes()

    feed_of(office, projection).catch_up()

    assert minutes(office) == dict.fromkeys([*range(1, 9), 10], 60)
    letters = asked(office, "SELECT reader, position, error FROM dead_letters")
    assert letters == [("minutes_logged_1", poison, "ValueError: thirteen")]
    assert position(office, "minutes_logged") == last
    assert len(projection.pages) < 20
    assert projection.forgot


def test_books_halt_before_a_poison_event_and_say_why(office: Firm) -> None:
    log(office, 1, 60)
    poison = log(office, 2, POISON)
    log(office, 3, 60)

    feed = feed_of(office, Minutes(), Booked())
    feed.catch_up()

    assert minutes(office, "minutes_booked") == {1: 60}
    assert minutes(office) == {1: 60, 3: 60}
    halted = asked(office, "SELECT halted FROM projections WHERE name = 'minutes_booked'")
    assert halted == [(f"event {poison}: ValueError: thirteen",)]
    assert position(office, "minutes_booked") == poison - 1
    assert not asked(office, "SELECT 1 FROM dead_letters WHERE reader LIKE 'minutes_booked%%'")


def test_halted_books_go_on_once_they_are_mended(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(office, 1, POISON)
    log(office, 2, 60)
    first = feed_of(office, Booked())
    first.catch_up()
    first.lead()
    first.catch_up()
    assert minutes(office, "minutes_booked") == {}
    first.close()

    monkeypatch.setitem(globals(), "POISON", 0)
    second = successor(office, Booked())
    second.catch_up()

    assert minutes(office, "minutes_booked") == {1: 13, 2: 60}
    halted = asked(office, "SELECT halted FROM projections WHERE name = 'minutes_booked'")
    assert halted == [(None,)]


def test_an_event_that_cannot_be_decoded_is_a_poison_event_to_its_readers(office: Firm) -> None:
    log(office, 1, 60)
    broken = log(office, 2, 60)
    log(office, 3, 60)
    damage(office, broken, payload=b"{}")
    feed = feed_of(office, Minutes(), Booked())

    feed.catch_up()

    assert minutes(office) == {1: 60, 3: 60}
    assert minutes(office, "minutes_booked") == {1: 60}
    [(reader, where, error)] = asked(office, "SELECT reader, position, error FROM dead_letters")
    assert (reader, where) == ("minutes_logged_1", broken)
    assert "delivery.time_logged: ValidationError" in error


def test_an_event_that_nobody_could_read_stops_nobody_who_does_not_read_it(office: Firm) -> None:
    broken = office.do("CreateProject", project_id=new("q"), code="Q", name="x", entity="DE01")
    assert broken.position is not None
    damage(office, broken.position, payload=b"{}")
    last = log(office, 1, 60)

    feed_of(office, Minutes(), Booked()).catch_up()

    assert position(office, "minutes_logged") == position(office, "minutes_booked") == last
    assert not asked(office, "SELECT 1 FROM dead_letters")


def test_an_event_of_a_later_version_of_ours_stops_whoever_must_not_skip(office: Firm) -> None:
    strange = log(office, 1, 60)
    damage(office, strange, topic="delivery.mood_noted")
    log(office, 2, 60)

    feed_of(office, Minutes(), Booked()).catch_up()

    assert minutes(office) == {2: 60}
    [(halted,)] = asked(office, "SELECT halted FROM projections WHERE name = 'minutes_booked'")
    assert "delivery.mood_noted: UnknownTopic" in halted


def damage(firm: Firm, where: int, **columns: Any) -> None:
    """Change a stored event as only a superuser without triggers can."""
    setting = ", ".join(f"{name} = %s" for name in columns)
    with psycopg.connect(firm.system.addresses.owner) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            f"UPDATE events SET {setting} WHERE position = %s".encode(),
            [*columns.values(), where],
        )


class Dying(Minutes):
    """Writes a page, and is cut off before it can commit."""

    def apply(self, conn: Conn, page: Sequence[Recorded]) -> None:
        super().apply(conn, page)
        conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_who_dies_in_the_middle_of_a_page_counts_nothing_twice(office: Firm) -> None:
    for day in range(1, 6):
        log(office, day, 60)
    with pytest.raises(psycopg.OperationalError):
        feed_of(office, Dying()).catch_up(2)
    assert minutes(office) == {}

    second = successor(office, Minutes())
    second.catch_up(2)

    assert minutes(office) == dict.fromkeys(range(1, 6), 60)


def test_who_dies_after_a_page_is_followed_by_one_who_begins_behind_it(office: Firm) -> None:
    for day in range(1, 6):
        log(office, day, 60)
    first, second = feed_of(office, Minutes()), feed_of(office, Minutes())
    assert not second.slots
    while position(office, "minutes_logged") < log(office, 6, 1) - 3:
        first.step(4)
    first.close()

    until(lambda: leads(second))
    while second.catch_up(3):
        pass

    assert {day: minutes(office)[day] for day in range(1, 6)} == dict.fromkeys(range(1, 6), 60)
    assert sum(minutes(office).values()) == asked(
        office, "SELECT sum((convert_from(payload, 'UTF8')::json ->> 'minutes')::int) FROM events"
        " WHERE topic = 'delivery.time_logged'",
    )[0][0]  # fmt: skip


@pytest.mark.parametrize("page", [1, 2, 7, 1000])
def test_the_size_of_a_page_makes_no_difference(office: Firm, page: int) -> None:
    for day in range(1, 8):
        log(office, day, day)
        log(office, day, day)

    feed_of(office, Minutes()).catch_up(page)

    assert minutes(office) == {day: 2 * day for day in range(1, 8)}


def test_a_projection_that_is_behind_catches_up_with_the_others(office: Firm) -> None:
    log(office, 1, 60)
    first = feed_of(office, Minutes())
    first.catch_up()
    first.close()
    last = log(office, 2, 60)

    both = successor(office, Minutes(), Booked())
    both.catch_up(3)

    assert minutes(office) == minutes(office, "minutes_booked") == {1: 60, 2: 60}
    assert position(office, "minutes_logged") == position(office, "minutes_booked") == last


def test_what_is_committed_after_the_last_read_wakes_the_reader(office: Firm) -> None:
    feed = feed_of(office, Minutes())
    feed.catch_up()

    log(office, 1, 60)
    sleep(0.2)
    feed.lead()
    began = monotonic()
    feed.wait(10)

    assert monotonic() - began < 5
    assert feed.catch_up() == 2
    assert minutes(office) == {1: 60}


def test_a_reader_that_nobody_wakes_looks_for_itself(office: Firm) -> None:
    feed = feed_of(office, Minutes())
    feed.catch_up()
    vars(office.store.recorder)["_ring"] = lambda: None

    log(office, 1, 60)
    feed.wait(0.1)

    assert feed.catch_up() == 2


def test_those_who_wait_hear_how_far_every_projection_has_come(office: Firm) -> None:
    last = log(office, 1, 60)
    with office.system.connect() as waiting:
        waiting.execute("LISTEN projected")
        feed_of(office, Minutes()).catch_up()
        heard = [note.payload for note in waiting.notifies(timeout=2, stop_after=1)]

    assert heard == [str(last)]
