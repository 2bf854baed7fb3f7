"""What a seller does with an opportunity."""

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, INTEGRATION, SALES_MANAGER, SELLER, SYSTEM
from domain.command import Answer, Command, Exact, Value
from domain.contracts.contract import Recognition
from domain.delivery.template_commands import template_of
from domain.money import CurrencyMismatch, require_fine
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.rate_card import RateCard
from domain.request import AlreadyTaken
from domain.revenue.progress import require_term
from domain.sales.opportunity import Opportunity, PlannedMilestone, PlannedRole, Terms
from domain.unit_of_work import UnitOfWork

SELLERS = frozenset({ADMIN, SALES_MANAGER, SELLER, INTEGRATION, SYSTEM})
TERMS = Terms.__dataclass_fields__


class PlannedRoleInput(Value):
    """Resource assumption of a deal."""

    role: str = Field(min_length=1, max_length=60)
    hours: Exact = Field(gt=0, max_digits=9, decimal_places=2)
    cost: Exact = Field(ge=0, max_digits=15, decimal_places=2, description="Entity's currency")


class PlannedMilestoneInput(Value):
    """A fixed-fee milestone in the deal's currency."""

    name: str = Field(min_length=1, max_length=100)
    amount: Exact = Field(gt=0, max_digits=15, decimal_places=4)
    due_on: date


class TermsFields(Command):
    """Terms of a deal; leave out what is not known yet."""

    value: Exact | None = Field(default=None, ge=0, max_digits=15, decimal_places=4)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    package: str | None = Field(default=None, max_length=100, description="What is sold")
    billing_model: Literal["time_and_materials", "fixed_fee"] | None = None
    rate_card_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    payment_terms_days: int | None = Field(default=None, ge=0, le=365)
    tax_rate_pct: Exact | None = Field(default=None, ge=0, le=100, decimal_places=4)
    roles: tuple[PlannedRoleInput, ...] | None = Field(default=None, max_length=100)
    milestones: tuple[PlannedMilestoneInput, ...] | None = Field(default=None, max_length=500)
    recognition: Recognition | None = Field(
        default=None, description="How the contract will earn; left out: as work is approved"
    )

    def given(self) -> dict[str, Any]:
        """The terms that were sent, as the opportunity keeps them."""
        found = {name: getattr(self, name) for name in TermsFields.model_fields if name in TERMS}
        if self.roles is not None:
            found["roles"] = tuple(PlannedRole(r.role, r.hours, r.cost) for r in self.roles)
        if self.milestones is not None:
            found["milestones"] = tuple(
                PlannedMilestone(m.name, m.amount, m.due_on) for m in self.milestones
            )
        return {name: value for name, value in found.items() if value is not None}

    def check(self, work: UnitOfWork, terms: Terms) -> None:
        """Whether contract and budget can start from these terms.

        Raises UnknownCurrency, AmountTooFine, CurrencyMismatch, TermReversed, NotFound.
        """
        if terms.starts_on and terms.ends_on:
            require_term(terms.starts_on, terms.ends_on)
        if terms.currency:
            for amount in (terms.value, *(milestone.amount for milestone in terms.milestones)):
                require_fine(amount, terms.currency, field="value")
        if terms.rate_card_id:
            card = work.read(RateCard, terms.rate_card_id)
            if terms.currency not in ("", card.currency):
                raise CurrencyMismatch(
                    f"rate card is in {card.currency}, deal in {terms.currency}", field="currency"
                )


class OpenOpportunity(TermsFields):
    """Note a possible deal with a client."""

    ROLES: ClassVar = SELLERS
    opportunity_id: UUID
    client_id: UUID
    name: str = Field(min_length=1, max_length=200)
    external_ref: str = Field(default="", max_length=100, description="Its id in the CRM")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, UnknownCurrency, AmountTooFine, CurrencyMismatch, NotFound.

        ClientInactive; TermReversed for a deal that ends before it begins.
        """
        client = work.read(Client, self.client_id)
        legal_entity(work, client.entity)
        client.require_active()
        terms = Terms(**self.given())
        self.check(work, terms)
        if work.load_or_none(Opportunity, self.opportunity_id):
            raise AlreadyTaken(f"opportunity {self.opportunity_id} exists", field="opportunity_id")
        opportunity = Opportunity(
            self.opportunity_id, client.id, client.entity, self.name, self.external_ref,
            terms,
        )  # fmt: skip
        return Answer(id=work.add(opportunity).id)


class UpdateOpportunity(TermsFields):
    """Change the terms or the stage of an open deal."""

    ROLES: ClassVar = SELLERS
    opportunity_id: UUID
    stage: Literal["prospecting", "engaging"] = "engaging"

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyClosed, UnknownCurrency, AmountTooFine, CurrencyMismatch, NotFound.

        What the client signed stays as it is: TermsSigned. TermReversed where it would end
        before it begins.
        """
        opportunity = work.load(Opportunity, self.opportunity_id)
        work.enter(opportunity.entity)
        self.check(work, replace(opportunity.terms, **self.given()))
        opportunity.update(self.stage, **self.given())
        return Answer(id=opportunity.id)


class CloseOpportunityWon(Command):
    """The client said yes. Contract, project, budget and billing terms follow by themselves."""

    ROLES: ClassVar = SELLERS
    opportunity_id: UUID
    closed_on: date

    def effective_on(self, today: date) -> date:
        """The day of the close."""
        del today
        return self.closed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises MissingFields (all of them named), Unsigned, AlreadyClosed, NotFound.

        ClientInactive: the contract that follows would be refused. A template for the package
        plans what the deal leaves open.
        """
        opportunity = work.load(Opportunity, self.opportunity_id)
        work.enter(opportunity.entity)
        work.read(Client, opportunity.client_id).require_active()
        template = template_of(work, opportunity.entity, opportunity.terms.package)
        opportunity.close_won(self.closed_on, template.use() if template else None)
        return Answer(id=opportunity.id)


class CloseOpportunityLost(Command):
    """The client said no."""

    ROLES: ClassVar = SELLERS
    opportunity_id: UUID
    closed_on: date
    why: str = Field(default="", max_length=500)

    def effective_on(self, today: date) -> date:
        """The day of the close."""
        del today
        return self.closed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyClosed, NotFound, WrongEntity."""
        opportunity = work.load(Opportunity, self.opportunity_id)
        work.enter(opportunity.entity)
        opportunity.close_lost(self.closed_on, self.why)
        return Answer(id=opportunity.id)
