"""Writing quotes, sending them, and what becomes of them at the client."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command, Exact, Value
from domain.money import CurrencyMismatch, minor_unit
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote as fx_quote
from domain.pricing.rate_card import RateCard, RateLine
from domain.request import AlreadyTaken
from domain.sales.agreed import Agreed, beside
from domain.sales.commands import SELLERS
from domain.sales.offer import Offer, Price, QuoteLine, ShareOfPrice, Version, price
from domain.sales.opportunity import Opportunity
from domain.sales.quote import Quote
from domain.unit_of_work import UnitOfWork


class QuotedRole(Value):
    """Hours of a role at a rate before discount."""

    role: str = Field(min_length=1, max_length=60)
    hours: Exact = Field(gt=0, max_digits=9, decimal_places=2)
    hourly_rate: Exact = Field(ge=0, max_digits=12, decimal_places=4)
    cost: Exact = Field(ge=0, max_digits=15, decimal_places=2, description="Entity's currency")

    def line(self) -> QuoteLine:
        """The line as the quote keeps it."""
        return QuoteLine("role", self.role, self.hours, self.hourly_rate, self.cost)


class QuotedItem(Value):
    """Something at a fixed price before discount, accepted and paid for on its own."""

    name: str = Field(min_length=1, max_length=100)
    amount: Exact = Field(gt=0, max_digits=15, decimal_places=4)
    cost: Exact = Field(
        default=Decimal(0), ge=0, max_digits=15, decimal_places=2, description="Entity's currency"
    )
    due_on: date

    def line(self) -> QuoteLine:
        """The line as the quote keeps it."""
        return QuoteLine("fixed", self.name, Decimal(1), self.amount, self.cost, self.due_on)


class QuotedExpense(Value):
    """Expenses expected; no discount is taken from them."""

    name: str = Field(min_length=1, max_length=100)
    amount: Exact = Field(gt=0, max_digits=15, decimal_places=4)
    cost: Exact = Field(ge=0, max_digits=15, decimal_places=2, description="Entity's currency")

    def line(self) -> QuoteLine:
        """The line as the quote keeps it."""
        return QuoteLine("expense", self.name, Decimal(1), self.amount, self.cost)


class ShareInput(Value):
    """A milestone of a fixed fee: its part of the price after discount; all make up 100 %."""

    name: str = Field(min_length=1, max_length=100)
    share_pct: Exact = Field(gt=0, le=100, decimal_places=4)
    due_on: date

    def share(self) -> ShareOfPrice:
        """The share as the quote keeps it."""
        return ShareOfPrice(self.name, self.share_pct, self.due_on)


class OfferAnswer(Answer):
    """What the version comes to, in its currency."""

    version: int
    net: Decimal = Field(description="Price after discount")
    discount: Decimal
    margin: Decimal = Field(description="Price less planned cost")
    margin_pct: Decimal = Field(description="In percent of the price")


class OfferFields(Command):
    """An offer: hours, fixed items and expenses in one currency."""

    quote_id: UUID
    currency: str = Field(pattern="^[A-Z]{3}$")
    billing_model: Literal["time_and_materials", "fixed_fee"]
    quoted_on: date = Field(description="Its rate carries planned cost into the currency")
    valid_until: date
    discount_pct: Exact = Field(default=Decimal(0), ge=0, le=100, decimal_places=4)
    roles: tuple[QuotedRole, ...] = Field(default=(), max_length=100)
    items: tuple[QuotedItem, ...] = Field(default=(), max_length=100)
    expenses: tuple[QuotedExpense, ...] = Field(default=(), max_length=100)
    milestones: tuple[ShareInput, ...] = Field(
        default=(), max_length=100, description="Of a fixed fee; else each item is one"
    )

    def effective_on(self, today: date) -> date:
        """The day it is quoted."""
        del today
        return self.quoted_on

    def write(self, work: UnitOfWork, quote: Quote, opportunity: Opportunity) -> Answer:
        """The next version of a quote.

        Raises WrongQuoteState, UnknownCurrency, AmountTooFine, CurrencyMismatch, MissingRate,
        RoleTwice, MilestonesNeeded.
        """
        books = legal_entity(work, quote.entity).currency
        offer = self._offer()
        minor_unit(offer.currency)
        held_lines(work, opportunity, offer.currency)
        found = price(offer, fx_quote(work, books, offer.currency, self.quoted_on))
        quote.write(offer, found, work.actor.id)
        return answer_of(quote, found)

    def _offer(self) -> Offer:
        lines = (
            *(one.line() for one in self.roles), *(one.line() for one in self.items),
            *(one.line() for one in self.expenses),
        )  # fmt: skip
        return Offer(
            self.currency, self.billing_model, self.valid_until, self.discount_pct, lines,
            tuple(one.share() for one in self.milestones),
        )  # fmt: skip


def answer_of(quote: Quote, found: Price) -> OfferAnswer:
    """What a version comes to."""
    return OfferAnswer(
        id=quote.id, version=quote.offered.no, net=found.net, discount=found.discount,
        margin=found.margin, margin_pct=found.margin_pct,
    )  # fmt: skip


def held_lines(work: UnitOfWork, opportunity: Opportunity, currency: str) -> tuple[RateLine, ...]:
    """The lines of the deal's rate card, where it has one. Raises CurrencyMismatch, NotFound."""
    if opportunity.terms.rate_card_id is None:
        return ()
    card = work.read(RateCard, opportunity.terms.rate_card_id)
    if card.currency != currency:
        raise CurrencyMismatch(
            f"rate card is in {card.currency}, quote in {currency}", field="currency"
        )
    return card.lines


class QuoteCommand(Command):
    """Something about one quote."""

    quote_id: UUID

    def quote(self, work: UnitOfWork) -> Quote:
        """Raises NotFound, WrongEntity."""
        quote = work.load(Quote, self.quote_id)
        work.enter(quote.entity)
        return quote


class CreateQuote(OfferFields):
    """Write the first version of an offer for a deal; from then on only a signature wins it."""

    ROLES: ClassVar = SELLERS
    ANSWER: ClassVar = OfferAnswer
    opportunity_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, AlreadyClosed, AlreadySigned, CurrencyMismatch, MissingRate.

        The lines fit their currencies and make up the price: UnknownCurrency, AmountTooFine,
        RoleTwice, MilestonesNeeded.
        """
        opportunity = work.load(Opportunity, self.opportunity_id)
        work.enter(opportunity.entity)
        if work.load_or_none(Quote, self.quote_id):
            raise AlreadyTaken(f"quote {self.quote_id} exists", field="quote_id")
        opportunity.quote(self.quote_id)
        quote = work.add(Quote(self.quote_id, opportunity.id, opportunity.entity))
        return self.write(work, quote, opportunity)


class ReviseQuote(OfferFields):
    """Write an offer anew, before it is approved."""

    ROLES: ClassVar = SELLERS
    ANSWER: ClassVar = OfferAnswer

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, CurrencyMismatch, MissingRate, UnknownCurrency, AmountTooFine.

        RoleTwice, MilestonesNeeded where the lines do not make up the price.
        """
        quote = work.load(Quote, self.quote_id)
        work.enter(quote.entity)
        return self.write(work, quote, work.read(Opportunity, quote.opportunity_id))


class SendQuote(QuoteCommand):
    """Note that the client has an approved quote."""

    ROLES: ClassVar = SELLERS
    sent_on: date

    def effective_on(self, today: date) -> date:
        """The day it was sent."""
        del today
        return self.sent_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, QuoteLapsed, NotFound, WrongEntity."""
        quote = self.quote(work)
        quote.send(self.sent_on)
        return Answer(id=quote.id)


class RecordSignature(QuoteCommand):
    """Note that the client signed: price, rates and milestones become the deal's terms."""

    ROLES: ClassVar = SELLERS
    signed_on: date
    reference: str = Field(min_length=1, max_length=100, description="Where the paper is found")

    def effective_on(self, today: date) -> date:
        """The day of the signature."""
        del today
        return self.signed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, QuoteLapsed, AlreadyClosed, AlreadySigned, CurrencyMismatch."""
        quote = self.quote(work)
        opportunity = work.load(Opportunity, quote.opportunity_id)
        opportunity.require_unsigned()
        quote.sign(self.signed_on, self.reference)
        version = quote.offered
        lines = held_lines(work, opportunity, version.offer.currency)
        opportunity.agree(**signed_terms(quote.id, version, lines))
        return Answer(id=quote.id)


def signed_terms(
    quote_id: UUID, version: Version, lines: tuple[RateLine, ...]
) -> dict[str, object]:
    """Terms of a deal as its client signed them; planned roles stay where none are quoted."""
    offer, roles = version.offer, version.roles()
    agreed = Agreed(
        quote_id, version.no, offer.discount_pct, version.agreed_lines(),
        beside(lines, [role.role for role in roles]),
    )  # fmt: skip
    return {
        "value": version.price.net, "currency": offer.currency,
        "billing_model": offer.billing_model, "milestones": version.milestones(),
        "agreed": agreed, **({"roles": roles} if roles else {}),
    }  # fmt: skip


class ExpireQuote(QuoteCommand):
    """Close a quote that nobody signed in time."""

    ROLES: ClassVar = SELLERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, QuoteStillValid, NotFound, WrongEntity."""
        quote = self.quote(work)
        quote.expire(work.today)
        work.load(Opportunity, quote.opportunity_id).withdraw_quote(quote.id)
        return Answer(id=quote.id)


class VoidQuote(QuoteCommand):
    """Take an offer back before it is signed."""

    ROLES: ClassVar = SELLERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongQuoteState, NotFound, WrongEntity."""
        quote = self.quote(work)
        quote.void(self.why)
        work.load(Opportunity, quote.opportunity_id).withdraw_quote(quote.id)
        return Answer(id=quote.id)
