"""A change of a contract on its way into revenue: one person describes it, another confirms."""

from typing import Any
from uuid import UUID

from domain.aggregate import Root, event
from domain.contracts.change_order import ChangeOrder
from domain.delivery.timesheet import OwnWork
from domain.errors import Refusal
from domain.revenue.modification import ConfirmedTreatment, NotApproved
from domain.revenue.modified import Assessment


class AlreadyConfirmed(Refusal):
    """The change is accounted for already."""

    code = "ALREADY_CONFIRMED"


class ChangeOrderNeeded(Refusal):
    """A change is accounted for by an approved change order."""

    code = "CHANGE_ORDER_NEEDED"


class OtherChangeOrder(Refusal):
    """The change was assessed from another change order, or from another price."""

    code = "OTHER_CHANGE_ORDER"


class RevenueChange(Root):
    """``assessed`` is what was described and proposed."""

    class Assessed(Root.Created):
        """A change was described; the system proposes its treatment."""

        TOPIC = "revenue.modification_assessed"
        contract_id: UUID
        assessed: Assessment

    class Confirmed(Root.Event):
        """A second person decided the treatment; ``change_order`` is the order's name."""

        TOPIC = "revenue.modification_treatment_confirmed"
        contract_id: UUID
        change_order: str
        decided: ConfirmedTreatment
        change_order_id: UUID | None = None
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before it named a change order there was a text."""
            state["change_order_id"] = None

        def claims(self) -> tuple[str, ...]:
            """A change order is accounted for once."""
            named = self.change_order_id or f"{self.contract_id} {self.change_order}"
            return (f"revenue of change order {named}",)

    @event(Assessed)
    def __init__(self, id: UUID, contract_id: UUID, assessed: Assessment) -> None:
        self.contract_id = contract_id
        self.assessed = assessed
        self.confirmed = False

    def require_waiting(self, actor: str) -> Assessment:
        """What this person may confirm. Raises AlreadyConfirmed, OwnWork, NotApproved."""
        if self.confirmed:
            raise AlreadyConfirmed("the change is accounted for", field="modification_id")
        if self.assessed.author == actor:
            raise OwnWork("a modification is confirmed by somebody else than its author")
        if self.assessed.treatment == "not_a_modification":
            raise NotApproved("approve the change before it is accounted for", field="treatment")
        return self.assessed

    def require_order(self, order: ChangeOrder) -> None:
        """Whether it is the approved order of this change.

        Raises ChangeOrderNeeded, OtherChangeOrder.
        """
        if not order.approved:
            raise ChangeOrderNeeded(f"{order.name} is {order.state}", field="change_order_id")
        named, price = self.assessed.change_order_id, order.change.price
        if named not in (None, order.id) or price != self.assessed.price_change:
            words = f"{order.name}, of {price}, is not what was assessed"
            raise OtherChangeOrder(words, field="change_order_id")

    def confirm(self, order: ChangeOrder, decided: ConfirmedTreatment) -> None:
        """Record the decision. Raises ChangeOrderNeeded, OtherChangeOrder."""
        self.require_order(order)
        self._confirmed(self.contract_id, order.name, decided, order.id)

    @event(Confirmed)
    def _confirmed(
        self, contract_id: UUID, change_order: str, decided: ConfirmedTreatment,
        change_order_id: UUID | None = None,
    ) -> None:  # fmt: skip
        del contract_id, change_order, decided, change_order_id
        self.confirmed = True
