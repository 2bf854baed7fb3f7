"""What a revenue run needs: for every contract of an entity, what was done to a month's end.

Five statements whatever the number of contracts: the obligations as they stand at a position,
what was worked and accepted by then, what was billed, and of retainers what was granted and what
they paid for. Time and expenses count by the day of the work, milestones by their acceptance,
documents by their date, grants by their first day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.identity import named_id
from domain.ledger.period import month_end
from domain.revenue.run_commands import GrantInput, MeasureInput, RunRecognition
from projections.table import Conn

READS = (
    "revenue_contracts", "contract_position", "budget_vs_actual", "deals", "usage", "retainers",
)  # fmt: skip
OBLIGATIONS = """
WITH last AS (
    SELECT DISTINCT ON (contract_id) contract_id, position, period, reversed FROM revenue_runs
    WHERE position <= %(known)s ORDER BY contract_id, position DESC
), changed AS (
    SELECT contract_id, max(position) AS position FROM revenue_terms
    WHERE position <= %(known)s GROUP BY contract_id HAVING bool_or(allocated IS NOT NULL)
)
SELECT o.contract_id, c.name, o.obligation, o.measure, o.project_id,
       greatest(t.position, CASE WHEN l.reversed THEN l.position END),
       CASE WHEN NOT l.reversed THEN l.period END
FROM revenue_obligations o JOIN changed t USING (contract_id)
JOIN contracts c ON c.id = o.contract_id LEFT JOIN last l USING (contract_id)
WHERE o.entity = %(entity)s AND o.position <= %(known)s
ORDER BY o.contract_id, o.position, o.obligation COLLATE "C"
"""
DONE = """
SELECT coalesce(g.into_id, p.contract_id), m.project_id, sum(m.minutes)::numeric / 60,
       sum(m.cost), sum(m.value) FILTER (WHERE m.role = 'milestone' AND m.minutes = 0),
       sum(m.value), max(m.position)
FROM actual_moves m JOIN projects p ON p.id = m.project_id
LEFT JOIN combined_contracts g ON g.contract_id = p.contract_id AND g.position <= %(known)s
JOIN revenue_contracts c ON c.contract_id = coalesce(g.into_id, p.contract_id)
WHERE c.entity = %(entity)s AND m.effective_date <= %(on)s AND m.position <= %(known)s
GROUP BY 1, 2
"""
BILLED = """
SELECT coalesce(g.into_id, m.contract_id), -sum(m.amount), sum(m.cut), max(m.position)
FROM position_moves m
LEFT JOIN combined_contracts g ON g.contract_id = m.contract_id AND g.position <= %(known)s
JOIN revenue_contracts c ON c.contract_id = coalesce(g.into_id, m.contract_id)
WHERE c.entity = %(entity)s AND m.kind = 'billed' AND m.effective_date <= %(on)s
    AND m.position <= %(known)s
GROUP BY 1
"""
USED = """
SELECT coalesce(g.into_id, u.contract_id), sum(u.amount), max(u.position)
FROM usage_charges u
LEFT JOIN combined_contracts g ON g.contract_id = u.contract_id AND g.position <= %(known)s
JOIN revenue_contracts c ON c.contract_id = coalesce(g.into_id, u.contract_id)
WHERE c.entity = %(entity)s AND u.due_on <= %(on)s AND u.position <= %(known)s
GROUP BY 1
"""
GRANTED = """
SELECT coalesce(g.into_id, r.contract_id), t.text, sum(m.fee),
       sum(m.quantity) FILTER (WHERE m.kind IN ('funded', 'taken_back')),
       coalesce(-sum(m.quantity) FILTER (WHERE m.kind = 'drawn'), 0),
       coalesce(-sum(m.quantity) FILTER (WHERE m.kind IN ('expired', 'adjusted')), 0),
       max(m.position)
FROM retainer_moves m JOIN retainer_grants t ON t.id = m.grant_id
JOIN retainers r ON r.id = m.retainer_id
LEFT JOIN combined_contracts g ON g.contract_id = r.contract_id AND g.position <= %(known)s
WHERE r.entity = %(entity)s AND greatest(m.effective_date, t.period) <= %(on)s
    AND m.position <= %(known)s
GROUP BY 1, t.id, t.text, t.period HAVING sum(m.fee) <> 0
ORDER BY 1, t.period, t.id
"""
PAID_FOR = """
SELECT coalesce(g.into_id, d.contract_id), sum(d.covered + d.adjusted), max(d.position)
FROM retainer_draws d JOIN retainers r ON r.contract_id = d.contract_id
LEFT JOIN combined_contracts g ON g.contract_id = d.contract_id AND g.position <= %(known)s
WHERE r.entity = %(entity)s AND d.effective_date <= %(on)s AND d.position <= %(known)s
GROUP BY 1
"""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Obligation:
    """An obligation as it stands; ``position`` is where its contract's terms last changed."""

    contract_id: UUID
    contract: str
    name: str
    measure: str
    project_id: UUID | None
    position: int
    last_period: date | None


@dataclass(frozen=True)
class Done:
    """Work on a project: quantities and values to date, and the last fact that counted."""

    hours: Decimal = ZERO
    cost: Decimal = ZERO
    milestones: Decimal = ZERO
    value: Decimal = ZERO
    position: int = 0


@dataclass(frozen=True)
class Billed:
    """Net invoiced to date less memos, price cuts among them, and the last fact that counted.

    ``used`` is what meters charged: it may be invoiced beside what was worked.
    """

    net: Decimal = ZERO
    cut: Decimal = ZERO
    position: int = 0
    used: Decimal = ZERO


@dataclass(frozen=True)
class Retained:
    """Grants of a contract to date, what of its work they paid for, and the last facts of both."""

    grants: tuple[GrantInput, ...] = ()
    granted_at: int = 0
    paid: Decimal = ZERO
    paid_at: int = 0


@dataclass(frozen=True)
class Planned:
    """A run that is due, and whose contract it is."""

    contract: str
    last_period: date | None
    command: RunRecognition


def planned(conn: Conn, entity: str, month: date, known: int) -> list[Planned]:
    """The run of a month for every contract whose price is allocated, in the order of ids."""
    asked = {"entity": entity, "known": known, "on": month_end(month)}
    rows = conn.execute(OBLIGATIONS, asked).fetchall()
    obligations = [Obligation(*row) for row in rows]
    worked: dict[UUID, dict[UUID, Done]] = defaultdict(dict)
    for contract, project, hours, cost, accepted, value, position in conn.execute(DONE, asked):
        worked[contract][project] = Done(hours, cost, accepted or ZERO, value, position)
    billed = {row[0]: Billed(*row[1:]) for row in conn.execute(BILLED, asked).fetchall()}
    for contract, used, position in conn.execute(USED, asked).fetchall():
        before = billed.get(contract, Billed())
        last = max(position, before.position)
        billed[contract] = replace(before, used=used, position=last)
    retained = _retained(conn, asked)
    return [
        _planned(
            list(group),
            month,
            worked.get(contract, {}),
            billed.get(contract, Billed()),
            retained.get(contract, Retained()),
        )
        for contract, group in groupby(obligations, lambda one: one.contract_id)
    ]


def _retained(conn: Conn, asked: Mapping[str, Any]) -> dict[UUID, Retained]:
    """What retainers did, by contract."""
    found: dict[UUID, Retained] = {}
    for contract, rows in groupby(conn.execute(GRANTED, asked).fetchall(), lambda row: row[0]):
        listed = list(rows)
        grants = tuple(
            GrantInput(name=name, fee=fee, quantity=quantity, drawn=drawn, lapsed=lapsed)
            for _, name, fee, quantity, drawn, lapsed, _ in listed
        )
        found[contract] = Retained(grants, max(row[-1] for row in listed))
    for contract, paid, position in conn.execute(PAID_FOR, asked).fetchall():
        known = found.get(contract, Retained())
        found[contract] = replace(known, paid=paid, paid_at=position)
    return found


def _planned(
    group: Sequence[Obligation], month: date, worked: dict[UUID, Done], billed: Billed,
    retained: Retained,
) -> Planned:  # fmt: skip
    first = group[0]
    found = list(_measures(group, worked, billed, retained))
    position = max([first.position, *(seen for _, seen in found)])
    measures = tuple(measure for measure, _ in found)
    said = "|".join(measure.model_dump_json() for measure in measures)
    inputs = sha256(f"{position}:{said}".encode()).hexdigest()
    key = f"{first.contract_id}:{month:%Y-%m}:{inputs}"
    command = RunRecognition(
        command_id=named_id("revenue run", key), contract_id=first.contract_id, month=month,
        position=position, measures=measures,
    )  # fmt: skip
    return Planned(first.contract, first.last_period, command)


def _measures(
    group: Sequence[Obligation], worked: dict[UUID, Done], billed: Billed, retained: Retained
) -> Iterator[tuple[MeasureInput, int]]:
    """What each measure asks for.

    Price cuts, and what a retainer pays for, lower what the first one may invoice.
    """
    named = {one.project_id for one in group if one.project_id}
    rest = total(done for project, done in worked.items() if project not in named)
    cut, paid = billed, retained
    for one in group:
        done = worked.get(one.project_id, Done()) if one.project_id else rest
        if one.measure == "as_invoiced":
            yield (
                MeasureInput(obligation=one.name,
                             invoiceable=done.value + cut.used - cut.cut - paid.paid,
                             invoiced=cut.net),
                max(done.position, cut.position, paid.paid_at),
            )  # fmt: skip
            cut, paid = Billed(), Retained()
        elif one.measure == "retainer":
            yield MeasureInput(obligation=one.name, grants=retained.grants), retained.granted_at
        elif done.position and (measure := _gathered(one, done)):
            yield measure, done.position


def _gathered(one: Obligation, done: Done) -> MeasureInput | None:
    """The figure of a measure; None where a person or the calendar measures it."""
    if one.measure == "hours":
        return MeasureInput(obligation=one.name, hours=done.hours)
    if one.measure in ("cost", "zero_margin"):
        return MeasureInput(obligation=one.name, cost=done.cost)
    if one.measure == "milestones":
        return MeasureInput(obligation=one.name, milestones=done.milestones)
    return None


def total(parts: Iterable[Done]) -> Done:
    """The work of several projects."""
    listed = list(parts)
    return Done(
        sum((one.hours for one in listed), ZERO), sum((one.cost for one in listed), ZERO),
        sum((one.milestones for one in listed), ZERO), sum((one.value for one in listed), ZERO),
        max((one.position for one in listed), default=0),
    )  # fmt: skip
