"""A change of a contract on its way into revenue: one person describes it, another confirms."""

from uuid import UUID

from domain.aggregate import Root, event
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


class RevenueChange(Root):
    """``assessed`` is what was described and proposed."""

    class Assessed(Root.Created):
        """A change was described; the system proposes its treatment."""

        TOPIC = "revenue.modification_assessed"
        contract_id: UUID
        assessed: Assessment

    class Confirmed(Root.Event):
        """A second person decided the treatment."""

        TOPIC = "revenue.modification_treatment_confirmed"
        contract_id: UUID
        change_order: str
        decided: ConfirmedTreatment

        def claims(self) -> tuple[str, ...]:
            """A change order is accounted for once."""
            return (f"revenue of change order {self.contract_id} {self.change_order}",)

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

    def confirm(self, change_order: str, decided: ConfirmedTreatment) -> None:
        """Record the decision. Raises ChangeOrderNeeded without its approved change order."""
        if not change_order.strip():
            raise ChangeOrderNeeded("name the approved change order", field="change_order")
        self._confirmed(self.contract_id, change_order, decided)

    @event(Confirmed)
    def _confirmed(
        self, contract_id: UUID, change_order: str, decided: ConfirmedTreatment
    ) -> None:
        del contract_id, change_order, decided
        self.confirmed = True
