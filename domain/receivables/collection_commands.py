"""What a collector does about an invoice: disputes and reminders."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CASH, CONTROLLER
from domain.billing.dunning import late_fee, level_due
from domain.billing.invoice import Invoice
from domain.command import Answer, Command
from domain.organisation.commands import legal_entity
from domain.receivables.collection import Collected, Collection, collection_id
from domain.receivables.policy_commands import policy_of
from domain.unit_of_work import UnitOfWork

COLLECTORS = frozenset({ADMIN, BILLING, CASH, CONTROLLER})


class CollectionCommand(Command):
    """Something about one invoice that is not about its amount."""

    invoice_id: UUID

    def collection(self, work: UnitOfWork) -> tuple[Collection, Invoice]:
        """The collection, to change it. Raises NotFound, WrongEntity."""
        invoice = work.read(Invoice, self.invoice_id)
        legal_entity(work, invoice.party.entity)
        id_ = collection_id(invoice.id)
        party = invoice.party
        of = Collected(invoice.id, invoice.number, party.entity, party.client_code)
        return work.load_or_none(Collection, id_) or work.add(Collection(id_, of)), invoice


class OpenDispute(CollectionCommand):
    """Note that the client does not agree with an invoice; reminders stop."""

    ROLES: ClassVar = COLLECTORS
    opened_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it was disputed."""
        del today
        return self.opened_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyDisputed, TooEarly, NotFound, WrongEntity."""
        found, _ = self.collection(work)
        found.open_dispute(self.opened_on, self.why)
        return Answer(id=found.id)


class ResolveDispute(CollectionCommand):
    """Note what was agreed; the days of the dispute do not count as late."""

    ROLES: ClassVar = COLLECTORS
    resolved_on: date
    outcome: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it was resolved."""
        del today
        return self.resolved_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotDisputed, TooEarly, NotFound, WrongEntity."""
        found, _ = self.collection(work)
        found.resolve_dispute(self.resolved_on, self.outcome)
        return Answer(id=found.id)


class SuspendDunning(CollectionCommand):
    """Send no reminders of an invoice up to and including a day."""

    ROLES: ClassVar = COLLECTORS
    until: date
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        found, _ = self.collection(work)
        found.suspend(self.until, self.why)
        return Answer(id=found.id)


class SendDunning(CollectionCommand):
    """Send the reminder that is due by the entity's policy."""

    ROLES: ClassVar = COLLECTORS
    sent_on: date

    def effective_on(self, today: date) -> date:
        """The day of the reminder."""
        del today
        return self.sent_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises DunningNotDue, TooEarly, NotFound, WrongEntity."""
        found, invoice = self.collection(work)
        policy = policy_of(work, invoice.party.entity)
        due = level_due(policy.levels, invoice.due_on, self.sent_on, found.level, found.spans())
        late = late_fee(invoice.open, due.days_overdue, policy.late, invoice.currency)
        found.send(self.sent_on, due, late, invoice.open, invoice.currency)
        return Answer(id=found.id)
