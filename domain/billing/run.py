"""A billing run: what would be billed, reviewed by people, then issued contract by contract.

Prepared from what was unbilled at one position; each proposal was decided by the very command
that issues it, so it says what will happen, or what stands in the way.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.unit_of_work import NotFound

RunState = Literal["prepared", "approved", "discarded"]


class RunNotOpen(Refusal):
    """The run is past this step."""

    code = "RUN_NOT_OPEN"


class RunNotApproved(Refusal):
    """Nobody has approved the run."""

    code = "RUN_NOT_APPROVED"


class ProposalBlocked(Refusal):
    """Something stands in the way of this proposal, or it was excluded."""

    code = "PROPOSAL_BLOCKED"


class OwnRun(Refusal):
    """A run is approved by somebody else than who prepared it."""

    code = "OWN_RUN"


@dataclass(frozen=True)
class RunSource:
    """Things of one holder to bill."""

    kind: str
    holder_id: UUID
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Proposal:
    """One invoice to be; ``blocker`` is the code of what refuses it, ``text`` says why.

    Amounts are in the contract's currency; ``written_down`` is what caps take. Proposals with the
    same words in ``together`` become one consolidated invoice; empty: an invoice of its own.
    """

    contract_id: UUID
    currency: str
    sources: tuple[RunSource, ...]
    net: Decimal
    tax: Decimal
    written_down: Decimal
    blocker: str
    text: str
    together: str = ""


class BillingRun(Root):
    """``excluded`` and ``issued`` name contracts."""

    class Prepared(Root.Created):
        """What was unbilled through a day became proposals."""

        TOPIC = "billing.run_prepared"
        entity: str
        through: date
        issued_on: date
        position: int
        prepared_by: str
        proposals: tuple[Proposal, ...]
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Consolidated invoices came later."""
            for proposal in state["proposals"]:
                proposal["together"] = ""

    class Excluded(Root.Event):
        """A contract is left for another time."""

        TOPIC = "billing.run_contract_excluded"
        contract_id: UUID
        why: str

    class Approved(Root.Event):
        """Somebody else agrees to all that is not excluded."""

        TOPIC = "billing.run_approved"
        approved_by: str

    class Discarded(Root.Event):
        """Nothing of it is issued."""

        TOPIC = "billing.run_discarded"
        why: str

    class Issued(Root.Event):
        """A proposal became an invoice."""

        TOPIC = "billing.run_invoice_issued"
        contract_id: UUID
        invoice_id: UUID
        number: str

    @event(Prepared)
    def __init__(
        self, id: UUID, entity: str, through: date, issued_on: date, position: int,
        prepared_by: str, proposals: tuple[Proposal, ...],
    ) -> None:  # fmt: skip
        del through, position
        self.entity = entity
        self.issued_on = issued_on
        self.prepared_by = prepared_by
        self.proposals = {one.contract_id: one for one in proposals}
        self.excluded: dict[UUID, str] = {}
        self.issued: dict[UUID, UUID] = {}
        self.state: RunState = "prepared"

    def exclude(self, contract_id: UUID, why: str) -> None:
        """Twice changes nothing. Raises RunNotOpen, NotFound."""
        self._require("prepared")
        self._proposal(contract_id)
        if contract_id not in self.excluded:
            self._contract_excluded(contract_id, why)

    def approve(self, approver: str) -> None:
        """Raises OwnRun, RunNotOpen."""
        self._require("prepared")
        if approver == self.prepared_by:
            raise OwnRun("a run is approved by somebody else than who prepared it")
        self._run_approved(approver)

    def discard(self, why: str) -> None:
        """Raises RunNotOpen."""
        self._require("prepared")
        self._run_discarded(why)

    def next_of(self, contract_id: UUID) -> Proposal:
        """The proposal to issue. Raises RunNotApproved, NotFound, ProposalBlocked."""
        if self.state != "approved":
            raise RunNotApproved(f"the run is {self.state}", field="run_id")
        found = self._proposal(contract_id)
        if contract_id in self.issued:
            raise ProposalBlocked("the invoice is issued", field="contract_id")
        if found.blocker or contract_id in self.excluded:
            words = self.excluded.get(contract_id) or found.text
            raise ProposalBlocked(f"not billed: {words}", field="contract_id")
        return found

    def due(self) -> list[tuple[Proposal, ...]]:
        """What is still to be issued: one document each, in the order of the run."""
        free = [one for one in self.proposals.values() if not one.blocker
                and one.contract_id not in {*self.excluded, *self.issued}]  # fmt: skip
        documents: dict[str | UUID, tuple[Proposal, ...]] = {}
        for one in free:
            key = one.together or one.contract_id
            documents[key] = (*documents.get(key, ()), one)
        return list(documents.values())

    def document_of(self, contract_id: UUID) -> tuple[Proposal, ...]:
        """The proposals to issue with this one, itself too, in the order of the run.

        Raises RunNotApproved, NotFound, ProposalBlocked.
        """
        found = self.next_of(contract_id)
        return next(group for group in self.due() if found in group)

    def note(self, contract_id: UUID, invoice_id: UUID, number: str) -> None:
        """A proposal became this invoice."""
        self._invoice_issued(contract_id, invoice_id, number)

    def _require(self, state: RunState) -> None:
        if self.state != state:
            raise RunNotOpen(f"the run is {self.state}", field="run_id")

    def _proposal(self, contract_id: UUID) -> Proposal:
        if contract_id not in self.proposals:
            raise NotFound("the run proposes nothing for this contract", field="contract_id")
        return self.proposals[contract_id]

    @event(Excluded)
    def _contract_excluded(self, contract_id: UUID, why: str) -> None:
        self.excluded[contract_id] = why

    @event(Approved)
    def _run_approved(self, approved_by: str) -> None:
        del approved_by
        self.state = "approved"

    @event(Discarded)
    def _run_discarded(self, why: str) -> None:
        del why
        self.state = "discarded"

    @event(Issued)
    def _invoice_issued(self, contract_id: UUID, invoice_id: UUID, number: str) -> None:
        del number
        self.issued[contract_id] = invoice_id
