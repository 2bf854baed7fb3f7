"""The log in PostgreSQL: verdicts, reads, and what nobody may do to it."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.mapper import Stored
from adapters.postgres.recorder import LogRecorder
from api.wiring import System
from domain.request import AlreadyAnswered, AlreadyTaken, Cause, Conflict, KeyReused, Request

Item = tuple[Request, list[Stored]]
LOG = ("events", "event_tags", "commands", "checkpoints")
CHANGES = ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}")
DISARMING = (
    "DROP TABLE events",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS ''",
)
COLUMN = {"events": "entity", "event_tags": "tag", "commands": "answer", "checkpoints": "key_id"}


@pytest.fixture
def recorder(system: System) -> LogRecorder:
    """A recorder on an empty log."""
    return LogRecorder(system.pool)


def request(**fields: Any) -> Request:
    plain = Request(
        uuid4(), b"hash", b'{"id":"x"}', "actor", Cause(), "E1", date(2025, 1, 1), {}, {}
    )
    return replace(plain, **fields)


def fact(stream: UUID | None = None, version: int = 1, **fields: Any) -> Stored:
    return Stored(stream or uuid4(), version, "test.noted", b"{}", **fields)


def answers(recorder: LogRecorder, *items: Item) -> list[tuple[str, int]]:
    """Verdict and position of each command of a batch that is sent as one call."""
    found: list[Any] = recorder._write(list(items))
    return [("error", 0) if isinstance(each, Exception) else each[:2] for each in found]


def verdicts(recorder: LogRecorder, *items: Item) -> list[str]:
    """Verdicts of a batch that is sent as one call."""
    return [verdict for verdict, _ in answers(recorder, *items)]


def size(recorder: LogRecorder) -> int:
    return recorder.max_notification_id() or 0


def test_each_command_of_a_batch_gets_its_own_verdict(recorder: LogRecorder) -> None:
    known, stream = request(), uuid4()
    recorder.append([fact(stream, tags=("period 1",), claims=("code A",))], known)

    found = verdicts(
        recorder,
        (request(), [fact()]),
        (known, [fact()]),
        (replace(known, request_hash=b"other"), [fact()]),
        (request(), [fact(claims=("code A",))]),
        (request(), [fact(stream)]),
        (request(consulted={stream: 0}), [fact()]),
        (request(guards={"period 1": 0}), [fact()]),
        (request(guards={"period 1": 1}, consulted={stream: 1}), [fact(), fact()]),
        (request(), []),
    )

    assert found == [
        "accepted", "answered", "reused", "taken", "conflict", "conflict", "conflict", "accepted",
        "accepted",
    ]  # fmt: skip
    assert size(recorder) == 4


@pytest.mark.parametrize("alone", [True, False])
def test_positions_have_no_gap_whatever_is_refused(recorder: LogRecorder, *, alone: bool) -> None:
    stream = uuid4()
    recorder.append([fact(stream)], request())
    items: list[Item] = [
        (request(), [fact(), fact()]), (request(), [fact(stream)]), (request(), [fact()]),
    ]  # fmt: skip

    batches = [[item] for item in items] if alone else [items]
    found = [answer for batch in batches for answer in answers(recorder, *batch)]

    assert found == [
        ("accepted", 3), ("conflict", 0), ("accepted", 4),
    ]  # fmt: skip
    assert [each.id for each in recorder.select_notifications(1, 10)] == [1, 2, 3, 4]


def test_a_verdict_other_than_accepted_is_raised(recorder: LogRecorder) -> None:
    first, stream = request(answer=b"answer"), uuid4()
    recorder.append([fact(stream, claims=("code A",))], first)

    with pytest.raises(AlreadyAnswered) as answered:
        recorder.append([fact()], first)
    with pytest.raises(KeyReused):
        recorder.append([fact()], replace(first, request_hash=b"other"))
    with pytest.raises(AlreadyTaken, match="code A"):
        recorder.append([fact(claims=("code A",))], request())
    with pytest.raises(Conflict):
        recorder.append([fact(stream)], request())
    assert (answered.value.position, answered.value.answer) == (1, b"answer")
    assert size(recorder) == 1


def test_an_answer_counts_before_any_other_reason(recorder: LogRecorder) -> None:
    first, stream = request(), uuid4()
    recorder.append([fact(stream, claims=("code A",), tags=("t",))], first)

    again = replace(first, consulted={stream: 0}, guards={"t": 0})
    assert verdicts(recorder, (again, [fact(stream, claims=("code A",))])) == ["answered"]


def test_a_closing_fact_stops_who_had_not_seen_it_and_nobody_else(recorder: LogRecorder) -> None:
    seen, _ = recorder.select_latest("period 1")
    recorder.append([fact(tags=("period 1",))], request())

    with pytest.raises(Conflict):
        recorder.append([fact()], request(guards={"period 1": seen}))
    now, stored = recorder.select_latest("period 1")
    recorder.append([fact()], request(guards={"period 1": now}))
    assert stored is not None
    assert (seen, now) == (0, 1)


def test_what_was_consulted_must_not_have_moved_on(recorder: LogRecorder) -> None:
    stream = uuid4()
    for version in (1, 2):
        recorder.append([fact(stream, version)], request())

    with pytest.raises(Conflict):
        recorder.append([fact()], request(consulted={stream: 1}))

    recorder.append([fact()], request(consulted={stream: 2}))


def test_an_absence_must_still_hold(recorder: LogRecorder) -> None:
    stream = uuid4()
    recorder.append([fact()], request(consulted={stream: 0}))
    recorder.append([fact(stream)], request())

    with pytest.raises(Conflict):
        recorder.append([fact()], request(consulted={stream: 0}))


@pytest.mark.parametrize(
    "bad",
    [
        request(actor="a\0b"),
        request(entity="a\0b"),
        request(cause=Cause(trace="\0")),
        request(entity="\ud800"),
    ],
    ids=["actor", "entity", "trace", "surrogate"],
)
def test_one_command_that_cannot_be_stored_fails_alone(
    recorder: LogRecorder, bad: Request
) -> None:
    found = verdicts(recorder, (request(), [fact()]), (bad, [fact()]), (request(), [fact()]))

    assert found == ["accepted", "error", "accepted"]
    with pytest.raises((psycopg.DataError, UnicodeEncodeError)):
        recorder.append([fact()], bad)


def test_recorded_time_never_runs_back(recorder: LogRecorder, system: System) -> None:
    recorder.append([fact()], request())
    with psycopg.connect(system.addresses.owner, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE events SET recorded_at = recorded_at + interval '1 hour'")

    recorder.append([fact()], request())
    recorder.import_events([(request(), [fact()])])

    times = [each.recorded_at for each in recorder.select_streams(streams(recorder))]
    assert len(set(times)) == 1


def streams(recorder: LogRecorder) -> list[UUID]:
    return [UUID(str(each.originator_id)) for each in recorder.select_notifications(1, 10)]


def test_a_bare_retry_of_an_import_is_a_conflict_not_a_second_copy(recorder: LogRecorder) -> None:
    item = request(), [fact(), fact(tags=("t",), claims=("c",))]
    assert recorder.import_events([item]) == 2

    for change in (item, (request(), [fact(claims=("c",))]), (request(guards={"t": 0}), [fact()])):
        with pytest.raises((Conflict, AlreadyTaken)):
            recorder.import_events([change])
    assert size(recorder) == 2
    assert recorder.import_events([(request(), [])]) == 2


def test_an_import_is_one_transaction(recorder: LogRecorder) -> None:
    stream = uuid4()
    with pytest.raises(psycopg.errors.UniqueViolation):
        recorder.import_events([(request(), [fact(stream)]), (request(), [fact(stream)])])

    assert size(recorder) == 0
    assert recorder.append([fact()], request()) == 1


def test_a_stream_is_read_as_the_library_asks_for_it(recorder: LogRecorder) -> None:
    stream = uuid4()
    for version in (1, 2, 3, 4):
        recorder.append([fact(stream, version)], request())

    def read(**bounds: Any) -> list[int]:
        return [each.originator_version for each in recorder.select_events(stream, **bounds)]

    assert read() == [1, 2, 3, 4]
    assert read(gt=1, lte=3) == [2, 3]
    assert read(desc=True, limit=2) == [4, 3]
    assert list(recorder.select_events(uuid4())) == []
    assert [e.originator_version for e in recorder.select_streams([stream, uuid4()])] == [
        1, 2, 3, 4,
    ]  # fmt: skip


def test_the_log_is_read_as_the_library_follows_it(recorder: LogRecorder) -> None:
    assert recorder.max_notification_id() is None
    recorder.append([fact(), fact(), fact()], request())

    def read(start: int | None, **how: Any) -> Sequence[int]:
        return [each.id for each in recorder.select_notifications(start, **how)]

    assert read(None, limit=10) == [1, 2, 3]
    assert read(2, limit=1) == [2]
    assert read(2, limit=10, inclusive_of_start=False) == [3]
    assert read(1, limit=10, stop=2) == [1, 2]
    assert read(1, limit=10, topics=["other.topic"]) == []
    assert read(1, limit=10, topics=["test.noted"]) == [1, 2, 3]


def test_what_the_log_does_not_offer_says_so(recorder: LogRecorder) -> None:
    with pytest.raises(NotImplementedError, match="feed"):
        recorder.subscribe()


def test_answers_are_found_by_key_and_content(recorder: LogRecorder) -> None:
    first = request(answer=b"answer")
    recorder.append([fact()], first)

    found = recorder.find_answer(first.command_id, b"hash")
    assert found is not None
    assert (found.position, found.answer) == (1, b"answer")
    assert recorder.find_answer(uuid4(), b"hash") is None
    with pytest.raises(KeyReused):
        recorder.find_answer(first.command_id, b"other")


def test_tags_and_claims_are_found(recorder: LogRecorder) -> None:
    recorder.append([fact(tags=("t",)), fact(claims=("c",))], request())
    recorder.append([fact(tags=("t",))], request())

    assert recorder.select_latest("t")[0] == 3
    assert recorder.select_latest("none") == (0, None)
    assert len(recorder.select_tagged("t")) == 2
    assert recorder.select_tagged("none") == []
    assert recorder.find_taken(["x", "c"]) == "c"
    assert recorder.find_taken(["x"]) is None


@pytest.fixture
def filled(recorder: LogRecorder, system: System) -> System:
    """A log with one fact, one tag, one answer."""
    recorder.append([fact(tags=("t",))], request())
    return system


@pytest.mark.parametrize("change", CHANGES, ids=["update", "delete", "truncate"])
@pytest.mark.parametrize("login", ["pooled", "owner"])
def test_nobody_changes_the_log(filled: System, login: str, change: str) -> None:
    with closing(psycopg.connect(getattr(filled.addresses, login), autocommit=True)) as conn:
        for table in LOG:
            statement = change.format(table, COLUMN[table], COLUMN[table])
            with pytest.raises(psycopg.Error) as refused:
                conn.execute(statement.encode())
            assert refused.value.sqlstate == "42501", statement


def test_the_application_neither_drops_nor_disarms_the_log(filled: System) -> None:
    with closing(psycopg.connect(filled.addresses.pooled, autocommit=True)) as conn:
        for statement in DISARMING:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())


@pytest.fixture
def cut_off(recorder: LogRecorder, system: System) -> LogRecorder:
    """A recorder whose every pooled connection the server has ended."""
    recorder.append([fact()], request())
    with psycopg.connect(system.addresses.owner, autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    return recorder


def test_an_append_outlives_a_restart_of_the_database(cut_off: LogRecorder) -> None:
    assert cut_off.append([fact()], request()) == 2


def test_a_read_outlives_a_restart_of_the_database(cut_off: LogRecorder) -> None:
    assert cut_off.select_latest("none") == (0, None)
