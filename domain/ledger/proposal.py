"""A journal that one person proposes and another posts."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.journal import Line

State = Literal["proposed", "approved", "rejected"]


class OwnProposal(Refusal):
    """A journal is approved by somebody else than who proposed it."""

    code = "OWN_PROPOSAL"


class NotProposed(Refusal):
    """The proposal was decided already."""

    code = "NOT_PROPOSED"


@dataclass(frozen=True)
class Draft:
    """A journal to be, as it was proposed; ``books`` is the functional currency."""

    journal_id: UUID
    entity: str
    books: str
    accounting_date: date
    effective_date: date
    description: str
    document: str
    lines: tuple[Line, ...]


def proposal_id(journal_id: UUID) -> UUID:
    """The stream of the proposal of a journal."""
    return named_id("journal proposal", str(journal_id))


class JournalProposal(Root):
    """Decided once."""

    class Proposed(Root.Created):
        """Somebody wants it posted."""

        TOPIC = "ledger.journal_proposed"
        draft: Draft
        proposed_by: str

    class Approved(Root.Event):
        """Somebody else agreed, and it was posted."""

        TOPIC = "ledger.journal_approved"
        approved_by: str

    class Rejected(Root.Event):
        """Somebody said no."""

        TOPIC = "ledger.journal_rejected"
        rejected_by: str
        why: str

    @event(Proposed)
    def __init__(self, id: UUID, draft: Draft, proposed_by: str) -> None:
        self.draft = draft
        self.proposed_by = proposed_by
        self.state: State = "proposed"

    def approve(self, by: str) -> None:
        """Raises NotProposed, OwnProposal."""
        self._require_proposed()
        if by == self.proposed_by:
            raise OwnProposal("somebody else approves a journal", field="journal_id")
        self._approved(by)

    def reject(self, by: str, why: str) -> None:
        """Raises NotProposed."""
        self._require_proposed()
        self._rejected(by, why)

    def _require_proposed(self) -> None:
        if self.state != "proposed":
            raise NotProposed(f"the journal was {self.state}", field="journal_id")

    @event(Approved)
    def _approved(self, approved_by: str) -> None:
        del approved_by
        self.state = "approved"

    @event(Rejected)
    def _rejected(self, rejected_by: str, why: str) -> None:
        del rejected_by, why
        self.state = "rejected"
