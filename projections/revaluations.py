"""Revaluations by month: what each run found of an entity's foreign balances."""

from domain.ledger.revaluation import Revaluation
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

RUNS = Table(
    "revaluation_runs",
    {"position": "bigint", "entity": "text", "month": "date", "read_at": "bigint"},
    key=("position",),
    indexes=("entity, month",),
)
ROWS = Table(
    "revaluation_rows",
    {
        "position": "bigint", "no": "int", "account": "text", "currency": "text",
        "counterparty": "text", "contract_id": "uuid?", "amount": "numeric", "books": "text",
        "booked": "numeric", "value": "numeric", "put_back": "boolean", "rate": "numeric?",
        "source": "text", "quoted_on": "date?",
    },
    key=("position", "no"),
)  # fmt: skip


class Revaluations(Projection):
    """The latest run of a month, as known at a position, is the one that stands."""

    name = "revaluations"
    tables = (RUNS, ROWS)

    @on(Revaluation.Posted, Revaluation.Superseded)
    def posted(
        self, fact: Revaluation.Posted | Revaluation.Superseded, at: Recorded, fold: Fold
    ) -> None:
        """A run, and each of its rows with the rate it was valued at."""
        fold.append(RUNS, at.position, fact.entity, fact.month, fact.read_at)
        quotes = {quote.of: quote for quote in fact.quotes}
        for no, row in enumerate(fact.rows):
            held, quote = row.balance, quotes.get(row.balance.currency)
            rate = (quote.shown, quote.source, quote.quoted_on) if quote else (None, "", None)
            fold.append(ROWS, at.position, no, held.account, held.currency, held.counterparty,
                        held.contract_id, held.amount, fact.books, held.booked, row.value,
                        not row.lasting, *rate)  # fmt: skip
