"""A contract: parties, currency, term and how it is billed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.cap import BadLimit
from domain.billing.retainage import Progress, retain
from domain.contracts.clauses import (
    HUNDRED,
    Cap,
    PurchaseOrder,
    RetainageClause,
    TaxClause,
    TaxSource,
    TimeTerms,
    VolumeTerms,
)
from domain.errors import Refusal
from domain.organisation.person import OverlappingRate
from domain.pricing.rebate import volume_discount

Recognition = Literal["as_earned", "by_run"]
"""When revenue is posted: with the approval of what earned it, or by the period's run."""


class ContractNotActive(Refusal):
    """The contract is not in force."""

    code = "CONTRACT_NOT_ACTIVE"


class ContractSuspended(Refusal):
    """The contract is suspended: nothing is billed under it."""

    code = "CONTRACT_SUSPENDED"


class AlreadyTerminated(Refusal):
    """The contract has ended early before."""

    code = "ALREADY_TERMINATED"


class TaxInsidePrice(Refusal):
    """What is earned at once is earned net of tax: only a revenue run bills prices with tax."""

    code = "TAX_INSIDE_PRICE"


class OutsideTerm(Refusal):
    """The day is not within the contract's term."""

    code = "OUTSIDE_TERM"


class BelowBilled(Refusal):
    """The contract would be worth less than what is billed under it."""

    code = "BELOW_BILLED"


@dataclass(frozen=True)
class BillingTerms:
    """How the contract is billed; amounts in its currency, tax in percent of net.

    ``recognition`` is the one word of revenue here: billing rules decide no more of it.
    """

    model: Literal["time_and_materials", "fixed_fee"]
    rate_card_id: UUID | None
    payment_terms_days: int
    tax_rate_pct: Decimal
    recognition: Recognition = "as_earned"

    @property
    def earned_at_once(self) -> bool:
        """Whether approval or acceptance earns revenue; else the revenue run does."""
        return self.recognition == "as_earned"


class Contract(Root):
    """``value`` is the agreed price, or the expected one where time is billed."""

    class Drafted(Root.Created):
        """A contract was written down."""

        TOPIC = "contracts.contract_drafted"
        client_id: UUID
        entity: str
        name: str
        currency: str
        value: Decimal
        starts_on: date
        ends_on: date
        terms: BillingTerms
        opportunity_id: UUID | None

    class CapSet(Root.Event):
        """A limit was agreed, or changed: one of a name holds."""

        TOPIC = "contracts.cap_set"
        cap: Cap

    class TimeTermsSet(Root.Event):
        """How hours from a day on are rounded and priced."""

        TOPIC = "contracts.time_terms_set"
        terms: TimeTerms

    class PurchaseOrderAttached(Root.Event):
        """The client's order; the last one attached is the one that documents name."""

        TOPIC = "contracts.purchase_order_attached"
        order: PurchaseOrder

    class TaxSet(Root.Event):
        """Which tax codes documents from now on are taxed by; the last clause holds."""

        TOPIC = "contracts.tax_set"
        tax: TaxClause

    class TaxSourceSet(Root.Event):
        """Who says the taxes of documents from now on: an engine, or None: our own codes."""

        TOPIC = "contracts.tax_source_set"
        source: TaxSource | None

    class VolumeDiscountSet(Root.Event):
        """A discount by volume was agreed; the last one holds."""

        TOPIC = "contracts.volume_discount_set"
        terms: VolumeTerms

    class RetainageSet(Root.Event):
        """What the client keeps of certified work was agreed; the last clause holds."""

        TOPIC = "contracts.retainage_set"
        clause: RetainageClause

    class Suspended(Root.Event):
        """Nothing is billed until it is resumed."""

        TOPIC = "contracts.contract_suspended"
        why: str

    class Resumed(Root.Event):
        """Billing goes on."""

        TOPIC = "contracts.contract_resumed"

    class Terminated(Root.Event):
        """The contract ends early: work after that day is not billable."""

        TOPIC = "contracts.contract_terminated"
        terminated_on: date
        why: str

    class Changed(Root.Event):
        """A change order holds; ``value`` and ``ends_on`` are those after it."""

        TOPIC = "contracts.contract_changed"
        change_order_id: UUID
        effective_on: date
        currency: str
        price: Decimal
        days: int
        value: Decimal
        ends_on: date

    class Activated(Root.Event):
        """Both sides are bound."""

        TOPIC = "contracts.contract_activated"
        approved_by: str

    @event(Drafted)
    def __init__(
        self,
        id: UUID,
        client_id: UUID,
        entity: str,
        name: str,
        currency: str,
        value: Decimal,
        starts_on: date,
        ends_on: date,
        terms: BillingTerms,
        opportunity_id: UUID | None,
    ) -> None:
        self.client_id = client_id
        self.entity = entity
        self.name = name
        self.currency = currency
        self.value = value
        self.starts_on = starts_on
        self.ends_on = ends_on
        self.terms = terms
        self.opportunity_id = opportunity_id
        self.active = False
        self.suspended = ""
        self.terminated_on: date | None = None
        self.caps: dict[str, Cap] = {}
        self.time_terms: tuple[TimeTerms, ...] = ()
        self.order: PurchaseOrder | None = None
        self.tax: TaxClause | None = None
        self.tax_source: TaxSource | None = None
        self.discount: VolumeTerms | None = None
        self.retainage = RetainageClause()

    def activate(self, approved_by: str) -> None:
        """Twice changes nothing. ``approved_by`` names the enforceable approval."""
        if not self.active:
            self._activated(approved_by)

    def set_cap(self, cap: Cap) -> None:
        """Agree on a limit; the same again changes nothing. Raises BadLimit."""
        if cap.limit < 0 or not all(0 < pct <= HUNDRED for pct in cap.thresholds_pct):
            raise BadLimit(f"{cap.name}: {cap.limit}", field="limit")
        if self.caps.get(cap.name) != cap:
            self._cap_set(cap)

    def set_time_terms(self, terms: TimeTerms) -> None:
        """Terms of hours from a day on. Raises OverlappingRate where that day has some."""
        if any(known.from_date == terms.from_date for known in self.time_terms):
            raise OverlappingRate(f"terms from {terms.from_date} are there", field="from_date")
        self._time_terms_set(terms)

    def time_terms_on(self, day: date) -> TimeTerms:
        """The terms of an hour worked that day; the latest begun."""
        begun = [terms for terms in self.time_terms if terms.from_date <= day]
        return max(begun, key=lambda terms: terms.from_date, default=TimeTerms(day))

    def attach_order(self, order: PurchaseOrder) -> None:
        """Name the client's order on documents from now on; the same again changes nothing."""
        if self.order != order:
            self._purchase_order_attached(order)

    def set_tax(self, tax: TaxClause) -> None:
        """Tax documents from now on by codes; the same again changes nothing."""
        if self.tax != tax:
            self._tax_set(tax)

    def set_tax_source(self, source: TaxSource | None) -> None:
        """Ask an engine, or our own codes again; the same again changes nothing."""
        if self.tax_source != source:
            self._tax_source_set(source)

    def require_net_prices(self, *, tax_inside: bool) -> None:
        """Raises TaxInsidePrice where approval would earn a price with tax inside."""
        if tax_inside and self.terms.earned_at_once:
            raise TaxInsidePrice(
                f"{self.name} earns its prices at once: they are net of tax", field="tax_code"
            )

    def set_volume_discount(self, terms: VolumeTerms) -> None:
        """Discount documents from now on; the same again changes nothing.

        Raises NothingGiven, NegativeFigure, PercentOutOfRange, TiersOutOfOrder.
        """
        volume_discount(Decimal(0), terms.steps, self.currency, mode=terms.mode)
        if self.discount != terms:
            self._volume_discount_set(terms)

    def set_retainage(self, clause: RetainageClause) -> None:
        """Keep so much of what is certified from now on; the same again changes nothing.

        Raises BadRetainage.
        """
        terms = clause.in_force(self.currency)
        retain(terms, Progress(Decimal(0), Decimal(0)), Decimal(0))
        if self.retainage != clause:
            self._retainage_set(clause)

    def suspend(self, why: str) -> None:
        """Twice changes nothing. Raises ContractNotActive."""
        self.require_active()
        if not self.suspended:
            self._suspended(why)

    def resume(self) -> None:
        """Where nothing is suspended nothing changes."""
        if self.suspended:
            self._resumed()

    def terminate(self, on: date, why: str) -> None:
        """End it early. Raises ContractNotActive, AlreadyTerminated, OutsideTerm."""
        self.require_active()
        if self.terminated_on:
            raise AlreadyTerminated(f"{self.name} ended on {self.terminated_on}")
        if not self.starts_on <= on <= self.ends_on:
            raise OutsideTerm(f"{on} is outside {self.starts_on} to {self.ends_on}", field="on")
        self._terminated(on, why)

    def change(
        self, order_id: UUID, price: Decimal, days: int, effective_on: date, billed: Decimal
    ) -> None:
        """Another price and end; ``billed`` is net, in the contract's currency.

        Raises ContractNotActive, AlreadyTerminated, BelowBilled, OutsideTerm.
        """
        self.require_active()
        if self.terminated_on:
            raise AlreadyTerminated(f"{self.name} ended on {self.terminated_on}")
        value, ends_on = self.value + price, self._moved_end(days)
        if price < 0 and value < max(billed, Decimal(0)):
            raise BelowBilled(f"{value} after the change, {billed} are billed", field="price")
        if not self.starts_on <= effective_on <= max(ends_on, self.ends_on):
            raise OutsideTerm(f"{effective_on} is outside the term", field="takes_effect_on")
        self._changed(order_id, effective_on, self.currency, price, days, value, ends_on)

    def _moved_end(self, days: int) -> date:
        last = self.ends_on.toordinal() + days
        if not self.starts_on.toordinal() <= last <= date.max.toordinal():
            raise OutsideTerm(f"{days} days from {self.ends_on} is no term", field="days")
        return self.ends_on + timedelta(days)

    def is_over(self, day: date) -> bool:
        """Whether work of that day comes after an early end."""
        return self.terminated_on is not None and day > self.terminated_on

    def require_billable(self) -> None:
        """Raises ContractNotActive, ContractSuspended."""
        self.require_active()
        if self.suspended:
            raise ContractSuspended(f"{self.name}: {self.suspended}", field="contract_id")

    def require_active(self) -> None:
        """Raises ContractNotActive."""
        if not self.active:
            raise ContractNotActive(f"contract {self.name} is not active", field="contract_id")

    @event(CapSet)
    def _cap_set(self, cap: Cap) -> None:
        self.caps[cap.name] = cap

    @event(TimeTermsSet)
    def _time_terms_set(self, terms: TimeTerms) -> None:
        self.time_terms = (*self.time_terms, terms)

    @event(PurchaseOrderAttached)
    def _purchase_order_attached(self, order: PurchaseOrder) -> None:
        self.order = order

    @event(TaxSet)
    def _tax_set(self, tax: TaxClause) -> None:
        self.tax = tax

    @event(TaxSourceSet)
    def _tax_source_set(self, source: TaxSource | None) -> None:
        self.tax_source = source

    @event(VolumeDiscountSet)
    def _volume_discount_set(self, terms: VolumeTerms) -> None:
        self.discount = terms

    @event(RetainageSet)
    def _retainage_set(self, clause: RetainageClause) -> None:
        self.retainage = clause

    @event(Suspended)
    def _suspended(self, why: str) -> None:
        self.suspended = why

    @event(Resumed)
    def _resumed(self) -> None:
        self.suspended = ""

    @event(Terminated)
    def _terminated(self, terminated_on: date, why: str) -> None:
        del why
        self.terminated_on = terminated_on

    @event(Changed)
    def _changed(
        self, change_order_id: UUID, effective_on: date, currency: str, price: Decimal, days: int,
        value: Decimal, ends_on: date,
    ) -> None:  # fmt: skip
        del change_order_id, effective_on, currency, price, days
        self.value, self.ends_on = value, ends_on

    @event(Activated)
    def _activated(self, approved_by: str) -> None:
        del approved_by
        self.active = True
