"""The proof of the translation difference: what each month added to 3200, part by part."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import Report
from projections.reports.consolidation import GROUP
from projections.table import Conn

PROOFS = """
SELECT month, member, currency, opening_net_assets, result, equity, closing_rate, presentation,
       from_opening, from_result, from_equity,
       difference - from_opening - from_result - from_equity, difference
FROM cta_proofs p
WHERE group_code = %(group)s AND month <= %(effective)s AND position <= %(known)s
    AND position = (
        SELECT max(position) FROM cta_proofs q
        WHERE q.group_code = p.group_code AND q.month = p.month AND q.position <= %(known)s)
ORDER BY month, member COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a month and member; a gain is positive."""
    return conn.execute(PROOFS, {**asked, "known": as_of.known}).fetchall()


CTA_PROOF = Report(
    name="cta-proof",
    title="Proof of the translation difference",
    description="Opening net assets, result and equity at the closing rate instead of their own.",
    parameters=(GROUP,),
    columns=(
        Column("month", "date"), *text("member", "currency"),
        *amounts("opening_net_assets", "result", "equity"), Column("closing_rate", "number"),
        *text("presentation"),
        *amounts("from_opening", "from_result", "from_equity", "rounding", "difference",
                 currency="presentation"),
    ),
    reads=("consolidations",),
    rows=rows,
)  # fmt: skip
