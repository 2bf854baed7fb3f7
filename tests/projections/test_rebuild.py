"""Blue and green: a build beside the live one, compared at the same event, switched at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count as count_up
from threading import Event, Thread

import pytest

from api.loops import keep_up
from projections import rebuild as rebuilding
from projections.comparison import compare
from projections.projection import Projection
from projections.rebuild import NothingKept, RebuildRunning, rebuild
from projections.scratch import fold
from projections.table import Conn
from projections.unreadable import CannotRead
from tests.firm import WORKER, Firm
from tests.projections.faults import ADVICE, damage


def projection(firm: Firm, name: str) -> Projection:
    return next(p for p in firm.system.projections() if p.name == name)


def live_slot(conn: Conn, name: str) -> tuple[str, int]:
    row = conn.execute(
        "SELECT slot, position FROM projections WHERE name = %s AND live", [name]
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def count(conn: Conn, table: str) -> int:
    row = conn.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("name", ["ledger", "receivables", "outbox", "audit_trail"])
def test_an_equal_build_becomes_the_live_one_and_the_old_one_is_kept(
    year: Firm, name: str
) -> None:
    with year.system.connect() as conn:
        old = live_slot(conn, name)

        rebuilt = rebuild(conn, year.system.decode, projection(year, name))

        assert rebuilt.equal
        assert live_slot(conn, name) == (rebuilt.new, old[1])
        assert rebuilt.old == old[0]
        assert compare(conn, projection(year, name), old[0], rebuilt.new)[0].live > 0


def test_a_build_that_differs_is_named_and_dropped(year: Firm) -> None:
    with year.system.connect() as conn:
        old = live_slot(conn, "ledger")
        conn.execute("UPDATE ledger_lines SET amount = amount + 1 WHERE account = '2300'")

        rebuilt = rebuild(conn, year.system.decode, projection(year, "ledger"))

        assert not rebuilt.switched
        assert "only live" in rebuilt.tables[0].differences[0]
        assert live_slot(conn, "ledger") == old
        assert count(conn, f"projections WHERE slot = '{rebuilt.new}'") == 0


def test_a_damaged_projection_is_healed_where_the_difference_is_accepted(year: Firm) -> None:
    with year.system.connect() as conn:
        whole = count(conn, "ledger_lines")
        conn.execute("DELETE FROM ledger_lines WHERE account = '2300'")

        rebuilt = rebuild(conn, year.system.decode, projection(year, "ledger"), accept=True)

        assert rebuilt.switched
        assert not rebuilt.equal
        assert count(conn, "ledger_lines") == whole


def test_the_way_back_leads_to_the_kept_build_brought_up_to_date(year: Firm) -> None:
    with year.system.connect() as conn:
        first = live_slot(conn, "deals")[0]
        rebuild(conn, year.system.decode, projection(year, "deals"))
        before = count(conn, "contracts")
        year.win("Later")
        year.settle()

        back = rebuild(conn, year.system.decode, projection(year, "deals"), back=True)

        assert (back.new, back.equal) == (first, True)
        assert live_slot(conn, "deals")[0] == first
        assert count(conn, "contracts") == before + 1


def test_a_halted_projection_goes_on_once_it_is_rebuilt(year: Firm) -> None:
    with year.system.connect() as conn:
        conn.execute("UPDATE projections SET halted = 'event 5: odd' WHERE name = 'ledger'")
        rebuild(conn, year.system.decode, projection(year, "ledger"))
        lines = count(conn, "ledger_lines")

        year.work(ADVICE, date(2025, 5, 5))
        year.settle()

        assert count(conn, "ledger_lines") > lines


def test_an_event_that_nobody_can_read_stops_only_those_who_would_read_it(year: Firm) -> None:
    damage(year, "UPDATE events SET payload = '{}' WHERE topic = 'billing.invoice_issued'")
    with year.system.connect() as conn:
        assert rebuild(conn, year.system.decode, projection(year, "deals")).equal
        with pytest.raises(CannotRead, match="invoice_issued"):
            rebuild(conn, year.system.decode, projection(year, "receivables"))


def test_one_earlier_build_is_kept_and_those_before_it_are_dropped(year: Firm) -> None:
    with year.system.connect() as conn:
        for _ in range(3):
            rebuild(conn, year.system.decode, projection(year, "deals"))

        schemas = conn.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'deals%' ORDER BY 1"
        ).fetchall()
        assert schemas == [("deals_3",), ("deals_4",)]
        assert count(conn, "projections WHERE name = 'deals'") == 2


def test_two_rebuilds_of_one_projection_do_not_run_at_once(year: Firm) -> None:
    with year.system.connect() as conn, year.system.connect() as other:
        with rebuilding.alone(other, projection(year, "deals")):
            rebuild(conn, year.system.decode, projection(year, "parties"))
            with pytest.raises(RebuildRunning):
                rebuild(conn, year.system.decode, projection(year, "deals"))

        assert rebuild(conn, year.system.decode, projection(year, "deals")).switched


def test_there_is_no_way_back_before_the_first_switch(year: Firm) -> None:
    with year.system.connect() as conn, pytest.raises(NothingKept):
        rebuild(conn, year.system.decode, projection(year, "deals"), back=True)


def test_a_build_that_fails_leaves_nothing_behind(
    year: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no more room")

    monkeypatch.setattr(rebuilding, "fold", fail)
    with year.system.connect() as conn:
        before = count(conn, "projections")
        with pytest.raises(RuntimeError):
            rebuild(conn, year.system.decode, projection(year, "deals"))

        assert count(conn, "projections") == before


@contextmanager
def working(firm: Firm) -> Iterator[None]:
    """A feed that runs, as ``throughline work`` runs it."""
    stop = Event()
    thread = Thread(target=keep_up, args=(firm.system.feed, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def writing(firm: Firm) -> Iterator[None]:
    """Somebody who never stops logging time."""
    stop = Event()

    def write() -> None:
        for step in count_up():
            if stop.is_set():
                return
            firm.do("LogTime", WORKER, person_id=firm.person,
                    project_id=ADVICE,
                    work_date=date(2025, 7, 1) + timedelta(days=step % 150),
                    minutes=1)  # fmt: skip

    thread = Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_running_feed_takes_up_the_new_build_and_no_fact_is_lost_or_doubled(
    year: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PAGE_SIZE", 20)
    name = "time_entries"
    with working(year), year.system.connect() as conn:
        with writing(year):
            builds = []
            for _ in range(3):
                builds.append(rebuild(conn, year.system.decode, projection(year, name)))
                reach(conn, name, builds[-1].position + 1)
        reach(conn, name, count(conn, "events"))
        logged = count(conn, "events WHERE topic = 'delivery.time_logged'")

        assert all(build.switched for build in builds)
        assert len({build.position for build in builds}) == 3
        assert live_slot(conn, name)[0] == builds[-1].new
        assert count(conn, "time_entries") == logged > 20


def reach(conn: Conn, name: str, position: int) -> None:
    for _ in range(400):
        if live_slot(conn, name)[1] >= position:
            return
        Event().wait(0.05)
    raise AssertionError(f"the feed never reached {position}")


def test_the_live_build_stands_still_while_both_are_compared(
    year: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def fold_and_look(conn: Conn, *rest: object) -> None:
        fold(conn, *rest)  # type: ignore[arg-type]
        with year.system.connect() as other:
            other.execute("SET lock_timeout = '100ms'")
            try:
                other.execute("UPDATE projections SET position = position WHERE name = 'deals'")
            except Exception:  # noqa: BLE001 -- the lock is what is asked for
                seen.append(True)

    monkeypatch.setattr(rebuilding, "fold", fold_and_look)
    with year.system.connect() as conn:
        rebuild(conn, year.system.decode, projection(year, "deals"))

    assert seen == [True]
