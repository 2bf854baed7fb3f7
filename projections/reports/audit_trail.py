"""The audit trail of anything: every event about it or mentioning it, why, and what it posted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.money import quantize
from projections.as_of import AsOf
from projections.packet import Column, Row
from projections.report import MOST_ROWS, Parameter, Report, skipped
from projections.table import Conn

EVENTS = """
WITH sought AS (
    SELECT id FROM names WHERE name = %(of)s AND position <= %(known)s
    UNION SELECT %(id)s::uuid
)
SELECT e.position, e.effective_date, e.topic, e.entity, e.actor, e.recorded_at, e.command_id
FROM events e
WHERE e.effective_date <= %(effective)s AND e.position IN (
    SELECT m.position FROM mentions m JOIN sought s ON s.id = m.id WHERE m.position <= %(known)s
    UNION ALL
    SELECT o.position FROM events o JOIN sought s ON s.id = o.stream_id
    WHERE o.position <= %(known)s)
ORDER BY e.position LIMIT %(rows)s OFFSET %(skipped)s
"""
CAUSES = """
WITH RECURSIVE chain AS (
    SELECT position AS event, causation_id AS cause, 1 AS step
    FROM events WHERE position = ANY(%s) AND causation_id IS NOT NULL
    UNION ALL
    SELECT c.event, e.causation_id, c.step + 1
    FROM chain c JOIN events e ON e.position = c.cause WHERE e.causation_id IS NOT NULL
)
SELECT c.event, array_agg(c.cause ORDER BY c.step), string_agg(e.topic, ' < ' ORDER BY c.step)
FROM chain c JOIN events e ON e.position = c.cause GROUP BY c.event
"""
JOURNALS = """
SELECT coalesce(l.source_position, l.position), l.position, l.rule, l.accounting_date, l.account,
       l.amount, l.currency
FROM ledger_lines l
WHERE (l.source_position = ANY(%(events)s) OR l.position = ANY(%(events)s))
    AND l.position <= %(known)s
ORDER BY l.position, l.no
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an event, in the order they were recorded."""
    sought = {"id": id_of(asked["of"]), "known": as_of.known, "skipped": skipped(asked)}
    events = conn.execute(EVENTS, {**asked, **sought}).fetchall()
    positions = [event[0] for event in events]
    causes = {event: rest for event, *rest in conn.execute(CAUSES, [positions]).fetchall()}
    journals = journals_of(conn, positions, as_of.known)
    for position, effective, topic, entity, actor, recorded_at, command in events:
        before, why = causes.get(position, ([], ""))
        yield (
            effective, topic, entity, actor, why, "; ".join(journals[position]), position,
            recorded_at, str(command), " < ".join(map(str, before)),
        )  # fmt: skip


def id_of(words: str) -> UUID | None:
    """The id itself, where one was given."""
    try:
        return UUID(words)
    except ValueError:
        return None


def journals_of(conn: Conn, positions: Sequence[int], known: int) -> Mapping[int, list[str]]:
    """What each event posted, or is, in words: rule, date, and the signed lines."""
    lines: dict[tuple[int, int], list[str]] = {}
    asked = {"events": list(positions), "known": known}
    for source, journal, rule, day, account, amount, currency in conn.execute(JOURNALS, asked):
        words = lines.setdefault((source, journal), [f"{rule} {day}:"])
        words.append(f"{account} {quantize(amount, currency):f} {currency}")
    found: dict[int, list[str]] = defaultdict(list)
    for (source, journal), words in lines.items():
        said = " ".join((words[0], ", ".join(words[1:])))
        for event in {source, journal} & set(positions):
            found[event].append(said)
    return found


AUDIT_TRAIL = Report(
    name="audit-trail",
    title="Audit trail",
    description="Every event about something or mentioning it, its cause and its journals.",
    parameters=(
        Parameter("of", str, "Number, code, name, external reference or UUID", required=True),
        Parameter("page", int, "Page, from 1", default=1),
        Parameter("rows", int, f"Events a page, up to {MOST_ROWS}", default=1000),
    ),
    columns=(
        Column("effective_date", "date"), Column("what"), Column("entity"), Column("actor"),
        Column("because_of"), Column("journals"), Column("position", "count", beside=True),
        Column("recorded_at", "time", beside=True), Column("command_id", beside=True),
        Column("because_of_positions", beside=True),
    ),
    reads=("audit_trail", "ledger"),
    rows=rows,
)  # fmt: skip
