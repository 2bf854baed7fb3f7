"""Retainage by invoice: what clients keep, what of it was released and waits for its invoice.

Moves of accounts 1210 (held) and 1120 (released); their sums are what the ledger says.
"""

from collections.abc import Iterable

from domain.billing.retainage_account import Part, RetainageAccount
from domain.ledger.chart import RETAINAGE_DUE, RETAINAGE_HELD
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

MOVES = Table(
    "retainage_moves",
    {
        "position": "bigint", "no": "int", "entity": "text", "contract_id": "uuid",
        "invoice_id": "uuid", "number": "text", "issued_on": "date", "effective_date": "date",
        "account": "text", "currency": "text", "amount": "numeric",
        "functional_currency": "text", "functional": "numeric", "what": "text",
        "document": "text",
    },
    key=("position", "no"),
    indexes=("entity, effective_date", "contract_id"),
)  # fmt: skip
ACCOUNTS = {"held": RETAINAGE_HELD, "released": RETAINAGE_DUE}
Fact = RetainageAccount.Moved | RetainageAccount.Released


class Retainage(Projection):
    """``number`` and ``issued_on`` are those of the invoice it is kept of."""

    name = "retainage"
    tables = (MOVES,)

    @on(RetainageAccount.Moved)
    def moved(self, fact: RetainageAccount.Moved, at: Recorded, fold: Fold) -> None:
        """Kept of an invoice, given back, asked for, or taken back by a memo."""
        self._move(fact, at, fold, fact.stage, fact.parts, 1, fact.what, fact.number)

    @on(RetainageAccount.Released)
    def released(self, fact: RetainageAccount.Released, at: Recorded, fold: Fold) -> None:
        """From one account to the other."""
        self._move(fact, at, fold, "held", fact.parts, -1, "released", "")
        self._move(fact, at, fold, "released", fact.parts, 1, "released", "", len(fact.parts))

    def _move(
        self, fact: Fact, at: Recorded, fold: Fold, stage: str, parts: Iterable[Part], sign: int,
        what: str, document: str, first: int = 0,
    ) -> None:  # fmt: skip
        on = fact.moved_on if isinstance(fact, RetainageAccount.Moved) else fact.released_on
        for no, part in enumerate(parts, first):
            fold.append(MOVES, at.position, no, fact.entity, fact.contract_id, part.invoice_id,
                        part.number, part.issued_on, on, ACCOUNTS[stage], fact.currency,
                        sign * part.amount, fact.books, sign * part.functional, what,
                        document)  # fmt: skip
