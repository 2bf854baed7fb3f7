"""A client's credit account: what is billed and open, so a limit holds whatever runs at once.

Every fact that changes what an invoice has open moves the account of its client in the same
append. Work that is not billed yet is no claim and is not in it; the report ``credit-exposure``
shows both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.invoice import Invoice
from domain.billing.settlement import Exposure
from domain.identity import named_id
from domain.unit_of_work import UnitOfWork


def credit_account_id(client_id: UUID) -> UUID:
    """The stream of a client's credit account."""
    return named_id("credit account", str(client_id))


class CreditAccount(Root):
    """``owed`` is in the currency of the entity, at the rates of the invoices."""

    class Opened(Root.Created):
        """The first invoice of a client."""

        TOPIC = "receivables.credit_account_opened"
        client_id: UUID
        entity: str
        currency: str

    class Moved(Root.Event):
        """An invoice has more open (above zero) or less."""

        TOPIC = "receivables.credit_account_moved"
        invoice_id: UUID
        amount: Decimal

    class LimitExceeded(Root.Event):
        """An invoice was issued beyond the limit; ``why`` is empty where nobody was asked."""

        TOPIC = "receivables.credit_limit_exceeded"
        client_id: UUID
        entity: str
        invoice_id: UUID
        number: str
        currency: str
        exposure: Decimal
        limit: Decimal
        allowed_by: str
        why: str

    @event(Opened)
    def __init__(self, id: UUID, client_id: UUID, entity: str, currency: str) -> None:
        self.client_id = client_id
        self.entity = entity
        self.currency = currency
        self.owed = Decimal(0)

    def move(self, invoice_id: UUID, amount: Decimal) -> None:
        """Nothing changes nothing."""
        if amount:
            self._moved(invoice_id, amount)

    def exceed(self, invoice: Invoice, exposure: Exposure, by: str, why: str) -> None:
        """Note that an invoice goes beyond the limit, and who allows it."""
        self._limit_exceeded(
            self.client_id, self.entity, invoice.id, invoice.number, self.currency,
            exposure.exposure, exposure.limit, by, why,
        )  # fmt: skip

    @event(Moved)
    def _moved(self, invoice_id: UUID, amount: Decimal) -> None:
        del invoice_id
        self.owed += amount

    @event(LimitExceeded)
    def _limit_exceeded(
        self, client_id: UUID, entity: str, invoice_id: UUID, number: str, currency: str,
        exposure: Decimal, limit: Decimal, allowed_by: str, why: str,
    ) -> None:  # fmt: skip
        del client_id, entity, invoice_id, number, currency, exposure, limit, allowed_by, why


def credit_account(work: UnitOfWork, invoice: Invoice) -> CreditAccount:
    """The account of an invoice's client, to change it."""
    party = invoice.party
    id_ = credit_account_id(party.client_id)
    found = work.load_or_none(CreditAccount, id_)
    return found or work.add(CreditAccount(id_, party.client_id, party.entity, invoice.quote.to))


@contextmanager
def owing(work: UnitOfWork, *invoices: Invoice) -> Iterator[None]:
    """What these invoices have open after what is done within moves their client's account."""
    before = [invoice.functional_open for invoice in invoices]
    yield
    for invoice, open_ in zip(invoices, before, strict=True):
        if change := invoice.functional_open - open_:
            credit_account(work, invoice).move(invoice.id, change)
