"""Usage: what a meter of a contract counted, and what each month of it costs.

A month's charge is the price of all it counted, tier by tier, less what the month was charged
before. So charging twice charges once, and readings that come late, or take some back, bring
their own difference.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.charges import ChargeHolder
from domain.billing.minimum import whole_month
from domain.consumption import Share
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id
from domain.ledger.period import month_end
from domain.organisation.person import OverlappingRate
from domain.pricing.fx import Quote
from domain.pricing.tiers import Tier, TieredPrice, TierMode, price_tiers

ZERO = Decimal(0)


class UnknownUsage(Refusal):
    """The meter has no such charge."""

    code = "UNKNOWN_USAGE"


class NegativeUsage(Refusal):
    """A correction takes back more than its month has counted."""

    code = "NEGATIVE_USAGE"


class NotMetered(Refusal):
    """No price holds on that day."""

    code = "NOT_METERED"


@dataclass(frozen=True)
class UsageTerm:
    """Prices of the months from that of ``from_date`` on, until a later term's."""

    from_date: date
    mode: TierMode
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class UsageCharge:
    """What a month costs, or an adjustment of it; ``quantity`` is what it prices anew."""

    id: UUID
    month: date
    due_on: date
    text: str
    quantity: Decimal
    amount: Decimal
    functional: Decimal
    steps: tuple[Step, ...]


def meter_id(contract_id: UUID, name: str) -> UUID:
    """The meter of this name under a contract."""
    return named_id("usage meter", f"{contract_id}:{name}")


class UsageMeter(ChargeHolder):
    """``counted`` and ``charged`` by the first of the month; ``charges`` by id."""

    class Agreed(Root.Created):
        """Something is counted from now on, at a price."""

        TOPIC = "billing.usage_meter_agreed"
        contract_id: UUID
        entity: str
        currency: str
        name: str
        unit: str
        term: UsageTerm

    class Repriced(Root.Event):
        """Other prices from a month on."""

        TOPIC = "billing.usage_repriced"
        term: UsageTerm

    class Metered(Root.Event):
        """Something was used, or (below zero) was not after all."""

        TOPIC = "billing.usage_metered"
        contract_id: UUID
        entity: str
        used_on: date
        quantity: Decimal
        reference: str

        def claims(self) -> tuple[str, ...]:
            """A reading counts once."""
            return (f"usage:{self.originator_id}:{self.reference}",)

    class Charged(Root.Event):
        """A month was charged, or what it was charged is adjusted."""

        TOPIC = "billing.usage_charged"
        contract_id: UUID
        entity: str
        currency: str
        quote: Quote
        earned: bool
        charge: UsageCharge

    class Billed(Root.Event):
        """Charges stand on an invoice."""

        TOPIC = "billing.usage_charges_billed"
        invoice_id: UUID
        charge_ids: tuple[UUID, ...]

    class Restored(Root.Event):
        """A credit memo freed charges to be billed again."""

        TOPIC = "billing.usage_charges_restored"
        memo_id: UUID
        charge_ids: tuple[UUID, ...]

    @event(Agreed)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, currency: str, name: str, unit: str,
        term: UsageTerm,
    ) -> None:  # fmt: skip
        self.contract_id = contract_id
        self.entity = entity
        self.currency = currency
        self.name = name
        self.unit = unit
        self.terms: tuple[UsageTerm, ...] = (term,)
        self.counted: dict[date, Decimal] = defaultdict(Decimal)
        self.charged: dict[date, tuple[Decimal, Decimal]] = {}
        self.charges: dict[UUID, Share] = {}
        self.billed: set[UUID] = set()

    def reprice(self, term: UsageTerm) -> None:
        """Other prices from a month on; the same again changes nothing.

        Raises OverlappingRate where that month has others, and as ``price`` where they are not
        sound.
        """
        price_tiers(ZERO, term.tiers, self.currency, term.mode)
        if term in self.terms:
            return
        month = whole_month(term.from_date).starts_on
        if any(whole_month(known.from_date).starts_on == month for known in self.terms):
            raise OverlappingRate(f"the prices of {month:%Y-%m} are said", field="from_date")
        self._repriced(term)

    def meter(self, used_on: date, quantity: Decimal, reference: str) -> None:
        """Count something. Raises NotMetered, NegativeUsage, and as ``price``."""
        month = whole_month(used_on).starts_on
        total = self.counted.get(month, ZERO) + quantity
        if total < 0:
            raise NegativeUsage(
                f"{month:%Y-%m} has counted {self.counted.get(month, ZERO)} {self.unit}",
                field="quantity",
            )
        self.price(month, total)
        self._metered(self.contract_id, self.entity, used_on, quantity, reference)

    def price(self, month: date, quantity: Decimal) -> TieredPrice:
        """What so much costs in a month. Raises NotMetered, BeyondLastTier, TiersOutOfOrder."""
        first = whole_month(month).starts_on
        begun = [term for term in self.terms if whole_month(term.from_date).starts_on <= first]
        if not begun:
            raise NotMetered(f"{self.name} has no price in {first:%Y-%m}", field="used_on")
        term = max(begun, key=lambda known: known.from_date)
        return price_tiers(quantity, term.tiers, self.currency, term.mode)

    def due(self, through: date) -> Iterator[date]:
        """Months that ended by a day and cost something else than they were charged."""
        for month in sorted(self.counted):
            price = self.price(month, self.counted[month])
            if month_end(month) <= through and price.amount != self._before(month)[1]:
                yield month

    def charge_month(self, month: date, quote: Quote, *, earned: bool) -> None:
        """Charge a month's difference; ``earned`` where no revenue run earns."""
        price = self.price(month, self.counted[month])
        quantity, amount = self._before(month)
        delta = price.amount - amount
        id_ = named_id("usage charge", f"{self.id}:{month}:{price.quantity}:{amount}", month)
        words = f"{self.name} of {month:%Y-%m}" + (", adjusted" if month in self.charged else "")
        self._charged(self.contract_id, self.entity, self.currency, quote, earned, UsageCharge(
            id_, month, month_end(month), words, price.quantity - quantity, delta,
            quote.convert(delta), price.steps,
        ))  # fmt: skip

    def _before(self, month: date) -> tuple[Decimal, Decimal]:
        return self.charged.get(month, (ZERO, ZERO))

    def has_charge(self, id_: UUID) -> bool:
        """Whether it made this charge."""
        return id_ in self.charges

    def charge(self, id_: UUID) -> Share:
        """A charge as an invoice would take it. Raises UnknownUsage."""
        if id_ not in self.charges:
            raise UnknownUsage(f"{self.name} has no such charge", field="sources")
        return self.charges[id_]

    @event(Repriced)
    def _repriced(self, term: UsageTerm) -> None:
        self.terms = (*self.terms, term)

    @event(Metered)
    def _metered(
        self, contract_id: UUID, entity: str, used_on: date, quantity: Decimal, reference: str
    ) -> None:
        del contract_id, entity, reference
        self.counted[whole_month(used_on).starts_on] += quantity

    @event(Charged)
    def _charged(
        self, contract_id: UUID, entity: str, currency: str, quote: Quote, earned: bool,
        charge: UsageCharge,
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, quote
        quantity, amount = self._before(charge.month)
        self.charged[charge.month] = quantity + charge.quantity, amount + charge.amount
        self.charges[charge.id] = Share(
            self.id, charge.id, "usage", charge.text, charge.quantity or Decimal(1),
            charge.amount / charge.quantity if charge.quantity else charge.amount,
            charge.amount, charge.functional if earned else ZERO,
        )  # fmt: skip

    @event(Billed)
    def _charges_billed(self, invoice_id: UUID, charge_ids: tuple[UUID, ...]) -> None:
        del invoice_id
        self.billed |= set(charge_ids)

    @event(Restored)
    def _charges_restored(self, memo_id: UUID, charge_ids: tuple[UUID, ...]) -> None:
        del memo_id
        self.billed -= set(charge_ids)
