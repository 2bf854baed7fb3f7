"""Deferred and unbilled: contracts in credit and in debit, each side summed for itself.

The balance sheet shows them so (ASC 606-10-45-1 to 45-4); account 1200 holds the difference, and
``deferred`` is what its presentation moves to 2200.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.reports.contract_position import POSITIONS
from projections.table import Conn

SUMS = f"""
WITH positions AS ({POSITIONS})
SELECT entity, currency, count(*) FILTER (WHERE net > 0),
       coalesce(sum(net) FILTER (WHERE net > 0), 0),
       count(*) FILTER (WHERE net < 0), coalesce(-sum(net) FILTER (WHERE net < 0), 0),
       functional_currency, coalesce(sum(functional) FILTER (WHERE net > 0), 0),
       coalesce(-sum(functional) FILTER (WHERE net < 0), 0)
FROM positions GROUP BY entity, currency, functional_currency
HAVING bool_or(net <> 0 OR functional <> 0)
ORDER BY entity COLLATE "C", currency COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity and currency."""
    return conn.execute(SUMS, {**asked, "known": as_of.known}).fetchall()


DEFERRED_AND_UNBILLED = Report(
    name="deferred-and-unbilled",
    title="Deferred and unbilled revenue",
    description="Contract assets and contract liabilities, none netted with another.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "currency"), Column("assets", "count"), *amounts("unbilled"),
        Column("liabilities", "count"), *amounts("deferred"), *text("functional_currency"),
        *amounts("functional_unbilled", "functional_deferred", currency="functional_currency"),
    ),
    reads=("contract_position",),
    rows=rows,
)  # fmt: skip
