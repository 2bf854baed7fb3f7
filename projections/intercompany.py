"""What entities charge each other: the charges as they stand, and the moves of 1500 and 2400."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from domain.group.charge import ChargeLine, IntercompanyCharge
from domain.group.intercompany_rule import Parties
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

CHARGES = Table(
    "intercompany_charges",
    {
        "id": "uuid", "provider": "text", "receiver": "text", "currency": "text",
        "origin": "text", "first_on": "date", "status": "text", "amount": "numeric",
        "open": "numeric",
    },
    key=("id",),
    indexes=("provider, receiver, currency",),
)  # fmt: skip
MOVES = Table(
    "intercompany_moves",
    {
        "position": "bigint", "no": "int", "charge_id": "uuid", "entity": "text",
        "counterparty": "text", "account": "text", "currency": "text", "effective_date": "date",
        "amount": "numeric", "functional_currency": "text", "functional": "numeric",
    },
    key=("position", "no"),
    indexes=("entity, counterparty, effective_date",),
)  # fmt: skip


class Intercompany(Projection):
    """A debit is positive, as in the ledger."""

    name = "intercompany"
    tables = (CHARGES, MOVES)

    @on(IntercompanyCharge.Raised)
    def raised(self, fact: IntercompanyCharge.Raised, at: Recorded, fold: Fold) -> None:
        """Both sides at once."""
        between, amount = fact.between, total(fact.lines)
        fold.put(CHARGES, id=at.stream_id, provider=between.provider, receiver=between.receiver,
                 currency=between.currency, origin=fact.origin,
                 first_on=min(line.on for line in fact.lines), status="unmatched", amount=amount,
                 open=amount)  # fmt: skip
        self._lines(between, fact.lines, at, fold, 1)

    @on(IntercompanyCharge.Extended, IntercompanyCharge.TakenBack)
    def changed(
        self, fact: IntercompanyCharge.Extended | IntercompanyCharge.TakenBack, at: Recorded,
        fold: Fold,
    ) -> None:  # fmt: skip
        """More or less of it."""
        sign = 1 if isinstance(fact, IntercompanyCharge.Extended) else -1
        amount = sign * total(fact.lines)
        fold.shift(CHARGES, at.stream_id, amount=amount, open=amount)
        fold.patch(CHARGES, at.stream_id, status="unmatched")
        self._lines(fact.between, fact.lines, at, fold, sign)

    @on(IntercompanyCharge.Confirmed, IntercompanyCharge.Disputed)
    def said(
        self, fact: IntercompanyCharge.Confirmed | IntercompanyCharge.Disputed, at: Recorded,
        fold: Fold,
    ) -> None:  # fmt: skip
        """What the counterpart says."""
        agreed = isinstance(fact, IntercompanyCharge.Confirmed)
        fold.patch(CHARGES, at.stream_id, status="matched" if agreed else "disputed")

    @on(IntercompanyCharge.Cleared)
    def cleared(self, fact: IntercompanyCharge.Cleared, at: Recorded, fold: Fold) -> None:
        """Netted or paid."""
        part = fact.portion
        fold.shift(CHARGES, at.stream_id, open=-part.amount)
        self._both(part.between, at, fold, 0, at.effective_date, -part.amount, -part.provided,
                   -part.received)  # fmt: skip

    def _lines(
        self, between: Parties, lines: Iterable[ChargeLine], at: Recorded, fold: Fold, sign: int
    ) -> None:
        for no, line in enumerate(lines):
            self._both(between, at, fold, 2 * no, line.on, sign * line.amount,
                       sign * line.provided, sign * line.received)  # fmt: skip

    def _both(
        self, between: Parties, at: Recorded, fold: Fold, no: int, on_: date, amount: Decimal,
        provided: Decimal, received: Decimal,
    ) -> None:  # fmt: skip
        accounts = between.accounts
        fold.append(MOVES, at.position, no, at.stream_id, between.provider, between.receiver,
                    accounts.due_from, between.currency, on_, amount, between.provider_books,
                    provided)  # fmt: skip
        fold.append(MOVES, at.position, no + 1, at.stream_id, between.receiver, between.provider,
                    accounts.due_to, between.currency, on_, -amount, between.receiver_books,
                    -received)  # fmt: skip


def total(lines: Iterable[ChargeLine]) -> Decimal:
    """In the currency of the pair."""
    return sum((line.amount for line in lines), Decimal(0))
