"""As of: times become positions, and one snapshot stays one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projections.as_of import (
    NotYetRead,
    UnknownPosition,
    known_position,
    log_end,
    position_at,
    snapshot,
    time_of,
    within,
)
from projections.slots import build, show
from tests.firm import Firm

FAR = datetime(9999, 1, 1, tzinfo=UTC)


def recorded_times(firm: Firm) -> list[datetime]:
    with firm.system.connect() as conn:
        rows = conn.execute("SELECT recorded_at FROM events ORDER BY position").fetchall()
    return [row[0] for row in rows]


def test_a_time_stands_for_the_last_position_recorded_by_then(firm: Firm) -> None:
    times = recorded_times(firm)

    with firm.system.connect() as conn:
        found = [position_at(conn, moment) for moment in times]
        before = position_at(conn, times[0] - timedelta(microseconds=1))

    assert found == [sum(other <= moment for other in times) for moment in times]
    assert before == 0


def test_a_time_to_come_and_a_position_to_come_are_refused(firm: Firm) -> None:
    with firm.system.connect() as conn:
        with pytest.raises(UnknownPosition):
            known_position(conn, FAR)
        with pytest.raises(UnknownPosition):
            known_position(conn, log_end(conn) + 1)


def test_a_time_waits_for_the_append_that_is_going_on(firm: Firm) -> None:
    with firm.system.connect() as conn, firm.system.connect() as appending:
        conn.execute("SET lock_timeout = '200ms'")
        with appending.transaction():
            appending.execute("SELECT append_lock()")

            with pytest.raises(Exception, match="lock timeout"):
                position_at(conn, recorded_times(firm)[0])

        assert position_at(conn, recorded_times(firm)[0]) >= 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-06-30", datetime(2025, 6, 30, 23, 59, 59, 999999, UTC)),
        ("2025-06-30T12:00", datetime(2025, 6, 30, 12, tzinfo=UTC)),
        ("2025-06-30T12:00:00+02:00", datetime(2025, 6, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc_and_a_date_means_its_end(
    text: str, moment: datetime
) -> None:
    assert time_of(text) == moment


def test_a_position_that_was_not_read_yet_is_refused_not_guessed() -> None:
    assert within(7, None) == 7
    assert within(7, 5) == 5
    with pytest.raises(NotYetRead):
        within(7, 8)


def test_a_snapshot_keeps_to_the_build_it_began_with(firm: Firm) -> None:
    firm.settle()
    ledger: Any = next(p for p in firm.system.projections() if p.name == "parties")
    with firm.system.connect() as conn, firm.system.connect() as other:
        with snapshot(conn, ["parties"]):
            with other.transaction():
                show(other, build(other, ledger))
            within_it = conn.execute("SELECT code FROM clients").fetchall()
        after = other.execute("SELECT code FROM clients").fetchall()

    assert within_it == [("ACME",)]
    assert after == []


def test_a_snapshot_is_as_old_as_the_slowest_of_its_projections(firm: Firm) -> None:
    firm.settle()
    with firm.system.connect() as conn:
        conn.execute("UPDATE projections SET position = 3 WHERE name = 'deals'")

        with snapshot(conn, ["parties", "deals"]) as both, conn.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only')")
            read_only = cursor.fetchone()
        with snapshot(conn, ["parties"]) as one:
            pass

    assert (both, read_only) == (3, ("on",))
    assert one > both
