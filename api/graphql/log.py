"""The log's own state: how far it goes, and how far it is read."""

from collections.abc import Callable
from typing import Any

import strawberry

from api.graphql.scalars import BigInt
from api.graphql.session import Session

REACHED = """
SELECT coalesce((SELECT max(position) FROM events), 0),
       coalesce((SELECT min(position) FROM projections WHERE live AND name = ANY(%s)), 0)
"""


@strawberry.type(description="How far the log goes, and how far all projections have read it.")
class Log:
    """Equal while nothing happens."""

    recorded: BigInt
    projected: BigInt


def log() -> Callable[[Session], Any]:
    """How far the log goes, and how far it is read."""
    return _read


def _read(session: Session) -> dict[str, int]:
    with session.sources.reads() as conn:
        row = conn.execute(REACHED, [list(session.sources.projections)]).fetchone()
    assert row is not None  # noqa: S101 -- a query without FROM has one row
    return {"recorded": row[0], "projected": row[1]}
