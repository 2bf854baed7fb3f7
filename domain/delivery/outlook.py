"""A project's outlook: what is still to come, what is ordered, how far the work is.

Kept apart from the project and from time, so that a forecast never waits for somebody who notes
time. Amounts are in ``books``, the functional currency of the project's entity; an order keeps
its own currency, too. Cost codes are those of the budget: a role, ``expense``, or another.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.pricing.fx import Quote
from domain.revenue.progress import ProgressOutOfRange

Measure = Literal["percent", "units"]
ZERO = Decimal(0)


class EstimateBackdated(Refusal):
    """A later estimate is known; one of the past would change what was reported."""

    code = "ESTIMATE_BACKDATED"


class EstimateOfPast(Refusal):
    """What is to come does not lie in months that are over."""

    code = "ESTIMATE_OF_PAST"


class UnknownCommitment(Refusal):
    """The project has no such order."""

    code = "UNKNOWN_COMMITMENT"


class NothingCommitted(Refusal):
    """All of the order is consumed or released."""

    code = "NOTHING_COMMITTED"


class ProgressFell(Refusal):
    """Less would be done than was reported: say why."""

    code = "PROGRESS_FELL"


def outlook_id(project_id: UUID) -> UUID:
    """The stream of a project's outlook."""
    return named_id("project outlook", str(project_id))


@dataclass(frozen=True)
class EstimateLine:
    """What a cost code still takes in a month: hours, and cost in the books."""

    cost_code: str
    month: date
    hours: Decimal
    cost: Decimal


@dataclass(frozen=True)
class PurchaseOrder:
    """Cost agreed with a vendor and not incurred yet: ``amount`` without tax, ``books`` of it."""

    commitment_id: UUID
    cost_code: str
    vendor: str
    reference: str
    committed_on: date
    amount: Decimal
    quote: Quote
    books: Decimal


@dataclass
class Commitment:
    """What of an order is neither consumed nor released, in its currency and in the books."""

    order: PurchaseOrder
    amount: Decimal
    books: Decimal

    def take(self, amount: Decimal) -> tuple[Decimal, Decimal]:
        """What a cost takes off, at most all there is; parts sum to the order in the books."""
        taken = min(amount, self.amount)
        return taken, self.books - self.order.quote.convert(self.amount - taken)


@dataclass(frozen=True)
class ProgressReport:
    """So much is ``done`` of ``whole`` by a day, cumulative."""

    reported_on: date
    measure: Measure
    done: Decimal
    whole: Decimal

    @property
    def share(self) -> Fraction:
        """From 0 to 1, exact."""
        return Fraction(self.done) / Fraction(self.whole)


@dataclass(frozen=True)
class FedObligation:
    """An obligation whose progress the report says: ``done`` of ``whole`` in its own unit."""

    contract_id: UUID
    obligation: str
    done: Decimal
    whole: Decimal


class Outlook(Root):
    """Of one project; an estimate holds from its day until the next one."""

    class Opened(Root.Created):
        """Somebody looks ahead for the first time."""

        TOPIC = "delivery.outlook_opened"
        project_id: UUID
        entity: str
        books: str

    class EstimateToCompleteSet(Root.Event):
        """All that is still to come, as of a day; it replaces the estimate before."""

        TOPIC = "delivery.estimate_to_complete_set"
        project_id: UUID
        version: int
        estimated_on: date
        lines: tuple[EstimateLine, ...]
        why: str

    class CostCommitted(Root.Event):
        """Something was ordered."""

        TOPIC = "delivery.cost_committed"
        project_id: UUID
        entity: str
        order: PurchaseOrder

        def claims(self) -> tuple[str, ...]:
            """An order has one id and, with its vendor, one reference in an entity."""
            order = self.order
            return (
                f"commitment {order.commitment_id}",
                f"purchase order {self.entity} {order.vendor} {order.reference}",
            )

    class CommitmentConsumed(Root.Event):
        """An actual cost came of an order; ``amount`` is zero where nothing of it was left."""

        TOPIC = "delivery.commitment_consumed"
        project_id: UUID
        commitment_id: UUID
        cost_code: str
        source_id: UUID
        consumed_on: date
        amount: Decimal
        books: Decimal

    class CommitmentRestored(Root.Event):
        """The actual cost did not count: the order is open again by as much."""

        TOPIC = "delivery.commitment_restored"
        project_id: UUID
        commitment_id: UUID
        cost_code: str
        source_id: UUID
        restored_on: date
        amount: Decimal
        books: Decimal

    class CommitmentReleased(Root.Event):
        """What is left of an order will not come."""

        TOPIC = "delivery.commitment_released"
        project_id: UUID
        commitment_id: UUID
        cost_code: str
        released_on: date
        amount: Decimal
        books: Decimal
        why: str

    class ProgressReported(Root.Event):
        """Delivery says how far the work is, and what shows it."""

        TOPIC = "delivery.progress_reported"
        project_id: UUID
        version: int
        report: ProgressReport
        evidence: str
        why: str
        fed: tuple[FedObligation, ...]

    @event(Opened)
    def __init__(self, id: UUID, project_id: UUID, entity: str, books: str) -> None:
        self.project_id = project_id
        self.entity = entity
        self.books = books
        self.estimates = 0
        self.estimated_on = date.min
        self.commitments: dict[UUID, Commitment] = {}
        self.paid: dict[UUID, Decimal] = {}
        self.reports: list[ProgressReport] = []

    def estimate(self, estimated_on: date, lines: tuple[EstimateLine, ...], why: str) -> None:
        """Say what is still to come. Raises EstimateBackdated, EstimateOfPast."""
        if estimated_on < self.estimated_on:
            raise EstimateBackdated(f"one of {self.estimated_on} is known", field="estimated_on")
        first = estimated_on.replace(day=1)
        if past := [line.month for line in lines if line.month < first]:
            raise EstimateOfPast(f"{min(past):%Y-%m} is over on {estimated_on}", field="lines")
        self._estimated(self.project_id, self.estimates + 1, estimated_on, lines, why)

    def commit(self, order: PurchaseOrder) -> None:
        """Note an order. Its id and its reference are claimed."""
        self._committed(self.project_id, self.entity, order)

    def commitment(self, commitment_id: UUID) -> Commitment:
        """An order as it stands. Raises UnknownCommitment."""
        refuse_unknown(self, commitment_id)
        return self.commitments[commitment_id]

    def consume(
        self, commitment_id: UUID, source_id: UUID, amount: Decimal, consumed_on: date
    ) -> None:
        """Take an actual cost off an order, in the order's currency, at most what is left.

        A cost beyond the order is actual cost alone. Raises UnknownCommitment.
        """
        held = self.commitment(commitment_id)
        taken, books = held.take(amount)
        self._consumed(self.project_id, commitment_id, held.order.cost_code, source_id,
                       consumed_on, taken, books)  # fmt: skip

    def restore(self, commitment_id: UUID, source_id: UUID, restored_on: date) -> None:
        """Give back what an actual cost took of an order, whatever became of the rest."""
        held, amount = self.commitment(commitment_id), self.paid[source_id]
        books = held.order.quote.convert(held.amount + amount) - held.books
        self._restored(self.project_id, commitment_id, held.order.cost_code, source_id,
                       restored_on, amount, books)  # fmt: skip

    def release(self, commitment_id: UUID, released_on: date, why: str) -> None:
        """Give up what is left of an order. Raises UnknownCommitment, NothingCommitted."""
        held = self.commitment(commitment_id)
        if not held.amount:
            raise NothingCommitted(
                f"nothing is left of order {held.order.reference}", field="commitment_id"
            )
        self._released(self.project_id, commitment_id, held.order.cost_code, released_on,
                       held.amount, held.books, why)  # fmt: skip

    def report(
        self, report: ProgressReport, evidence: str, why: str, fed: tuple[FedObligation, ...]
    ) -> None:
        """Say how far the work is. Raises ProgressOutOfRange, ProgressFell."""
        if report.done > report.whole:
            raise ProgressOutOfRange(
                f"{report.done} of {report.whole} is over 100 %", field="done"
            )
        if not why:
            self._refuse_fall(report)
        self._reported(self.project_id, len(self.reports) + 1, report, evidence, why, fed)

    def _refuse_fall(self, report: ProgressReport) -> None:
        """The day before says no more, and a day after no less."""
        before = self.progress(report.reported_on)
        later = [one for one in self.reports if one.reported_on > report.reported_on]
        after = min(later, key=lambda one: one.reported_on, default=None)
        if before and report.share < before.share:
            said = f"{before.done} of {before.whole} were done on {before.reported_on}"
            raise ProgressFell(f"{said}: give a reason", field="reason")
        if after and report.share > after.share:
            said = f"only {after.done} of {after.whole} were done on {after.reported_on}"
            raise ProgressFell(f"{said}: give a reason", field="reason")

    def progress(self, on: date) -> ProgressReport | None:
        """The latest report for a day or before it; of two for one day the later one."""
        found = [one for one in self.reports if one.reported_on <= on]
        return max(reversed(found), key=lambda one: one.reported_on) if found else None

    @event(EstimateToCompleteSet)
    def _estimated(
        self, project_id: UUID, version: int, estimated_on: date,
        lines: tuple[EstimateLine, ...], why: str,
    ) -> None:  # fmt: skip
        del project_id, lines, why
        self.estimates, self.estimated_on = version, estimated_on

    @event(CostCommitted)
    def _committed(self, project_id: UUID, entity: str, order: PurchaseOrder) -> None:
        del project_id, entity
        self.commitments[order.commitment_id] = Commitment(order, order.amount, order.books)

    @event(CommitmentConsumed)
    def _consumed(
        self, project_id: UUID, commitment_id: UUID, cost_code: str, source_id: UUID,
        consumed_on: date, amount: Decimal, books: Decimal,
    ) -> None:  # fmt: skip
        del project_id, cost_code, consumed_on
        self.paid[source_id] = amount
        self._take(commitment_id, amount, books)

    @event(CommitmentRestored)
    def _restored(
        self, project_id: UUID, commitment_id: UUID, cost_code: str, source_id: UUID,
        restored_on: date, amount: Decimal, books: Decimal,
    ) -> None:  # fmt: skip
        del project_id, cost_code, restored_on
        del self.paid[source_id]
        self._take(commitment_id, -amount, -books)

    @event(CommitmentReleased)
    def _released(
        self, project_id: UUID, commitment_id: UUID, cost_code: str, released_on: date,
        amount: Decimal, books: Decimal, why: str,
    ) -> None:  # fmt: skip
        del project_id, cost_code, released_on, why
        self._take(commitment_id, amount, books)

    def _take(self, commitment_id: UUID, amount: Decimal, books: Decimal) -> None:
        self.commitments[commitment_id].amount -= amount
        self.commitments[commitment_id].books -= books

    @event(ProgressReported)
    def _reported(
        self, project_id: UUID, version: int, report: ProgressReport, evidence: str, why: str,
        fed: tuple[FedObligation, ...],
    ) -> None:  # fmt: skip
        del project_id, version, evidence, why, fed
        self.reports.append(report)


def refuse_unknown(outlook: Outlook | None, commitment_id: UUID) -> None:
    """Raises UnknownCommitment where the project has no such order."""
    if outlook is None or commitment_id not in outlook.commitments:
        raise UnknownCommitment("the project has no such order", field="commitment_id")
