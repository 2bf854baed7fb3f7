from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.postgres.event_bytes import EventRow, event_bytes, event_pages, position_and_time
from tests.adapters.log_rows import append, empty, forge, row
from tests.adapters.scratch_database import scratch_database

texts = st.text(max_size=5)
int64 = st.integers(-(1 << 63), (1 << 63) - 1)
rows = st.builds(
    EventRow,
    position=int64,
    stream_id=st.uuids(),
    version=st.integers(1, (1 << 31) - 1),
    topic=texts,
    schema_version=st.integers(1, (1 << 15) - 1),
    recorded_at=st.datetimes(timezones=st.just(UTC)),
    effective_date=st.dates(),
    entity=texts,
    actor=texts,
    command_id=st.uuids(),
    correlation_id=st.uuids(),
    causation_id=st.none() | int64,
    trace=texts,
    policies=texts,
    payload=st.binary(max_size=5),
)
OTHER: dict[str, Any] = {
    "position": 4,
    "stream_id": UUID(int=4),
    "version": 2,
    "topic": "billing.invoice_voided",
    "schema_version": 2,
    "recorded_at": datetime(2025, 1, 1, 8, 0, 0, 126457, tzinfo=UTC),
    "effective_date": date(2025, 1, 2),
    "entity": "southwind-fictional",
    "actor": "user:8",
    "command_id": UUID(int=4),
    "correlation_id": UUID(int=8),
    "causation_id": 1,
    "trace": "00-1",
    "policies": "",
    "payload": b"",
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[Any]]:
    with scratch_database(tmp_path_factory.mktemp("postgres")) as connect, connect() as conn:
        yield conn


@pytest.fixture
def conn(scratch: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    scratch.rollback()
    empty(scratch)
    return scratch


def stored_bytes(conn: psycopg.Connection[Any]) -> list[bytes]:
    return [event for page in event_pages(conn, 0, 1 << 62) for event in page]


def test_bytes_of_an_event_are_the_documented_ones() -> None:
    event = EventRow(
        position=1,
        stream_id=UUID("00112233-4455-6677-8899-aabbccddeeff"),
        version=2,
        topic="a.b",
        schema_version=3,
        recorded_at=datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC),
        effective_date=date(1970, 1, 11),
        entity="é",
        actor="",
        command_id=UUID(int=1),
        correlation_id=UUID(int=2),
        causation_id=None,
        trace="",
        policies="p",
        payload=b"\x00\xff",
    )

    assert event_bytes(event).hex(" ") == bytes.fromhex(
        "000f"
        "00000008 0000000000000001"  # position
        "00000008 00000000000f4245"  # recorded_at: 1 000 005 microseconds
        "00000010 00112233445566778899aabbccddeeff"
        "00000004 00000002"
        "00000003 612e62"
        "00000002 0003"
        "00000004 0000000a"  # effective_date: day 10
        "00000002 c3a9"
        "00000000"  # an empty text …
        "00000010 00000000000000000000000000000001"
        "00000010 00000000000000000000000000000002"
        "ffffffff"  # … is not NULL
        "00000000"
        "00000001 70"
        "00000002 00ff"
    ).hex(" ")


def test_every_column_of_the_log_is_in_the_bytes(conn: psycopg.Connection[Any]) -> None:
    columns = conn.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = 'events' ORDER BY ordinal_position"
    ).fetchall()

    assert tuple(name for (name,) in columns) == EventRow._fields
    assert OTHER.keys() == set(EventRow._fields)


@pytest.mark.parametrize("column", EventRow._fields)
def test_another_value_in_any_column_is_other_bytes(column: str) -> None:
    assert event_bytes(row(3)) != event_bytes(row(3)._replace(**{column: OTHER[column]}))


@given(rows, rows, st.sets(st.sampled_from(EventRow._fields)))
def test_two_events_share_bytes_only_where_they_are_one(
    one: EventRow, other: EventRow, taken: set[str]
) -> None:
    two = one._replace(**{column: getattr(other, column) for column in taken})

    assert (event_bytes(one) == event_bytes(two)) == (one == two)


def test_a_letter_moved_to_the_next_column_is_other_bytes() -> None:
    one, two = row(1, entity="ab", actor="c"), row(1, entity="a", actor="bc")

    assert event_bytes(one) != event_bytes(two)


def test_the_database_sends_the_same_bytes(conn: psycopg.Connection[Any]) -> None:
    far_east = timezone(timedelta(hours=14))
    events = [
        row(1),
        row(2, topic="", entity="", actor="", trace="", policies="", payload=b""),
        row(3, topic="Žluťoučký 🐎", entity="\\N", actor='a"\t\n,', payload=bytes(range(256))),
        row(4, causation_id=0, version=(1 << 31) - 1, schema_version=(1 << 15) - 1),
        row(5, recorded_at=datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        row(6, effective_date=date(1, 1, 1), payload=b"x" * 100_000),
        row(7, effective_date=date(9999, 12, 31), causation_id=-1),
        row(8, recorded_at=datetime(2025, 6, 1, 1, 2, 3, 4, tzinfo=far_east)),
        row((1 << 62) - 1, recorded_at=datetime(9999, 12, 31, 12, tzinfo=UTC)),
    ]
    append(conn, *events)
    conn.execute("SET timezone = 'Pacific/Auckland'")
    conn.execute("SET datestyle = 'German'")

    assert stored_bytes(conn) == [event_bytes(event) for event in events]


def test_rows_read_with_select_have_the_bytes_too(conn: psycopg.Connection[Any]) -> None:
    append(conn, row(1), row(2))
    selected = conn.execute("SELECT * FROM events ORDER BY position").fetchall()

    assert [event_bytes(EventRow(*event)) for event in selected] == stored_bytes(conn)


def test_position_and_time_are_read_from_the_bytes() -> None:
    event = row(5, recorded_at=datetime(1970, 1, 1, 0, 1, tzinfo=UTC))

    assert position_and_time(event_bytes(event)) == (5, 60_000_000)


@pytest.mark.parametrize("page", [1, 2, 3, 7, 100])
def test_pages_of_any_size_hold_the_same_events(conn: psycopg.Connection[Any], page: int) -> None:
    append(conn, *map(row, range(1, 8)))

    pages = list(event_pages(conn, 1, 6, page))

    assert [position_and_time(event)[0] for part in pages for event in part] == [2, 3, 4, 5, 6]
    assert max(map(len, pages)) <= page


def test_an_empty_log_has_no_pages(conn: psycopg.Connection[Any]) -> None:
    assert list(event_pages(conn, 0, 1000)) == []


def test_a_hole_is_leapt_over_however_wide(conn: psycopg.Connection[Any]) -> None:
    append(conn, row(1), row(1 << 60))

    positions = [position_and_time(event)[0] for event in stored_bytes(conn)]

    assert positions == [1, 1 << 60]


def test_a_date_without_end_is_a_number_and_no_failure(conn: psycopg.Connection[Any]) -> None:
    append(conn, row(1), row(2))
    before = stored_bytes(conn)
    forge(conn, "UPDATE events SET recorded_at = 'infinity', effective_date = '-infinity'")

    after = stored_bytes(conn)

    assert position_and_time(after[0]) == (1, (1 << 63) - 1)
    assert not set(before) & set(after)


def test_a_connection_that_would_send_other_letters_is_refused(
    conn: psycopg.Connection[Any],
) -> None:
    conn.execute("SET client_encoding = 'LATIN1'")

    with pytest.raises(ValueError, match="utf-8"):
        stored_bytes(conn)
