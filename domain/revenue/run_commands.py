"""Running revenue: measuring what is done, recognising a month of a contract, taking it back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command, Exact, Value
from domain.contracts.commands import position_account
from domain.contracts.fixed_rate import price_quote
from domain.errors import Refusal
from domain.ledger.period import (
    Calendar,
    PeriodNotOpen,
    calendar_id,
    month_end,
    month_of,
)
from domain.money import CurrencyMismatch
from domain.pricing.fx import Quote, quote
from domain.revenue.commands import ACCOUNTANTS, CONTROLLERS, Figure, revenue_of
from domain.revenue.contract import RevenueContract
from domain.revenue.figures import ZERO
from domain.revenue.measuring import earn
from domain.revenue.policy import policy_on
from domain.revenue.position import Movement
from domain.revenue.progress import Override
from domain.revenue.promised import Inputs, Measured, Promised
from domain.revenue.recognition import Recognition
from domain.revenue.retainer_use import GrantUse
from domain.revenue.runs import RecognizedLine, Run
from domain.unit_of_work import UnitOfWork


class MonthNotBegun(Refusal):
    """Nothing is earned in a month that has not begun."""

    code = "MONTH_NOT_BEGUN"


class MeasureProgress(Command):
    """Note what is done of an obligation, or a new estimate of all there is to do."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    obligation: str
    measured_on: date
    whole: Figure = Field(description="Estimate at completion, in the unit of the measure")
    done: Figure | None = Field(default=None, description="Left out: as gathered by the run")
    estimate: str = Field(default="", max_length=100, description="Version of the estimate")
    waste_to_date: Figure = ZERO
    waste_in_estimate: Figure = ZERO
    uninstalled_to_date: Figure = ZERO
    uninstalled_total: Figure = ZERO

    def effective_on(self, today: date) -> date:
        """The day it was measured for."""
        del today
        return self.measured_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownObligation, ProgressOutOfRange, MeasureDoesNotFit, CurrencyMismatch.

        Material earns its cost, so it is in the contract's currency: CurrencyMismatch where
        that is not the books'.
        """
        revenue = revenue_of(work, self.contract_id)
        if self.uninstalled_total and revenue.currency != revenue.books:
            raise CurrencyMismatch(f"material is in {revenue.books}", field="uninstalled_total")
        measured = Measured(
            self.measured_on, self.whole, self.done, self.estimate, self.waste_to_date,
            self.waste_in_estimate, self.uninstalled_to_date, self.uninstalled_total,
        )  # fmt: skip
        revenue.measure(self.obligation, measured)
        return Answer(id=revenue.id)


class OverrideProgress(Command):
    """Let a person's cumulative percentage stand in for the measure, for a reason and a time."""

    ROLES: ClassVar = CONTROLLERS
    contract_id: UUID
    obligation: str
    pct: Exact = Field(ge=0, le=100, description="Done to date, in percent")
    why: str = Field(min_length=1, max_length=500)
    from_on: date
    expires_on: date

    def effective_on(self, today: date) -> date:
        """The first day it holds."""
        del today
        return self.from_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PeriodSkipped, UnknownObligation, MeasureDoesNotFit, OverrideIncomplete."""
        revenue = revenue_of(work, self.contract_id)
        override = Override(self.pct, self.why, self.from_on, self.expires_on)
        revenue.set_by_hand(self.obligation, override)
        return Answer(id=revenue.id)


class SatisfyObligation(Command):
    """Say when control of what was promised passed to the customer."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    obligation: str
    satisfied_on: date

    def effective_on(self, today: date) -> date:
        """The day control passed."""
        del today
        return self.satisfied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownObligation, MeasureDoesNotFit, NotFound, WrongEntity."""
        revenue = revenue_of(work, self.contract_id)
        revenue.satisfy(self.obligation, self.satisfied_on)
        return Answer(id=revenue.id)


class GrantInput(Value):
    """A grant of a retainer to the month's end: its fee, and quantities in its own unit."""

    name: str
    fee: Figure
    quantity: Figure
    drawn: Figure
    lapsed: Figure

    def use(self) -> GrantUse:
        """As the calculation takes it."""
        return GrantUse(self.name, self.fee, self.quantity, self.drawn, self.lapsed)


class MeasureInput(Value):
    """What was gathered for an obligation to the month's end; left out: nothing was."""

    obligation: str
    hours: Exact | None = None
    cost: Exact | None = Field(default=None, description="In the books of the entity")
    units: Exact | None = None
    milestones: Exact | None = Field(default=None, description="Accepted amount")
    invoiceable: Exact | None = Field(default=None, description="Work that may be invoiced")
    invoiced: Exact | None = None
    grants: tuple[GrantInput, ...] = Field(default=(), max_length=1000)

    def inputs(self) -> Inputs:
        """As the calculation takes it."""
        grants = tuple(grant.use() for grant in self.grants)
        return Inputs(self.hours, self.cost, self.units, self.milestones, self.invoiceable,
                      self.invoiced, grants)  # fmt: skip


class RecognitionLine(Value):
    """Revenue of an obligation: to date, what the run adds, and the same in the books."""

    obligation: str
    account: str
    cumulative: Decimal
    delta: Decimal
    functional: Decimal
    catch_up: bool
    steps: tuple[str, ...] = Field(default=(), description="How it was worked out, in order")


class RecognitionAnswer(Answer):
    """What a run added, by obligation; no lines where it changed nothing."""

    currency: str
    books: str
    booked_on: date | None = None
    lines: tuple[RecognitionLine, ...] = ()


def answer_of(revenue: RevenueContract, run: Run, lines: tuple[RecognizedLine, ...]) -> Answer:
    """The lines of a run as they are answered, the same for a rehearsal."""
    said = tuple(
        RecognitionLine(
            obligation=line.obligation, account=line.account, cumulative=line.cumulative,
            delta=line.delta, functional=line.functional, catch_up=line.catch_up,
            steps=tuple(step.text for step in line.steps),
        )
        for line in lines
    )  # fmt: skip
    return RecognitionAnswer(
        id=revenue.id, currency=revenue.currency, books=revenue.books, booked_on=run.booked_on,
        lines=said,
    )  # fmt: skip


def first_open_day(work: UnitOfWork, entity: str, on: date) -> date:
    """The day, or the first open one after it. Raises PeriodNotOpen where there is none."""
    calendar = work.find(Calendar, calendar_id(entity))
    day = calendar.first_open(on) if calendar else None
    if day is None:
        raise PeriodNotOpen(f"no month of {entity} is open from {on} on", field="month")
    return day


class RunRecognition(Command):
    """Recognise a month of a contract from what was gathered to its end.

    The same inputs again change nothing; other inputs for a month that was run post the
    difference, as a catch-up, on the first open day.
    """

    ROLES: ClassVar = ACCOUNTANTS
    ANSWER: ClassVar = RecognitionAnswer
    contract_id: UUID
    month: date = Field(description="Any day of the month")
    position: int = Field(default=0, ge=0, description="How far the log was read for the inputs")
    measures: tuple[MeasureInput, ...] = Field(default=(), max_length=1000)

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return month_end(self.month)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotAllocated, OverAllocation, RunOutOfOrder, UnknownObligation, MissingRate.

        PeriodNotOpen where no month is open from this one on; MonthNotBegun; what measures
        refuse: NothingToMeasure, ProgressOutOfRange, NegativeFigure; NotFound, WrongEntity.
        """
        revenue = revenue_of(work, self.contract_id)
        run = self._run(work, revenue)
        given = {one.obligation: one.inputs() for one in self.measures}
        for name in given:
            revenue.promise(name)
        if revenue.is_run(run.period, run.key):
            return answer_of(revenue, run, ())
        rate = price_quote(work, self.contract_id, revenue.currency, revenue.books, run.booked_on)
        lines = _lines(work, revenue, run, rate, given)
        revenue.recognize(run, rate, lines)
        return answer_of(revenue, run, lines)

    def _run(self, work: UnitOfWork, revenue: RevenueContract) -> Run:
        period, on = month_of(self.month), self.effective_on(work.today)
        if period > work.today:
            raise MonthNotBegun(f"{period:%Y-%m} has not begun", field="month")
        policy = policy_on(work, revenue.entity, on).name
        booked_on = first_open_day(work, revenue.entity, on)
        key = self._key(period, policy)
        return Run(period, on, booked_on, key, self.position, policy, work.actor.id)

    def _key(self, period: date, policy: str) -> str:
        """Identity of the inputs, whatever order they come in."""
        said = sorted(one.model_dump_json(exclude_defaults=True) for one in self.measures)
        return sha256(json.dumps([str(period), policy, *said]).encode()).hexdigest()


def _lines(
    work: UnitOfWork,
    revenue: RevenueContract,
    run: Run,
    rate: Quote,
    given: Mapping[str, Inputs],
) -> tuple[RecognizedLine, ...]:
    late = run.period in revenue.keys
    breakage_pct = policy_on(work, revenue.entity, run.on).expected_breakage_pct
    found = []
    for name, promise in revenue.promises.items():
        inputs = _in_contract_currency(work, revenue, promise, given.get(name, Inputs()), run)
        inputs = replace(inputs, expected_breakage_pct=breakage_pct)
        recognition, done = earn(promise, inputs, run.on, revenue.currency)
        if recognition.delta:
            found.append((promise, recognition, done))
    return booked(work, revenue, run, rate, found, late=late)


def _in_contract_currency(
    work: UnitOfWork, revenue: RevenueContract, promise: Promised, inputs: Inputs, run: Run
) -> Inputs:
    """Cost that is revenue itself is converted at the day's rate."""
    if promise.terms.measure != "zero_margin" or not inputs.cost:
        return inputs
    rate = quote(work, revenue.books, revenue.currency, run.booked_on)
    return Inputs(cost=rate.convert(inputs.cost))


def booked(
    work: UnitOfWork,
    revenue: RevenueContract,
    run: Run,
    rate: Quote,
    found: list[tuple[Promised, Recognition, Decimal]],
    *,
    late: bool,
) -> tuple[RecognizedLine, ...]:
    """Lines with what the books take for them, each against the contract's position in turn."""
    account = position_account(work, revenue.contract_id, revenue.entity, revenue.currency)
    lines = []
    for promise, recognition, done in found:
        delta = recognition.delta
        movement = Movement("revenue", run.booked_on, delta, rate.convert(delta))
        functional = account.settle(revenue.id, movement, revenue.books)
        lines.append(
            RecognizedLine(
                promise.terms.id, promise.delivery.account, promise.delivery.project_id,
                recognition.cumulative, delta, functional, late, done, recognition.steps,
            )
        )  # fmt: skip
    return tuple(lines)


class ReverseRecognition(Command):
    """Take the last run of a contract back; its month can be run again."""

    ROLES: ClassVar = CONTROLLERS
    ANSWER: ClassVar = RecognitionAnswer
    contract_id: UUID
    month: date = Field(description="Any day of the month")
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return month_end(self.month)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingToReverse, OwnWork, PeriodNotOpen, NotFound, WrongEntity."""
        revenue = revenue_of(work, self.contract_id)
        was, rate, lines = revenue.last_run(month_of(self.month), work.actor.id)
        day = first_open_day(work, revenue.entity, was.on)
        run = Run(was.period, was.on, day, was.key, was.position, was.policy, work.actor.id)
        account = position_account(work, revenue.contract_id, revenue.entity, revenue.currency)
        back = []
        for line in lines:
            movement = Movement("revenue", day, -line.delta, -line.functional)
            functional = account.settle(revenue.id, movement, revenue.books)
            held = revenue.promise(line.obligation)
            back.append(
                RecognizedLine(
                    line.obligation, line.account, line.project_id,
                    held.recognised - line.delta, -line.delta, functional, line.catch_up,
                    revenue.done_before(line.obligation), (),
                )
            )  # fmt: skip
        revenue.reverse(run, rate, tuple(back), self.why)
        return answer_of(revenue, run, tuple(back))
