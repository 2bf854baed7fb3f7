"""The ledger: append-only lines with their dates, the books there are, and stored balances.

Balances by account, and by account and project, are for any date and any position:
``stored_balances``.
"""

from collections.abc import Sequence
from typing import Any

from domain.ledger.book import Books
from domain.ledger.dimensions import NOWHERE
from domain.ledger.journal import Journal, Line
from projections.projection import Projection
from projections.recorded import Recorded
from projections.stored_balances import BY_ACCOUNT, BY_PROJECT, Balances, load
from projections.table import Conn, Table

LINES = Table(
    "ledger_lines",
    {
        "position": "bigint", "no": "int", "entity": "text", "book": "text", "account": "text",
        "currency": "text", "accounting_date": "date", "effective_date": "date",
        "recorded_at": "timestamptz", "amount": "numeric", "functional": "numeric",
        "functional_currency": "text", "project_id": "uuid?", "journal_id": "uuid",
        "document": "text", "description": "text", "rule": "text", "source_position": "bigint?",
        "department": "text", "cost_code": "text", "cost_type": "text", "phase": "text",
        "counterparty": "text",
    },
    key=("position", "no"),
    indexes=("entity, book, account, accounting_date, position", "source_position"),
)  # fmt: skip
BOOKS = Table(
    "ledger_books",
    {"entity": "text", "code": "text", "name": "text", "position": "bigint"},
    key=("entity", "code"),
)


class Ledger(Projection):
    """Built from posted journals and the books' names; what it cannot digest halts it."""

    name = "ledger"
    version = 3
    tables = (LINES, BOOKS, *BY_ACCOUNT.tables, *BY_PROJECT.tables)
    halts = True

    def __init__(self) -> None:
        super().__init__()
        self._balances: tuple[Balances, ...] | None = None

    def reads(self, fact: Any) -> bool:
        """Journals, and the books they stand in."""
        return type(fact) in (Journal.Posted, Books.Defined)

    def forget(self) -> None:
        """Read the balances again from the tables."""
        self._balances = None

    def apply(self, conn: Conn, page: Sequence[Recorded]) -> None:
        """Append the lines of a page; write new versions as often as they are due."""
        held = self._balances or (load(conn, BY_ACCOUNT), load(conn, BY_PROJECT))
        self._balances = held
        journals = [at for at in page if type(at.fact) is Journal.Posted]
        defined = [at for at in page if type(at.fact) is Books.Defined]
        for at in journals:
            for balances in held:
                balances.count(at.fact, at.position)
        LINES.insert(
            conn, [line_row(at, no, line) for at in journals for no, line in lines_of(at)]
        )
        BOOKS.upsert(
            conn, [(at.fact.entity, at.fact.code, at.fact.name, at.position) for at in defined]
        )
        for balances in held:
            balances.write(conn)


def lines_of(at: Recorded) -> list[tuple[int, Line]]:
    """The lines of a journal, counted."""
    return list(enumerate(at.fact.lines))


def line_row(at: Recorded, no: int, line: Line) -> tuple[Any, ...]:
    """The row of a journal's line."""
    fact: Journal.Posted = at.fact
    about = line.dimensions or NOWHERE
    return (
        at.position, no, fact.entity, fact.book, line.account, line.currency,
        fact.accounting_date, at.effective_date, at.recorded_at, line.amount, line.functional,
        fact.functional_currency, line.project_id, at.stream_id, fact.document,
        fact.description, fact.rule, fact.source_position, about.department, about.cost_code,
        about.cost_type, about.phase, about.counterparty,
    )  # fmt: skip
