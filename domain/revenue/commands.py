"""What a revenue accountant finds in a contract: promises, selling prices, the price, shares."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER, REVENUE_ACCOUNTANT, SYSTEM
from domain.billing.holders import OtherContract
from domain.command import Answer, Command, Exact, Value
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.commands import opened_account
from domain.contracts.contract import Contract
from domain.delivery.project import Project
from domain.errors import Refusal
from domain.ledger import chart
from domain.money import CurrencyMismatch, require_fine
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.revenue.allocation import (
    Allocation,
    Promise,
    Share,
    allocate,
    allocate_by_hand,
    allocate_discount,
    allocate_residual,
    allocate_variable,
)
from domain.revenue.contract import RevenueContract, revenue_id
from domain.revenue.figures import ZERO
from domain.revenue.obligation import (
    CombiningFacts,
    ContractCriteria,
    Kind,
    Measure,
    Pattern,
    PerformanceObligation,
    Role,
    SspBasis,
    are_one_contract,
    is_contract,
)
from domain.revenue.onerous import Policy as OnerousPolicy
from domain.revenue.policy import Choice, RevenuePolicy, policy_id
from domain.revenue.price import Price
from domain.revenue.progress import TermReversed
from domain.revenue.promised import Delivery
from domain.revenue.remeasurement import MixedPolicy
from domain.revenue.variable import Method, Outcome, constrain, estimate, include
from domain.unit_of_work import UnitOfWork

ACCOUNTANTS = frozenset({ADMIN, REVENUE_ACCOUNTANT, CONTROLLER, SYSTEM})
CONTROLLERS = frozenset({ADMIN, CONTROLLER})
Figure = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=4)]
RevenueAccount = Annotated[str, Field(pattern="^40[0-4]0$")]
"""4000 to 4040 of the chart."""


class NotAContract(Refusal):
    """One of the five criteria is not met, so what is received is no revenue."""

    code = "NOT_A_CONTRACT"


class NotOneContract(Refusal):
    """The contracts are not to be accounted for as one."""

    code = "NOT_ONE_CONTRACT"


class EarnsAtOnce(Refusal):
    """The contract earns with the approval of work; no revenue run does."""

    code = "EARNS_AT_ONCE"


def revenue_of(work: UnitOfWork, contract_id: UUID) -> RevenueContract:
    """A contract's revenue, to change it. Raises NotFound, WrongEntity."""
    found = work.load(RevenueContract, revenue_id(contract_id))
    work.enter(found.entity)
    return found


class IdentifyContract(Command):
    """Say that a contract with a customer exists: all five criteria are met."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    approved: bool = Field(description="Both parties have approved it")
    rights_identified: bool = Field(description="Each party's rights are identified")
    payment_terms_identified: bool = Field(description="Payment terms are known")
    commercial_substance: bool = Field(description="It has commercial substance")
    collection_probable: bool = Field(description="Collection is probable")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotAContract, EarnsAtOnce, ContractNotActive, AlreadyTaken, NotFound."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        if contract.terms.earned_at_once:
            raise EarnsAtOnce(f"{contract.name} earns as work is approved", field="contract_id")
        found = is_contract(
            ContractCriteria(
                approved=self.approved, rights_identified=self.rights_identified,
                payment_terms_identified=self.payment_terms_identified,
                commercial_substance=self.commercial_substance,
                collection_probable=self.collection_probable,
            )
        )  # fmt: skip
        if not found.holds:
            raise NotAContract("; ".join(s.text for s in found.steps if s.text.startswith("no")))
        if work.load_or_none(RevenueContract, revenue_id(contract.id)):
            raise AlreadyTaken("the contract is identified", field="contract_id")
        revenue = RevenueContract(
            revenue_id(contract.id), contract.id, entity.code, contract.currency, entity.currency,
            found.steps,
        )  # fmt: skip
        return Answer(id=work.add(revenue).id)


class CombineContracts(Command):
    """Account for another contract of the same customer as part of this one."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    other_id: UUID
    near_the_same_time: bool
    single_commercial_objective: bool = False
    price_interdependent: bool = False
    single_obligation: bool = False

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotOneContract, CurrencyMismatch, AlreadyMoved, AlreadyTaken, NotFound.

        Where the other is identified by itself: AlreadyTaken.
        """
        revenue = revenue_of(work, self.contract_id)
        main, other = (work.read(Contract, id_) for id_ in (self.contract_id, self.other_id))
        found = are_one_contract(
            CombiningFacts(
                same_or_related_customer=main.client_id == other.client_id
                and main.entity == other.entity,
                near_the_same_time=self.near_the_same_time,
                single_commercial_objective=self.single_commercial_objective,
                price_interdependent=self.price_interdependent,
                single_obligation=self.single_obligation,
            )
        )
        if not found.holds or other.terms.earned_at_once or main.id == other.id:
            raise NotOneContract("; ".join(step.text for step in found.steps), field="other_id")
        if other.currency != main.currency:
            raise CurrencyMismatch(f"{other.name} is in {other.currency}", field="other_id")
        if work.load_or_none(RevenueContract, revenue_id(other.id)):
            raise AlreadyTaken("the other contract is identified by itself", field="other_id")
        opened_account(work, main.id, main.entity, main.currency)
        account = opened_account(work, other.id, other.entity, other.currency)
        account.join(main.id, found.steps)
        return Answer(id=revenue.id)


class IdentifyPerformanceObligation(Command):
    """Name a promise of the contract: how it passes, how it is measured, who delivers it."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    obligation: str = Field(min_length=1, max_length=60, description="Unique within the contract")
    name: str = Field(min_length=1, max_length=200)
    kind: Kind = "distinct_service"
    pattern: Pattern = "over_time"
    measure: Measure | None = Field(default=None, description="Left out at a point in time")
    role: Role = "principal"
    ssp: Figure = Field(description="Standalone selling price of all of it, contract's currency")
    ssp_basis: SspBasis = "observed"
    starts_on: date
    ends_on: date
    whole: Figure = Field(
        default=ZERO, description="All there is to do: hours, cost, units, planned milestones"
    )
    project_id: UUID | None = Field(
        default=None, description="Work that delivers it; left out: all that delivers no other"
    )
    revenue_account: RevenueAccount | None = None

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ObligationExists, MeasureDoesNotFit, InvalidSellingPrice, TermReversed.

        Where the project is another contract's: OtherContract; NotFound.
        """
        revenue = revenue_of(work, self.contract_id)
        self._check_project(work)
        if self.ends_on < self.starts_on:
            raise TermReversed(f"{self.ends_on} is before {self.starts_on}", field="ends_on")
        terms = PerformanceObligation(
            id=self.obligation, name=self.name, kind=self.kind, pattern=self.pattern,
            measure=self.measure, role=self.role, ssp=self.ssp, ssp_basis=self.ssp_basis,
            valid_from=self.starts_on,
        )  # fmt: skip
        account = self.revenue_account or self._account()
        delivery = Delivery(account, self.project_id, self.starts_on, self.ends_on, self.whole)
        revenue.identify(terms, delivery)
        return Answer(id=revenue.id)

    def _check_project(self, work: UnitOfWork) -> None:
        if self.project_id is None:
            return
        of = work.read(Project, self.project_id).contract_id
        account = work.find(ContractAccount, account_id(of)) if of else None
        if of != self.contract_id and (
            not account or account.into != account_id(self.contract_id)
        ):
            raise OtherContract("the project is another contract's", field="project_id")

    def _account(self) -> str:
        if self.role == "agent":
            return chart.AGENCY_FEES
        if self.measure == "as_invoiced":
            return chart.REVENUE_TIME
        return chart.REVENUE_RECURRING if self.kind == "series" else chart.REVENUE_FIXED


class SetStandaloneSellingPrice(Command):
    """Say what an obligation sells for alone, before the price is allocated."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    obligation: str
    ssp: Figure
    basis: SspBasis
    from_on: date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownObligation, AlreadyAllocated, InvalidSellingPrice, NotFound."""
        revenue = revenue_of(work, self.contract_id)
        terms = revenue.promise(self.obligation).terms
        changed = {"ssp": self.ssp, "ssp_basis": self.basis, "valid_from": self.from_on}
        revenue.price_alone(PerformanceObligation(**{**vars(terms), **changed}))
        return Answer(id=revenue.id)


class DetermineTransactionPrice(Command):
    """Set the transaction price by its parts; a changed one is shared as it was at inception."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    determined_on: date
    fixed: Figure
    variable: Figure = Field(default=ZERO, description="What the constraint lets in")
    financing: Exact = Field(default=ZERO, max_digits=18, description="Signed")
    noncash: Figure = ZERO
    payable_to_customer: Figure = ZERO

    def effective_on(self, today: date) -> date:
        """The day of the price."""
        del today
        return self.determined_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AmountTooFine, NegativeFigure, NotFound, WrongEntity."""
        revenue = revenue_of(work, self.contract_id)
        parts = self.fixed, self.variable, self.financing, self.noncash, self.payable_to_customer
        for part in parts:
            require_fine(part, revenue.currency)
        modified = revenue.price.modified if revenue.price else ZERO
        revenue.determine(Price(*parts, modified), self.determined_on, ())
        return Answer(id=revenue.id)


class OutcomeInput(Value):
    """A possible variable amount and its probability."""

    amount: Exact = Field(max_digits=18)
    probability: Exact = Field(ge=0, le=1)


class EstimateVariableConsideration(Command):
    """Estimate what the price varies by, and include what will probably not reverse."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    estimated_on: date
    outcomes: tuple[OutcomeInput, ...] = Field(min_length=1, max_length=100)
    method: Method
    confidence: Exact | None = Field(
        default=None, gt=0, le=1, description="How probable it must be that it stays earned"
    )
    supported: Exact | None = Field(
        default=None, description="What a person judged not to reverse, with the reason"
    )

    def effective_on(self, today: date) -> date:
        """The day of the estimate."""
        del today
        return self.estimated_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PriceNotDetermined, ProbabilitiesDoNotSum, EstimateTooHigh, NotFound."""
        revenue = revenue_of(work, self.contract_id)
        price, money = revenue.require_price(), revenue.currency
        outcomes = [Outcome(one.amount, one.probability) for one in self.outcomes]
        found = estimate(outcomes, money, self.method)
        if self.confidence is None:
            least = min(outcome.amount for outcome in outcomes)
            wanted = found.amount if self.supported is None else self.supported
            kept = include(found.amount, wanted, self.reason, money, least=least)
        else:
            kept = constrain(found.amount, outcomes, self.confidence, money)
        changed = Price(price.fixed, kept.amount, price.financing, price.noncash, price.payable,
                        price.modified)  # fmt: skip
        revenue.determine(changed, self.estimated_on, (*found.steps, *kept.steps))
        return Answer(id=revenue.id)


class ShareInput(Value):
    """A share of the price as a person entered it."""

    obligation: str
    amount: Figure


class AllocateTransactionPrice(Command):
    """Share the price out: by selling prices, by evidence of a discount, or by hand."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    allocated_on: date
    shares: tuple[ShareInput, ...] = Field(default=(), description="By hand; they sum to it")
    discounted: tuple[str, ...] = Field(default=(), description="Who takes all of the discount")
    variable_to: tuple[str, ...] = Field(default=(), description="Who the variable part is about")

    def effective_on(self, today: date) -> date:
        """The day of the allocation."""
        del today
        return self.allocated_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AllocationMismatch, AlreadyAllocated, PriceNotDetermined, UnknownObligation.

        NothingToAllocateTo where no obligation is identified; NotFound.
        """
        revenue = revenue_of(work, self.contract_id)
        revenue.allocate(self._allocation(revenue, revenue.require_price()), self.allocated_on)
        return Answer(id=revenue.id)

    def _allocation(self, revenue: RevenueContract, price: Price) -> Allocation:
        money, terms = revenue.currency, [p.terms for p in revenue.promises.values()]
        if self.shares:
            given = [Share(s.obligation, revenue.promise(s.obligation).terms.ssp, s.amount,
                           s.amount) for s in self.shares]  # fmt: skip
            return allocate_by_hand(price.total, given, money)
        residual = [one.id for one in terms if one.ssp_basis == "residual"]
        promises = [Promise(one.id, one.ssp) for one in terms if one.id not in residual]
        if residual:
            return allocate_residual(price.total, promises, residual[0], money)
        if self.discounted:
            return allocate_discount(price.total, promises, self.discounted, money)
        if self.variable_to:
            fixed = price.total - price.variable
            return allocate_variable(fixed, price.variable, self.variable_to, promises, money)
        return allocate(price.total, promises, money)


class AdoptRevenuePolicy(Command):
    """Choose, for an entity's book, what the standards leave to a firm, from a day on."""

    ROLES: ClassVar = CONTROLLERS
    entity: str
    book: Literal["main"] = "main"
    from_on: date
    onerous: OnerousPolicy = "ifrs"
    mixed: MixedPolicy = "updated_remaining_price"
    expected_breakage_pct: Exact = Field(
        default=ZERO, ge=0, lt=100, decimal_places=4,
        description="Of retainers, never to be used and earned with use; 0: earned as it lapses",
    )  # fmt: skip

    def effective_on(self, today: date) -> date:
        """The first day it holds."""
        del today
        return self.from_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PolicyBackdated, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        id_ = policy_id(self.entity, self.book)
        policy = work.load_or_none(RevenuePolicy, id_) or work.add(
            RevenuePolicy(id_, self.entity, self.book)
        )
        policy.adopt(Choice(0, self.from_on, self.onerous, self.mixed,
                            self.expected_breakage_pct))  # fmt: skip
        return Answer(id=policy.id)
