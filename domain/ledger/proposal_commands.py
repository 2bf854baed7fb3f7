"""Proposing, approving and rejecting manual journals."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command
from domain.ledger.commands import ACCOUNTANTS, CONTROLLERS, JournalFields, require_open
from domain.ledger.journal import MAIN_BOOK, Journal
from domain.ledger.proposal import Draft, JournalProposal, proposal_id
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork


class ProposeJournal(JournalFields):
    """Put a manual journal before a second person; nothing is posted yet."""

    ROLES: ClassVar = ACCOUNTANTS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, Unbalanced and what else a journal of any size is refused by."""
        entity, lines = self.decided(work)
        id_ = proposal_id(self.journal_id)
        if work.load_or_none(JournalProposal, id_):
            raise AlreadyTaken(f"journal {self.journal_id} is proposed", field="journal_id")
        draft = Draft(
            self.journal_id, self.entity, entity.currency, self.accounting_date,
            self.effective_on(work.today), self.description, self.document, lines,
        )  # fmt: skip
        return Answer(id=work.add(JournalProposal(id_, draft, work.actor.id)).id)


class ProposalCommand(Command):
    """A proposed journal."""

    journal_id: UUID

    def proposal(self, work: UnitOfWork) -> JournalProposal:
        """Raises NotFound, WrongEntity."""
        found = work.load(JournalProposal, proposal_id(self.journal_id))
        work.enter(found.draft.entity)
        return found


class ApproveJournal(ProposalCommand):
    """Post a journal that somebody else proposed, just as it was proposed."""

    ROLES: ClassVar = CONTROLLERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnProposal, NotProposed, PeriodClosed, AlreadyTaken, NotFound, WrongEntity."""
        proposal = self.proposal(work)
        draft = proposal.draft
        require_open(work, self, draft.entity, draft.accounting_date)
        proposal.approve(work.actor.id)
        if work.load_or_none(Journal, draft.journal_id):
            raise AlreadyTaken(f"journal {draft.journal_id} exists", field="journal_id")
        work.effective_date = draft.effective_date
        journal = Journal(
            draft.journal_id, draft.entity, MAIN_BOOK, draft.books, draft.accounting_date,
            draft.description, draft.document, draft.lines, None, "manual", 1, None,
        )  # fmt: skip
        return Answer(id=work.add(journal).id)


class RejectJournal(ProposalCommand):
    """Say no to a proposed journal."""

    ROLES: ClassVar = CONTROLLERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotProposed, NotFound, WrongEntity."""
        proposal = self.proposal(work)
        proposal.reject(work.actor.id, self.why)
        return Answer(id=proposal.id)
