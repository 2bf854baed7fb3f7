"""Replay: history folded again up to a position, and every report of both compared by digest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from projections.as_of import within
from projections.packet import Packet
from projections.projection import Projection
from projections.recorded import Decode
from projections.report import EARLIEST, MOST_ROWS, Report
from projections.reports import REPORTS
from projections.reports.general_ledger import GENERAL_LEDGER
from projections.reports.trial_balance import TRIAL_BALANCE
from projections.scratch import fold, inside, pages, rolled_back, scratch_slot
from projections.table import Conn
from projections.unreadable import guarded

LIVE = "SELECT slot, position FROM projections WHERE live AND name = ANY(%s)"
LAST_DAY = "SELECT max(effective_date) FROM events WHERE position <= %s"


@dataclass(frozen=True)
class Replayed:
    """A report asked of the live tables and of those replayed, as of the same two dates."""

    name: str
    live: Packet
    replayed: Packet

    @property
    def same(self) -> bool:
        """Byte for byte."""
        return self.live.canonical == self.replayed.canonical


def replay(
    conn: Conn, decode: Decode, projections: Sequence[Projection], to: int,
    effective: date | None = None,
) -> Iterator[Replayed]:  # fmt: skip
    """Fold the events up to a position into scratch tables and compare; they are dropped.

    ``effective`` left out is the last effective date recorded by then. Raises NotYetRead.
    """
    with rolled_back(conn):
        names = [projection.name for projection in projections]
        live = conn.execute(LIVE, [names]).fetchall()
        within(min(position for _, position in live), to)
        schemas = [slot for slot, _ in live]
        scratch = _folded(conn, decode, projections, to)
        for report, given in questions(conn, schemas, to, effective):
            asked = report.asked(given)
            with inside(conn, schemas):
                before = report.packet(conn, asked, to)
            with inside(conn, scratch):
                after = report.packet(conn, asked, to)
            yield Replayed(
                " ".join([report.name, given.get("account", "")]).strip(), before, after
            )


def _folded(conn: Conn, decode: Decode, projections: Sequence[Projection], to: int) -> list[str]:
    slots = [scratch_slot(conn, projection) for projection in projections]
    for page in pages(conn, guarded(decode), 0, to):
        for slot in slots:
            fold(conn, slot, page)
    return [slot.schema for slot in slots]


def questions(
    conn: Conn, schemas: Sequence[str], to: int, effective: date | None
) -> Iterator[tuple[Report, Mapping[str, Any]]]:
    """Every report that needs no parameter, and the general ledger of every account."""
    last = conn.execute(LAST_DAY, [to]).fetchall()[0][0]
    given = {"effective": effective or last or EARLIEST}
    for report in REPORTS.values():
        if not (report.live or any(parameter.required for parameter in report.parameters)):
            yield report, given
    with inside(conn, schemas):
        rows = TRIAL_BALANCE.packet(conn, TRIAL_BALANCE.asked(given), to).rows
    for account in sorted({row[2] for row in rows}):
        yield GENERAL_LEDGER, {**given, "account": account, "rows": MOST_ROWS}
