"""Modifications: a change order is assessed, a treatment proposed; another person confirms it.

Price, day and what is added or cut are the order's own words; only what it cannot say is asked.
An order that takes effect in months before its approval modifies the contract on the day of the
approval (ASC 606-10-25-10): what it earns for the months before is a catch-up of that day.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.billing.holders import OtherContract
from domain.command import Answer, Command, Value
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.change_order import ChangeOrder
from domain.explanation import Step
from domain.ledger.period import month_of
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.revenue.change import RevenueChange
from domain.revenue.commands import ACCOUNTANTS, CONTROLLERS, Figure, revenue_of
from domain.revenue.contract import RevenueContract
from domain.revenue.figures import shown
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
from domain.revenue.promised import Promised
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
    """What the facts propose, the clause that says so and the way there.

    Price (signed, contract's currency) is the change order's; the day that of the modification:
    of the approval, where the order takes effect before it.
    """

    treatment: str
    clause: str
    steps: tuple[str, ...]
    price_change: Decimal
    changed_on: date


def order_of(work: UnitOfWork, revenue: RevenueContract, id_: UUID) -> ChangeOrder:
    """A change order of the contract or of one combined with it.

    Raises NotFound, OtherContract.
    """
    order = work.read(ChangeOrder, id_)
    if order.contract_id != revenue.contract_id:
        account = work.find(ContractAccount, account_id(order.contract_id))
        if account is None or account.into != account_id(revenue.contract_id):
            raise OtherContract(f"{order.name} is another contract's", field="change_order_id")
    return order


class AssessModification(Command):
    """Say what a change order means for what was promised; the system proposes a treatment."""

    ROLES: ClassVar = ACCOUNTANTS
    ANSWER: ClassVar = AssessmentAnswer
    modification_id: UUID
    contract_id: UUID
    change_order_id: UUID = Field(description="Its price, scope and days are the change's")
    price_agreed: bool = Field(default=True, description="Not where scope alone is approved")
    remaining: Remaining
    adds: bool = Field(default=False, description="Its scope adds what its figures do not show")
    added_distinct: bool = False
    added_at_ssp: bool = False
    reduces_or_reshapes: bool = Field(
        default=False, description="Its scope cuts or changes what its figures do not show"
    )
    changes: tuple[ObligationChangeInput, ...] = Field(min_length=1, max_length=200)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotAllocated, UnknownObligation, OtherContract, AlreadyTaken, NotFound."""
        revenue = revenue_of(work, self.contract_id)
        order = order_of(work, revenue, self.change_order_id)
        revenue.require_allocated()
        for change in self.changes:
            revenue.promise(change.obligation)
        if work.load_or_none(RevenueChange, self.modification_id):
            raise AlreadyTaken("the modification exists", field="modification_id")
        facts = self._facts(order)
        proposal = propose(facts)
        on, price = order.modifies_on, order.change.price
        assessed = Assessment(
            self.modification_id, on, price, facts,
            tuple(ObligationChange(**vars(change)) for change in self.changes),
            proposal.treatment, proposal.clause, proposal.steps, work.actor.id, order.id,
        )  # fmt: skip
        work.add(RevenueChange(self.modification_id, self.contract_id, assessed))
        return AssessmentAnswer(
            id=self.modification_id, treatment=proposal.treatment, clause=proposal.clause,
            steps=tuple(step.text for step in proposal.steps), price_change=price, changed_on=on,
        )  # fmt: skip

    def _facts(self, order: ChangeOrder) -> Modification:
        change = order.change
        return Modification(
            approved=order.approved, price_agreed=self.price_agreed, remaining=self.remaining,
            adds=self.adds or change.adds, added_distinct=self.added_distinct,
            added_at_ssp=self.added_at_ssp,
            reduces_or_reshapes=self.reduces_or_reshapes or change.reduces,
        )  # fmt: skip


class ConfirmModification(Command):
    """Account for an approved change order, as proposed or otherwise, with the reason."""

    ROLES: ClassVar = CONTROLLERS
    ANSWER: ClassVar = RecognitionAnswer
    modification_id: UUID
    change_order_id: UUID = Field(description="The approved change order it was described from")
    treatment: (
        Literal[
            "separate_contract", "prospective", "cumulative_catch_up", "mixed",
            "variable_consideration",
        ]
        | None
    ) = Field(default=None, description="Left out: as proposed")  # fmt: skip
    why: str = Field(max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ChangeOrderNeeded, OtherChangeOrder, OtherContract where it is not the order.

        OwnWork, NotApproved, ReasonMissing, AlreadyConfirmed where the decision is not theirs.
        PriceBelowNothing where the change takes off more than there is, FigureNotPositive where
        nothing was added that could take it; PeriodNotOpen, MissingRate, NotFound, WrongEntity.
        """
        change = work.load(RevenueChange, self.modification_id)
        revenue = revenue_of(work, change.contract_id)
        assessed = change.require_waiting(work.actor.id)
        proposal = Proposal(assessed.treatment, assessed.clause, assessed.steps)
        treatment: Treatment = self.treatment or assessed.treatment
        decided = confirm(proposal, treatment, self.why)
        order = order_of(work, revenue, self.change_order_id)
        change.confirm(order, decided)
        policy = policy_on(work, revenue.entity, assessed.effective_on)
        found = modify(assessed, treatment, revenue.promises, revenue.currency, policy.mixed)
        revenue.confirm(assessed, order.name, treatment, found, decided.steps)
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
            steps = (*assessed.steps, _step(one, promise))
            to_date = promise.recognised + one.catch_up
            recognition = Recognition(to_date, promise.recognised, one.catch_up, steps)
            moved.append((promise, recognition, promise.done))
    if not moved:
        return answer_of(revenue, run, ())
    rate = quote(work, revenue.currency, revenue.books, day)
    lines = booked(work, revenue, run, rate, moved, late=True)
    revenue.recognize(run, rate, lines)
    return answer_of(revenue, run, lines)


def _step(one: Modified, promise: Promised) -> Step:
    was, to_date = promise.recognised, promise.recognised + one.catch_up
    text = (
        f"of {one.allocated} ({one.before} before the change), {shown(promise.done)} done: "
        f"{to_date} earned less {was} recognised = {one.catch_up}"
    )
    return Step("revenue.catch_up", text)
