"""What asset accountants do: from a cost to an asset, and to its end."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER
from domain.assets.asset import Asset, AssetKind, AssetOf, Sale
from domain.assets.capitalization_policy import CapitalizationPolicy, policy_id
from domain.assets.depreciation import Convention, require_life
from domain.assets.valuation import Terms
from domain.command import Amount, Answer, Command, Exact
from domain.delivery.expense_commands import NotPositive
from domain.delivery.project import Project
from domain.ledger import chart
from domain.ledger.commands import CONTROLLERS, require_manual, require_open
from domain.ledger.dimensions import Dimensions
from domain.ledger.period import month_of
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.payables.commands import VendorElsewhere
from domain.payables.orders import source_of
from domain.payables.vendor_bill import NotCapital, VendorBill
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

KEEPERS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER})
Books = Annotated[Exact, Field(ge=0, max_digits=18, description="Entity's currency")]
Months = Annotated[int, Field(ge=1, le=1200)]
COST_ACCOUNTS: dict[AssetKind, str] = {
    "equipment": chart.EQUIPMENT,
    "intangible": chart.INTANGIBLES,
}


class SetCapitalizationPolicy(Command):
    """Say from which cost, and beyond which life, an entity makes assets."""

    ROLES: ClassVar = CONTROLLERS
    entity: str
    threshold: Books
    beyond_months: Months = 12

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AmountTooFine, NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        require_fine(self.threshold, entity.currency, field="threshold")
        id_ = policy_id(entity.code)
        found = work.load_or_none(CapitalizationPolicy, id_)
        if found:
            found.change(self.threshold, self.beyond_months)
        else:
            work.add(CapitalizationPolicy(id_, entity.code, self.threshold, self.beyond_months))
        return Answer(id=id_)


class NewAsset(Command):
    """What is said of every new asset."""

    asset_id: UUID
    code: str = Field(min_length=1, max_length=40, description="Unique in its entity")
    name: str = Field(min_length=1, max_length=200)
    capitalized_on: date
    months: Months = Field(description="Useful life")
    residual: Books = Decimal(0)
    convention: Convention = Field(default="full_month", description="How its first month counts")
    department: str = Field(default="", max_length=60)

    def effective_on(self, today: date) -> date:
        """The day it is carried from."""
        del today
        return self.capitalized_on

    def require_new(self, work: UnitOfWork) -> None:
        """Raises AlreadyTaken."""
        if work.load_or_none(Asset, self.asset_id):
            raise AlreadyTaken(f"asset {self.asset_id} exists", field="asset_id")

    def made(self, work: UnitOfWork, entity: str, kind: AssetKind, cost: Decimal,
             project_id: UUID | None, source: UUID | None, credit: str) -> Asset:  # fmt: skip
        """The asset. Raises NotCapital, BadLife, AmountTooFine."""
        books = legal_entity(work, entity).currency
        require_fine(self.residual, books, field="residual")
        require_life(cost, self.residual, self.months)
        policy = work.find(CapitalizationPolicy, policy_id(entity))
        if policy and policy.rule.treatment(cost, self.months) == "opex":
            rule = policy.rule
            raise NotCapital(
                f"{entity} makes assets of {rule.threshold} {books} and more, used over more than"
                f" {rule.beyond_months} months", field="months",
            )  # fmt: skip
        terms = Terms(self.residual, self.months, self.convention)
        of = AssetOf(entity, books, self.code, self.name, kind, cost, terms, project_id,
                     Dimensions(self.department), source, credit)  # fmt: skip
        return work.add(Asset(self.asset_id, of, self.capitalized_on))


class CapitalizeAsset(NewAsset):
    """Carry an amount as an asset, out of another account."""

    ROLES: ClassVar = KEEPERS
    entity: str
    kind: AssetKind = "equipment"
    cost: Books
    credit: str = Field(default=chart.ACCRUALS, description="Account that the cost comes from")
    project_id: UUID | None = Field(default=None, description="That uses it")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a code), NotCapital, BadLife, PeriodClosed, AmountTooFine.

        ControlAccount or UnknownAccount for where the cost comes from, NotPositive for no cost,
        VendorElsewhere for a project of another entity. NotFound, WrongEntity.
        """
        entity = legal_entity(work, self.entity)
        require_open(work, self, entity.code, self.capitalized_on)
        require_manual(self.credit)
        require_fine(self.cost, entity.currency, field="cost")
        if not self.cost:
            raise NotPositive("an asset has a cost", field="cost")
        if self.project_id and work.read(Project, self.project_id).entity != entity.code:
            raise VendorElsewhere("the project is of another entity", field="project_id")
        self.require_new(work)
        asset = self.made(work, entity.code, self.kind, self.cost, self.project_id, None,
                          self.credit)  # fmt: skip
        return Answer(id=asset.id)


class CapitalizeBillLine(NewAsset):
    """Carry a line of a vendor's bill as an asset: its net, in the books."""

    ROLES: ClassVar = KEEPERS
    bill_id: UUID
    line: int = Field(ge=1, description="Number of the line")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a code), NotCapital, BillUsed, UnknownBillLine, WrongState.

        BadLife, AmountTooFine, TooEarly, PeriodClosed, NotFound, WrongEntity.
        """
        bill = work.load(VendorBill, self.bill_id)
        legal_entity(work, bill.bill.entity)
        require_open(work, self, bill.bill.entity, self.capitalized_on)
        self.require_new(work)
        line = bill.capitalize(self.line, self.asset_id, self.capitalized_on)
        kind: AssetKind = "equipment" if line.account == chart.EQUIPMENT else "intangible"
        asset = self.made(work, bill.bill.entity, kind, line.functional_net, line.project_id,
                          source_of(bill.id, line), "")  # fmt: skip
        return Answer(id=asset.id)


class AssetCommand(Command):
    """Something about one asset."""

    asset_id: UUID

    def asset(self, work: UnitOfWork) -> Asset:
        """The asset to change. Raises NotFound, WrongEntity."""
        found = work.load(Asset, self.asset_id)
        legal_entity(work, found.asset.entity)
        return found


class PlaceInService(AssetCommand):
    """Begin to use an asset: it is written off from here on."""

    ROLES: ClassVar = KEEPERS
    in_service_on: date

    def effective_on(self, today: date) -> date:
        """The first day in service."""
        del today
        return self.in_service_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongState, TooEarly, NotFound, WrongEntity.

        A day of a closed month is fine: the next run takes the months since.
        """
        asset = self.asset(work)
        asset.place_in_service(self.in_service_on)
        return Answer(id=asset.id)


class ReviseAsset(AssetCommand):
    """Estimate an asset's rest anew, from a month on: life, residual value."""

    ROLES: ClassVar = KEEPERS
    from_month: date = Field(description="Any day of the month")
    months_left: Months
    residual: Books
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The first day of the month."""
        del today
        return month_of(self.from_month)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotInService, DepreciationMissing, DepreciatedAlready, BadLife, WrongState.

        AmountTooFine, NotFound, WrongEntity.
        """
        asset = self.asset(work)
        require_fine(self.residual, asset.asset.books, field="residual")
        asset.revise(month_of(self.from_month), self.residual, self.months_left, self.why)
        return Answer(id=asset.id)


class ImpairAsset(AssetCommand):
    """Write an asset down to what it still brings, sold or used."""

    ROLES: ClassVar = KEEPERS
    impaired_on: date
    recoverable: Books
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day of the loss."""
        del today
        return self.impaired_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingImpaired, NotInService, DepreciationMissing, DepreciatedAlready.

        WrongState, PeriodClosed, AmountTooFine, NotFound, WrongEntity.
        """
        asset = self.asset(work)
        require_open(work, self, asset.asset.entity, self.impaired_on)
        require_fine(self.recoverable, asset.asset.books, field="recoverable")
        asset.impair(self.impaired_on, self.recoverable, self.why)
        return Answer(id=asset.id)


class DisposeAsset(AssetCommand):
    """Sell or scrap an asset; what the books carried beyond its proceeds is a loss."""

    ROLES: ClassVar = KEEPERS
    disposed_on: date
    proceeds: Amount = Field(description="Without tax; zero where it is scrapped")
    tax: Exact = Field(default=Decimal(0), ge=0, max_digits=18, description="Proceeds' currency")
    account: str = Field(default=chart.BANK, description="Where the proceeds go or are owed")
    reference: str = Field(default="", max_length=140)
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it goes."""
        del today
        return self.disposed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotInService, DepreciationMissing, DepreciatedAlready, TooEarly, WrongState.

        ControlAccount or UnknownAccount for where the proceeds go, NotPositive below zero,
        PeriodClosed, MissingRate, AmountTooFine, NotFound, WrongEntity.
        """
        asset = self.asset(work)
        require_open(work, self, asset.asset.entity, self.disposed_on)
        require_manual(self.account)
        asset.dispose(self._sale(work, asset), self.why)
        return Answer(id=asset.id)

    def _sale(self, work: UnitOfWork, asset: Asset) -> Sale:
        proceeds, currency = self.proceeds.amount, self.proceeds.currency.code
        if proceeds < 0:
            raise NotPositive("proceeds are not below zero", field="proceeds")
        require_fine(self.tax, currency, field="tax")
        rate = quote(work, currency, asset.asset.books, self.disposed_on)
        return Sale(
            self.disposed_on, self.account, rate, proceeds, self.tax, rate.convert(proceeds),
            rate.convert(self.tax), self.reference,
        )  # fmt: skip
