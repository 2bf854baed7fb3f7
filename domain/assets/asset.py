"""An asset: what it cost, what is written off, and what the books carry until it is gone.

Amounts are in the books of its entity. ``next_month`` is the first month that is not depreciated;
what changes its plan holds from there.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.assets.depreciation import ZERO, Plan, month_amount, plan_of, revised
from domain.assets.valuation import Terms, impairment
from domain.delivery.timesheet import WrongState
from domain.errors import Refusal
from domain.ledger.dimensions import Dimensions
from domain.ledger.period import month_after, month_of
from domain.pricing.fx import Quote
from domain.receivables.reduction import TooEarly

AssetKind = Literal["equipment", "intangible"]
AssetState = Literal["capitalized", "in_service", "disposed"]


class NotInService(Refusal):
    """The asset is not in service yet."""

    code = "NOT_IN_SERVICE"


class DepreciationMissing(Refusal):
    """Months before are not depreciated yet."""

    code = "DEPRECIATION_MISSING"


class DepreciatedAlready(Refusal):
    """The month is depreciated: a change holds from a later one."""

    code = "DEPRECIATED_ALREADY"


class RunSuperseded(Refusal):
    """An asset changed after the run: undo that first."""

    code = "RUN_SUPERSEDED"


class NothingImpaired(Refusal):
    """The asset brings what the books carry, or more."""

    code = "NOTHING_IMPAIRED"


@dataclass(frozen=True)
class AssetOf:
    """What an asset is and where it came from: ``source`` is what its cost waited under."""

    entity: str
    books: str
    code: str
    name: str
    kind: AssetKind
    cost: Decimal
    terms: Terms
    project_id: UUID | None
    dimensions: Dimensions
    source: UUID | None
    credit: str


@dataclass(frozen=True)
class Write:
    """A month written off an asset, and what is written off by then."""

    month: date
    amount: Decimal
    accumulated: Decimal


@dataclass(frozen=True)
class Sale:
    """``tax`` is on top of proceeds; all in the currency of ``quote`` and in the books."""

    disposed_on: date
    account: str
    quote: Quote
    proceeds: Decimal
    tax: Decimal
    functional: Decimal
    functional_tax: Decimal
    reference: str


class Asset(Root):
    """capitalized -> in_service -> disposed."""

    class Capitalized(Root.Created):
        """Something lasts: its cost is carried."""

        TOPIC = "assets.asset_capitalized"
        asset: AssetOf
        capitalized_on: date

        def claims(self) -> tuple[str, ...]:
            """Codes are unique in an entity."""
            return (f"asset {self.asset.entity} {self.asset.code}",)

        def tags(self) -> tuple[str, ...]:
            """A run finds the assets of its entity."""
            return (asset_tag(self.asset.entity),)

    class PlacedInService(Root.Event):
        """It is used from this day on, and written off by its plan."""

        TOPIC = "assets.asset_placed_in_service"
        entity: str
        in_service_on: date
        plan: Plan

    class Depreciated(Root.Event):
        """A run took a month, or several that were missing."""

        TOPIC = "assets.asset_depreciated"
        run_id: UUID
        asset: AssetOf
        month: date
        writes: tuple[Write, ...]

    class DepreciationUndone(Root.Event):
        """The run was taken back."""

        TOPIC = "assets.asset_depreciation_undone"
        run_id: UUID
        asset: AssetOf
        undone_on: date
        writes: tuple[Write, ...]

    class Revised(Root.Event):
        """Life or residual value are estimated anew, from a month on."""

        TOPIC = "assets.asset_revised"
        residual: Decimal
        plan: Plan
        why: str

    class Impaired(Root.Event):
        """It brings less than the books carried."""

        TOPIC = "assets.asset_impaired"
        asset: AssetOf
        impaired_on: date
        recoverable: Decimal
        loss: Decimal
        residual: Decimal
        plan: Plan
        why: str

    class Disposed(Root.Event):
        """It is sold or scrapped; cost and what was written off leave the books."""

        TOPIC = "assets.asset_disposed"
        asset: AssetOf
        sale: Sale
        accumulated: Decimal
        why: str

        @property
        def result(self) -> Decimal:
            """A gain above zero, a loss below."""
            return self.sale.functional - (self.asset.cost - self.accumulated)

    @event(Capitalized)
    def __init__(self, id: UUID, asset: AssetOf, capitalized_on: date) -> None:
        self.asset = asset
        self.capitalized_on = capitalized_on
        self.state: AssetState = "capitalized"
        self.residual = asset.terms.residual
        self.plan: Plan | None = None
        self.place = 0
        self.taken = ZERO
        self.accumulated = ZERO
        self.last_on = capitalized_on
        self.runs: dict[UUID, tuple[Write, ...]] = {}
        self.ran: set[UUID] = set()

    @property
    def carrying(self) -> Decimal:
        """Cost less what is written off."""
        return self.asset.cost - self.accumulated

    @property
    def next_month(self) -> date:
        """The first month that is not depreciated. Raises NotInService."""
        return self._planned().month(self.place)

    def place_in_service(self, on: date) -> None:
        """Begin to write it off. Raises WrongState, TooEarly."""
        if self.state != "capitalized":
            raise WrongState(f"asset {self.asset.code} is {self._word()}", field="asset_id")
        if on < self.capitalized_on:
            raise TooEarly(f"it is carried from {self.capitalized_on}", field="in_service_on")
        terms = self.asset.terms
        plan = plan_of(self.asset.cost, terms.residual, terms.months, on, terms.convention)
        self._in_service(self.asset.entity, on, plan)

    def due(self, through: date) -> tuple[Write, ...]:
        """Months to write off, up to one that is named by its first day; none where none are."""
        if self.state != "in_service" or self.plan is None:
            return ()
        writes: list[Write] = []
        month, taken, plan = self.next_month, self.taken, self.plan
        for no in range(self.place, plan.last_no + 1):
            if month > through:
                break
            amount = month_amount(plan, no, taken, self.asset.books)
            taken += amount
            writes.append(Write(month, amount, self.accumulated + taken - self.taken))
            month = month_after(month)
        return tuple(writes)

    def depreciate(self, run_id: UUID, through: date) -> tuple[Write, ...]:
        """Write off what is due; nothing where nothing is."""
        if writes := self.due(through):
            self._depreciated(run_id, self.asset, through, writes)
        return writes

    def undo(self, run_id: UUID, on: date) -> None:
        """Take back what the latest run took. Raises RunSuperseded."""
        if not self.runs or next(reversed(self.runs)) != run_id or self.state == "disposed":
            raise RunSuperseded(f"asset {self.asset.code} changed since", field="month")
        self._undone(run_id, self.asset, on, self.runs[run_id])

    def revise(self, from_month: date, residual: Decimal, months_left: int, why: str) -> None:
        """Estimate the rest anew. Raises NotInService, DepreciationMissing and the like, BadLife.

        The plan changes from the month on; what is written off stays.
        """
        self._require_running()
        self._require_next(from_month, from_month)
        plan = revised(self.carrying, residual, months_left, from_month)
        self._revised(residual, plan, why)

    def impair(self, on: date, recoverable: Decimal, why: str) -> Decimal:
        """Write it down to what it brings; the loss. Raises NothingImpaired and as ``revise``."""
        self._require_running()
        month = month_of(on)
        self._require_next(month, month_after(month))
        loss = impairment(self.carrying, recoverable)
        if not loss:
            raise NothingImpaired(f"{self.carrying} are carried", field="recoverable")
        residual = min(self.residual, recoverable)
        left = max(self._planned().last_no + 1 - self.place, 1)
        plan = revised(recoverable, residual, left, self.next_month)
        self._impaired(self.asset, on, recoverable, loss, residual, plan, why)
        return loss

    def dispose(self, sale: Sale, why: str) -> None:
        """Let it go. Raises NotInService, DepreciationMissing, DepreciatedAlready, TooEarly.

        The month of the disposal is not depreciated any more, but may have been.
        """
        self._require_running()
        month = month_of(sale.disposed_on)
        self._require_next(month, month_after(month))
        if sale.disposed_on < self.last_on:
            raise TooEarly(f"it changed on {self.last_on}", field="disposed_on")
        self._disposed(self.asset, sale, self.accumulated, why)

    def _require_running(self) -> None:
        if self.state == "disposed":
            raise WrongState(f"asset {self.asset.code} is disposed of", field="asset_id")
        self._planned()

    def _planned(self) -> Plan:
        if self.plan is None:
            raise NotInService(f"asset {self.asset.code} is not in service", field="asset_id")
        return self.plan

    def _require_next(self, least: date, most: date) -> None:
        """Whether depreciation stands between two months; written off wholly is always far enough.

        Raises DepreciationMissing, DepreciatedAlready.
        """
        after, over = self.next_month, self.place > self._planned().last_no
        if after < least and not over:
            raise DepreciationMissing(f"run depreciation from {after:%Y-%m} first")
        if after > most:
            raise DepreciatedAlready(f"it is depreciated before {after:%Y-%m}")

    def _word(self) -> str:
        return self.state.replace("_", " ")

    @event(PlacedInService)
    def _in_service(self, entity: str, in_service_on: date, plan: Plan) -> None:
        del entity
        self.state = "in_service"
        self.last_on = in_service_on
        self._follow(plan)

    @event(Depreciated)
    def _depreciated(
        self, run_id: UUID, asset: AssetOf, month: date, writes: tuple[Write, ...]
    ) -> None:
        del asset, month
        self.runs[run_id] = writes
        self.ran.add(run_id)
        self._write(len(writes), sum((one.amount for one in writes), ZERO))

    @event(DepreciationUndone)
    def _undone(
        self, run_id: UUID, asset: AssetOf, undone_on: date, writes: tuple[Write, ...]
    ) -> None:
        del asset, undone_on
        del self.runs[run_id]
        self._write(-len(writes), -sum((one.amount for one in writes), ZERO))

    def _write(self, months: int, amount: Decimal) -> None:
        self.place += months
        self.taken += amount
        self.accumulated += amount

    @event(Revised)
    def _revised(self, residual: Decimal, plan: Plan, why: str) -> None:
        del why
        self.residual = residual
        self._follow(plan)

    @event(Impaired)
    def _impaired(
        self, asset: AssetOf, impaired_on: date, recoverable: Decimal, loss: Decimal,
        residual: Decimal, plan: Plan, why: str,
    ) -> None:  # fmt: skip
        del asset, recoverable, why
        self.residual = residual
        self.last_on = impaired_on
        self.accumulated += loss
        self._follow(plan)

    @event(Disposed)
    def _disposed(self, asset: AssetOf, sale: Sale, accumulated: Decimal, why: str) -> None:
        del asset, accumulated, why
        self.last_on = sale.disposed_on
        self.state = "disposed"

    def _follow(self, plan: Plan) -> None:
        self.plan, self.place, self.taken = plan, 0, ZERO
        self.runs.clear()


def asset_tag(entity: str) -> str:
    """What a run finds the assets of an entity by."""
    return f"assets {entity}"
