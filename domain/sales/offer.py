"""What a quote offers and what it comes to: price, discount, planned cost, margin.

Pure. The discount is taken from hours and fixed items; expenses pass at their amount, because the
discount of a contract reaches its rates and fees only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.errors import Refusal
from domain.money import quantize, require_fine, split
from domain.pricing.discount import Discount, spread
from domain.pricing.fx import Quote as FxQuote
from domain.sales.agreed import AgreedLine, LineKind
from domain.sales.opportunity import PlannedMilestone, PlannedRole

ZERO, HUNDRED = Decimal(0), Decimal(100)
QuotedModel = Literal["time_and_materials", "fixed_fee"]


class RoleTwice(Refusal):
    """A role is quoted at two rates."""

    code = "ROLE_TWICE"


class MilestonesNeeded(Refusal):
    """The milestones of a fixed fee do not make up its price."""

    code = "MILESTONES_NEEDED"


@dataclass(frozen=True)
class QuoteLine:
    """Hours of a role at a rate, a fixed item, or an expense; ``cost`` in the entity's currency.

    ``text`` is the role or what the item is called; ``due_on`` that of a fixed item.
    """

    kind: LineKind
    text: str
    quantity: Decimal
    unit_price: Decimal
    cost: Decimal
    due_on: date | None = None


@dataclass(frozen=True)
class ShareOfPrice:
    """A milestone of a fixed fee, in percent of the price after discount."""

    name: str
    share_pct: Decimal
    due_on: date


@dataclass(frozen=True)
class Offer:
    """What is put before the client, in one currency."""

    currency: str
    billing_model: QuotedModel
    valid_until: date
    discount_pct: Decimal
    lines: tuple[QuoteLine, ...]
    shares: tuple[ShareOfPrice, ...] = ()


@dataclass(frozen=True)
class Price:
    """``gross`` - ``discount`` = ``net``, by line in ``net_lines``; ``cost`` in the books.

    ``fx`` carries the cost into the currency of the offer: ``margin`` = net - cost there.
    """

    gross: Decimal
    discount: Decimal
    net: Decimal
    net_lines: tuple[Decimal, ...]
    cost: Decimal
    fx: FxQuote
    margin: Decimal

    @property
    def margin_pct(self) -> Decimal:
        """In percent of the price, to hundredths; zero where there is no price."""
        return (self.margin * HUNDRED / self.net).quantize(Decimal("0.01")) if self.net else ZERO

    def is_below(self, floor_pct: Decimal) -> bool:
        """Whether the margin, unrounded, is less than so many percent of the price."""
        return self.margin * HUNDRED < floor_pct * self.net


@dataclass(frozen=True)
class Version:
    """One version of an offer with its price; ``author`` wrote it."""

    no: int
    offer: Offer
    price: Price
    author: str

    def agreed_lines(self) -> tuple[AgreedLine, ...]:
        """The lines as a signature binds them."""
        return tuple(
            _agreed(line, net)
            for line, net in zip(self.offer.lines, self.price.net_lines, strict=True)
        )

    def roles(self) -> tuple[PlannedRole, ...]:
        """Hours and cost of each quoted role."""
        lines = (line for line in self.offer.lines if line.kind == "role")
        return tuple(PlannedRole(line.text, line.quantity, line.cost) for line in lines)

    def milestones(self) -> tuple[PlannedMilestone, ...]:
        """What will be accepted and paid for, net of discount."""
        return milestones(self.offer, self.price)


def price(offer: Offer, fx: FxQuote) -> Price:
    """What an offer comes to; ``fx`` leads from the books to the offer's currency.

    Raises AmountTooFine, RoleTwice, MilestonesNeeded.
    """
    _check(offer, fx.of)
    gross = [quantize(line.quantity * line.unit_price, offer.currency) for line in offer.lines]
    base = [
        ZERO if line.kind == "expense" else amount
        for line, amount in zip(offer.lines, gross, strict=True)
    ]
    discount = Discount(pct=offer.discount_pct).of(sum(base, ZERO), offer.currency)
    taken = spread(discount, base, offer.currency)
    net = tuple(amount - off for amount, off in zip(gross, taken, strict=True))
    cost, whole = sum((line.cost for line in offer.lines), ZERO), sum(net, ZERO)
    found = Price(sum(gross, ZERO), discount, whole, net, cost, fx, whole - fx.convert(cost))
    _check_fee(offer, found)
    return found


def milestones(offer: Offer, price: Price) -> tuple[PlannedMilestone, ...]:
    """Shares of the price by largest remainder, or each fixed item at its net price."""
    if offer.shares:
        amounts = split(price.net, [one.share_pct for one in offer.shares], offer.currency)
        return tuple(
            PlannedMilestone(one.name, amount, one.due_on)
            for one, amount in zip(offer.shares, amounts, strict=True)
        )
    pairs = zip(offer.lines, price.net_lines, strict=True)
    return tuple(
        PlannedMilestone(line.text, net, line.due_on)
        for line, net in pairs
        if line.kind == "fixed" and line.due_on and net
    )


def _agreed(line: QuoteLine, net: Decimal) -> AgreedLine:
    work = line.kind == "role"
    hours, rate = (line.quantity, line.unit_price) if work else (ZERO, ZERO)
    return AgreedLine(line.kind, line.text, hours, rate, line.cost, net)


def _check(offer: Offer, books: str) -> None:
    for line in offer.lines:
        require_fine(line.cost, books, field="lines")
        if line.kind != "role":
            require_fine(line.unit_price, offer.currency, field="lines")
    _refuse_twice([line.text for line in offer.lines if line.kind == "role"])


def _refuse_twice(roles: Sequence[str]) -> None:
    if twice := [role for role, count in Counter(roles).items() if count > 1]:
        raise RoleTwice(f"quoted twice: {', '.join(twice)}", field="lines")


def _check_fee(offer: Offer, price: Price) -> None:
    if offer.billing_model != "fixed_fee":
        if offer.shares:
            raise MilestonesNeeded("only a fixed fee is shared out", field="milestones")
        return
    planned = milestones(offer, price)
    shares = sum((one.share_pct for one in offer.shares), ZERO)
    whole = sum((one.amount for one in planned), ZERO)
    if (offer.shares and shares != HUNDRED) or whole != price.net or not planned:
        raise MilestonesNeeded(
            f"milestones make up {whole} of {price.net} {offer.currency}", field="milestones"
        )
    if any(one.amount <= 0 for one in planned):
        raise MilestonesNeeded("a milestone of nothing", field="milestones")
