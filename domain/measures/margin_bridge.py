"""The margin bridge: from the margin that was sold to the margin that was delivered.

Every term is worked out from its own figures; each level of value is rounded once and a term is
the step from one level to the next, so the terms sum to the difference exactly, whatever the
currency. Value is in the contract's currency, cost in the books of its entity.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.money import quantize

ZERO = Decimal(0)


@dataclass(frozen=True)
class Sold:
    """What was agreed: the price (contract's currency) and the planned cost (books).

    ``scope`` and ``scope_cost`` are what was agreed on top since, or taken out: price and cost.
    """

    price: Decimal
    cost: Decimal
    scope: Decimal = ZERO
    scope_cost: Decimal = ZERO


@dataclass(frozen=True)
class Delivered:
    """What was done, each in the contract's currency but the last two, in the books.

    ``at_sold_rates``: hours at the rates they were sold at, and all else at its worth;
    ``at_standard``: the same with hours at their standard rates; ``value``: after the contract's
    discount; ``written_off``: write-downs and price cuts. ``functional`` is what of it was kept,
    at the rates of its days; ``cost`` what it cost.
    """

    at_sold_rates: Decimal = ZERO
    at_standard: Decimal = ZERO
    value: Decimal = ZERO
    written_off: Decimal = ZERO
    functional: Decimal = ZERO
    cost: Decimal = ZERO


@dataclass(frozen=True)
class Bridge:
    """In the books. ``sold_margin`` and the terms sum to ``delivered_margin``.

    ``scope``: the margin of what was agreed since. ``volume``: value delivered beyond what was
    sold, or still to come (below zero). ``overrun``: cost below the planned (above zero) or
    beyond it. ``rate_leak``: hours above or below the rates they were sold at. ``fx``: what moved
    between the sale and the work.
    """

    sold_price: Decimal
    planned_cost: Decimal
    sold_margin: Decimal
    discount: Decimal
    scope: Decimal
    volume: Decimal
    overrun: Decimal
    rate_leak: Decimal
    write_off: Decimal
    fx: Decimal
    delivered_value: Decimal
    delivered_cost: Decimal
    delivered_margin: Decimal

    @property
    def residual(self) -> Decimal:
        """What the terms leave unexplained: nothing."""
        terms = (
            self.discount, self.scope, self.volume, self.overrun, self.rate_leak, self.write_off,
            self.fx,
        )  # fmt: skip
        return self.delivered_margin - self.sold_margin - sum(terms, ZERO)


def bridge(sold: Sold, delivered: Delivered, rate: Decimal, books: str) -> Bridge:
    """Each term of the way.

    ``rate``: units of ``books`` for one of the contract's currency, on the day of the sale.
    """
    price, scoped, volume, standard, value, kept = (
        quantize(level * rate, books)
        for level in (
            sold.price, sold.price + sold.scope, delivered.at_sold_rates, delivered.at_standard,
            delivered.value, delivered.value - delivered.written_off,
        )
    )  # fmt: skip
    functional = quantize(delivered.functional, books)
    planned, extra, cost = (
        quantize(amount, books) for amount in (sold.cost, sold.scope_cost, delivered.cost)
    )
    return Bridge(
        sold_price=price,
        planned_cost=planned,
        sold_margin=price - planned,
        discount=value - standard,
        scope=scoped - price - extra,
        volume=volume - scoped,
        overrun=planned + extra - cost,
        rate_leak=standard - volume,
        write_off=kept - value,
        fx=functional - kept,
        delivered_value=functional,
        delivered_cost=cost,
        delivered_margin=functional - cost,
    )
