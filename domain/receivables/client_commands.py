"""What is agreed with one client about paying: limit, small differences, early payment."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER
from domain.billing.invoice import Invoice
from domain.billing.payment_commands import CASHIERS
from domain.command import Amount, Answer, Command, Exact
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch
from domain.organisation.client import Client
from domain.organisation.commands import STEWARDS, legal_entity
from domain.pricing.rebate import EarlyPaymentTerms
from domain.receivables.credit_account import owing
from domain.receivables.let_off import forgiven
from domain.receivables.policy_commands import policy_of
from domain.unit_of_work import UnitOfWork


class SetCreditLimit(Command):
    """Say how much a client may owe, billed and unbilled."""

    ROLES: ClassVar = frozenset({ADMIN, CONTROLLER})
    client_id: UUID
    limit: Amount | None = Field(description="In the entity's currency; none: no limit")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises CurrencyMismatch, NotFound, WrongEntity."""
        client = work.load(Client, self.client_id)
        entity = legal_entity(work, client.entity)
        if self.limit is not None and self.limit.currency.code != entity.currency:
            raise CurrencyMismatch(f"a limit is in {entity.currency}", field="limit")
        amount = None if self.limit is None else self.limit.amount
        client.set_credit_limit(entity.currency, amount)
        return Answer(id=client.id)


class SetEarlyPaymentTerms(Command):
    """Say what a client may keep who pays early, of invoices issued from a day on."""

    ROLES: ClassVar = STEWARDS
    client_id: UUID
    from_date: date
    discount_pct: Exact = Field(ge=0, lt=100, max_digits=7, description="0: no more discount")
    days: int = Field(ge=0, le=365, description="Days after the invoice")
    grace_days: int = Field(default=0, ge=0, le=60)
    reduces_tax: bool = Field(
        default=True, description="The discount takes its share of the output tax with it"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        client = work.load(Client, self.client_id)
        work.enter(client.entity)
        terms = EarlyPaymentTerms(self.discount_pct, self.days, self.grace_days)
        client.set_early_terms(self.from_date, terms, reduces_tax=self.reduces_tax)
        return Answer(id=client.id)


class WriteOffSmallDifference(Command):
    """Let go what little is left open of an invoice, within the entity's tolerance."""

    ROLES: ClassVar = CASHIERS
    invoice_id: UUID
    written_off_on: date

    def effective_on(self, today: date) -> date:
        """The day it is let go."""
        del today
        return self.written_off_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveTolerance, PeriodClosed, NotFound, WrongEntity."""
        invoice = work.load(Invoice, self.invoice_id)
        legal_entity(work, invoice.party.entity)
        require_open(work, self, invoice.party.entity, self.written_off_on)
        tolerance = policy_of(work, invoice.party.entity).forgiven.for_document(invoice.quote)
        rest = forgiven(invoice, invoice.open, tolerance)
        with owing(work, invoice):
            invoice.reduce(
                "difference", self.command_id, self.written_off_on, rest,
                self.reason or "small difference", tax=False,
            )  # fmt: skip
        return Answer(id=invoice.id)
