"""The log in PostgreSQL: one server call an append, COPY for imports, plain reads.

Appends take a transaction-level advisory lock, never a table lock, so VACUUM stops nobody;
positions are given under it and become visible in order, so readers miss nothing.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import accumulate, islice
from typing import Any
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification
from psycopg import Connection, errors
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from adapters.postgres.committer import Committer, Touches
from adapters.postgres.log_copy import TAKEN, Item, command_columns, copy_in
from adapters.postgres.mapper import Stored
from domain.request import AlreadyAnswered, AlreadyTaken, Conflict, Request, reused

Pool = ConnectionPool[Connection[TupleRow]]
Verdict = tuple[str, int, bytes] | Exception

TYPES = (
    *("uuid[]", "bytea[]", "bytea[]", "int[]"),
    *("text[]", "uuid[]", "bigint[]", "text[]", "text[]"),
    *("int[]", "text[]", "bigint[]"),
    *("int[]", "uuid[]", "int[]"),
    *("int[]", "uuid[]", "int[]", "text[]", "smallint[]", "date[]", "text[]", "bytea[]"),
    *("int[]", "text[]"),
)  # commands, who and why, guards, reads, events, tags
APPEND = "SELECT command, verdict, position, answer FROM append_events({})".format(
    ", ".join(f"%b::{kind}" for kind in TYPES)
)
STREAMS = "SELECT * FROM stream_events(%b)"
LATEST = (
    "SELECT position, stream_id, version, topic, payload, schema_version, recorded_at FROM events"
    " WHERE position = (SELECT max(position) FROM event_tags WHERE tag = %b)"
)
TAGGED = (
    "SELECT DISTINCT e.stream_id FROM event_tags t JOIN events e USING (position)"
    " WHERE t.tag = %b ORDER BY e.stream_id"
)
ANSWERS = "SELECT * FROM answers_of(%b)"


class LogRecorder(ApplicationRecorder):
    """The recorder behind the store. ``ring`` is called after a commit, outside the lock."""

    def __init__(self, pool: Pool, ring: Callable[[], None] = lambda: None) -> None:
        self._pool = pool
        self._ring = ring
        self._committer: Committer[Item, Verdict] = Committer(self._write)

    def insert_events(  # type: ignore[override]
        self, stored_events: Sequence[Stored], *, request: Request, **_: Any
    ) -> Sequence[int]:
        """What the library's ``save(..., request=...)`` calls; positions of the events."""
        position = self.append(stored_events, request)
        return range(position - len(stored_events) + 1, position + 1)

    def append(self, stored_events: Sequence[Stored], request: Request) -> int:
        """Append one command; its last position.

        Raises Conflict, AlreadyAnswered, KeyReused, AlreadyTaken.
        """
        answered = self._committer.submit(
            (request, stored_events), _touches(request, stored_events)
        )
        if isinstance(answered, Exception):
            raise answered
        verdict, position, answer = answered
        if verdict != "accepted":
            raise _not_accepted(verdict, request, position, answer)
        self._ring()
        return position

    def _write(self, batch: Sequence[Item]) -> list[Verdict]:
        """Send a batch; a lost connection is answered by asking again: keys make that safe.

        What cannot be stored fails by itself, not with those it came with.
        """
        try:
            return self._call(batch)
        except errors.OperationalError:
            self._pool.check()
            return self._call(batch)
        except Exception as error:  # noqa: BLE001 -- handed to the caller it belongs to
            if len(batch) == 1:
                return [error]
            return [verdict for item in batch for verdict in self._write([item])]

    def _call(self, batch: Sequence[Item]) -> list[Verdict]:
        with self._pool.connection() as conn:
            rows = conn.execute(APPEND, _arguments(batch)).fetchall()
        if rows[0][0] == 0:
            return _all_accepted(batch, rows[0][2])
        verdicts: list[Verdict] = [("", 0, b"")] * len(batch)
        for number, verdict, position, answer in rows:
            verdicts[number - 1] = (verdict, position, answer)
        return verdicts

    def import_events(self, batch: Sequence[tuple[Request, Sequence[Stored]]]) -> int:
        """Append many commands by COPY in one transaction.

        Raises Conflict or AlreadyTaken for all of them.
        """
        with self._pool.connection() as conn, conn.transaction():
            position = copy_in(conn, batch)
        self._ring()
        return position

    def find_answer(self, command_id: UUID, request_hash: bytes) -> AlreadyAnswered | None:
        """The stored answer of a command. Raises KeyReused where the content differs."""
        return self.find_answers([(command_id, request_hash)]).get(command_id)

    def find_answers(self, keys: Sequence[tuple[UUID, bytes]]) -> dict[UUID, AlreadyAnswered]:
        """Stored answers of several commands. Raises KeyReused where content differs."""
        found = self.select_answers([command_id for command_id, _ in keys])
        for command_id, request_hash in keys:
            if command_id in found and found[command_id][0] != request_hash:
                raise reused(command_id)
        return {command_id: answer for command_id, (_, answer) in found.items()}

    def select_answers(
        self, command_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[bytes, AlreadyAnswered]]:
        """Stored answers of several commands, each with the hash of its request."""
        rows = self._rows(ANSWERS, [list(command_ids)])
        return {row[0]: (row[1], AlreadyAnswered(row[2], row[3])) for row in rows}

    def find_taken(self, claims: Sequence[str]) -> str | None:
        """One of these natural keys that belongs to a record already, if any does."""
        taken: str | None = self._rows(TAKEN, [list(claims)])[0][0]
        return taken

    def select_streams(self, ids: Sequence[UUID]) -> Iterator[Stored]:
        """Events of several streams, each in order of version."""
        rows = self._rows(STREAMS, [list(ids)], binary=True)
        for stream, version, topic, payload, schema, recorded_at in rows:
            yield Stored(stream, version, topic, payload, schema, recorded_at)

    def select_latest(self, tag: str) -> tuple[int, Stored | None]:
        """Position and event that carried the tag last; (0, None) where none did."""
        rows = self._rows(LATEST, [tag], binary=True)
        return (rows[0][0], Stored(*rows[0][1:])) if rows else (0, None)

    def select_tagged(self, tag: str) -> Sequence[UUID]:
        """Streams of every event that carried the tag, in the order of their ids."""
        return [row[0] for row in self._rows(TAGGED, [tag], binary=True)]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[Stored]:
        """Events of one stream, as the library's repository asks for them."""
        query = (
            "SELECT stream_id, version, topic, payload, schema_version, recorded_at FROM events"
            " WHERE stream_id = %s AND version > %s AND version <= %s"
            f" ORDER BY version {'DESC' if desc else 'ASC'} LIMIT %s"
        )
        rows = self._rows(query, [originator_id, gt or 0, lte or 2**31 - 1, limit])
        return [Stored(*row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events by global position, for the library's own followers."""
        first = (start or 1) + (0 if inclusive_of_start else 1)
        query = (
            "SELECT stream_id, version, topic, payload, position FROM events"
            " WHERE position BETWEEN %s AND %s AND (%s OR topic = ANY(%s))"
            " ORDER BY position LIMIT %s"
        )
        rows = self._rows(query, [first, stop or 2**62, not topics, list(topics), limit])
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The highest position, or None for an empty log."""
        last: int | None = self._rows("SELECT max(position) FROM events", [])[0][0]
        return last

    def _rows(
        self, query: str, arguments: Sequence[Any], *, binary: bool = False
    ) -> list[TupleRow]:
        """Ask; a lost connection is answered by asking again."""
        try:
            return self._fetch(query, arguments, binary)
        except errors.OperationalError:
            self._pool.check()
            return self._fetch(query, arguments, binary)

    def _fetch(self, query: str, arguments: Sequence[Any], binary: bool) -> list[TupleRow]:
        with self._pool.connection() as conn:
            return conn.execute(query, arguments, binary=binary).fetchall()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Any:
        """Not offered: the feed reads the log in pages and loses no start race."""
        raise NotImplementedError("read the log through projections.feed")


class Doorbell:
    """Tells readers that the log has grown: a NOTIFY of its own, never inside an append.

    Rings that come while one is on its way are answered by one more.
    """

    def __init__(self, connect: Callable[[], Connection[TupleRow]], channel: str = "log") -> None:
        self._connect = connect
        self._statement = f"NOTIFY {channel}"
        self._rung = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Return at once; readers wake a moment later."""
        self._rung.set()

    def close(self) -> None:
        """Stop ringing."""
        self._stopped = True
        self._rung.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        conn: Connection[TupleRow] | None = None
        while self._rung.wait() and not self._stopped:
            self._rung.clear()
            try:
                conn = conn or self._connect()
                conn.execute(self._statement)
            except errors.OperationalError:
                conn = None  # readers poll; the next ring connects anew
        if conn is not None:
            conn.close()


def _not_accepted(verdict: str, request: Request, position: int, answer: bytes) -> Exception:
    if verdict == "answered":
        return AlreadyAnswered(position, answer)
    if verdict == "reused":
        return reused(request.command_id)
    if verdict == "taken":
        return AlreadyTaken(f"{answer.decode()} is taken")
    return Conflict()


def _touches(request: Request, stored: Sequence[Stored]) -> Touches:
    written: set[Any] = {request.command_id}
    for event in stored:
        written.add(event.originator_id)
        written.update(event.tags, event.claims)
    return Touches(frozenset(written), frozenset((*request.consulted, *request.guards)))


def _arguments(batch: Sequence[Item]) -> list[list[Any]]:
    """The columns of ``append_events``, commands and events numbered from one."""
    commands: list[list[Any]] = [[] for _ in range(9)]
    guards: list[list[Any]] = [[], [], []]
    reads: list[list[Any]] = [[], [], []]
    events: list[list[Any]] = [[] for _ in range(8)]
    tags: list[list[Any]] = [[], []]
    for number, (request, stored) in enumerate(batch, 1):
        for id_, version in request.consulted.items():
            _spread(reads, (number, id_, version))
        for tag, after in request.guards.items():
            _spread(guards, (number, tag, after))
        for event in stored:
            _spread(events, (number, *_event_columns(request, event)))
            for claim in event.claims:
                _spread(guards, (number, claim, -1))
            for tag in (*event.claims, *event.tags):
                _spread(tags, (len(events[0]), tag))
        id_, request_hash, answer, *envelope = command_columns(request)
        _spread(commands, (id_, request_hash, answer, len(events[0]), *envelope))
    return [*commands, *guards, *reads, *events, *tags]


def _all_accepted(batch: Sequence[Item], last: int) -> list[Verdict]:
    """Positions follow from the one before the batch."""
    ends = accumulate((len(stored) for _, stored in batch), initial=last)
    return [("accepted", end, b"") for end in islice(ends, 1, None)]


def _spread(columns: list[list[Any]], row: Sequence[Any]) -> None:
    for column, value in zip(columns, row, strict=True):
        column.append(value)


def _event_columns(
    request: Request, event: Stored
) -> tuple[UUID | str, int, str, int, date, str, bytes]:
    return (
        event.originator_id, event.originator_version, event.topic, event.schema_version,
        request.effective_date, request.entity, event.state,
    )  # fmt: skip
