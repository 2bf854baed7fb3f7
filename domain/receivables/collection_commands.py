"""What a collector does about an invoice: disputes and reminders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CASH, CONTROLLER
from domain.billing.consolidated import ConsolidatedInvoice
from domain.billing.dunning import DunningDue, LateFee, late_fee, level_due
from domain.billing.invoice import Invoice
from domain.command import Answer, Command
from domain.organisation.commands import legal_entity
from domain.receivables.collection import Collected, Collection, collection_id
from domain.receivables.policy import ReceivablesPolicy
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
    """Send the reminder that is due by the entity's policy.

    The parts of a consolidated invoice are reminded of at once: each by its own days and disputes,
    with one fee, that of the highest level.
    """

    ROLES: ClassVar = COLLECTORS
    sent_on: date

    def effective_on(self, today: date) -> date:
        """The day of the reminder."""
        del today
        return self.sent_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises DunningNotDue, TooEarly, NotFound, WrongEntity."""
        invoice = work.read(Invoice, self.invoice_id)
        legal_entity(work, invoice.party.entity)
        policy = policy_of(work, invoice.party.entity)
        judged = [self._judged(work, id_, policy) for id_ in together(work, invoice)]
        ready = [one for one in judged if one.found.may_send(self.sent_on, one.due, one.open)]
        asking = ready or [one for one in judged if one.found.of.invoice_id == invoice.id]
        dearest = max(asking, key=lambda one: one.due.level)
        for one in asking:
            fee = one.due.fee if one is dearest else Decimal(0)
            one.found.send(self.sent_on, replace(one.due, fee=fee), one.late, one.open,
                           invoice.currency)  # fmt: skip
        return Answer(id=collection_id(invoice.id))

    def _judged(self, work: UnitOfWork, invoice_id: UUID, policy: ReceivablesPolicy) -> "Judged":
        part = self.model_copy(update={"invoice_id": invoice_id})
        found, invoice = part.collection(work)
        due = level_due(policy.levels, invoice.due_on, self.sent_on, found.level, found.spans())
        late = late_fee(invoice.open, due.days_overdue, policy.late, invoice.currency)
        return Judged(found, invoice.open, due, late)


@dataclass(frozen=True)
class Judged:
    """What lateness of an invoice comes to on the day of a reminder."""

    found: Collection
    open: Decimal
    due: DunningDue
    late: LateFee


def together(work: UnitOfWork, invoice: Invoice) -> Sequence[UUID]:
    """The invoices that one reminder is about: the parts of a document, or the invoice alone."""
    if invoice.part_of is None:
        return (invoice.id,)
    return tuple(work.read(ConsolidatedInvoice, invoice.part_of.document_id).parts)
