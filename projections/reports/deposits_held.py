"""Deposits held by contract: received, used for invoices, sent back, and what is held."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

HELD = """
SELECT d.entity, d.client_code, c.name, d.currency,
       coalesce(-sum(d.amount) FILTER (WHERE what = 'deposit'), 0),
       coalesce(sum(d.amount) FILTER (WHERE what IN ('applied', 'taken off')), 0),
       coalesce(sum(d.amount) FILTER (WHERE what = 'refund'), 0),
       -sum(d.amount), d.functional_currency, -sum(d.functional)
FROM deposit_moves d JOIN contracts c ON c.id = d.contract_id
WHERE d.effective_date <= %(effective)s AND d.position <= %(known)s
    AND (%(entity)s::text IS NULL OR d.entity = %(entity)s)
GROUP BY d.entity, d.client_code, c.id, c.name, d.currency, d.functional_currency
ORDER BY d.entity COLLATE "C", d.client_code COLLATE "C", c.name COLLATE "C", c.id
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract."""
    return conn.execute(HELD, {**asked, "known": as_of.known}).fetchall()


DEPOSITS_HELD = Report(
    name="deposits-held",
    title="Deposits held",
    description="Clients' money held for contracts: received, applied, refunded, held.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "currency"),
        *amounts("received", "applied", "refunded", "held"), *text("functional_currency"),
        *amounts("functional_held", currency="functional_currency"),
    ),
    reads=("deposits", "deals"),
    rows=rows,
)  # fmt: skip
