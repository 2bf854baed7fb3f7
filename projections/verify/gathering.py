"""Gathering evidence: wait until the readers have caught up, then look at one instant of all."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from domain.ledger.journal import Journal
from projections.as_of import log_end
from projections.projection import Projection
from projections.recorded import Decode
from projections.scratch import inside, pages, rolled_back
from projections.table import Conn
from projections.unreadable import guarded
from projections.verify.check import REACTIONS, Evidence, Reader

READERS = "SELECT name, slot, position, halted FROM projections WHERE live"


def wait_for_readers(conn: Conn, patience_s: float = 2.0) -> int:
    """Sleep until every reader is where the log ends now, or none has moved for a while.

    Answers that end.
    """
    end, moved = log_end(conn), time.monotonic()
    seen: dict[str, int] = {}
    while time.monotonic() - moved < patience_s:
        found = {name: reader.position for name, reader in readers(conn).items()}
        if min(found.values(), default=end) >= end:
            break
        if found != seen:
            seen, moved = found, time.monotonic()
        time.sleep(0.05)
    return end


def readers(conn: Conn) -> dict[str, Reader]:
    """Every live reader by name: projections and reactions."""
    return {name: Reader(*rest) for name, *rest in conn.execute(READERS).fetchall()}


@contextmanager
def gathered(
    conn: Conn, decode: Decode, projections: Sequence[Projection], due: int | None
) -> Iterator[Evidence]:
    """One instant of log and live tables; whatever checks write is rolled back."""
    with rolled_back(conn):
        names = {projection.name for projection in projections}
        found = {name: one for name, one in readers(conn).items() if name in names | REACTIONS}
        live = [reader.slot for name, reader in found.items() if name in names]
        end, reading = log_end(conn), guarded(decode)
        with inside(conn, live):
            facts = settled(conn, reading, found, end)
            wanted = end if due is None else due
            yield Evidence(conn, reading, projections, found, end, facts, wanted)


def settled(conn: Conn, decode: Decode, found: dict[str, Reader], end: int) -> int:
    """The last fact whose journals are posted and read, like the fact itself, by every reader."""
    reached = min(reader.position for reader in found.values()) if "posting" in found else 0
    ledger = found["ledger"].position
    unread = [
        at.fact.source_position
        for page in pages(conn, decode, ledger, end)
        for at in page
        if isinstance(at.fact, Journal.Posted) and at.fact.source_position is not None
    ]
    return min([reached, *(source - 1 for source in unread)])
