"""Transfer prices: what one entity of a group charges another for an hour or for a cost.

Either the cost with a mark-up, or an hourly rate by role; both from a day on. Source: the
intercompany row of the accounting rules (price = cost x (1 + mark-up)).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import HUNDRED
from domain.pricing.fx import Quote

MINUTES_PER_HOUR = 60


class NoTransferPrice(Refusal):
    """No price between the two entities covers the day or the role."""

    code = "NO_TRANSFER_PRICE"


@dataclass(frozen=True)
class HourlyPrice:
    """Price of an hour of a role; an empty role means any other."""

    role: str
    hourly_rate: Decimal


@dataclass(frozen=True)
class TransferTerms:
    """From ``from_date`` on; without hourly prices it is the cost with ``markup_pct`` on top."""

    from_date: date
    markup_pct: Decimal
    hourly: tuple[HourlyPrice, ...] = ()


@dataclass(frozen=True)
class TransferPrice:
    """An amount in the currency of the pair, rounded once, and how it came about."""

    amount: Decimal
    steps: tuple[Step, ...]


def terms_on(terms: Iterable[TransferTerms], on: date) -> TransferTerms:
    """The terms in force on a day. Raises NoTransferPrice."""
    begun = [one for one in terms if one.from_date <= on]
    if not begun:
        raise NoTransferPrice(f"no transfer price covers {on}", field="from_date")
    return max(begun, key=lambda one: one.from_date)


def price_of_time(
    terms: TransferTerms, minutes: int, role: str, cost: Decimal, quote: Quote
) -> TransferPrice:
    """What lent time is charged at; ``quote`` is from the provider's books to the pair's currency.

    Raises NoTransferPrice.
    """
    if not terms.hourly:
        return price_of_cost(terms, cost, quote)
    fitting = [one for one in terms.hourly if one.role in {role, ""}]
    if not fitting:
        raise NoTransferPrice(f"no transfer price is agreed for {role!r}", field="role")
    rate = max(fitting, key=lambda one: bool(one.role)).hourly_rate
    amount = quantize(rate * minutes / MINUTES_PER_HOUR, quote.to)
    text = f"{minutes} min at {rate}/h = {amount} {quote.to}"
    return TransferPrice(amount, (Step("transfer.hourly", text),))


def price_of_cost(terms: TransferTerms, cost: Decimal, quote: Quote) -> TransferPrice:
    """A cost in the provider's books, marked up and converted; rounded once."""
    marked = cost * (HUNDRED + terms.markup_pct) / HUNDRED
    amount = quantize(marked * quote.to_per_base / quote.of_per_base, quote.to)
    text = f"{cost} {quote.of} + {terms.markup_pct} % = {amount} {quote.to}"
    return TransferPrice(amount, (Step("transfer.markup", text),))
