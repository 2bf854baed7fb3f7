"""What a document does to its contract's retainage: worked out before it is issued, noted after.

An invoice of work adds what the client keeps of it, or takes the oldest off where a lower rate
gives back; a memo takes off what is still held of its invoice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.billing.invoice import Invoice
from domain.billing.lines import InvoiceLine
from domain.billing.retainage_account import (
    Part,
    Parts,
    RetainageAccount,
    Stage,
    What,
    books_of,
    negated,
    retainage_id,
)
from domain.billing.totals import NOTHING_HELD, CreditLine, Held
from domain.contracts.contract import Contract
from domain.organisation.client import Client
from domain.pricing.fx import Quote
from domain.unit_of_work import UnitOfWork

ZERO = Decimal(0)


@dataclass(frozen=True)
class Keeping:
    """Retainage of a document to be: its figures, and the parts that leave their stage."""

    held: Held = NOTHING_HELD
    taken: Parts = ()


def retainage_of(work: UnitOfWork, contract: Contract, books: str) -> RetainageAccount:
    """The contract's retainage account, to change it; opened by the first that is kept."""
    id_ = retainage_id(contract.id)
    client = work.read(Client, contract.client_id)
    return work.load_or_none(RetainageAccount, id_) or work.add(
        RetainageAccount(id_, contract.id, contract.entity, client.code, contract.currency, books)
    )


def keeping(
    work: UnitOfWork, contract: Contract, lines: Iterable[InvoiceLine], rate: Quote
) -> Keeping:
    """What a client keeps of work that is billed. Raises OverReleased for more given back."""
    amount = sum((line.retained for line in lines), ZERO)
    if amount >= 0:
        return Keeping(Held(amount, rate.convert(amount), rate.convert(amount)))
    return asking(retainage_of(work, contract, rate.to), "held", -amount, rate)


def asking(account: RetainageAccount, stage: Stage, amount: Decimal, rate: Quote) -> Keeping:
    """Retainage that a document asks for. Raises OverReleased."""
    parts = account.oldest(stage, amount)
    held = Held(-amount, -rate.convert(amount), -books_of(parts), released=stage == "released")
    return Keeping(held, parts)


def note(work: UnitOfWork, contract: Contract, invoice: Invoice, kept: Keeping) -> None:
    """Take down what an issued invoice keeps, or asks for."""
    held, on = invoice.totals.held, invoice.issued_on
    if not held.amount:
        return
    account = retainage_of(work, contract, invoice.quote.to)
    if held.amount > 0:
        added = (_part(invoice, on, held.amount, held.carried),)
        account.move("withheld", "held", invoice.id, invoice.number, on, added)
        return
    what, stage = _asked(held)
    account.move(what, stage, invoice.id, invoice.number, on, negated(kept.taken))


def _asked(held: Held) -> tuple[What, Stage]:
    return ("billed", "released") if held.released else ("given back", "held")


def _part(invoice: Invoice, on: date, amount: Decimal, functional: Decimal) -> Part:
    return Part(invoice.id, invoice.number, on, amount, functional)


def note_memo(
    work: UnitOfWork, contract: Contract, invoice: Invoice, kept: Keeping,
    memo: tuple[UUID, str, date], lines: Iterable[CreditLine],
) -> None:  # fmt: skip
    """Take down what a memo (id, number, day) did to retainage; a price cut for good."""
    if kept.taken:
        stage: Stage = "released" if kept.held.released else "held"
        for_good = kept.held.amount > 0 and not any(line.restored for line in lines)
        account = retainage_of(work, contract, invoice.quote.to)
        account.move("cut" if for_good else "credited", stage, *memo, kept.taken)


def within_held(
    work: UnitOfWork, contract: Contract, invoice: Invoice, lines: Iterable[CreditLine]
) -> Iterator[CreditLine]:
    """Credited lines that take back no more retainage than is still held of the invoice."""
    account = work.find(RetainageAccount, retainage_id(contract.id))
    left = account.left_of(invoice.id) if account else ZERO
    for line in lines:
        back = min(line.retained, left)
        left -= max(back, ZERO)
        yield replace(line, retained=back)


def crediting(
    work: UnitOfWork, contract: Contract, invoice: Invoice, lines: Iterable[CreditLine]
) -> Keeping:
    """What a memo takes off retainage, or puts back where the invoice had asked for it."""
    amount, was = sum((line.retained for line in lines), ZERO), invoice.totals.held
    functional = invoice.quote.convert(amount)
    if amount > 0:
        account = retainage_of(work, contract, invoice.quote.to)
        parts = account.of_invoice(invoice.id, amount)
        return Keeping(Held(amount, functional, books_of(parts)), negated(parts))
    if not was.released:
        back = (_part(invoice, invoice.issued_on, -amount, -functional),) if amount else ()
        return Keeping(Held(amount, functional, functional), back)
    account = retainage_of(work, contract, invoice.quote.to)
    return Keeping(Held(amount, functional, was.carried, released=True), account.asked[invoice.id])
