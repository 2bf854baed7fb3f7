"""Who may cut prices how far, and approving what goes to a client."""

from typing import ClassVar

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER, SALES_MANAGER
from domain.command import Answer, Command, Exact
from domain.organisation.commands import legal_entity
from domain.sales.commands import SELLERS
from domain.sales.discount_policy import (
    CAUTIOUS,
    DiscountLimits,
    DiscountPolicy,
    LimitsCrossed,
    policy_id,
)
from domain.sales.quote_commands import QuoteCommand
from domain.unit_of_work import UnitOfWork

APPROVERS = frozenset({ADMIN, CONTROLLER, SALES_MANAGER})


def limits_of(work: UnitOfWork, entity: str) -> DiscountLimits:
    """The limits in force, or the cautious ones."""
    policy = work.find(DiscountPolicy, policy_id(entity))
    return policy.limits if policy else CAUTIOUS


class SetDiscountPolicy(Command):
    """Say how far prices may be cut in an entity, and which margin is kept."""

    ROLES: ClassVar = frozenset({ADMIN, CONTROLLER})
    entity: str
    seller_pct: Exact = Field(ge=0, le=100, decimal_places=4, description="Without approval")
    manager_pct: Exact = Field(
        ge=0, le=100, decimal_places=4, description="By a sales manager; above, a controller"
    )
    floor_pct: Exact = Field(ge=-100, le=100, decimal_places=4, description="Margin of the price")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises LimitsCrossed, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        if self.seller_pct > self.manager_pct:
            raise LimitsCrossed(f"{self.seller_pct} % above {self.manager_pct} %")
        limits = DiscountLimits(self.seller_pct, self.manager_pct, self.floor_pct)
        id_ = policy_id(self.entity)
        if known := work.load_or_none(DiscountPolicy, id_):
            known.change(limits)
        else:
            work.add(DiscountPolicy(id_, self.entity, limits))
        return Answer(id=id_)


class RequestDiscountApproval(QuoteCommand):
    """Ask for the discount of a quote's version, under the limits of today."""

    ROLES: ClassVar = SELLERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, DiscountTurnedDown, NothingToApprove, NotFound, WrongEntity."""
        quote = self.quote(work)
        quote.request_discount(work.actor.id, self.why, limits_of(work, quote.entity))
        return Answer(id=quote.id)


class ApproveDiscount(QuoteCommand):
    """Approve the discount that somebody else asked for."""

    ROLES: ClassVar = APPROVERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, DiscountNotRequested, OwnQuote, BelowMarginFloor.

        DiscountTurnedDown where somebody rejected it before, AboveDiscountLimit where it is
        beyond this person's limit.
        """
        quote = self.quote(work)
        quote.approve_discount(work.actor.id, work.actor.roles)
        return Answer(id=quote.id)


class RejectDiscount(QuoteCommand):
    """Say no to the discount that somebody else asked for; another version may offer less."""

    ROLES: ClassVar = APPROVERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, DiscountNotRequested, OwnQuote, NotFound, WrongEntity."""
        quote = self.quote(work)
        quote.reject_discount(work.actor.id, self.why)
        return Answer(id=quote.id)


class ApproveQuote(QuoteCommand):
    """Let an offer go to the client; it is frozen from then on."""

    ROLES: ClassVar = APPROVERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, OwnQuote, DiscountNotApproved, BelowMarginFloor, QuoteLapsed.

        DiscountTurnedDown where its discount was rejected.
        """
        quote = self.quote(work)
        on = self.effective_on(work.today)
        quote.approve(work.actor.id, on, limits_of(work, quote.entity))
        return Answer(id=quote.id)
