"""Retainers: agreed, granted period by period, drawn, closed, expired, adjusted.

Approval draws by itself (``drawing``); these are what a person does beside it. Tried as a dry run
each shows how it would come to what it does.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CONTROLLER, PROJECT_MANAGER, SYSTEM
from domain.billing.drawing import Dated, draw, last_day
from domain.billing.holders import OtherContract
from domain.billing.minimum_commands import MonthNotOver
from domain.billing.recurring_commands import ACCRUERS, MANAGERS, EarnedOverTime
from domain.billing.retainer_account import Retainer, retainer_id
from domain.billing.retainer_grant import (
    MINUTES_PER_HOUR,
    Agreement,
    Overage,
    RetainerOf,
    Unit,
)
from domain.billing.retainer_rules import period_of
from domain.command import Answer, Command, Exact, Value
from domain.contracts.contract import Contract, OutsideTerm
from domain.delivery.expense import Expense
from domain.delivery.timesheet import OwnWork, Timesheet
from domain.errors import Refusal
from domain.explanation import Step
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork

DRAWERS = frozenset({ADMIN, BILLING, CONTROLLER, PROJECT_MANAGER, SYSTEM})
CLOSERS = frozenset({ADMIN, BILLING, CONTROLLER, SYSTEM})
FINEST = Decimal("0.0001")


class NoRatedWork(Refusal):
    """Only work that has a price can draw: the contract bills time and materials."""

    code = "NO_RATED_WORK"


class BadRetainerTerms(Refusal):
    """The terms contradict themselves."""

    code = "BAD_RETAINER_TERMS"


class NothingAdjusted(Refusal):
    """An adjustment of nothing is none."""

    code = "NOTHING_ADJUSTED"


class RetainerAnswer(Answer):
    """What the contract's retainer has left, and how the command came to what it did."""

    unit: str = Field(description="hours or money")
    left: Exact = Field(description="Hours, or money in the contract's currency")
    steps: tuple[str, ...]


class RetainerCommand(Command):
    """The retainer of a contract."""

    contract_id: UUID

    def retainer(self, work: UnitOfWork) -> tuple[Retainer, Contract, int]:
        """The retainer, its contract, and how many facts wait to be written with this command's.

        Raises NotFound, WrongEntity.
        """
        contract = work.read(Contract, self.contract_id)
        legal_entity(work, contract.entity)
        found = work.load(Retainer, retainer_id(contract.id))
        return found, contract, len(found.pending_events)


def answer_of(retainer: Retainer, before: int = 0) -> RetainerAnswer:
    """What is left, and the steps of every fact decided after the first ``before`` ones."""
    left = retainer.left / MINUTES_PER_HOUR if retainer.unit == "hours" else retainer.left
    currency = retainer.of.currency
    steps = [
        step.text for fact in retainer.pending_events[before:] for step in _steps(fact, currency)
    ]
    return RetainerAnswer(
        id=retainer.id, unit=retainer.unit, left=left.quantize(FINEST), steps=tuple(steps)
    )


def _steps(fact: object, currency: str) -> Iterable[Step]:
    """How a fact came about, whichever of the retainer's it is."""
    if isinstance(fact, Retainer.Agreed | Retainer.Changed):
        return [Step("retainer.terms", fact.agreement.words(currency))]
    if isinstance(fact, Retainer.Funded):
        return fact.granted.steps
    if isinstance(fact, Retainer.Drawn):
        return [step for one in fact.draws for step in one.steps]
    if isinstance(fact, Retainer.Rolled | Retainer.Expired | Retainer.Adjusted):
        return fact.steps
    return []


class SetRetainerTerms(Command):
    """Agree on an allowance a month or quarter for a fee, or on other terms from a period on.

    A period that begins within the contract is granted whole.
    """

    ROLES: ClassVar = MANAGERS
    ANSWER: ClassVar = RetainerAnswer
    contract_id: UUID
    from_date: date = Field(description="First day of a period; its day of the month is kept")
    period: Literal["month", "quarter"] = "month"
    unit: Unit = Field(description="What the allowance counts")
    allowance: Exact = Field(gt=0, max_digits=15, decimal_places=4)
    fee: Exact = Field(ge=0, max_digits=15, description="Of a period, net; contract's currency")
    carry_limit: Exact | None = Field(
        default=None, ge=0, max_digits=15, description="Most that goes into the next period"
    )
    carry_periods: int | None = Field(
        default=None, ge=0, le=120,
        description="Periods that what is unused lives on, 0: none; left out: it does not expire",
    )  # fmt: skip
    overage: Overage = Field(default="billed", description="What becomes of work above it")
    overage_rate: Exact | None = Field(
        default=None, ge=0, max_digits=12, description="Of an hour; left out: the work's own"
    )
    in_advance: bool = Field(default=True, description="The fee is due as the period begins")
    expenses: bool = Field(default=False, description="Expenses draw, too; of money only")

    def effective_on(self, today: date) -> date:
        """The first day of the terms."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> RetainerAnswer:
        """Raises NoRatedWork, EarnedOverTime, BadRetainerTerms, OutsideTerm, AmountTooFine.

        Once there are terms: UnitFixed, TermsMidPeriod, PeriodGranted. ContractNotActive,
        NotFound, WrongEntity.
        """
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        if contract.terms.earned_at_once:
            raise EarnedOverTime("a retainer needs a contract recognised by run",
                                 field="contract_id")  # fmt: skip
        if contract.terms.model != "time_and_materials":
            raise NoRatedWork(f"{contract.name} is a fixed fee", field="contract_id")
        if not contract.starts_on <= self.from_date <= last_day(contract):
            raise OutsideTerm(f"{self.from_date} is outside the contract", field="from_date")
        self._check(contract.currency)
        id_, agreement = retainer_id(contract.id), self._agreement()
        known = work.load_or_none(Retainer, id_)
        if known:
            before = len(known.pending_events)
            known.change(agreement)
            return answer_of(known, before)
        of = RetainerOf(contract.id, entity.code, contract.currency)
        return answer_of(work.add(Retainer(id_, of, agreement)))

    def _check(self, currency: str) -> None:
        require_fine(self.fee, currency, field="fee")
        if self.unit == "money":
            require_fine(self.allowance, currency, field="allowance")
            require_fine(self.carry_limit or Decimal(0), currency, field="carry_limit")
        if self.unit == "money" and self.overage_rate is not None:
            raise BadRetainerTerms("money above the allowance has no hourly rate",
                                   field="overage_rate")  # fmt: skip
        if self.overage_rate is not None and self.overage != "billed":
            raise BadRetainerTerms(f"what is {self.overage} has no rate", field="overage_rate")
        if self.unit == "hours" and self.expenses:
            raise BadRetainerTerms("expenses draw money, not hours", field="expenses")

    def _agreement(self) -> Agreement:
        scale = MINUTES_PER_HOUR if self.unit == "hours" else 1
        limit = None if self.carry_limit is None else self.carry_limit * scale
        return Agreement(
            self.from_date, 3 if self.period == "quarter" else 1, self.unit,
            self.allowance * scale, self.fee, limit, self.carry_periods, self.overage,
            self.overage_rate, self.in_advance, self.expenses,
        )  # fmt: skip


class FundRetainer(RetainerCommand):
    """Grant the periods that have begun by a day, their fees to be billed; twice does it once."""

    ROLES: ClassVar = ACCRUERS
    ANSWER: ClassVar = RetainerAnswer
    through: date

    def effective_on(self, today: date) -> date:
        """The day through which periods count."""
        del today
        return self.through

    def run(self, work: UnitOfWork) -> RetainerAnswer:
        """Raises NotFound, WrongEntity."""
        retainer, contract, before = self.retainer(work)
        retainer.fund(min(self.through, last_day(contract)))
        return answer_of(retainer, before)


class DrawRef(Value):
    """Approved things: their timesheet or expense, and what of it."""

    kind: Literal["time", "expense"]
    holder_id: UUID
    ids: tuple[UUID, ...] = Field(min_length=1, max_length=5000)


class DrawRetainer(RetainerCommand):
    """Let approved work draw that did not, or not enough, when it was approved.

    So work approved before there were terms draws, and what was above the allowance draws anew
    after an adjustment. Twice draws once.
    """

    ROLES: ClassVar = DRAWERS
    ANSWER: ClassVar = RetainerAnswer
    sources: tuple[DrawRef, ...] = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> RetainerAnswer:
        """Raises RetainerExhausted, BilledElsewhere, BillableHeld, OtherContract, NotFound.

        UnknownEntry, WrongEntity.
        """
        retainer, contract, before = self.retainer(work)
        things = [one for ref in self.sources for one in dated(work, ref, contract.id)]
        draw(work, contract, things)
        return answer_of(retainer, before)


def dated(work: UnitOfWork, ref: DrawRef, contract_id: UUID) -> list[Dated]:
    """What a holder says of things, each with its day.

    Raises OtherContract, BilledElsewhere, UnknownEntry, NotFound.
    """
    if ref.kind == "time":
        sheet = work.read(Timesheet, ref.holder_id)
        days = [sheet.entry(id_).work_date for id_ in ref.ids]
        contracts = {sheet.contract_of(id_) for id_ in ref.ids}
        shares = sheet.shares(ref.ids)
    else:
        expense = work.read(Expense, ref.holder_id)
        days = [expense.spending.spent_on for _ in ref.ids]
        contracts = {expense.contract_of(id_) for id_ in ref.ids}
        shares = expense.shares(ref.ids)
    if contracts != {contract_id}:
        raise OtherContract("a source belongs to another contract", field="sources")
    return list(zip(shares, days, strict=True))


class RollRetainerPeriod(RetainerCommand):
    """Close a period: what is unused goes on as far as the terms let it, the rest lapses.

    Close it once its time is approved: work approved later is above the allowance, unless an
    adjustment grants it anew. Again, it takes in only what was given back since.
    """

    ROLES: ClassVar = CLOSERS
    ANSWER: ClassVar = RetainerAnswer
    day: date = Field(description="Any day of the period")

    def effective_on(self, today: date) -> date:
        """The day given."""
        del today
        return self.day

    def run(self, work: UnitOfWork) -> RetainerAnswer:
        """Raises MonthNotOver, RollOutOfOrder, UnknownGrant, NotFound, WrongEntity."""
        retainer, contract, before = self.retainer(work)
        retainer.fund(min(self.day, last_day(contract)))
        if (last := period_of(retainer.grants.values(), self.day).ends_on) >= work.today:
            raise MonthNotOver(f"the period goes on until {last}", field="day")
        retainer.roll(self.day)
        return answer_of(retainer, before)


class ExpireRetainer(RetainerCommand):
    """Let lapse what can no longer be drawn: expired grants, or all once the contract ended.

    Work approved later is above the allowance.
    """

    ROLES: ClassVar = CLOSERS
    ANSWER: ClassVar = RetainerAnswer
    on: date = Field(description="The last day that counts; it is over")

    def effective_on(self, today: date) -> date:
        """That day."""
        del today
        return self.on

    def run(self, work: UnitOfWork) -> RetainerAnswer:
        """Raises MonthNotOver, NotFound, WrongEntity."""
        retainer, contract, before = self.retainer(work)
        if self.on >= work.today:
            raise MonthNotOver(f"{self.on} is not over", field="on")
        retainer.expire(self.on, last_day(contract))
        return answer_of(retainer, before)


class AdjustRetainer(RetainerCommand):
    """Grant more for no fee, or take some of what is left away; somebody else has approved it.

    What is taken away is earned like what lapses: its fee stays.
    """

    ROLES: ClassVar = frozenset({ADMIN, BILLING, CONTROLLER})
    ANSWER: ClassVar = RetainerAnswer
    quantity: Exact = Field(max_digits=15, decimal_places=4, description="Hours or money; signed")
    on: date
    expires_on: date | None = Field(default=None, description="As the grant of its period")
    why: str = Field(min_length=1, max_length=500)
    approved_by: str = Field(min_length=1, max_length=200, description="Not who enters it")

    def effective_on(self, today: date) -> date:
        """The day of the adjustment."""
        del today
        return self.on

    def run(self, work: UnitOfWork) -> RetainerAnswer:
        """Raises OwnWork, OverAdjusted, NothingAdjusted, UnknownGrant, AmountTooFine, NotFound.

        BadRetainerTerms where it would expire before it begins; WrongEntity.
        """
        retainer, contract, before = self.retainer(work)
        if self.approved_by == work.actor.id:
            raise OwnWork("an adjustment is approved by somebody else", field="approved_by")
        if not self.quantity:
            raise NothingAdjusted("say how much", field="quantity")
        if self.expires_on and self.expires_on < self.on:
            raise BadRetainerTerms("it would expire before it begins", field="expires_on")
        if retainer.unit == "money":
            require_fine(self.quantity, contract.currency, field="quantity")
        retainer.fund(min(self.on, last_day(contract)))
        scale = MINUTES_PER_HOUR if retainer.unit == "hours" else 1
        retainer.adjust(self.quantity * scale, self.on, self.expires_on, self.why,
                        self.approved_by)  # fmt: skip
        return answer_of(retainer, before)
