"""Dunning list: every overdue invoice, the reminder that is due, and what stands against it.

Parts of a consolidated invoice are one row, as they are one reminder; those in dispute or
suspended are another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from domain.billing.dunning import DunningLevel, LatePolicy, late_fee, level_due
from domain.billing.proration import Span
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

OVERDUE = """
WITH held AS (
    SELECT invoice_id, entity, client_code, number, currency, max(due_on) AS due_on,
           sum(amount) FILTER (WHERE effective_date <= %(effective)s) AS open
    FROM receivable_moves
    WHERE position <= %(known)s AND (%(entity)s::text IS NULL OR entity = %(entity)s)
    GROUP BY 1, 2, 3, 4, 5
), sent AS (
    SELECT invoice_id, max(level) AS level FROM reminders
    WHERE position <= %(known)s AND sent_on <= %(effective)s GROUP BY 1
), suspended AS (
    SELECT DISTINCT ON (invoice_id) invoice_id, until FROM dunning_suspensions
    WHERE position <= %(known)s AND effective_date <= %(effective)s
    ORDER BY invoice_id, position DESC
)
SELECT h.invoice_id, h.entity, h.client_code, coalesce(d.number, h.number) AS number, h.due_on,
       h.currency, h.open, coalesce(s.level, 0), u.until
FROM held h JOIN invoices i ON i.id = h.invoice_id
    LEFT JOIN consolidated_invoices d ON d.id = i.document_id
    LEFT JOIN sent s USING (invoice_id) LEFT JOIN suspended u USING (invoice_id)
WHERE h.open > 0 AND h.due_on < %(effective)s
ORDER BY h.entity COLLATE "C", h.client_code COLLATE "C", h.due_on,
    coalesce(d.number, h.number) COLLATE "C", h.number COLLATE "C"
"""
DISPUTES = """
SELECT invoice_id, effective_date, change FROM dispute_moves
WHERE position <= %(known)s AND effective_date <= %(effective)s
ORDER BY invoice_id, position
"""
POLICIES = """
SELECT entity, level, days_overdue, fee, annual_rate_pct, day_count, grace_days
FROM dunning_levels l
WHERE position = (SELECT max(position) FROM dunning_levels
                  WHERE entity = l.entity AND position <= %(known)s)
ORDER BY entity, level
"""


NOTHING = LatePolicy()


@dataclass(frozen=True)
class Policy:
    """An entity's reminders and its price of lateness."""

    levels: tuple[DunningLevel, ...] = ()
    late: LatePolicy = NOTHING


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a document that is overdue, and what of it is due, waits or is disputed."""
    given = {**asked, "known": as_of.known}
    policies, disputes = _policies(conn, given), _disputes(conn, given)
    found = [
        (entity, *_row(row, until, policies.get(entity, Policy()), disputes[id_],
                       as_of.effective))
        for id_, entity, *row, until in conn.execute(OVERDUE, given).fetchall()
    ]  # fmt: skip
    for _, group in groupby(found, lambda row: row[:4]):
        yield from _documents(list(group))


def _documents(parts: Sequence[Row]) -> Iterable[Row]:
    """Parts of one document summed by state, the states in the order of its parts."""
    for state in dict.fromkeys(row[-1] for row in parts):
        some = [row for row in parts if row[-1] == state]
        days, sent, level, fee = (max(row[at] for row in some) for at in (6, 7, 8, 9))
        open_, interest = (sum((row[at] for row in some), Decimal(0)) for at in (5, 10))
        yield *some[0][:5], open_, days, sent, level, fee, interest, state


def _row(
    row: Sequence[Any], until: date | None, policy: Policy, disputes: Sequence[Span], on: date
) -> Row:
    client, number, due_on, currency, open_, sent = row
    due = level_due(policy.levels, due_on, on, sent, disputes)
    late = late_fee(open_, due.days_overdue, policy.late, currency)
    suspended = until is not None and on <= until
    level = 0 if suspended else due.level
    fee = due.fee if level else Decimal(0)
    state = "disputed" if due.paused else "suspended" if suspended else "due" if level else "wait"
    return (client, number, due_on, currency, open_, due.days_overdue, sent, level, fee,
            late.interest, state)  # fmt: skip


def _policies(conn: Conn, given: Mapping[str, Any]) -> dict[str, Policy]:
    found = {}
    for entity, group in groupby(conn.execute(POLICIES, given).fetchall(), itemgetter(0)):
        listed = list(group)
        levels = tuple(DunningLevel(level, days, fee) for _, level, days, fee, *_ in listed)
        rate, day_count, grace = listed[0][4:]
        found[entity] = Policy(levels, LatePolicy(rate, day_count=day_count, grace_days=grace))
    return found


def _disputes(conn: Conn, given: Mapping[str, Any]) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    for id_, on, change in conn.execute(DISPUTES, given).fetchall():
        if change > 0:
            found[id_].append(Span(on, date.max))
        else:
            found[id_][-1] = Span(found[id_][-1].starts_on, on)
    return found


DUNNING_LIST = Report(
    name="dunning-list",
    title="Dunning list",
    description="Overdue invoices, the reminder due for each, and what lateness costs.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "number"), Column("due_on", "date"), *text("currency"),
        *amounts("open"), *(Column(name, "count") for name in
                            ("days_overdue", "sent_level", "due_level")),
        *amounts("fee", "interest"), *text("state"),
    ),
    reads=("receivables", "collection"),
    rows=rows,
)  # fmt: skip
