"""Billing runs: prepared by one person, reviewed, approved by another, issued by contract."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CONTROLLER
from domain.billing.consolidated_commands import ConsolidatedPart, IssueConsolidatedInvoice
from domain.billing.documents import BILLERS, DocumentAnswer
from domain.billing.holders import BillableRef
from domain.billing.invoice_commands import CreditFields, IssueInvoice
from domain.billing.run import BillingRun, Proposal, ProposalBlocked, RunSource
from domain.command import Answer, Command, Exact, Value
from domain.contracts.contract import Contract
from domain.identity import named_id
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

APPROVERS = frozenset({ADMIN, BILLING, CONTROLLER})


def run_invoice_id(run_id: UUID, contract_id: UUID) -> UUID:
    """The invoice that a run issues for a contract."""
    return named_id("run invoice", f"{run_id}:{contract_id}")


class ProposalInput(Value):
    """One invoice to be, as its own command decided it in a rehearsal."""

    contract_id: UUID
    currency: str = Field(pattern="^[A-Z]{3}$")
    sources: tuple[BillableRef, ...] = Field(min_length=1, max_length=5000)
    net: Exact = Field(default=0, max_digits=18, validate_default=True)
    tax: Exact = Field(default=0, max_digits=18, validate_default=True)
    written_down: Exact = Field(default=0, max_digits=18, validate_default=True)
    blocker: str = Field(default="", max_length=60, description="Code of what refuses it")
    text: str = Field(default="", max_length=500)
    together: str = Field(
        default="", max_length=60, description="Same words: one consolidated invoice"
    )

    def proposal(self) -> Proposal:
        """The proposal as the run keeps it."""
        sources = tuple(RunSource(ref.kind, ref.holder_id, ref.ids) for ref in self.sources)
        return Proposal(self.contract_id, self.currency, sources, self.net, self.tax,
                        self.written_down, self.blocker, self.text, self.together)  # fmt: skip


def run_document_id(run_id: UUID, together: str) -> UUID:
    """The consolidated invoice that a run issues for what goes together."""
    return named_id("run document", f"{run_id}:{together}")


class PrepareBillingRun(Command):
    """Put what is unbilled at a position before somebody's eyes; nothing is billed yet."""

    ROLES: ClassVar = BILLERS
    run_id: UUID
    entity: str
    through: date = Field(description="Last day of work that counts")
    issued_on: date
    position: int = Field(ge=0, description="What was recorded by then counts")
    proposals: tuple[ProposalInput, ...] = Field(min_length=1, max_length=20_000)

    def effective_on(self, today: date) -> date:
        """The invoice date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        if work.load_or_none(BillingRun, self.run_id):
            raise AlreadyTaken(f"billing run {self.run_id} exists", field="run_id")
        proposals = tuple(given.proposal() for given in self.proposals)
        run = BillingRun(self.run_id, entity.code, self.through, self.issued_on, self.position,
                         work.actor.id, proposals)  # fmt: skip
        return Answer(id=work.add(run).id)


def refuse_parked(work: UnitOfWork, contract_id: UUID) -> None:
    """Raises ProposalBlocked where the contract's client was parked since."""
    client = work.read(Client, work.read(Contract, contract_id).client_id)
    if client.parked:
        raise ProposalBlocked(f"client {client.code} is parked: {client.parked}")


class RunCommand(Command):
    """A prepared run."""

    run_id: UUID

    def billing_run(self, work: UnitOfWork) -> BillingRun:
        """Raises NotFound, WrongEntity."""
        run = work.load(BillingRun, self.run_id)
        work.enter(run.entity)
        return run


class ExcludeFromRun(RunCommand):
    """Leave a contract for another time."""

    ROLES: ClassVar = BILLERS
    contract_id: UUID
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises RunNotOpen, NotFound, WrongEntity."""
        run = self.billing_run(work)
        run.exclude(self.contract_id, self.why)
        return Answer(id=run.id)


class ApproveRun(RunCommand):
    """Agree to a run that somebody else prepared."""

    ROLES: ClassVar = APPROVERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnRun, RunNotOpen, NotFound, WrongEntity."""
        run = self.billing_run(work)
        run.approve(work.actor.id)
        return Answer(id=run.id)


class DiscardRun(RunCommand):
    """Drop a run; all it proposed stays unbilled."""

    ROLES: ClassVar = BILLERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises RunNotOpen, NotFound, WrongEntity."""
        run = self.billing_run(work)
        run.discard(self.why)
        return Answer(id=run.id)


class IssueFromRun(RunCommand, CreditFields):
    """Issue the invoice of one contract of an approved run, just as it was proposed.

    What the run bills together with it is issued at once, on the same document.
    """

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = DocumentAnswer
    contract_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises RunNotApproved, ProposalBlocked, NotFound and what issuing an invoice raises.

        What was billed or set apart since the run was prepared refuses this document alone.
        """
        run = self.billing_run(work)
        work.effective_date = run.issued_on
        proposals = run.document_of(self.contract_id)
        refuse_parked(work, self.contract_id)
        if len(proposals) > 1:
            return self._together(work, run, proposals)
        invoice = IssueInvoice(
            invoice_id=run_invoice_id(run.id, self.contract_id), contract_id=self.contract_id,
            issued_on=run.issued_on, sources=refs(proposals[0]), reason=self.reason,
            over_limit_why=self.over_limit_why,
        )  # fmt: skip
        issued = invoice.run(work)
        run.note(self.contract_id, issued.id, issued.number)
        return DocumentAnswer(id=issued.id, number=issued.number)

    def _together(
        self, work: UnitOfWork, run: BillingRun, proposals: tuple[Proposal, ...]
    ) -> DocumentAnswer:
        document = IssueConsolidatedInvoice(
            document_id=run_document_id(run.id, proposals[0].together), issued_on=run.issued_on,
            parts=tuple(ConsolidatedPart(contract_id=one.contract_id, sources=refs(one))
                        for one in proposals),
            reason=self.reason, over_limit_why=self.over_limit_why,
        )  # fmt: skip
        issued = document.run(work)
        for part in issued.parts:
            run.note(part.contract_id, part.invoice_id, part.number)
        return DocumentAnswer(id=issued.id, number=issued.number)


def refs(proposal: Proposal) -> tuple[BillableRef, ...]:
    """What a proposal bills, as commands take it."""
    return tuple(
        BillableRef.model_validate(
            {"kind": source.kind, "holder_id": source.holder_id, "ids": source.ids}
        )
        for source in proposal.sources
    )
