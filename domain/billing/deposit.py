"""Deposits and advances: money held before anything is owed, and how it is used up.

Deposits pay invoices oldest first, the oldest deposit first; what is left goes back. A cash
advance is settled by expenses: the rest is due back, or the excess is owed to the claimant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step


class NegativeDeposit(Refusal):
    """Deposits, invoices, advances and expenses are not negative."""

    code = "NEGATIVE_DEPOSIT"


@dataclass(frozen=True)
class Deposit:
    """Money held since ``received_on``."""

    name: str
    received_on: date
    amount: Decimal


@dataclass(frozen=True)
class OpenInvoice:
    """What is owed since ``issued_on``."""

    number: str
    issued_on: date
    open: Decimal


@dataclass(frozen=True)
class Applied:
    """What a deposit paid of an invoice."""

    deposit: str
    invoice: str
    amount: Decimal


@dataclass(frozen=True)
class DepositUse:
    """``applied`` in order; ``refund`` is left over, ``due`` still owed on all invoices."""

    applied: tuple[Applied, ...]
    applied_total: Decimal
    refund: Decimal
    due: Decimal
    steps: tuple[Step, ...]

    def of(self, invoice: str) -> Decimal:
        """What deposits paid of an invoice."""
        return _sum(one.amount for one in self.applied if one.invoice == invoice)


@dataclass(frozen=True)
class AdvanceSettled:
    """One of the two is 0: what comes back from the claimant, what the claimant gets."""

    due_back: Decimal
    due_to_claimant: Decimal
    settled: Decimal
    steps: tuple[Step, ...]


def apply_deposits(
    deposits: Sequence[Deposit], invoices: Sequence[OpenInvoice], currency: str
) -> DepositUse:
    """Pay oldest from oldest; equal dates keep their order. Raises NegativeDeposit."""
    _refuse_negative([*(d.amount for d in deposits), *(i.open for i in invoices)])
    left = {place: deposit.amount for place, deposit in enumerate(deposits)}
    applied = list[Applied]()
    for invoice in sorted(invoices, key=lambda one: one.issued_on):
        wanted = invoice.open
        for place in sorted(left, key=lambda at: deposits[at].received_on):
            part = min(wanted, left[place])
            left[place] -= part
            wanted -= part
            if part:
                applied.append(Applied(deposits[place].name, invoice.number, part))
    used = _sum(one.amount for one in applied)
    refund, due = _sum(left.values()), _sum(one.open for one in invoices) - used
    steps = (*_tell(applied, currency), Step("deposit.rest", f"{refund} {currency} is left over"))
    return DepositUse(tuple(applied), used, refund, due, steps)


def _tell(applied: Iterable[Applied], currency: str) -> Iterable[Step]:
    for one in applied:
        yield Step("deposit.applied", f"{one.amount} {currency} of {one.deposit} to {one.invoice}")


def settle_advance(advance: Decimal, expenses: Sequence[Decimal], currency: str) -> AdvanceSettled:
    """Set expenses against a cash advance. Raises NegativeDeposit."""
    _refuse_negative([advance, *expenses])
    spent = _sum(expenses)
    settled = min(advance, spent)
    text = f"{advance} advanced, {spent} spent: {advance - spent} {currency} due back"
    step = Step("deposit.advance", text)
    return AdvanceSettled(advance - settled, spent - settled, settled, (step,))


def _refuse_negative(amounts: Iterable[Decimal]) -> None:
    for amount in amounts:
        if amount < 0:
            raise NegativeDeposit(f"{amount} is negative")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
