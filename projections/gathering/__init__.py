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
from domain.ledger.attestation_commands import AttestReport
from domain.ledger.close_commands import HardClosePeriod
from projections import close_tasks
from projections.as_of import NotYetRead, log_end, snapshot
from projections.gathering import attestation
from projections.gathering.close import books_to_close
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


GATHERINGS: dict[type[Command], Gathering] = {
    HardClosePeriod: Gathering(close_tasks.READS, books_to_close),
    AttestReport: Gathering(attestation.reads, attestation.digest),
}
"""Every command with ``GATHERED`` fields, and where they come from."""


def gathered(conn: Conn, command: C) -> C:
    """The command with its gathered fields; others come back as they are.

    The connection is in no transaction. Raises NotYetRead where the readers do not get as far.
    """
    if not command.GATHERED:
        return command
    found = GATHERINGS[type(command)]
    reads = found.reads if isinstance(found.reads, tuple) else found.reads(command)
    with _read_up(conn, reads, log_end(conn)) as known:
        fields = found.fields(conn, command, known)
    given = {name: getattr(command, name) for name in command.model_fields_set}
    return type(command).model_validate({**given, "command_id": command.command_id, **fields})


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
