"""Quotes as they stood on a day: the version that counted, its price, discount and margin."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

STANDING = """
WITH steps AS (
    SELECT * FROM quote_steps WHERE effective_date <= %(effective)s AND position <= %(known)s
), last AS (
    SELECT DISTINCT ON (quote_id) quote_id, step, effective_date, why FROM steps
    ORDER BY quote_id, position DESC
), counting AS (
    SELECT quote_id, max(version) AS no FROM steps GROUP BY quote_id
), numbered AS (
    SELECT id, row_number() OVER (PARTITION BY opportunity_id ORDER BY position) AS no FROM quotes
)
SELECT q.entity, k.code, o.name, n.no, v.no, l.step, l.effective_date, l.why, v.valid_until,
       v.currency, v.gross, v.discount, v.net, v.margin, v.books, v.cost, v.discount_pct,
       v.margin_pct
FROM last l JOIN counting c ON c.quote_id = l.quote_id JOIN quotes q ON q.id = l.quote_id
JOIN numbered n ON n.id = q.id
JOIN quote_versions v ON v.quote_id = q.id AND v.no = c.no
JOIN opportunities o ON o.id = q.opportunity_id JOIN clients k ON k.id = o.client_id
WHERE %(entity)s::text IS NULL OR q.entity = %(entity)s
ORDER BY q.entity COLLATE "C", k.code COLLATE "C", o.name COLLATE "C", n.no, q.position
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a quote."""
    return conn.execute(STANDING, {**asked, "known": as_of.known}).fetchall()


QUOTE_REGISTER = Report(
    name="quote-register",
    title="Quote register",
    description="What was offered to whom at which discount and margin, and where it stands.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "deal"), Column("quote", "count"), Column("version", "count"),
        *text("last_step"), Column("since", "date"), *text("why"), Column("valid_until", "date"),
        *text("currency"), *amounts("gross", "discount", "net", "margin"),
        *text("functional_currency"), *amounts("cost", currency="functional_currency"),
        Column("discount_pct", "number"), Column("margin_pct", "number"),
    ),
    reads=("quotes", "deals", "parties"),
    rows=rows,
)  # fmt: skip
