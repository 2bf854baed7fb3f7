"""A change order: what a client wants otherwise than the contract says.

Drafted by delivery, approved by finance. The approval is dated by the day the change takes
effect, which may lie in closed months: nothing that was reported before it was known moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.delivery.budget import BudgetLine
from domain.errors import Refusal
from domain.money import split

OrderState = Literal["draft", "submitted", "approved", "rejected", "withdrawn"]
LimitSource = Literal["cap", "order"]
WHOLE = "change order"
"""The role of a budget line of a change without hours."""


class WrongOrderState(Refusal):
    """The change order is past this step, or not there yet."""

    code = "WRONG_ORDER_STATE"


class OwnChangeOrder(Refusal):
    """A change order is decided by somebody else than who drafted or submitted it."""

    code = "OWN_CHANGE_ORDER"


class ClientReferenceNeeded(Refusal):
    """A price changes by the client's word: name the paper."""

    code = "CLIENT_REFERENCE_NEEDED"


class NothingChanged(Refusal):
    """The change order changes nothing."""

    code = "NOTHING_CHANGED"


class PlanNotPrice(Refusal):
    """Milestones added less those dropped are not the change of a fixed fee."""

    code = "PLAN_NOT_PRICE"


@dataclass(frozen=True)
class HoursChange:
    """More hours of a role, or fewer."""

    role: str
    hours: Decimal


@dataclass(frozen=True)
class AddedMilestone:
    """A milestone of the added price, in the contract's currency."""

    id: UUID
    name: str
    amount: Decimal
    due_on: date


@dataclass(frozen=True)
class LimitChange:
    """A cap, or the client's order of that number, moves ``by`` so much, in its own unit."""

    source: LimitSource
    name: str
    by: Decimal


@dataclass(frozen=True)
class Change:
    """What changes: ``price`` in the contract's currency, ``cost`` in the entity's, both signed.

    ``days`` move the contract's end, ``limits`` what may be billed.
    """

    project_id: UUID
    scope: str
    price: Decimal
    cost: Decimal
    days: int
    effective_on: date
    hours: tuple[HoursChange, ...] = ()
    added: tuple[AddedMilestone, ...] = ()
    dropped: tuple[UUID, ...] = ()
    limits: tuple[LimitChange, ...] = ()

    @property
    def adds(self) -> bool:
        """Whether hours, milestones or time are added to what was promised."""
        return bool(self.added) or self.days > 0 or any(one.hours > 0 for one in self.hours)

    @property
    def reduces(self) -> bool:
        """Whether price, hours, milestones or time of what was promised are cut."""
        fewer = any(one.hours < 0 for one in self.hours)
        return bool(self.dropped) or self.price < 0 or self.days < 0 or fewer

    @property
    def moves_budget(self) -> bool:
        """Whether hours, cost or price change."""
        return bool(self.price or self.cost or self.hours)

    def require_something(self) -> None:
        """Raises NothingChanged."""
        if not (self.moves_budget or self.days or self.added or self.dropped or self.limits):
            what = "neither price, cost, hours, days, milestones nor limits"
            raise NothingChanged(what, field="price")

    def require_plan(self, dropped: Decimal) -> None:
        """Raises PlanNotPrice; ``dropped`` is what the dropped milestones were to bring."""
        added = sum((one.amount for one in self.added), Decimal(0))
        if added - dropped != self.price:
            raise PlanNotPrice(f"{added} - {dropped} planned for {self.price}", field="price")

    def require_no_plan(self) -> None:
        """Raises PlanNotPrice where values bill the price and the change has milestones."""
        if self.added or self.dropped:
            raise PlanNotPrice("a schedule of values has no milestones", field="added")


def budget_change(
    change: Change, months: Sequence[date], currency: str, books: str
) -> tuple[BudgetLine, ...]:
    """Hours, cost and price of a change by role, spread evenly; what a cut takes off is negative.

    Cost and price go by hours, by largest remainder, so the lines sum to the change.
    """
    roles = change.hours or (HoursChange(WHOLE, Decimal(0)),)
    weights = [abs(one.hours) or Decimal(1) for one in roles]
    even = [Decimal(1)] * len(months)
    lines = []
    for role, cost, price in zip(
        roles, split(change.cost, weights, books), split(change.price, weights, currency),
        strict=True,
    ):  # fmt: skip
        figures = zip(
            months, split(role.hours, even, "EUR"), split(cost, even, books),
            split(price, even, currency), strict=True,
        )  # fmt: skip
        lines += [BudgetLine(role.role, month, h, c, p) for month, h, c, p in figures]
    return tuple(lines)


class ChangeOrder(Root):
    """``name`` is unique in its contract."""

    class Drafted(Root.Created):
        """Delivery wrote down what changes."""

        TOPIC = "contracts.change_order_drafted"
        contract_id: UUID
        entity: str
        name: str
        currency: str
        books: str
        change: Change
        author: str

        def claims(self) -> tuple[str, ...]:
            """Names are unique in a contract."""
            return (f"change order {self.contract_id} {self.name}",)

    class Submitted(Root.Event):
        """It waits for finance and the client."""

        TOPIC = "contracts.change_order_submitted"
        submitted_by: str

    class Approved(Root.Event):
        """It holds; ``value`` and ``ends_on`` are the contract's after it."""

        TOPIC = "contracts.change_order_approved"
        contract_id: UUID
        entity: str
        currency: str
        books: str
        change: Change
        client_reference: str
        approved_on: date
        value: Decimal
        ends_on: date

    class Rejected(Root.Event):
        """It will not be."""

        TOPIC = "contracts.change_order_rejected"
        why: str

    class Withdrawn(Root.Event):
        """Delivery took it back."""

        TOPIC = "contracts.change_order_withdrawn"
        why: str

    @event(Drafted)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, name: str, currency: str, books: str,
        change: Change, author: str,
    ) -> None:  # fmt: skip
        self.contract_id = contract_id
        self.entity = entity
        self.name = name
        self.currency = currency
        self.books = books
        self.change = change
        self.authors = {author}
        self.state: OrderState = "draft"
        self.approved_on: date | None = None

    def submit(self, by: str) -> None:
        """Raises WrongOrderState."""
        self._require("draft")
        self._submitted(by)

    def require_decidable(self, by: str) -> None:
        """Raises WrongOrderState, OwnChangeOrder."""
        self._require("submitted")
        if by in self.authors:
            raise OwnChangeOrder("somebody else than its author decides on a change order")

    @property
    def approved(self) -> bool:
        """Whether it holds."""
        return self.state == "approved"

    @property
    def modifies_on(self) -> date:
        """When the contract is modified: from the day it takes effect, never before approval.

        Source: ASC 606-10-25-10, a modification exists when the parties approve it.
        """
        return max(self.change.effective_on, self.approved_on or self.change.effective_on)

    def require_reference(self, client_reference: str) -> None:
        """Raises ClientReferenceNeeded."""
        if self.change.price and not client_reference.strip():
            raise ClientReferenceNeeded("name the client's order", field="client_reference")

    def approve(
        self, client_reference: str, approved_on: date, value: Decimal, ends_on: date
    ) -> None:
        """Put it into force; asked before by ``require_decidable`` and ``require_reference``."""
        self._approved(
            self.contract_id, self.entity, self.currency, self.books, self.change,
            client_reference, approved_on, value, ends_on,
        )  # fmt: skip

    def reject(self, by: str, why: str) -> None:
        """Raises WrongOrderState, OwnChangeOrder."""
        self.require_decidable(by)
        self._rejected(why)

    def withdraw(self, why: str) -> None:
        """Twice changes nothing. Raises WrongOrderState."""
        if self.state != "withdrawn":
            self._require("draft", "submitted")
            self._withdrawn(why)

    def _require(self, *states: OrderState) -> None:
        if self.state not in states:
            raise WrongOrderState(f"{self.name} is {self.state}", field="change_order_id")

    @event(Submitted)
    def _submitted(self, submitted_by: str) -> None:
        self.authors.add(submitted_by)
        self.state = "submitted"

    @event(Approved)
    def _approved(
        self, contract_id: UUID, entity: str, currency: str, books: str, change: Change,
        client_reference: str, approved_on: date, value: Decimal, ends_on: date,
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, books, change, client_reference, value, ends_on
        self.state = "approved"
        self.approved_on = approved_on

    @event(Rejected)
    def _rejected(self, why: str) -> None:
        del why
        self.state = "rejected"

    @event(Withdrawn)
    def _withdrawn(self, why: str) -> None:
        del why
        self.state = "withdrawn"
