"""The margin bridge by contract: from what was sold to what was delivered, term by term."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple
from decimal import Decimal
from typing import Any

from domain.measures.margin_bridge import Delivered, Sold, bridge
from domain.pricing.fx import DAYS_BACK
from projections.as_of import AsOf
from projections.billables_as_of import ITEMS
from projections.packet import Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

TERMS = (
    "sold_price", "planned_cost", "sold_margin", "discount", "scope", "volume", "overrun",
    "rate_leak", "write_off", "fx", "delivered_value", "delivered_cost", "delivered_margin",
)  # fmt: skip
# What is kept of a thing in the books is its worth at the rate of its day, in proportion.
# Work that a retainer pays for is delivered at its own worth, and its fee not once more.
FIGURES = f"""
{ITEMS}, sold AS (
    SELECT * FROM sold_contracts
    WHERE sold_on <= %(effective)s AND position <= %(known)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
), plan AS (
    SELECT p.contract_id, b.role, b.hours, b.cost, b.revenue, false AS later
    FROM budget_lines b JOIN projects p ON p.id = b.project_id WHERE b.position <= %(known)s
    UNION ALL
    SELECT p.contract_id, b.role, b.hours, b.cost, b.revenue, true
    FROM budget_changes b JOIN projects p ON p.id = b.project_id
    WHERE b.effective_on <= %(effective)s AND b.position <= %(known)s
), planned AS (
    SELECT contract_id, role, sum(hours) AS hours, sum(revenue) AS revenue FROM plan GROUP BY 1, 2
), costs AS (
    SELECT contract_id, coalesce(sum(cost) FILTER (WHERE NOT later), 0) AS cost,
           coalesce(sum(cost) FILTER (WHERE later), 0) AS later
    FROM plan GROUP BY 1
), extra AS (
    SELECT contract_id, sum(price) AS price FROM scope_changes
    WHERE effective_date <= %(effective)s AND position <= %(known)s GROUP BY 1
), worth AS (
    SELECT i.contract_id,
           sum(CASE WHEN i.kind = 'time' AND n.hours > 0 AND n.revenue > 0
                    THEN i.minutes * n.revenue / n.hours / 60 ELSE i.standard END) AS sold,
           sum(i.standard) AS standard, sum(i.value - i.discounted) AS value,
           sum(i.written - i.discounted + i.cut) AS off,
           sum(CASE WHEN i.functional <> 0 AND i.value <> 0
                    THEN i.functional * (i.value - i.written) / i.value - i.cut_functional
                    ELSE 0 END) AS functional,
           sum(CASE WHEN i.functional = 0 THEN i.value - i.written - i.cut ELSE 0 END) AS bare
    FROM items i LEFT JOIN planned n ON (n.contract_id, n.role) = (i.contract_id, i.role)
    WHERE i.kind <> 'retainer'
    GROUP BY 1
), spent AS (
    SELECT p.contract_id, sum(a.cost) AS cost
    FROM actual_moves a JOIN projects p ON p.id = a.project_id
    WHERE a.effective_date <= %(effective)s AND a.position <= %(known)s GROUP BY 1
)
SELECT s.entity, k.code, c.name, s.currency, e.currency, s.price, coalesce(o.cost, 0),
       coalesce(x.price, 0), coalesce(o.later, 0),
       coalesce(w.sold, 0), coalesce(w.standard, 0), coalesce(w.value, 0), coalesce(w.off, 0),
       coalesce(w.functional, 0), coalesce(w.bare, 0), coalesce(t.cost, 0),
       CASE WHEN s.currency = e.currency THEN 1 ELSE q.rate END
FROM sold s JOIN contracts c ON c.id = s.contract_id JOIN clients k ON k.id = c.client_id
JOIN legal_entities e ON e.code = s.entity
LEFT JOIN costs o ON o.contract_id = s.contract_id
LEFT JOIN extra x ON x.contract_id = s.contract_id
LEFT JOIN worth w ON w.contract_id = s.contract_id
LEFT JOIN spent t ON t.contract_id = s.contract_id
LEFT JOIN LATERAL (
    SELECT b.per_base / a.per_base AS rate
    FROM fx_quotes a JOIN fx_quotes b ON b.quoted_on = a.quoted_on AND b.currency = e.currency
        AND b.position <= %(known)s
    WHERE a.currency = s.currency AND a.position <= %(known)s
        AND a.quoted_on BETWEEN s.sold_on - %(back)s AND s.sold_on
    ORDER BY a.quoted_on DESC, a.position DESC, b.position DESC LIMIT 1
) q ON true
ORDER BY s.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", s.currency COLLATE "C",
    s.price
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract."""
    given = {**asked, "known": as_of.known, "back": DAYS_BACK}
    return _bridged(conn.execute(FIGURES, given).fetchall())


def _bridged(found: Iterable[Row]) -> Iterator[Row]:
    for row in found:
        *names, books = row[:5]
        price, cost, scope, later, at_sold, standard, value, off, kept, bare, spent, quoted = row[
            5:
        ]
        rate = quoted if quoted is not None else _mean(kept, value - off - bare)
        if rate is None:
            yield *names, books, *(None for _ in TERMS), None
            continue
        made = bridge(
            Sold(price, cost, scope, later),
            Delivered(at_sold, standard, value, off, kept + bare * rate, spent), rate, books,
        )  # fmt: skip
        yield *names, books, *astuple(made), made.residual


def _mean(functional: Decimal, value: Decimal) -> Decimal | None:
    """Where the day of the sale had no rate: that of the work itself, if there was any."""
    return functional / value if value and functional else None


MARGIN_BRIDGE = Report(
    name="margin-bridge",
    title="Margin bridge",
    description="From the margin sold to the margin delivered, in the books of the entity: what "
                "discount, scope, volume, cost, rates, write-offs and exchange rates did. What "
                "is not delivered yet is volume below zero.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "contract_currency", "currency"),
        *amounts(*TERMS, "residual"),
    ),
    reads=("billable_states", "sold_contracts", "budget_vs_actual", "deals", "parties"),
    rows=rows,
)  # fmt: skip
