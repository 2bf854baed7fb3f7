"""Retainers by contract and period: what was opened with, granted, drawn, lost and is left.

In hours or money as the allowance is counted, and in money as the fee stands for it: what of the
fees is not earned yet is what the books owe the client once they are billed. The earned figure is
the revenue run's own calculation, as of the period's end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.revenue.retainer_use import GrantUse, used
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

ZERO = Decimal(0)
CENT = Decimal("0.01")
MINUTES_PER_HOUR = 60
QUANTITIES = (
    "opening", "funded", "drawn", "expired", "adjusted", "taken_back", "closing", "carried_on",
)  # fmt: skip
# What moved before its period, as a fee that was cut when it was billed ahead, is of the period.
MOVED = """
WITH seen AS (
    SELECT m.*, greatest(m.effective_date, g.period) AS moved_on
    FROM retainer_moves m JOIN retainers r ON r.id = m.retainer_id
    JOIN retainer_grants g ON g.id = m.grant_id
    WHERE greatest(m.effective_date, g.period) <= %(effective)s AND m.position <= %(known)s
        AND (%(entity)s::text IS NULL OR r.entity = %(entity)s)
), periods AS (
    SELECT DISTINCT g.retainer_id, g.period, g.ends_on FROM retainer_grants g
    JOIN seen ON seen.grant_id = g.id AND seen.kind = 'funded'
), spans AS (
    SELECT *, lead(period) OVER w AS next FROM periods
    WINDOW w AS (PARTITION BY retainer_id ORDER BY period)
)
SELECT r.entity, k.code, c.name, r.unit, r.currency, r.id, p.period, p.ends_on, g.id, g.text,
       m.kind, sum(m.quantity), sum(m.fee)
FROM spans p JOIN retainers r ON r.id = p.retainer_id JOIN contracts c ON c.id = r.contract_id
JOIN clients k ON k.id = c.client_id
JOIN seen m ON m.retainer_id = p.retainer_id AND m.moved_on >= p.period
    AND (p.next IS NULL OR m.moved_on < p.next)
JOIN retainer_grants g ON g.id = m.grant_id
GROUP BY r.entity, k.code, c.name, r.unit, r.currency, r.id, p.period, p.ends_on, g.id, g.text,
    m.kind
ORDER BY r.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", r.id, p.period, g.id, m.kind
"""
CARRIED = """
SELECT c.retainer_id, c.period, sum(c.quantity) FROM retainer_carried c
WHERE c.position = (
    SELECT max(o.position) FROM retainer_carried o
    WHERE o.retainer_id = c.retainer_id AND o.period = c.period AND o.position <= %(known)s
) GROUP BY 1, 2
"""
POLICIES = """
SELECT entity, from_on, breakage_pct FROM retainer_policies WHERE position <= %(known)s
ORDER BY entity, from_on, position
"""


@dataclass
class Running:
    """A retainer as its periods are gone through: quantities and fee of each grant to date."""

    grants: dict[UUID, GrantUse] = field(default_factory=dict)
    left: Decimal = ZERO
    fees: Decimal = ZERO
    earned: Decimal = ZERO

    def move(self, grant: UUID, name: str, kind: str, quantity: Decimal, fee: Decimal) -> None:
        """Take in what a period did to a grant."""
        one = self.grants.get(grant, GrantUse(name, ZERO, ZERO, ZERO, ZERO))
        if kind == "drawn":
            one = replace(one, drawn=one.drawn - quantity)
        elif kind == "expired" or (kind == "adjusted" and quantity < 0):
            one = replace(one, lapsed=one.lapsed - quantity)
        else:
            one = replace(one, quantity=one.quantity + quantity)
        self.grants[grant] = replace(one, fee=one.fee + fee)
        self.left += quantity
        self.fees += fee


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract and period that has begun."""
    given = {**asked, "known": as_of.known}
    moved = conn.execute(MOVED, given).fetchall()
    carried = {row[:2]: row[2] for row in conn.execute(CARRIED, given).fetchall()}
    policies = conn.execute(POLICIES, given).fetchall()
    for _, of_one in groupby(moved, lambda row: row[5]):
        running = Running()
        for key, moves in groupby(of_one, lambda row: row[:8]):
            pct = _pct(policies, key[0], min(key[7], as_of.effective))
            on = carried.get((key[5], key[6]), ZERO) if key[7] <= as_of.effective else ZERO
            yield _row(running, key, list(moves), pct, on)


def _pct(policies: Sequence[Row], entity: str, on: date) -> Decimal:
    found = [pct for of, from_on, pct in policies if of == entity and from_on <= on]
    return found[-1] if found else ZERO


def _row(running: Running, key: Row, moves: Sequence[Row], pct: Decimal, carried: Decimal) -> Row:
    entity, client, contract, unit, currency, _, period, ends_on = key
    opening, fees, earned = running.left, running.fees, running.earned
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for *_, grant, name, kind, quantity, fee in moves:
        running.move(grant, name, kind, quantity, fee)
        sums[kind] += quantity
    running.earned = used(running.grants.values(), pct, currency).earned
    quantities = (opening, sums["funded"], -sums["drawn"], -sums["expired"], sums["adjusted"],
                  sums["taken_back"], running.left, carried)  # fmt: skip
    return (
        entity, client, contract, period, ends_on, unit, *_shown(quantities, unit), currency,
        fees - earned, running.fees - fees, running.earned - earned, running.fees - running.earned,
    )  # fmt: skip


def _shown(quantities: Iterable[Decimal], unit: str) -> Iterator[Decimal]:
    """Hours, or money; two decimals."""
    for quantity in quantities:
        exact = quantity / MINUTES_PER_HOUR if unit == "hours" else quantity
        yield exact.quantize(CENT)


RETAINER_BALANCES = Report(
    name="retainer-balances",
    title="Retainer balances",
    description="By contract and period, in hours or money: opening and funded, less drawn and "
                "expired, adjusted and taken back, is closing; and the fees as far as they are "
                "not earned yet.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract"), Column("period", "date"),
        Column("ends_on", "date"), *text("unit"),
        *(Column(name, "number") for name in QUANTITIES),
        *text("currency"), *amounts("fee_opening", "fee_funded", "fee_earned", "fee_closing"),
    ),
    reads=("retainers", "deals", "parties"),
    rows=rows,
)  # fmt: skip
