"""Books that begin elsewhere: opening balances and journals of another ledger, as they were.

Control accounts take them, for their sub-ledgers did not see them: these leave such lines out.
What was brought in is known by its origin, so a second time is refused.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command
from domain.identity import named_id
from domain.ledger.chart import account
from domain.ledger.commands import CONTROLLERS, JournalLineInput, require_open
from domain.ledger.journal import MAIN_BOOK, Journal, Line, check_balance
from domain.ledger.opening import IMPORTED, OPENING
from domain.money import CurrencyMismatch, require_fine
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

MOST_LINES = 10_000


def opening_id(entity: str, currency: str) -> UUID:
    """The journal of an entity's opening balances in a currency."""
    return named_id("opening", f"{entity} {currency}")


def imported_id(entity: str, source: str, reference: str) -> UUID:
    """The journal that came from another ledger under this reference."""
    return named_id("imported journal", f"{entity} {len(source)} {source} {reference}")


def brought_line(work: UnitOfWork, given: JournalLineInput, books: str, on: date) -> Line:
    """A line as it was. Raises UnknownAccount, AmountTooFine, CurrencyMismatch, MissingRate."""
    account(given.account)
    amount, functional = given.debit - given.credit, given.functional
    require_fine(amount, given.currency, field="lines")
    if functional is None:
        functional = quote(work, given.currency, books, on).convert(amount)
    require_fine(functional, books, field="lines")
    if given.currency == books and amount != functional:
        raise CurrencyMismatch(f"{amount} and {functional} {books} are one amount", field="lines")
    return Line(given.account, given.currency, amount, functional, given.project_id,
                given.dimensions())  # fmt: skip


class BroughtCommand(Command):
    """A journal of other books."""

    entity: str
    lines: tuple[JournalLineInput, ...] = Field(min_length=1, max_length=MOST_LINES)

    def bring(
        self, work: UnitOfWork, id_: UUID, rule: str, on: date, text: str, document: str,
        rest_to: str = "",
    ) -> Answer:  # fmt: skip
        """Post it, closed on ``rest_to`` where that is given."""
        books = legal_entity(work, self.entity).currency
        require_open(work, self, self.entity, on)
        if work.load_or_none(Journal, id_):
            raise AlreadyTaken(f"{text} of {self.entity} was brought in before", field="entity")
        lines = [brought_line(work, given, books, on) for given in self.lines]
        if rest_to:
            lines.append(self._rest(lines, account(rest_to).code))
        check_balance(lines, books)
        journal = Journal(
            id_, self.entity, MAIN_BOOK, books, on, text, document, tuple(lines), None, rule, 1,
            None,
        )  # fmt: skip
        return Answer(id=work.add(journal).id)

    def _rest(self, lines: list[Line], code: str) -> Line:
        amount = sum((line.amount for line in lines), Decimal(0))
        functional = sum((line.functional for line in lines), Decimal(0))
        return Line(code, lines[0].currency, -amount, -functional)


class ImportOpeningBalances(BroughtCommand):
    """Begin the books with the balances of another ledger: once an entity and currency."""

    ROLES: ClassVar = CONTROLLERS
    currency: str = Field(pattern="^[A-Z]{3}$", description="All lines are in it")
    on: date = Field(description="Day they stand on, in an open month")
    rest_to: str = Field(
        default="", description="Account for what is missing, say 3100; left out: refused"
    )

    def effective_on(self, today: date) -> date:
        """The day of the balances."""
        del today
        return self.on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, Unbalanced, UnknownAccount, CurrencyMismatch, AmountTooFine.

        And MissingRate, PeriodClosed, PeriodNotOpen, ReasonNeeded, NotFound, WrongEntity.
        """
        if other := {line.currency for line in self.lines} - {self.currency}:
            raise CurrencyMismatch(f"{', '.join(sorted(other))} in {self.currency}", field="lines")
        id_ = opening_id(self.entity, self.currency)
        text = f"Opening balances in {self.currency}"
        return self.bring(work, id_, OPENING, self.on, text, "", self.rest_to)


class ImportJournal(BroughtCommand):
    """Bring in a journal of another ledger as it was, known by its reference there."""

    ROLES: ClassVar = CONTROLLERS
    source: str = Field(min_length=1, max_length=100, description="The other ledger")
    reference: str = Field(min_length=1, max_length=100, description="The journal's key there")
    accounting_date: date
    description: str = Field(min_length=1, max_length=500)
    document: str = Field(default="", max_length=100)

    def effective_on(self, today: date) -> date:
        """The given effective date, else the accounting date."""
        del today
        return self.effective_date or self.accounting_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, Unbalanced, UnknownAccount, CurrencyMismatch, AmountTooFine.

        And MissingRate, PeriodClosed, PeriodNotOpen, ReasonNeeded, NotFound, WrongEntity.
        """
        id_ = imported_id(self.entity, self.source, self.reference)
        return self.bring(
            work, id_, IMPORTED, self.accounting_date, self.description, self.document
        )
