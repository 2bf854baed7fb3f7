"""The revenue of a contract: its promises, its price, what was allocated and what is earned.

Revenue is cumulative: a run adds what is earned to a period's end less what was recognised.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args
from uuid import UUID

from domain.aggregate import Root, event
from domain.explanation import Step
from domain.identity import named_id
from domain.pricing.fx import Quote
from domain.revenue.allocation import Allocation, UnknownObligation
from domain.revenue.figures import ZERO
from domain.revenue.modification import Treatment
from domain.revenue.modified import Assessment, Modified, take_over
from domain.revenue.obligation import (
    CALENDAR,
    UNMEASURED,
    Measure,
    ObligationExists,
    PerformanceObligation,
    check,
    refuse_measures,
)
from domain.revenue.price import (
    AlreadyAllocated,
    NotAllocated,
    Price,
    PriceNotDetermined,
    Reshared,
    reshared,
)
from domain.revenue.progress import Override, OverrideIncomplete, ProgressOutOfRange
from domain.revenue.promised import Delivery, Measured, Promised
from domain.revenue.runs import (
    Past,
    RecognizedLine,
    Run,
    RunOutOfOrder,
    refuse_gap,
    to_take_back,
)


def revenue_id(contract_id: UUID) -> UUID:
    """The stream of a contract's revenue."""
    return named_id("revenue contract", str(contract_id))


class RevenueContract(Root):
    """``promises`` by name; ``keys`` of the runs by the first day of their month."""

    class Identified(Root.Created):
        """There is a contract with a customer (ASC 606-10-25-1)."""

        TOPIC = "revenue.contract_identified"
        contract_id: UUID
        entity: str
        currency: str
        books: str
        steps: tuple[Step, ...]

    class ObligationIdentified(Root.Event):
        """A promise was found in the contract."""

        TOPIC = "revenue.obligation_identified"
        contract_id: UUID
        terms: PerformanceObligation
        delivery: Delivery

    class SellingPriceSet(Root.Event):
        """What an obligation sells for alone."""

        TOPIC = "revenue.selling_price_set"
        terms: PerformanceObligation

    class PriceDetermined(Root.Event):
        """The transaction price, first or changed; ``shares`` where it was allocated before."""

        TOPIC = "revenue.price_determined"
        contract_id: UUID
        price: Price
        shares: tuple[Reshared, ...]
        effective_on: date
        steps: tuple[Step, ...]

    class PriceAllocated(Root.Event):
        """Every obligation has its share of the price."""

        TOPIC = "revenue.price_allocated"
        contract_id: UUID
        price: Decimal
        shares: tuple[Reshared, ...]
        effective_on: date
        steps: tuple[Step, ...]

    class ProgressMeasured(Root.Event):
        """What is done, or how much there is to do."""

        TOPIC = "revenue.progress_measured"
        contract_id: UUID
        obligation: str
        measured: Measured

    class ProgressOverridden(Root.Event):
        """A person's figure stands in for the measure, for a time."""

        TOPIC = "revenue.progress_overridden"
        contract_id: UUID
        obligation: str
        override: Override

    class ObligationSatisfied(Root.Event):
        """Control has passed."""

        TOPIC = "revenue.obligation_satisfied"
        contract_id: UUID
        obligation: str
        satisfied_on: date

    class ModificationConfirmed(Root.Event):
        """A second person decided how an approved change is accounted for."""

        TOPIC = "revenue.modification_confirmed"
        contract_id: UUID
        modification_id: UUID
        change_order: str
        treatment: Treatment
        proposed: Treatment
        effective_on: date
        price: Price
        obligations: tuple[Modified, ...]
        steps: tuple[Step, ...]

    class Recognized(Root.Event):
        """Revenue of a period, by obligation, at the rate it is booked at."""

        TOPIC = "revenue.revenue_recognized"
        contract_id: UUID
        entity: str
        currency: str
        run: Run
        quote: Quote
        lines: tuple[RecognizedLine, ...]

    class Reversed(Root.Event):
        """The last run was taken back; its period can be run again."""

        TOPIC = "revenue.recognition_reversed"
        contract_id: UUID
        entity: str
        currency: str
        run: Run
        quote: Quote
        lines: tuple[RecognizedLine, ...]
        why: str

    @event(Identified)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, currency: str, books: str,
        steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del steps
        self.contract_id = contract_id
        self.entity = entity
        self.currency = currency
        self.books = books
        self.price: Price | None = None
        self.promises: dict[str, Promised] = {}
        self.keys: dict[date, str] = {}
        self.runs: list[Past] = []

    @property
    def allocated(self) -> bool:
        """Whether the price is allocated."""
        return any(promise.weight for promise in self.promises.values())

    @property
    def last_period(self) -> date | None:
        """The month that was run last."""
        return max(self.keys, default=None)

    def promise(self, obligation: str) -> Promised:
        """An obligation as it stands. Raises UnknownObligation."""
        if obligation not in self.promises:
            raise UnknownObligation(f"no obligation {obligation!r}", field="obligation")
        return self.promises[obligation]

    def require_price(self) -> Price:
        """Raises PriceNotDetermined."""
        if self.price is None:
            raise PriceNotDetermined("determine the transaction price first")
        return self.price

    def require_allocated(self) -> None:
        """Raises NotAllocated."""
        if not self.allocated:
            raise NotAllocated("allocate the transaction price first")

    def identify(self, terms: PerformanceObligation, delivery: Delivery) -> None:
        """Raises ObligationExists and what ``check`` raises."""
        if terms.id in self.promises:
            raise ObligationExists(f"obligation {terms.id!r} exists", field="obligation")
        check(terms)
        self._obligation_identified(self.contract_id, terms, delivery)

    def price_alone(self, terms: PerformanceObligation) -> None:
        """Raises AlreadyAllocated, UnknownObligation and what ``check`` raises."""
        if self.promise(terms.id).weight:
            raise AlreadyAllocated(f"{terms.id} has its share already", field="obligation")
        check(terms)
        self._selling_price_set(terms)

    def determine(self, price: Price, effective_on: date, steps: tuple[Step, ...]) -> None:
        """Set the price; an allocated one goes the way it went at inception (32-43)."""
        shares = reshared(self.promises, price.total, self.currency)
        self._price_determined(self.contract_id, price, shares, effective_on, steps)

    def allocate(self, allocation: Allocation, effective_on: date) -> None:
        """Raises AlreadyAllocated, UnknownObligation."""
        if self.allocated:
            raise AlreadyAllocated("change the price, or confirm a modification")
        for share in allocation.shares:
            self.promise(share.obligation)
        shares = tuple(Reshared(s.obligation, s.amount, s.weight) for s in allocation.shares)
        self._price_allocated(
            self.contract_id, allocation.price, shares, effective_on, allocation.steps
        )

    def measure(self, obligation: str, measured: Measured) -> None:
        """Raises UnknownObligation, MeasureDoesNotFit, ProgressOutOfRange."""
        refuse_measures(self.promise(obligation).terms, None, *CALENDAR)
        if measured.done is not None and measured.done > measured.whole:
            raise ProgressOutOfRange(f"{measured.done} of {measured.whole}", field="done")
        self._progress_measured(self.contract_id, obligation, measured)

    def set_by_hand(self, obligation: str, override: Override) -> None:
        """Raises UnknownObligation, MeasureDoesNotFit, OverrideIncomplete, PeriodSkipped.

        An override is cumulative, so no period before it is left out.
        """
        refuse_measures(self.promise(obligation).terms, *UNMEASURED)
        if override.expires_on < override.from_on:
            raise OverrideIncomplete("an override expires after it begins", field="expires_on")
        refuse_gap(self.last_period, override.from_on)
        self._progress_overridden(self.contract_id, obligation, override)

    def satisfy(self, obligation: str, satisfied_on: date) -> None:
        """The same day again changes nothing. Raises UnknownObligation, MeasureDoesNotFit."""
        refuse_measures(self.promise(obligation).terms, *get_args(Measure))
        if self.promise(obligation).satisfied_on != satisfied_on:
            self._obligation_satisfied(self.contract_id, obligation, satisfied_on)

    def confirm(
        self, assessed: Assessment, change_order: str, treatment: Treatment,
        obligations: Sequence[Modified], steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        """Account for a change from its day on."""
        price = self.require_price()
        moved = sum((one.allocated - one.before for one in obligations), ZERO)
        self._modification_confirmed(
            self.contract_id, assessed.modification_id, change_order, treatment,
            assessed.treatment, assessed.effective_on,
            replace(price, modified=price.modified + moved), tuple(obligations), steps,
        )  # fmt: skip

    def is_run(self, period: date, key: str) -> bool:
        """Whether a later run holds these very inputs. Raises NotAllocated, RunOutOfOrder.

        The latest period is always looked at again: a price may have moved since.
        """
        self.require_allocated()
        latest = self.last_period
        if latest is None or period >= latest:
            return False
        if self.keys.get(period) != key:
            raise RunOutOfOrder(f"{latest:%Y-%m} was run; run that again", field="month")
        return True

    def recognize(self, run: Run, quote: Quote, lines: tuple[RecognizedLine, ...]) -> None:
        """Record a run; nothing where its period was run and no figure moved."""
        if run.modification_id is None and run.period in self.keys and not lines:
            return
        self._recognized(self.contract_id, self.entity, self.currency, run, quote, lines)

    def last_run(self, period: date, actor: str) -> Past:
        """What a reversal takes back. Raises NothingToReverse, OwnWork."""
        return to_take_back(self.runs, period, actor)

    def done_before(self, obligation: str) -> Decimal:
        """The progress an obligation was measured by before the last run."""
        earlier = [line.done for _, _, lines in self.runs[:-1] for line in lines
                   if line.obligation == obligation]  # fmt: skip
        return earlier[-1] if earlier else ZERO

    def reverse(self, run: Run, quote: Quote, lines: tuple[RecognizedLine, ...], why: str) -> None:
        """Take the last run back."""
        self._reversed(self.contract_id, self.entity, self.currency, run, quote, lines, why)

    @event(ObligationIdentified)
    def _obligation_identified(
        self, contract_id: UUID, terms: PerformanceObligation, delivery: Delivery
    ) -> None:
        del contract_id
        self.promises[terms.id] = Promised(terms, delivery)

    @event(SellingPriceSet)
    def _selling_price_set(self, terms: PerformanceObligation) -> None:
        self.promises[terms.id].terms = terms

    @event(PriceDetermined)
    def _price_determined(
        self, contract_id: UUID, price: Price, shares: tuple[Reshared, ...], effective_on: date,
        steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del contract_id, effective_on, steps
        self.price = price
        self._share(shares)

    @event(PriceAllocated)
    def _price_allocated(
        self, contract_id: UUID, price: Decimal, shares: tuple[Reshared, ...],
        effective_on: date, steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del contract_id, price, effective_on, steps
        self._share(shares)

    def _share(self, shares: tuple[Reshared, ...]) -> None:
        for share in shares:
            self.promises[share.obligation].allocated = share.amount
            self.promises[share.obligation].weight = share.weight

    @event(ProgressMeasured)
    def _progress_measured(self, contract_id: UUID, obligation: str, measured: Measured) -> None:
        del contract_id
        self.promises[obligation].measured.append(measured)

    @event(ProgressOverridden)
    def _progress_overridden(self, contract_id: UUID, obligation: str, override: Override) -> None:
        del contract_id
        self.promises[obligation].overrides.append(override)

    @event(ObligationSatisfied)
    def _obligation_satisfied(
        self, contract_id: UUID, obligation: str, satisfied_on: date
    ) -> None:
        del contract_id
        self.promises[obligation].satisfied_on = satisfied_on

    @event(ModificationConfirmed)
    def _modification_confirmed(
        self, contract_id: UUID, modification_id: UUID, change_order: str, treatment: Treatment,
        proposed: Treatment, effective_on: date, price: Price, obligations: tuple[Modified, ...],
        steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del contract_id, modification_id, change_order, treatment, proposed, steps
        self.price = price
        for one in obligations:
            take_over(self.promises[one.obligation], one, effective_on)

    @event(Recognized)
    def _recognized(
        self, contract_id: UUID, entity: str, currency: str, run: Run, quote: Quote,
        lines: tuple[RecognizedLine, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, currency
        if run.modification_id is None:
            self.keys[run.period] = run.key
        self.runs.append((run, quote, lines))
        self._move(lines)

    @event(Reversed)
    def _reversed(
        self, contract_id: UUID, entity: str, currency: str, run: Run, quote: Quote,
        lines: tuple[RecognizedLine, ...], why: str,
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, quote, why
        self.runs.pop()
        self._move(lines)
        before = [one.key for one, *_ in self.runs if one.period == run.period]
        self.keys.pop(run.period, None)
        if before:
            self.keys[run.period] = before[-1]

    def _move(self, lines: tuple[RecognizedLine, ...]) -> None:
        for line in lines:
            promise = self.promises[line.obligation]
            promise.recognised = line.cumulative
            promise.functional += line.functional
            promise.done = line.done
