"""Progress billing: a price broken down into values, applied for, certified, then invoiced."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CONTRACT_MANAGER, CONTROLLER, PROJECT_MANAGER
from domain.access.roles import SYSTEM as MACHINE
from domain.billing.billing_schedule import BillingSchedule, PlannedBySchedule, schedule_id
from domain.billing.retainage_account import RetainageAccount, retainage_id
from domain.billing.schedule_commands import require_fixed_fee
from domain.billing.value_schedule import (
    ItemWork,
    PayApplication,
    ValueItem,
    ValueSchedule,
    require_price,
    values_id,
)
from domain.command import Answer, Command, Exact, Value
from domain.contracts.contract import Contract, OutsideTerm
from domain.contracts.fixed_rate import price_quote
from domain.ledger.commands import ReasonNeeded
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork

MANAGERS = frozenset({ADMIN, CONTRACT_MANAGER, CONTROLLER, MACHINE})
APPLICANTS = frozenset({ADMIN, BILLING, CONTROLLER, PROJECT_MANAGER})
CERTIFIERS = frozenset({ADMIN, BILLING, CONTRACT_MANAGER, CONTROLLER})


class ValueInput(Value):
    """A line of the schedule of values."""

    item: str = Field(min_length=1, max_length=60, description="Its number or name, unique")
    text: str = Field(default="", max_length=200)
    scheduled: Exact = Field(max_digits=15, decimal_places=4, description="Contract's currency")


class SetScheduleOfValues(Command):
    """Break a fixed fee down into lines that are its price; change orders add theirs."""

    ROLES: ClassVar = MANAGERS
    contract_id: UUID
    lines: tuple[ValueInput, ...] = Field(min_length=1, max_length=2000)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ScheduleMismatch, UnknownItem, AmountTooFine, NotFixedFee, ContractNotActive.

        PlannedBySchedule where milestones bill the price; ApplicationPending once work was
        applied for. NotFound, WrongEntity.
        """
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        require_fixed_fee(contract)
        if work.find(BillingSchedule, schedule_id(contract.id)):
            raise PlannedBySchedule("milestones bill this price", field="contract_id")
        for line in self.lines:
            require_fine(line.scheduled, contract.currency, field="lines")
        items = tuple(ValueItem(one.item, one.text, one.scheduled) for one in self.lines)
        require_price(items, contract.value, contract.currency)
        id_ = values_id(contract.id)
        if known := work.load_or_none(ValueSchedule, id_):
            known.break_down(items)
        else:
            work.add(ValueSchedule(id_, contract.id, entity.code, contract.currency, items))
        return Answer(id=id_)


class ProgressCommand(Command):
    """Something about a contract's applications for payment."""

    contract_id: UUID
    application_id: UUID

    def values(self, work: UnitOfWork) -> ValueSchedule:
        """The schedule of values, to change it. Raises NotFound, WrongEntity."""
        contract = work.read(Contract, self.contract_id)
        work.enter(contract.entity)
        return work.load(ValueSchedule, values_id(contract.id))


class WorkInput(Value):
    """What was done of a line, and what lies there for it."""

    item: str = Field(min_length=1, max_length=64)
    this_period: Exact = Field(
        default=Decimal(0), max_digits=15, decimal_places=4,
        description="Work of the period, materials built in included; below zero corrects",
    )  # fmt: skip
    stored: Exact = Field(
        default=Decimal(0), ge=0, max_digits=15, decimal_places=4,
        description="Materials that lie there at the end of the period, not built in",
    )  # fmt: skip


class ApplicationAnswer(Answer):
    """Lines 4 to 9 of the application, in the contract's currency."""

    no: int
    completed_and_stored: Exact
    retainage: Exact = Field(description="To date")
    previous_certificates: Exact
    due: Exact
    balance_to_finish: Exact = Field(description="With retainage")
    steps: tuple[str, ...]


class SubmitPayApplication(ProgressCommand):
    """Apply for payment of a period; a line left out has no new work and stores what it did."""

    ROLES: ClassVar = APPLICANTS
    ANSWER: ClassVar = ApplicationAnswer
    period_to: date = Field(description="Last day of the work")
    lines: tuple[WorkInput, ...] = Field(min_length=1, max_length=2000)

    def effective_on(self, today: date) -> date:
        """The end of the period."""
        del today
        return self.period_to

    def run(self, work: UnitOfWork) -> ApplicationAnswer:
        """Raises ApplicationPending, PeriodApplied, UnknownItem, OverBilled, AmountTooFine.

        BadRetainage for work below nothing in all; NothingToBill where nothing is due, or only
        retainage: that is released. ContractSuspended, OutsideTerm after an early end; an id
        used before is AlreadyTaken. NotFound, WrongEntity.
        """
        values = self.values(work)
        contract = work.read(Contract, self.contract_id)
        contract.require_billable()
        if contract.is_over(self.period_to):
            raise OutsideTerm(f"the contract ended on {contract.terminated_on}", field="period_to")
        account = work.find(RetainageAccount, retainage_id(contract.id))
        found = values.submit(
            self.application_id, self.period_to,
            [ItemWork(one.item, one.this_period, one.stored) for one in self.lines],
            contract.retainage.in_force(contract.currency),
            account.given_up if account else Decimal(0), work.actor.id,
        )  # fmt: skip
        return _answer(values, found)


def _answer(values: ValueSchedule, found: PayApplication) -> ApplicationAnswer:
    figures = found.figures
    return ApplicationAnswer(
        id=values.id, no=found.no, completed_and_stored=figures.completed_and_stored,
        retainage=figures.retained.held_to_date,
        previous_certificates=figures.previous_certificates, due=figures.due,
        balance_to_finish=figures.balance_to_finish,
        steps=tuple(step.text for step in figures.steps),
    )  # fmt: skip


class WithdrawPayApplication(ProgressCommand):
    """Take an application back before it is certified, to submit another."""

    ROLES: ClassVar = APPLICANTS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ApplicationNotOpen, NotFound, WrongEntity."""
        values = self.values(work)
        values.withdraw(self.application_id, self.why)
        return Answer(id=values.id)


class CertificateAnswer(Answer):
    """What may be billed now, in the contract's currency."""

    certified: Exact = Field(description="Due by the certificate, net of tax and retainage")
    withheld: Exact = Field(description="Applied for and not certified; the next asks again")
    billable: Exact = Field(description="Work to bill, retainage included")
    retained: Exact = Field(description="What the client keeps of it; below zero: gives back")


class CertifyPayApplication(ProgressCommand):
    """Note the client's certificate: what is certified may be billed, the rest asked for again.

    Retainage follows in proportion. Where approval earns revenue, the certificate does.
    """

    ROLES: ClassVar = CERTIFIERS
    ANSWER: ClassVar = CertificateAnswer
    certified_on: date
    certified: Exact | None = Field(
        default=None, ge=0, max_digits=15, decimal_places=4,
        description="Left out: all that is due; net of tax and retainage",
    )  # fmt: skip
    certificate: str = Field(min_length=1, max_length=100, description="The paper's number")
    why: str = Field(default="", max_length=500, description="Needed where less is certified")

    def effective_on(self, today: date) -> date:
        """The day of the certificate."""
        del today
        return self.certified_on

    def run(self, work: UnitOfWork) -> CertificateAnswer:
        """Raises ApplicationNotOpen, OwnApplication, OverCertified, AmountTooFine, ReasonNeeded.

        MissingRate, NotFound, WrongEntity.
        """
        values = self.values(work)
        contract = work.read(Contract, self.contract_id)
        figures = values.open_application(self.application_id).figures
        if self.certified not in (None, figures.due) and not self.why:
            raise ReasonNeeded("say why less is certified", field="why")
        books = legal_entity(work, contract.entity).currency
        found = values.certify(
            self.application_id, self.certified, self.certified_on, self.certificate, self.why,
            price_quote(work, contract.id, contract.currency, books, self.certified_on),
            work.actor.id,
            earned=contract.terms.earned_at_once,
        )  # fmt: skip
        return CertificateAnswer(
            id=values.id, certified=found.certificate.certified,
            withheld=found.certificate.withheld, billable=found.amount, retained=found.retained,
        )  # fmt: skip
