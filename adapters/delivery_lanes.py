"""The lanes of the delivery table: what one drain claims, holds by lease and settles.

A claim takes lanes, not documents: the head of each lane that is due, in one short transaction
that skips what others hold. It moves the lane's ``due_at`` to the end of the lease, so a lane
whose worker died comes back by itself. Whoever settles must still hold the lease it claimed with;
who lost it changes nothing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from psycopg import Connection
from psycopg.rows import class_row

from adapters.delivery_pace import Pace
from adapters.delivery_port import Delivery

# The tables fill in bursts, before anybody has analysed them: the oldest lanes are read in the
# order of their index whatever the statistics say. Local to the transaction, so a pooler is safe.
_IN_ORDER = """
SELECT set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true)
"""
# The lock is kept until commit, so the next statement sees every document of a locked lane.
_TAKE = """
UPDATE delivery_lanes SET due_at = %(until)s, lease = %(lease)s
WHERE connection = %(connection)s AND lane = ANY (ARRAY (
    SELECT lane FROM delivery_lanes WHERE connection = %(connection)s AND due_at <= %(now)s
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING lane
"""
_HEADS = """
UPDATE deliveries SET attempts = attempts + 1
WHERE connection = %(connection)s AND key = ANY (ARRAY (
    SELECT head.key FROM unnest(%(lanes)s::text[]) AS taken (lane) CROSS JOIN LATERAL (
        SELECT key FROM deliveries d
        WHERE d.connection = %(connection)s AND d.lane = taken.lane AND d.state <> 'delivered'
        ORDER BY position, key LIMIT 1) head))
RETURNING connection, key, lane, position, kind, document, state, attempts, generation,
    %(lease)s::uuid AS lease, %(send_before)s::float8 AS send_before
"""
# A settlement lost with the server is made again after the lease, so it need not wait for the
# disk; a claim must, as the attempt it counts is what makes the next worker look up first.
_NO_WAIT = "SET LOCAL synchronous_commit = off"
# Locks before the others look, so a document enqueued meanwhile is seen by one side or the other.
_HOLD = """
SELECT held.lane, held.lease
FROM (SELECT unnest(%(lanes)s::text[]) AS lane ORDER BY 1) AS asked CROSS JOIN LATERAL (
    SELECT lane, lease FROM delivery_lanes l
    WHERE l.connection = %(connection)s AND l.lane = asked.lane FOR UPDATE) held
"""
_SETTLE = """
UPDATE deliveries d SET state = s.state, attempts = s.attempts, external_id = s.external_id,
    error = s.error, settled_at = CASE WHEN s.state IN ('delivered', 'dead') THEN %(now)s END
FROM unnest(%(keys)s::text[], %(states)s::text[], %(attempts)s::int[], %(external_ids)s::text[],
    %(errors)s::text[]) AS s (key, state, attempts, external_id, error)
WHERE d.connection = %(connection)s AND d.key = ANY (%(keys)s::text[]) AND d.key = s.key
"""
_RELEASE = """
UPDATE delivery_lanes l SET lease = NULL, stopped_by = s.stopped_by, due_at = CASE
    WHEN s.stopped_by IS NULL AND EXISTS (
        SELECT FROM deliveries d
        WHERE d.connection = l.connection AND d.lane = l.lane AND d.state <> 'delivered')
    THEN %(now)s + s.wait_s * interval '1 second' END
FROM unnest(%(lanes)s::text[], %(stopped_by)s::text[], %(waits_s)s::float8[])
    AS s (lane, stopped_by, wait_s)
WHERE l.connection = %(connection)s AND l.lane = ANY (%(lanes)s::text[]) AND l.lane = s.lane
"""


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What is to be written of a claimed delivery, and how long its lane waits then."""

    delivery: Delivery
    state: str
    external_id: str | None = None
    error: str | None = None
    wait_s: float = 0

    @property
    def stopped_by(self) -> str | None:
        """Only a dead delivery stops its lane."""
        return self.delivery.key if self.state == "dead" else None


def unsent(delivery: Delivery, *, error: str | None = None, wait_s: float = 0) -> Settlement:
    """Give a claim back that certainly reached nobody: its attempt does not count."""
    uncounted = replace(delivery, attempts=delivery.attempts - 1)
    return Settlement(delivery=uncounted, state=delivery.state, error=error, wait_s=wait_s)


def claim(
    connection: Connection[Any], name: str, pace: Pace, *, limit: int, now: datetime
) -> list[Delivery]:
    """Lease up to ``limit`` due lanes of connection ``name``; return the head of each."""
    terms: dict[str, Any] = {
        "connection": name,
        "limit": limit,
        "now": now,
        "until": now + timedelta(seconds=pace.lease_s),
        "lease": uuid4(),
        "send_before": monotonic() + pace.lease_s - pace.answer_s,
    }
    with connection.transaction():
        connection.execute(_IN_ORDER)
        lanes = [lane for (lane,) in connection.execute(_TAKE, terms)]
        if not lanes:
            return []
        cursor = connection.cursor(row_factory=class_row(Delivery))
        return cursor.execute(_HEADS, terms | {"lanes": lanes}).fetchall()


def settle(
    connection: Connection[Any], name: str, settlements: Sequence[Settlement], now: datetime
) -> None:
    """Write settlements and free their lanes, in the caller's transaction."""
    terms: dict[str, Any] = {"connection": name, "now": now}
    connection.execute(_NO_WAIT)
    held = set(connection.execute(_HOLD, terms | _columns(settlements)))
    kept = [s for s in settlements if (s.delivery.lane, s.delivery.lease) in held]
    connection.execute(_SETTLE, terms | _columns(kept))
    connection.execute(_RELEASE, terms | _columns(kept))


def _columns(settlements: Sequence[Settlement]) -> dict[str, Any]:
    return {
        "lanes": [s.delivery.lane for s in settlements],
        "keys": [s.delivery.key for s in settlements],
        "states": [s.state for s in settlements],
        "attempts": [s.delivery.attempts for s in settlements],
        "external_ids": [s.external_id for s in settlements],
        "errors": [s.error for s in settlements],
        "stopped_by": [s.stopped_by for s in settlements],
        "waits_s": [float(s.wait_s) for s in settlements],
    }
