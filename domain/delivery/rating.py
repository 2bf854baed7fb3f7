"""Rating: what approved work is worth and what it cost, with the explanation.

Pure: rates and quotes are arguments. The amount of an entry is rounded once, half up, to the
currency's minor unit; minutes are kept raw.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.explanation import Step
from domain.money import quantize
from domain.pricing.fx import Quote
from domain.pricing.resolution import Resolution

MINUTES_PER_HOUR = 60


@dataclass(frozen=True)
class Cost:
    """What the work cost the worker's entity, and the same in the books of the project's.

    ``hourly_rate`` holds the burden on the person's rate, ``burden_pct`` of it.
    """

    entity: str
    currency: str
    hourly_rate: Decimal
    amount: Decimal
    project_currency: str
    project_amount: Decimal
    burden_pct: Decimal = Decimal(0)


@dataclass(frozen=True)
class Bill:
    """What the work is worth to the client, and in the functional currency of who bills it.

    ``earned``: its approval earns revenue; else the contract's revenue run does. ``hourly_rate``
    is after, ``standard_rate`` before the contract's discount; ``billed_minutes`` are those left
    by partial billability and rounding (None: as worked, of bills before there were such terms).
    """

    entity: str
    currency: str
    hourly_rate: Decimal
    amount: Decimal
    quote: Quote
    functional: Decimal
    earned: bool = True
    billed_minutes: Decimal | None = None
    standard_rate: Decimal | None = None

    @property
    def carried(self) -> Decimal:
        """What the books carry for it until it is billed."""
        return self.functional if self.earned else Decimal(0)


@dataclass(frozen=True)
class Priced:
    """Hours worth billing, their rates per hour, and how they came about."""

    billed_minutes: Decimal
    hourly_rate: Decimal
    standard_rate: Decimal
    amount: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class RatedTime:
    """An approved time entry with its figures; ``bill`` is None where it is not billable.

    ``capital``: it makes something that lasts, so its cost is carried.
    """

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
    capital: bool = False


def cost_of(
    minutes: int, hourly_rate: Decimal, burden_pct: Decimal, entity: str, quote: Quote
) -> Cost:
    """Cost of some minutes in the worker's entity (``quote.of``) and the project's."""
    loaded = hourly_rate * (100 + burden_pct) / 100 if burden_pct else hourly_rate
    amount = _amount(minutes, loaded, quote.of)
    return Cost(entity, quote.of, loaded, amount, quote.to, quote.convert(amount), burden_pct)


def bill_of(priced: Priced, entity: str, quote: Quote, *, earned: bool = True) -> Bill:
    """Value of priced hours in the contract's currency (``quote.of``)."""
    return Bill(
        entity, quote.of, priced.hourly_rate, priced.amount, quote, quote.convert(priced.amount),
        earned, priced.billed_minutes, priced.standard_rate,
    )  # fmt: skip


def priced(
    minutes: Decimal, rate: Resolution, discount_pct: Decimal, currency: str,
    steps: tuple[Step, ...],
) -> Priced:  # fmt: skip
    """Billed minutes at a rate less the contract's discount; rounded once, at the end."""
    net_rate = rate.hourly_rate * (100 - discount_pct) / 100
    amount = _amount(minutes, net_rate, currency)
    taken = [*rate.steps, *steps]
    if discount_pct:
        taken.append(Step("discount.rate", f"{discount_pct} % off: {net_rate.normalize():f}/h"))
    taken.append(Step("amount", f"{minutes.normalize():f} min = {amount} {currency}"))
    return Priced(minutes, net_rate, rate.hourly_rate, amount, tuple(taken))


def explain(priced: Priced, bill: Bill) -> str:
    """Which rate priced the work and why, in words."""
    text = "; ".join(step.text for step in priced.steps)
    if bill.quote.of == bill.quote.to:
        return text
    quote = bill.quote
    return f"{text}; {quote.source} {quote.quoted_on}: {bill.functional} {quote.to}"


def _amount(minutes: Decimal | int, hourly_rate: Decimal, currency: str) -> Decimal:
    return quantize(hourly_rate * minutes / MINUTES_PER_HOUR, currency)
