"""What commands need of the projections: read at one position, before the command decides.

A command of a whole entity and month (a revaluation, an allocation) works on figures that no
aggregate holds. It names them in ``GATHERED``; the way in reads them here, from one snapshot that
holds all that was recorded when it was asked. The command keeps the position, so ``verify`` can
read the same again.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.command import Command
from projections.as_of import NotYetRead, log_end, snapshot
from projections.table import Conn

PATIENCE_S = 5.0
AGAIN_S = 0.02
C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class Gathering:
    """``reads`` names the projections, perhaps by command; ``fields`` answers its fields.

    ``fields`` gets the connection inside the snapshot, the command as asked, and the position.
    """

    reads: tuple[str, ...] | Callable[[Any], tuple[str, ...]]
    fields: Callable[[Conn, Any, int], Mapping[str, Any]]


def gathered(conn: Conn, command: C) -> C:
    """The command with its gathered fields; others come back as they are.

    The connection is in no transaction. Raises NotYetRead where the readers do not get as far.
    """
    if not command.GATHERED:
        return command
    from projections.gathering.registry import GATHERINGS

    found = GATHERINGS[type(command)]
    reads = found.reads if isinstance(found.reads, tuple) else found.reads(command)
    end = _posted_end(conn) if "ledger" in reads else log_end(conn)
    with _read_up(conn, reads, end) as known:
        fields = found.fields(conn, command, known)
    given = {name: getattr(command, name) for name in command.model_fields_set}
    return type(command).model_validate({**given, "command_id": command.command_id, **fields})


def _posted_end(conn: Conn) -> int:
    """An end of the log that holds the journals of all that was recorded when this was asked.

    Raises NotYetRead.
    """
    wanted, latest = log_end(conn), time.monotonic() + PATIENCE_S
    while (reached := _posting(conn)) < wanted:
        if time.monotonic() > latest:
            raise NotYetRead(f"posted up to {reached} of {wanted}; ask again in a moment")
        time.sleep(AGAIN_S)
    return log_end(conn)


def _posting(conn: Conn) -> int:
    row = conn.execute("SELECT position FROM projections WHERE name = 'posting'").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _read_up(conn: Conn, reads: tuple[str, ...], end: int) -> Iterator[int]:
    latest = time.monotonic() + PATIENCE_S
    while True:
        with snapshot(conn, reads) as reached:
            if reached >= end:
                yield reached
                return
        if time.monotonic() > latest:
            raise NotYetRead(f"read up to {reached} of {end}; ask again in a moment")
        time.sleep(AGAIN_S)
