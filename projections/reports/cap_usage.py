"""Cap usage: every limit of a contract, what was used of it, what is left, what was passed."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.money import quantize
from projections.as_of import AsOf
from projections.packet import Column, Row, text
from projections.report import ENTITY, Report
from projections.table import Conn

CENT = Decimal("0.01")
USAGE = """
WITH agreed AS (
    SELECT DISTINCT ON (contract_id, source, name) *
    FROM contract_limits
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    ORDER BY contract_id, source, name, position DESC
), used AS (
    SELECT a.contract_id, a.source, a.name,
           sum(CASE WHEN a.measure = 'hours' THEN u.hours ELSE u.net END) AS used
    FROM agreed a JOIN contract_uses u ON u.account_id = a.account_id
        AND u.effective_date <= %(effective)s AND u.position <= %(known)s
        AND CASE WHEN a.source = 'order' THEN u.purchase_order = a.name
                 ELSE a.kinds = '' OR u.kind = ANY(string_to_array(a.kinds, ',')) END
    GROUP BY 1, 2, 3
), passed AS (
    SELECT a.contract_id, a.name, string_agg(DISTINCT lpad(trim_scale(t.threshold_pct)::text, 9),
        ',') AS thresholds
    FROM agreed a JOIN contract_thresholds t ON t.account_id = a.account_id AND t.cap = a.name
        AND t.position > a.position AND t.effective_date <= %(effective)s
        AND t.position <= %(known)s
    WHERE a.source = 'cap' GROUP BY 1, 2
)
SELECT c.entity, k.code, c.name, a.source, a.name, CASE WHEN a.hard THEN 'hard' ELSE 'tells' END,
       a.measure, c.currency, a.most, greatest(coalesce(u.used, 0), 0), a.valid_until,
       coalesce(replace(p.thresholds, ' ', ''), '')
FROM agreed a JOIN contracts c ON c.id = a.contract_id JOIN clients k ON k.id = c.client_id
LEFT JOIN used u ON (u.contract_id, u.source, u.name) = (a.contract_id, a.source, a.name)
LEFT JOIN passed p ON a.source = 'cap' AND (p.contract_id, p.name) = (a.contract_id, a.name)
WHERE %(entity)s::text IS NULL OR c.entity = %(entity)s
ORDER BY c.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", a.source COLLATE "C",
    a.name COLLATE "C", a.most
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract and limit."""
    return _shown(conn.execute(USAGE, {**asked, "known": as_of.known}).fetchall())


def _shown(found: Iterable[Row]) -> Iterator[Row]:
    for *names, measure, currency, most, used, until, passed in found:
        left = max(most - used, Decimal(0))
        said = [
            figure.quantize(CENT, ROUND_HALF_UP) if measure == "hours"
            else quantize(figure, currency)
            for figure in (most, used, left)
        ]  # fmt: skip
        pct = (100 * used / most).quantize(CENT, ROUND_HALF_UP) if most else None
        yield *names, measure, currency, *said, pct, passed, until


CAP_USAGE = Report(
    name="cap-usage",
    title="Caps and orders used",
    description="Limits of contracts and clients' orders: what invoices less credit memos have "
                "used of them, what is left, and the thresholds passed since they were agreed.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "source", "limit_name", "effect", "measure",
              "currency"),
        *(Column(name, "number") for name in ("most", "used", "left", "used_pct")),
        *text("thresholds_passed"), Column("valid_until", "date"),
    ),
    reads=("contract_limits", "deals", "parties"),
    rows=rows,
)  # fmt: skip
