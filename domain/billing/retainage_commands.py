"""Retainage: agreed by contract, released when its conditions are met, and asked for."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.billing.documents import BILLERS, DocumentAnswer
from domain.billing.invoice import Invoice
from domain.billing.invoice_commands import CreditFields
from domain.billing.invoice_taxes import by_codes
from domain.billing.issuing import issued, settled, totals_of
from domain.billing.lines import InvoiceLine, taxable
from domain.billing.retainage import Condition, OverReleased, RateStep, RetainageTerms, release
from domain.billing.retainage_account import RetainageAccount, retainage_id
from domain.billing.retaining import asking, note
from domain.command import Answer, Command, Exact, Value
from domain.contracts.clause_commands import MANAGERS, ContractCommand
from domain.contracts.clauses import RetainageClause
from domain.contracts.contract import Contract
from domain.ledger.commands import require_open
from domain.money import quantize, require_fine
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.receivables.credit_limit import charge_credit
from domain.receivables.reduction import TooEarly
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

TEXT = "Retainage released"


class RateStepInput(Value):
    """From so much complete on (work and stored materials), so much of work is kept."""

    from_pct: Exact = Field(default=Decimal(0), ge=0, le=100, decimal_places=4)
    rate_pct: Exact = Field(ge=0, le=100, decimal_places=4)


class SetRetainageTerms(ContractCommand):
    """Agree on what the client keeps of certified work, from the next application on.

    Applications are worked out to date: a lower rate for all work gives back what was kept.
    """

    ROLES: ClassVar = MANAGERS
    steps: tuple[RateStepInput, ...] = Field(max_length=20, description="None: nothing is kept")
    on_total: bool = Field(
        default=False, description="The rate reached holds for all work, not for its slice alone"
    )
    stored_rate_pct: Exact | None = Field(
        default=None, ge=0, le=100, decimal_places=4,
        description="Of materials not built in; left out: as for work",
    )  # fmt: skip
    limit_pct: Exact | None = Field(
        default=None, ge=0, le=100, decimal_places=4, description="Of the contract: most kept"
    )
    tax_on: Literal["invoice", "release"] = Field(
        default="invoice", description="Tax on what is kept: at once, or when it is released"
    )
    conditions: tuple[str, ...] = Field(
        default=(), max_length=20, description="What a release waits for, e.g. acceptance"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BadRetainage, NotFound, WrongEntity."""
        contract = self.contract(work)
        steps = tuple(RateStep(one.from_pct, one.rate_pct) for one in self.steps)
        terms = RetainageTerms(contract.currency, steps, self.on_total, self.stored_rate_pct,
                               self.limit_pct)  # fmt: skip
        contract.set_retainage(RetainageClause(terms, self.tax_on, self.conditions))
        return Answer(id=contract.id)


class ReleaseAnswer(Answer):
    """In the contract's currency."""

    released: Exact
    held: Exact = Field(description="Still held")
    steps: tuple[str, ...]


class RetainageCommand(Command):
    """What a client keeps of a contract's invoices."""

    contract_id: UUID

    def account(self, work: UnitOfWork, on: date) -> tuple[Contract, RetainageAccount]:
        """Raises NotFound where nothing was kept, WrongEntity, PeriodClosed."""
        contract = work.read(Contract, self.contract_id)
        legal_entity(work, contract.entity)
        require_open(work, self, contract.entity, on)
        return contract, work.load(RetainageAccount, retainage_id(contract.id))


class ReleaseRetainage(RetainageCommand):
    """Make what is held unconditional, oldest invoice first: a receivable not yet asked for."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = ReleaseAnswer
    release_id: UUID
    released_on: date
    amount: Exact | None = Field(
        default=None, gt=0, max_digits=15, decimal_places=4, description="Left out: all of it"
    )
    met: tuple[str, ...] = Field(
        default=(), max_length=20, description="Conditions of the terms that are met"
    )
    evidence: str = Field(min_length=1, max_length=500, description="What shows it")

    def effective_on(self, today: date) -> date:
        """The day of the release."""
        del today
        return self.released_on

    def run(self, work: UnitOfWork) -> ReleaseAnswer:
        """Raises ReleaseNotDue, OverReleased, AmountTooFine, TooEarly, PeriodClosed.

        OverReleased where nothing is held; NotFound where nothing ever was. A release id used
        before is AlreadyTaken.
        """
        contract, account = self.account(work, self.released_on)
        held = account.standing("held")
        waits = [Condition(name, name in self.met) for name in contract.retainage.conditions]
        if not held:
            raise OverReleased("nothing is held", field="amount")
        found = release(held, waits, contract.currency, amount=self.amount)
        account.release(self.release_id, self.released_on, self.evidence, found)
        return ReleaseAnswer(id=account.id, released=found.released, held=found.held,
                             steps=tuple(step.text for step in found.steps))  # fmt: skip


class RetainageInvoiceAnswer(DocumentAnswer):
    """In the contract's currency."""

    retainage: Exact
    tax: Exact = Field(description="Where the terms tax it with its release")
    due: Exact
    warnings: tuple[str, ...] = Field(description="A credit limit that is exceeded")


class BillRetainage(RetainageCommand, CreditFields):
    """Ask for retainage that was released, by an invoice of its own."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = RetainageInvoiceAnswer
    invoice_id: UUID
    issued_on: date
    amount: Exact | None = Field(
        default=None, gt=0, max_digits=15, decimal_places=4,
        description="Left out: all that is released and not billed",
    )  # fmt: skip

    def effective_on(self, today: date) -> date:
        """The invoice date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> RetainageInvoiceAnswer:
        """Raises OverReleased, NothingToBill, ContractSuspended, AmountTooFine, PeriodClosed.

        CreditLimitExceeded; TooEarly before its release; MissingRate, AlreadyTaken, NotFound,
        WrongEntity and what issuing an invoice raises.
        """
        contract, account = self.account(work, self.issued_on)
        contract.require_billable()
        amount = account.standing("released") if self.amount is None else self.amount
        require_fine(amount, contract.currency, field="amount")
        if work.load_or_none(Invoice, self.invoice_id):
            raise AlreadyTaken(f"invoice {self.invoice_id} exists", field="invoice_id")
        rate = quote(work, contract.currency, account.books, self.issued_on)
        kept = asking(account, "released", amount, rate)
        if self.issued_on < account.last_release:
            raise TooEarly(f"some was released on {account.last_release}", field="issued_on")
        lines = self._lines(work, contract, amount)
        totals = settled(work, contract, self.invoice_id, totals_of(lines, rate, kept.held),
                         self.issued_on, rate.to)  # fmt: skip
        invoice = issued(work, contract, self.invoice_id, self.issued_on, lines, totals, rate)
        note(work, contract, invoice, kept)
        warnings = charge_credit(work, invoice, self.over_limit_why)
        return RetainageInvoiceAnswer(id=invoice.id, number=invoice.number, retainage=amount,
                                      tax=totals.tax, due=totals.due,
                                      warnings=warnings)  # fmt: skip

    def _lines(
        self, work: UnitOfWork, contract: Contract, amount: Decimal
    ) -> tuple[InvoiceLine, ...]:
        """One line without work; its tax, where the terms deferred it, is on the amount."""
        defer, rate = contract.retainage.defers_tax, contract.terms.tax_rate_pct
        tax = quantize(taxable(Decimal(0), -amount, defer=defer) * rate / 100, contract.currency)
        line = InvoiceLine(1, "application", TEXT, Decimal(1), amount, Decimal(0), rate, tax, (),
                           retained=-amount)  # fmt: skip
        return by_codes(work, contract, self.invoice_id, self.issued_on, (line,))
