"""A foreign balance at a month's end: what it is worth at the closing rate, and what to do of it.

Bank accounts take the difference for good, so each run posts only what is new since the last.
Whatever a sub-ledger keeps is put back on the next day, since it settles at its booked rate.
Contracts are revalued in debit only: in credit, work is owed and no money (IAS 21.16, IFRIC 22).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.errors import Refusal
from domain.explanation import Step
from domain.ledger import chart
from domain.ledger.chart import account
from domain.pricing.fx import Quote

ZERO = Decimal(0)
LASTING = frozenset({chart.BANK, chart.SUSPENSE})
"""Accounts that keep the difference: it is not put back."""
OF_CONTRACTS = frozenset({chart.POSITION, chart.RETAINAGE_HELD})
"""Accounts whose balance counts by contract."""


class Residue(Refusal):
    """A control account holds something in the books of a currency it holds nothing of."""

    code = "FX_RESIDUE"


@dataclass(frozen=True)
class ForeignBalance:
    """What an account holds of a currency, and as booked; debit is positive.

    ``counterparty`` is the other entity where the account stands between entities of a group,
    ``contract_id`` the contract where it counts by contract. ``booked`` is without any
    revaluation of the same month.
    """

    account: str
    currency: str
    amount: Decimal
    booked: Decimal
    counterparty: str = ""
    contract_id: UUID | None = None


@dataclass(frozen=True)
class Revalued:
    """A balance and its ``value`` at the closing rate; ``to`` takes the other side.

    ``lasting``: the difference stays. Else it is put back on the next day.
    """

    balance: ForeignBalance
    value: Decimal
    lasting: bool
    to: str = chart.FX_UNREALISED

    @property
    def difference(self) -> Decimal:
        """A gain where positive, whether of an asset or of a debt."""
        return self.value - self.balance.booked


def monetary(balances: Iterable[ForeignBalance]) -> list[ForeignBalance]:
    """Those to revalue: of contracts only the ones in debit, both accounts taken together."""
    found = list(balances)
    nets: Mapping[UUID | None, Decimal] = _nets(found)
    return [
        one for one in found
        if (nets[one.contract_id] > 0 if one.account in OF_CONTRACTS
            else account(one.account).monetary)
    ]  # fmt: skip


def _nets(balances: Iterable[ForeignBalance]) -> Mapping[UUID | None, Decimal]:
    nets: dict[UUID | None, Decimal] = defaultdict(lambda: ZERO)
    for one in balances:
        nets[one.contract_id] += one.amount
    return nets


def revalue(balance: ForeignBalance, closing: Quote | None) -> Revalued:
    """A monetary balance at the closing rate; none is needed where there is no amount.

    What is left in the books without an amount is over: it is realised for good, or on an
    account that settles at booked rates refused. Raises Residue.
    """
    lasting = balance.account in LASTING
    if closing is not None and balance.amount:
        return Revalued(balance, closing.convert(balance.amount), lasting)
    if lasting or not balance.booked:
        return Revalued(balance, ZERO, lasting)
    if account(balance.account).control:
        raise Residue(
            f"{balance.account} holds no {balance.currency} and {balance.booked} in the books"
        )
    return Revalued(balance, ZERO, lasting=True, to=chart.FX_REALISED)


def explained(row: Revalued, closing: Quote | None, books: str) -> tuple[Step, ...]:
    """How a row came about."""
    held, currency = row.balance, row.balance.currency
    if closing is None or not held.amount:
        text = f"no {currency} left and {held.booked} {books} in the books: the rest is over"
        return (Step("revaluation.residue", text),)
    rate = f"{closing.to_per_base} {books} for {closing.of_per_base} {currency}"
    worth = f"{held.amount} {currency} at {rate}, {closing.source} of {closing.quoted_on}"
    after = "stays in the books" if row.lasting else "is put back on the next day"
    return (
        Step("revaluation.closing", f"{worth} = {row.value} {books}"),
        Step("revaluation.difference",
             f"{row.value} less {held.booked} booked = {row.difference}, which {after}"),
    )  # fmt: skip
