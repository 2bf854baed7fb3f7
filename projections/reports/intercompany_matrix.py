"""The intercompany matrix: what entities have due from each other, and what the others say."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.group_balances import pairs
from projections.packet import Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

ENTITIES = "SELECT code, currency FROM legal_entities ORDER BY code"


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an ordered pair and currency."""
    books: dict[str, str] = dict(conn.execute(ENTITIES).fetchall())
    wanted = asked["entity"]
    for one in pairs(conn, list(books), as_of.effective, as_of.known):
        if wanted in (None, one.provider, one.receiver):
            yield (
                one.provider, one.receiver, one.currency, one.due_from, one.due_to,
                one.difference, one.status, books[one.provider], one.due_from_functional,
                books[one.receiver], one.due_to_functional,
            )  # fmt: skip


INTERCOMPANY_MATRIX = Report(
    name="intercompany-matrix",
    title="Intercompany matrix",
    description="Due from and due to between entities, both sides, and what they differ by.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "counterparty", "currency"), *amounts("due_from", "due_to", "difference"),
        *text("status", "entity_currency"),
        *amounts("functional_due_from", currency="entity_currency"),
        *text("counterparty_currency"),
        *amounts("functional_due_to", currency="counterparty_currency"),
    ),
    reads=("ledger", "intercompany", "parties"),
    rows=rows,
)  # fmt: skip
