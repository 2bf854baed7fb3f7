"""What accountants and controllers do with periods and journals."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER, SYSTEM
from domain.command import Answer, Command, Exact, Value
from domain.errors import Refusal
from domain.ledger.chart import account
from domain.ledger.dimensions import NOWHERE, Dimensions
from domain.ledger.journal import MAIN_BOOK, Journal, Line, check_balance
from domain.ledger.period import Calendar, calendar_id, month_of
from domain.ledger.policy import policy_of
from domain.money import CurrencyMismatch, require_fine
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

CONTROLLERS = frozenset({ADMIN, CONTROLLER})
ACCOUNTANTS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER})


class ControlAccount(Refusal):
    """The account is kept by a sub-ledger and takes no manual journals."""

    code = "CONTROL_ACCOUNT"


class ReasonNeeded(Refusal):
    """An override of a soft close says why."""

    code = "REASON_NEEDED"


def require_open(work: UnitOfWork, command: Command, entity: str, day: date) -> None:
    """Whether a document may carry this date; a controller with a reason overrides a soft close.

    Raises PeriodClosed, PeriodNotOpen, ReasonNeeded.
    """
    calendar = work.find(Calendar, calendar_id(entity)) or Calendar(calendar_id(entity), entity)
    controls = bool(work.actor.roles & CONTROLLERS)
    if controls and calendar.months.get(month_of(day)) == "soft_closed":
        require_reason(command, day)
    calendar.require_open(day, override=controls)


def require_reason(command: Command, day: date) -> None:
    """Raises ReasonNeeded where the command does not say why it overrides a soft close."""
    if not command.reason:
        raise ReasonNeeded(f"{day:%Y-%m} is soft-closed: say why", field="reason")


def require_manual(code: str) -> None:
    """Raises ControlAccount, UnknownAccount."""
    if account(code).control:
        raise ControlAccount(f"{code} takes no manual journals", field="account")


class PeriodCommand(Command):
    """A month of an entity's books."""

    entity: str
    month: date = Field(description="Any day of the month")

    def effective_on(self, today: date) -> date:
        """The first day of the month."""
        del today
        return month_of(self.month)

    def calendar(self, work: UnitOfWork) -> Calendar:
        """Raises NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        id_ = calendar_id(self.entity)
        return work.load_or_none(Calendar, id_) or work.add(Calendar(id_, self.entity))


class OpenPeriod(PeriodCommand):
    """Let a month take entries; a controller with a reason opens a soft-closed one again."""

    ROLES: ClassVar = ACCOUNTANTS | {SYSTEM}

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongOrder, PeriodClosed, MissingRole, ReasonNeeded, NotFound, WrongEntity."""
        calendar = self.calendar(work)
        month = month_of(self.month)
        if calendar.months.get(month) == "soft_closed":
            work.actor.require_role(CONTROLLERS)
            require_reason(self, month)
        calendar.open(month)
        return Answer(id=calendar.id)


class SoftClosePeriod(PeriodCommand):
    """Let only controllers post to a month, with a reason."""

    ROLES: ClassVar = CONTROLLERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PeriodNotOpen, NotFound, WrongEntity."""
        calendar = self.calendar(work)
        calendar.soft_close(month_of(self.month))
        return Answer(id=calendar.id)


class JournalLineInput(Value):
    """One line: a debit or a credit in a currency, at a given rate or the day's."""

    account: str
    currency: str = Field(pattern="^[A-Z]{3}$")
    debit: Exact = Field(default=Decimal(0), ge=0, max_digits=18)
    credit: Exact = Field(default=Decimal(0), ge=0, max_digits=18)
    functional: Exact | None = Field(
        default=None,
        max_digits=18,
        description="Signed, in the books; left out: by the day's rate",
    )
    project_id: UUID | None = None
    department: str = Field(default="", max_length=60)
    cost_code: str = Field(default="", max_length=60)
    cost_type: str = Field(default="", max_length=60)
    phase: str = Field(default="", max_length=60, description="Work breakdown element")
    counterparty: str = Field(default="", max_length=12, description="Entity of the group")

    def dimensions(self) -> Dimensions | None:
        """None where nothing is said."""
        said = Dimensions(
            self.department, self.cost_code, self.cost_type, self.phase, self.counterparty
        )
        return None if said == NOWHERE else said


class JournalFields(Command):
    """A manual journal of the main book."""

    journal_id: UUID
    entity: str
    accounting_date: date
    description: str = Field(min_length=1, max_length=500)
    document: str = Field(default="", max_length=100)
    lines: tuple[JournalLineInput, ...] = Field(min_length=2, max_length=10_000)

    def effective_on(self, today: date) -> date:
        """The given effective date, else the accounting date."""
        del today
        return self.effective_date or self.accounting_date

    def decided(self, work: UnitOfWork) -> tuple[LegalEntity, tuple[Line, ...]]:
        """The entity and the lines, once the month is open and the id is free."""
        entity = legal_entity(work, self.entity)
        require_open(work, self, self.entity, self.accounting_date)
        if work.load_or_none(Journal, self.journal_id):
            raise AlreadyTaken(f"journal {self.journal_id} exists", field="journal_id")
        return entity, manual_lines(work, entity, self.lines, self.accounting_date)


class PostJournal(JournalFields):
    """Post a manual journal to the main book."""

    ROLES: ClassVar = ACCOUNTANTS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises Unbalanced, ControlAccount, UnknownAccount, PeriodClosed, AmountTooFine.

        A line in the books' own currency, or with the opposite sign in the books, is a
        CurrencyMismatch where the two amounts contradict each other. By the entity's policy:
        DimensionMissing, ApprovalNeeded.
        """
        entity, lines = self.decided(work)
        policy_of(work, self.entity).require_small(lines, entity.currency)
        journal = Journal(
            self.journal_id, self.entity, MAIN_BOOK, entity.currency, self.accounting_date,
            self.description, self.document, lines, None, "manual", 1, None,
        )  # fmt: skip
        return Answer(id=work.add(journal).id)


def manual_lines(
    work: UnitOfWork, entity: LegalEntity, given: Iterable[JournalLineInput], on: date
) -> tuple[Line, ...]:
    """Balanced lines at the rates of a day, each with what its account must say.

    Raises Unbalanced, ControlAccount, UnknownAccount, AmountTooFine, CurrencyMismatch,
    MissingRate, DimensionMissing.
    """
    return checked_lines(
        work, entity, (manual_line(work, one, entity.currency, on) for one in given)
    )


def checked_lines(
    work: UnitOfWork, entity: LegalEntity, lines: Iterable[Line]
) -> tuple[Line, ...]:
    """The lines of a journal that somebody writes. Raises Unbalanced, DimensionMissing."""
    listed = tuple(lines)
    check_balance(listed, entity.currency)
    policy_of(work, entity.code).require_dimensions(listed)
    return listed


def manual_line(work: UnitOfWork, given: JournalLineInput, books: str, on: date) -> Line:
    """Raises ControlAccount, UnknownAccount, AmountTooFine, CurrencyMismatch, MissingRate."""
    require_manual(given.account)
    amount, functional = given.debit - given.credit, given.functional
    require_fine(amount, given.currency, field="lines")
    if functional is None:
        functional = quote(work, given.currency, books, on).convert(amount)
    require_fine(functional, books, field="lines")
    if amount * functional < 0 or (given.currency == books and amount != functional):
        raise CurrencyMismatch(f"{amount} {given.currency} are not {functional} {books}")
    return Line(given.account, given.currency, amount, functional, given.project_id,
                given.dimensions())  # fmt: skip


class ReverseJournal(Command):
    """Take a journal back by its mirror image, dated in an open month."""

    ROLES: ClassVar = ACCOUNTANTS
    journal_id: UUID
    reversal_id: UUID
    accounting_date: date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, AlreadyReversed, PeriodClosed, NotFound, WrongEntity.

        What a sub-ledger derived is taken back there, by a credit memo say: ControlAccount.
        """
        journal = work.load(Journal, self.journal_id)
        work.enter(journal.entity)
        require_open(work, self, journal.entity, self.accounting_date)
        if work.load_or_none(Journal, self.reversal_id):
            raise AlreadyTaken(f"journal {self.reversal_id} exists", field="reversal_id")
        for line in journal.lines:
            require_manual(line.account)
        lines = journal.reverse(self.reversal_id)
        reversal = Journal(
            self.reversal_id, journal.entity, journal.book, journal.functional_currency,
            self.accounting_date, f"reversal of {journal.id}", "", lines, None, "reversal", 1,
            journal.id,
        )  # fmt: skip
        return Answer(id=work.add(reversal).id)


class PostDerivedJournal(Command):
    """Record what a posting rule derived from a fact. Only posting itself does this."""

    ROLES: ClassVar = frozenset({SYSTEM})
    journal_id: UUID
    entity: str
    functional_currency: str
    accounting_date: date
    description: str
    document: str
    lines: tuple[Line, ...]
    source_position: int
    rule: str
    rule_version: int
    book: str = MAIN_BOOK

    def run(self, work: UnitOfWork) -> Answer:
        """Raises Unbalanced."""
        work.enter(self.entity)
        check_balance(self.lines, self.functional_currency)
        journal = Journal(
            self.journal_id, self.entity, self.book, self.functional_currency,
            self.accounting_date, self.description, self.document, self.lines,
            self.source_position, self.rule, self.rule_version, None,
        )  # fmt: skip
        return Answer(id=work.add(journal).id)
