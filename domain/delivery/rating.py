"""Rating: what approved work is worth and what it cost, with the explanation.

Pure: rates and quotes are arguments. The amount of an entry is rounded once, half up, to the
currency's minor unit; minutes are kept raw.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.money import quantize
from domain.pricing.fx import Quote
from domain.pricing.rate_card import RateLine

MINUTES_PER_HOUR = 60


@dataclass(frozen=True)
class Cost:
    """What the work cost the worker's entity, and the same in the books of the project's."""

    entity: str
    currency: str
    hourly_rate: Decimal
    amount: Decimal
    project_currency: str
    project_amount: Decimal


@dataclass(frozen=True)
class Bill:
    """What the work is worth to the client, and in the functional currency of who bills it.

    ``earned``: its approval earns revenue; else the contract's revenue run does.
    """

    entity: str
    currency: str
    hourly_rate: Decimal
    amount: Decimal
    quote: Quote
    functional: Decimal
    earned: bool = True

    @property
    def carried(self) -> Decimal:
        """What the books carry for it until it is billed."""
        return self.functional if self.earned else Decimal(0)


@dataclass(frozen=True)
class RatedTime:
    """An approved time entry with its figures; ``bill`` is None where it is not billable."""

    entry_id: UUID
    project_id: UUID
    contract_id: UUID | None
    work_date: date
    minutes: int
    role: str
    activity: str
    cost: Cost
    bill: Bill | None
    explanation: str


def cost_of(minutes: int, hourly_rate: Decimal, entity: str, quote: Quote) -> Cost:
    """Cost of some minutes in the worker's entity (``quote.of``) and the project's."""
    amount = _amount(minutes, hourly_rate, quote.of)
    return Cost(entity, quote.of, hourly_rate, amount, quote.to, quote.convert(amount))


def bill_of(
    minutes: int, line: RateLine, entity: str, quote: Quote, *, earned: bool = True
) -> Bill:
    """Value of some minutes in the contract's currency (``quote.of``)."""
    amount = _amount(minutes, line.hourly_rate, quote.of)
    return Bill(entity, quote.of, line.hourly_rate, amount, quote, quote.convert(amount), earned)


def explain(minutes: int, line: RateLine, bill: Bill) -> str:
    """Which rate priced the work and why, in words."""
    names = zip(("person", "activity", "role"), line.scope, strict=True)
    scope = ", ".join(f"{name} {value}" for name, value in names if value) or "everyone"
    rate = f"{line.hourly_rate} {bill.currency}/h for {scope} since {line.from_date}"
    text = f"{minutes} min x {rate} = {bill.amount} {bill.currency}"
    if bill.quote.of == bill.quote.to:
        return text
    quote = bill.quote
    return f"{text}; {quote.source} {quote.quoted_on}: {bill.functional} {quote.to}"


def _amount(minutes: int, hourly_rate: Decimal, currency: str) -> Decimal:
    return quantize(hourly_rate * minutes / MINUTES_PER_HOUR, currency)
