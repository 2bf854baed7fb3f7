"""Revenue still to come of every obligation that a run earns, as of a date and a position.

What is allocated and not recognised is expected evenly over the months left of its term, none
before its first; where the term is over, in the next month.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.money import split
from domain.revenue.progress import month_no
from domain.revenue.remaining import Expected, Obligation
from projections.as_of import AsOf
from projections.table import Conn

LEFT = """
WITH terms AS (
    SELECT contract_id, obligation,
           (array_agg(allocated ORDER BY position DESC) FILTER (WHERE allocated IS NOT NULL))[1]
               AS allocated,
           (array_agg(ends_on ORDER BY position DESC) FILTER (WHERE ends_on IS NOT NULL))[1]
               AS ends_on
    FROM revenue_terms WHERE position <= %(known)s
        AND (effective_date <= %(effective)s OR allocated IS NULL)
    GROUP BY 1, 2
), earned AS (
    SELECT contract_id, obligation, sum(amount) AS amount FROM revenue_lines
    WHERE position <= %(known)s AND effective_date <= %(effective)s GROUP BY 1, 2
)
SELECT o.entity, c.currency, o.contract_id, k.name, o.obligation, o.measure, o.starts_on,
       t.ends_on, t.allocated, coalesce(e.amount, 0)
FROM revenue_obligations o JOIN revenue_contracts c USING (contract_id)
JOIN terms t USING (contract_id, obligation) JOIN contracts k ON k.id = o.contract_id
LEFT JOIN earned e USING (contract_id, obligation)
WHERE o.position <= %(known)s AND t.allocated IS NOT NULL
    AND (%(entity)s::text IS NULL OR o.entity = %(entity)s)
ORDER BY o.entity COLLATE "C", c.currency COLLATE "C", k.name COLLATE "C",
    o.obligation COLLATE "C", t.allocated, t.ends_on
"""
READS = ("revenue_contracts", "deals")


@dataclass(frozen=True)
class ToCome:
    """An obligation with the months its remaining revenue is expected in."""

    entity: str
    currency: str
    contract_id: UUID
    obligation: Obligation


def to_come(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterator[ToCome]:
    """Each obligation whose price is allocated; of billing nothing is said here."""
    for row in conn.execute(LEFT, {**asked, "known": as_of.known}).fetchall():
        entity, currency, id_, contract, name, measure, starts_on, ends_on, allocated, earned = row
        months = month_no(ends_on) - month_no(starts_on) + 1
        begins = max(month_no(starts_on) - month_no(as_of.effective), 1)
        expected = months_of(allocated - earned, as_of.effective, begins, ends_on, currency)
        obligation = Obligation(
            f"{contract} {name}", allocated, min(earned, allocated), Decimal(0), expected, months,
            measure == "as_invoiced",
        )  # fmt: skip
        yield ToCome(entity, currency, id_, obligation)


def months_of(
    left: Decimal, on: date, begins: int, ends_on: date, currency: str
) -> tuple[Expected, ...]:
    """What is left over the months from ``begins`` months after ``on`` to the end of the term."""
    if left <= 0:
        return ()
    count = max(month_no(ends_on) - month_no(on) - begins + 1, 1)
    parts = split(left, [Decimal(1)] * count, currency)
    return tuple(Expected(no, part) for no, part in enumerate(parts, begins) if part)
