"""Deposits of clients: what is held for their contracts, as of any date; moves of account 2210."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.receivables.deposit import ContractDeposits
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

MOVES = Table(
    "deposit_moves",
    {
        "position": "bigint", "entity": "text", "contract_id": "uuid", "client_code": "text",
        "effective_date": "date", "currency": "text", "amount": "numeric",
        "functional_currency": "text", "functional": "numeric", "what": "text",
        "document": "text",
    },
    key=("position",),
    indexes=("entity, effective_date", "contract_id"),
)  # fmt: skip


class Deposits(Projection):
    """A credit is negative, as in the ledger."""

    name = "deposits"
    tables = (MOVES,)

    @on(ContractDeposits.Received)
    def received(self, fact: ContractDeposits.Received, at: Recorded, fold: Fold) -> None:
        """Held."""
        self._move(fact, at, fold, fact.received_on, -fact.amount, fact.quote.to,
                   -fact.functional, "deposit", fact.bank_reference)  # fmt: skip

    @on(ContractDeposits.Applied)
    def applied(self, fact: ContractDeposits.Applied, at: Recorded, fold: Fold) -> None:
        """An invoice took some."""
        self._move(fact, at, fold, fact.applied_on, fact.amount, fact.functional_currency,
                   fact.paid, "applied", fact.invoice_number)  # fmt: skip

    @on(ContractDeposits.Unapplied)
    def unapplied(self, fact: ContractDeposits.Unapplied, at: Recorded, fold: Fold) -> None:
        """It is held again."""
        self._move(fact, at, fold, fact.unapplied_on, -fact.amount, fact.functional_currency,
                   -fact.paid, "taken off", fact.invoice_number)  # fmt: skip

    @on(ContractDeposits.Refunded)
    def refunded(self, fact: ContractDeposits.Refunded, at: Recorded, fold: Fold) -> None:
        """It went back."""
        self._move(fact, at, fold, fact.refunded_on, fact.amount, fact.quote.to, fact.relieved,
                   "refund", fact.refund_reference)  # fmt: skip

    def _move(
        self, fact: Any, at: Recorded, fold: Fold, day: date, amount: Decimal, books: str,
        functional: Decimal, what: str, document: str,
    ) -> None:  # fmt: skip
        fold.append(MOVES, at.position, fact.entity, fact.contract_id, fact.client_code, day,
                    fact.currency, amount, books, functional, what, document)  # fmt: skip
