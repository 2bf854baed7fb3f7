"""Modifications: a change is described and a treatment proposed; another person confirms it."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command, Exact, Value
from domain.ledger.period import month_of
from domain.money import require_fine
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.revenue.change import RevenueChange
from domain.revenue.commands import ACCOUNTANTS, CONTROLLERS, Figure, revenue_of
from domain.revenue.contract import RevenueContract
from domain.revenue.modification import (
    Modification,
    Proposal,
    Remaining,
    Treatment,
    confirm,
    propose,
)
from domain.revenue.modified import Assessment, Modified, ObligationChange, modify
from domain.revenue.policy import policy_on
from domain.revenue.recognition import Recognition
from domain.revenue.run_commands import (
    RecognitionAnswer,
    answer_of,
    booked,
    first_open_day,
)
from domain.revenue.runs import Run
from domain.unit_of_work import UnitOfWork


class ObligationChangeInput(Value):
    """What the change means for an obligation; selling prices are after it."""

    obligation: str
    distinct: bool = Field(description="What remains is distinct from what passed")
    total_ssp: Figure
    remaining_ssp: Figure
    whole: Figure | None = Field(default=None, description="All there is to do after the change")
    ends_on: date | None = None


class AssessmentAnswer(Answer):
    """What the facts propose, and the clause that says so."""

    treatment: str
    clause: str


class AssessModification(Command):
    """Describe a change of a contract; the system proposes how it is accounted for."""

    ROLES: ClassVar = ACCOUNTANTS
    ANSWER: ClassVar = AssessmentAnswer
    modification_id: UUID
    contract_id: UUID
    changed_on: date
    price_change: Exact = Field(max_digits=18, description="Signed, contract's currency")
    approved: bool
    price_agreed: bool = True
    remaining: Remaining
    adds: bool = False
    added_distinct: bool = False
    added_at_ssp: bool = False
    reduces_or_reshapes: bool = False
    changes: tuple[ObligationChangeInput, ...] = Field(min_length=1, max_length=200)

    def effective_on(self, today: date) -> date:
        """The day of the change."""
        del today
        return self.changed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotAllocated, UnknownObligation, AlreadyTaken, AmountTooFine, NotFound."""
        revenue = revenue_of(work, self.contract_id)
        require_fine(self.price_change, revenue.currency, field="price_change")
        revenue.require_allocated()
        for change in self.changes:
            revenue.promise(change.obligation)
        if work.load_or_none(RevenueChange, self.modification_id):
            raise AlreadyTaken("the modification exists", field="modification_id")
        facts = self._facts()
        proposal = propose(facts)
        assessed = Assessment(
            self.modification_id, self.changed_on, self.price_change, facts,
            tuple(ObligationChange(**vars(change)) for change in self.changes),
            proposal.treatment, proposal.clause, proposal.steps, work.actor.id,
        )  # fmt: skip
        work.add(RevenueChange(self.modification_id, self.contract_id, assessed))
        return AssessmentAnswer(
            id=self.modification_id, treatment=proposal.treatment, clause=proposal.clause
        )

    def _facts(self) -> Modification:
        return Modification(
            approved=self.approved, price_agreed=self.price_agreed, remaining=self.remaining,
            adds=self.adds, added_distinct=self.added_distinct, added_at_ssp=self.added_at_ssp,
            reduces_or_reshapes=self.reduces_or_reshapes,
        )  # fmt: skip


class ConfirmModification(Command):
    """Account for an approved change order, as proposed or otherwise, with the reason."""

    ROLES: ClassVar = CONTROLLERS
    ANSWER: ClassVar = RecognitionAnswer
    modification_id: UUID
    change_order: str = Field(max_length=100, description="The approved change order")
    treatment: (
        Literal[
            "separate_contract", "prospective", "cumulative_catch_up", "mixed",
            "variable_consideration",
        ]
        | None
    ) = Field(default=None, description="Left out: as proposed")  # fmt: skip
    why: str = Field(max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ChangeOrderNeeded, OwnWork, NotApproved, ReasonMissing, AlreadyConfirmed.

        PriceBelowNothing where the change takes off more than there is, FigureNotPositive where
        nothing was added that could take it; PeriodNotOpen, MissingRate, NotFound, WrongEntity.
        """
        change = work.load(RevenueChange, self.modification_id)
        revenue = revenue_of(work, change.contract_id)
        assessed = change.require_waiting(work.actor.id)
        proposal = Proposal(assessed.treatment, assessed.clause, assessed.steps)
        treatment: Treatment = self.treatment or assessed.treatment
        decided = confirm(proposal, treatment, self.why)
        change.confirm(self.change_order, decided)
        policy = policy_on(work, revenue.entity, assessed.effective_on)
        found = modify(assessed, treatment, revenue.promises, revenue.currency, policy.mixed)
        revenue.confirm(assessed, self.change_order, treatment, found, decided.steps)
        return _caught_up(work, revenue, assessed, found, policy.name)


def _caught_up(
    work: UnitOfWork,
    revenue: RevenueContract,
    assessed: Assessment,
    found: tuple[Modified, ...],
    policy: str,
) -> Answer:
    """What the change earns or loses at once is recognised on its day."""
    on = assessed.effective_on
    day = first_open_day(work, revenue.entity, on)
    id_ = assessed.modification_id
    run = Run(month_of(on), on, day, str(id_), 0, policy, work.actor.id, id_)
    moved = []
    for one in found:
        promise = revenue.promise(one.obligation)
        if one.catch_up:
            to_date = promise.recognised + one.catch_up
            recognition = Recognition(to_date, promise.recognised, one.catch_up, assessed.steps)
            moved.append((promise, recognition, promise.done))
    if not moved:
        return answer_of(revenue, run, ())
    rate = quote(work, revenue.currency, revenue.books, day)
    lines = booked(work, revenue, run, rate, moved, late=True)
    revenue.recognize(run, rate, lines)
    return answer_of(revenue, run, lines)
