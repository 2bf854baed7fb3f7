"""What accounts payable does with vendors and their bills."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import (
    ACCOUNTANT,
    ADMIN,
    CASH,
    CONTROLLER,
    INTEGRATION,
    PROJECT_MANAGER,
    SYSTEM,
)
from domain.assets.capitalization_policy import CapitalizationPolicy, policy_id
from domain.command import Answer, Command, Exact, Value
from domain.delivery.expense_commands import NotPositive
from domain.delivery.outlook import Outlook, outlook_id, refuse_unknown
from domain.delivery.project import Project
from domain.errors import Refusal
from domain.ledger.commands import require_open
from domain.ledger.dimensions import Dimensions
from domain.ledger.policy import policy_of
from domain.money import minor_unit, require_fine
from domain.organisation.commands import STEWARDS, legal_entity
from domain.organisation.legal_entity import LegalEntity
from domain.payables.bill import ZERO, Bill, retained_of
from domain.payables.cost_line import CostLine, CostType, Treatment, account_for, require_axes
from domain.payables.orders import consume_orders, restore_orders
from domain.payables.vendor import Vendor
from domain.payables.vendor_bill import NotCapital, VendorBill
from domain.pricing.fx import Quote, quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

CLERKS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER, INTEGRATION, SYSTEM})
BILL_APPROVERS = frozenset({ADMIN, CONTROLLER, PROJECT_MANAGER, ACCOUNTANT})
BILL_PAYERS = frozenset({ADMIN, CASH, CONTROLLER})
Pct = Annotated[Exact, Field(ge=0, le=100, decimal_places=4)]
Sum = Annotated[Exact, Field(ge=0, max_digits=18, description="Bill's currency")]


class VendorElsewhere(Refusal):
    """The project or the bill replaced belongs to others than the vendor does."""

    code = "VENDOR_ELSEWHERE"


class DueBeforeBill(Refusal):
    """A bill is due on its day or later."""

    code = "DUE_BEFORE_BILL"


class RegisterVendor(Command):
    """Add somebody an entity buys from."""

    ROLES: ClassVar = STEWARDS | {ACCOUNTANT}
    vendor_id: UUID
    code: str = Field(pattern="^[A-Z0-9-]{1,20}$")
    name: str = Field(min_length=1, max_length=200)
    entity: str
    currency: str = Field(description="Of its bills, ISO 4217")
    payment_terms_days: int = Field(default=30, ge=0, le=365)
    retainage_pct: Pct = Field(default=Decimal(0), description="Held back of each bill's net")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a code), UnknownCurrency, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        minor_unit(self.currency)
        if work.load_or_none(Vendor, self.vendor_id):
            raise AlreadyTaken(f"vendor {self.vendor_id} exists", field="vendor_id")
        vendor = Vendor(
            self.vendor_id, self.code, self.name, self.entity, self.currency,
            self.payment_terms_days, self.retainage_pct,
        )  # fmt: skip
        return Answer(id=work.add(vendor).id)


class BillLineInput(Value):
    """A line of a bill: what it costs and what it is for."""

    text: str = Field(default="", max_length=200)
    net: Exact = Field(gt=0, max_digits=18, description="Bill's currency")
    tax: Sum = Field(default=Decimal(0), description="Recoverable input tax")
    cost_type: CostType = "expense"
    treatment: Treatment = Field(default="opex", description="capex: an asset is made of it")
    account: str | None = Field(default=None, description="Left out: by type and treatment")
    project_id: UUID | None = None
    cost_code: str = Field(default="", max_length=60, description="As in the budget")
    phase: str = Field(default="", max_length=60)
    department: str = Field(default="", max_length=60)
    commitment_id: UUID | None = Field(default=None, description="Order of the project it bills")

    def line(self, work: UnitOfWork, no: int, entity: str, rate: Quote) -> CostLine:
        """Raises NotACost, DimensionNeeded, UnknownCommitment, AmountTooFine, VendorElsewhere.

        DimensionMissing where the entity's rules ask for more.
        """
        for amount in (self.net, self.tax):
            require_fine(amount, rate.of, field="lines")
        line = CostLine(
            no, account_for(self.account, self.cost_type, self.treatment), self.text, self.net,
            self.tax, rate.convert(self.net), rate.convert(self.tax), self.project_id,
            Dimensions(self.department, self._cost_code(work), self.cost_type, self.phase),
            self.commitment_id,
        )  # fmt: skip
        require_axes(line)
        policy_of(work, entity).require_dimensions([line.debit(rate.of)])
        if self.project_id is not None:
            self._check_project(work, entity)
        return line

    def _cost_code(self, work: UnitOfWork) -> str:
        """The order's own, where it bills one."""
        if self.commitment_id is None:
            return self.cost_code
        found = work.find(Outlook, outlook_id(self.project_id)) if self.project_id else None
        refuse_unknown(found, self.commitment_id)
        assert found is not None  # noqa: S101 -- refused above
        return found.commitment(self.commitment_id).order.cost_code

    def _check_project(self, work: UnitOfWork, entity: str) -> None:
        assert self.project_id is not None  # noqa: S101 -- asked before
        project = work.read(Project, self.project_id)
        if project.entity != entity:
            raise VendorElsewhere(f"project {project.code} is of {project.entity}", field="lines")
        project.require_open()


class RecordVendorBill(Command):
    """Note what a vendor asks for; it is owed once somebody else approves it."""

    ROLES: ClassVar = CLERKS
    bill_id: UUID
    vendor_id: UUID
    number: str = Field(min_length=1, max_length=60, description="The vendor's")
    billed_on: date
    due_on: date | None = Field(default=None, description="Left out: by the vendor's terms")
    currency: str | None = Field(default=None, description="Left out: the vendor's")
    lines: tuple[BillLineInput, ...] = Field(min_length=1, max_length=1_000)
    retainage_pct: Pct | None = Field(default=None, description="Left out: the vendor's")
    replaces: UUID | None = Field(default=None, description="A voided bill of this number")

    def effective_on(self, today: date) -> date:
        """The bill's day."""
        del today
        return self.billed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a number), PeriodClosed, MissingRate, AmountTooFine, NotFound.

        Of its lines: NotACost, UnknownAccount, DimensionNeeded, DimensionMissing, ProjectClosed,
        UnknownCommitment, VendorElsewhere, NotCapital below the entity's policy. DueBeforeBill;
        WrongState where the bill replaced is not void.
        """
        vendor = work.read(Vendor, self.vendor_id)
        entity = legal_entity(work, vendor.entity)
        require_open(work, self, entity.code, self.billed_on)
        if work.load_or_none(VendorBill, self.bill_id):
            raise AlreadyTaken(f"bill {self.bill_id} exists", field="bill_id")
        self._check_replaced(work)
        bill = VendorBill(self.bill_id, self._bill(work, vendor, entity), work.actor.id,
                          self.replaces)  # fmt: skip
        return Answer(id=work.add(bill).id)

    def _check_replaced(self, work: UnitOfWork) -> None:
        if self.replaces is None:
            return
        before = work.read(VendorBill, self.replaces)
        before.require_void()
        if (before.bill.vendor_id, before.bill.number) != (self.vendor_id, self.number):
            raise VendorElsewhere("the bill replaced has another number", field="replaces")

    def _bill(self, work: UnitOfWork, vendor: Vendor, entity: LegalEntity) -> Bill:
        currency = self.currency or vendor.currency
        due = self.due_on or self.billed_on + timedelta(days=vendor.payment_terms_days)
        if due < self.billed_on:
            raise DueBeforeBill(f"it is of {self.billed_on}", field="due_on")
        rate = quote(work, currency, entity.currency, self.billed_on)
        lines = tuple(
            given.line(work, no, entity.code, rate) for no, given in enumerate(self.lines, 1)
        )
        self._check_capital(work, entity, lines)
        pct = vendor.retainage_pct if self.retainage_pct is None else self.retainage_pct
        retained = retained_of(lines, pct, currency)
        return Bill(
            entity.code, vendor.id, vendor.code, self.number, self.billed_on, due, currency, rate,
            lines, retained, rate.convert(retained),
        )  # fmt: skip

    def _check_capital(
        self, work: UnitOfWork, entity: LegalEntity, lines: Iterable[CostLine]
    ) -> None:
        """The rule at entry: how long it lasts is said when an asset is made of it."""
        policy = work.find(CapitalizationPolicy, policy_id(entity.code))
        least = policy.rule.threshold if policy else ZERO
        for line in lines:
            if line.treatment == "capex" and line.functional_net < least:
                raise NotCapital(f"assets cost {least} {entity.currency} or more", field="lines")


class BillCommand(Command):
    """Something about one bill."""

    bill_id: UUID

    def bill(self, work: UnitOfWork) -> VendorBill:
        """The bill to change. Raises NotFound, WrongEntity."""
        found = work.load(VendorBill, self.bill_id)
        legal_entity(work, found.bill.entity)
        return found


class ApproveVendorBill(BillCommand):
    """Agree to somebody else's bill: it is booked, and comes off the orders it bills."""

    ROLES: ClassVar = BILL_APPROVERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, WrongState, MissingRate, NotFound, WrongEntity."""
        found = self.bill(work)
        found.approve(work.actor.id)
        consume_orders(work, found.id, found.bill.lines, found.bill)
        return Answer(id=found.id)


class VoidVendorBill(BillCommand):
    """Let a bill not count, before or after its approval; orders it billed are open again."""

    ROLES: ClassVar = BILL_APPROVERS
    voided_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it is taken back."""
        del today
        return self.voided_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BillUsed, WrongState, TooEarly, PeriodClosed, NotFound, WrongEntity."""
        found = self.bill(work)
        require_open(work, self, found.bill.entity, self.voided_on)
        owed = found.state == "approved"
        found.void(self.voided_on, self.why)
        if owed:
            restore_orders(work, found.id, found.bill.lines, self.voided_on)
        return Answer(id=found.id)


class PayVendorBill(BillCommand):
    """Pay some of a bill or all of it from the bank; realised FX is booked."""

    ROLES: ClassVar = BILL_PAYERS
    payment_id: UUID
    paid_on: date
    amount: Sum
    bank_reference: str = Field(min_length=1, max_length=140, description="Of the transfer")

    def effective_on(self, today: date) -> date:
        """The day of the transfer."""
        del today
        return self.paid_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveOpen, WrongState, TooEarly, PeriodClosed, MissingRate, AmountTooFine.

        NotPositive for nothing; AlreadyTaken where payment or transfer paid this bill before.
        """
        found = self.bill(work)
        bill = found.bill
        require_open(work, self, bill.entity, self.paid_on)
        require_amount(self.amount, bill.currency)
        rate = quote(work, bill.currency, bill.books, self.paid_on)
        found.pay(self.payment_id, self.paid_on, self.amount, rate, self.bank_reference)
        return Answer(id=found.id)


class ReverseVendorPayment(BillCommand):
    """Undo a payment that came back: the bill is owed again."""

    ROLES: ClassVar = BILL_PAYERS
    payment_id: UUID
    reversed_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day the money came back."""
        del today
        return self.reversed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownVendorPayment, TooEarly, PeriodClosed, NotFound, WrongEntity."""
        found = self.bill(work)
        require_open(work, self, found.bill.entity, self.reversed_on)
        found.reverse_payment(self.payment_id, self.reversed_on, self.why)
        return Answer(id=found.id)


class CreditedLineInput(Value):
    """What a vendor takes back of a bill's line."""

    no: int = Field(ge=1)
    net: Sum
    tax: Sum = Decimal(0)


class RecordVendorCredit(BillCommand):
    """Note that a vendor asks for less of a bill; nothing of it is paid yet."""

    ROLES: ClassVar = CLERKS - {INTEGRATION, SYSTEM}
    number: str = Field(min_length=1, max_length=60, description="The vendor's")
    credited_on: date
    lines: tuple[CreditedLineInput, ...] = Field(min_length=1, max_length=1_000)
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The credit's day."""
        del today
        return self.credited_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveOpen, UnknownBillLine, BillUsed, WrongState, TooEarly, PeriodClosed.

        NotPositive for nothing; AlreadyTaken for a number used before; AmountTooFine.
        """
        found = self.bill(work)
        bill = found.bill
        require_open(work, self, bill.entity, self.credited_on)
        parts = {one.no: (one.net, one.tax) for one in self.lines}
        for net, tax in parts.values():
            require_fine(net, bill.currency, field="lines")
            require_fine(tax, bill.currency, field="lines")
        require_amount(sum((net + tax for net, tax in parts.values()), ZERO), bill.currency)
        found.credit(self.number, self.credited_on, parts, self.why)
        touched = [no for no, (net, _) in sorted(parts.items()) if net]
        before = [line for line in bill.lines if line.no in touched]
        restore_orders(work, found.id, before, self.credited_on)
        consume_orders(work, found.id, [found.lines[no] for no in touched], bill)
        return Answer(id=found.id)


def require_amount(amount: Decimal, currency: str) -> None:
    """Raises NotPositive, AmountTooFine."""
    require_fine(amount, currency)
    if amount <= 0:
        raise NotPositive("an amount is above zero", field="amount")
