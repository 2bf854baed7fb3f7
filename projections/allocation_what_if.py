"""What if, over history: what cost objects bore, what they would have borne, and the margin."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.allocation.cost_object import CostObject
from domain.allocation.planning import Ground, planned
from domain.allocation.what_if import WhatIf
from domain.ledger.period import month_of
from domain.unit_of_work import NotFound
from projections.allocation_inputs import Assignment, Tried, read_pools, rules_in_force
from projections.table import Conn

READS = ("allocations", "ledger", "deals", "parties")
BORNE = """
SELECT l.kind, l.key, sum(l.amount)
FROM allocation_runs r JOIN allocation_lines l USING (position)
WHERE r.entity = %(entity)s AND r.month = %(month)s AND r.position <= %(known)s
    AND (r.reversed_at IS NULL OR r.reversed_at > %(known)s)
GROUP BY 1, 2
"""
CURRENCY = "SELECT currency FROM legal_entities WHERE code = %s"
NAMES = """
SELECT 'project', id::text, code FROM projects WHERE id::text = ANY(%(keys)s)
UNION ALL SELECT 'client', id::text, code FROM clients WHERE id::text = ANY(%(keys)s)
"""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Changed:
    """What a cost object bore by the runs that stand, and would have borne instead."""

    to: CostObject
    name: str
    before: Decimal
    now: Decimal

    @property
    def margin(self) -> Decimal:
        """How much better its result would have been."""
        return self.before - self.now


def what_if(
    conn: Conn, entity: str, months: Sequence[date], tried: WhatIf, known: int
) -> tuple[str, list[Changed]]:
    """The entity's currency, and every cost object that bears something before or after.

    The connection is inside a snapshot of ``READS``. Raises NotFound and what a run raises.
    """
    row = conn.execute(CURRENCY, [entity]).fetchone()
    if row is None:
        raise NotFound(f"no legal entity {entity}", field="entity")
    sums: dict[CostObject, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for month in months:
        asked = {"entity": entity, "month": month, "known": known}
        for kind, key, amount in conn.execute(BORNE, asked).fetchall():
            sums[CostObject(kind, key)][0] += amount
        for to, amount in _would_bear(conn, entity, Ground(0, month, row[0], known), tried):
            sums[to][1] += amount
    names = _names(conn, list(sums))
    changed = [Changed(to, names.get(to, to.key), *pair) for to, pair in sums.items()]
    return row[0], sorted(changed, key=lambda one: (one.to.kind, one.name, one.to.key))


def _would_bear(
    conn: Conn, entity: str, ground: Ground, tried: WhatIf
) -> list[tuple[CostObject, Decimal]]:
    standing = rules_in_force(conn, entity, ground.month, ground.position)
    rules = tried.in_force(entity, ground.month, standing)
    read = read_pools(conn, entity, ground.month, rules, ground.position, _figures(tried))
    run = planned(rules, read, {}, ground, ordered=False)
    return [(line.to, line.amount) for line in run.lines]


def _figures(tried: WhatIf) -> Tried:
    return Tried(
        {(one.statistic, month_of(one.month)): one.measured for one in tried.drivers},
        [Assignment(one.person_id, one.department, one.from_date) for one in tried.departments],
    )


def _names(conn: Conn, objects: Sequence[CostObject]) -> dict[CostObject, str]:
    keys = [one.key for one in objects if one.kind != "department"]
    rows = conn.execute(NAMES, {"keys": keys}).fetchall()
    return {CostObject(kind, key): code for kind, key, code in rows}
