"""Change orders and the steps they took, each with the day it counts from and its position.

An approval counts from the day the change takes effect, or from the decision where that is
earlier: as of a day in July, an order approved in September with effect in July is approved, once
the approval is known.
"""

from datetime import date

from domain.contracts.change_order import ChangeOrder
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ORDERS = Table(
    "change_orders",
    {
        "id": "uuid", "contract_id": "uuid", "project_id": "uuid", "entity": "text",
        "name": "text", "scope": "text", "currency": "text", "price": "numeric",
        "books": "text", "cost": "numeric", "days": "int", "effective_on": "date",
    },
    key=("id",),
    indexes=("entity", "contract_id"),
)  # fmt: skip
STEPS = Table(
    "change_order_steps",
    {
        "position": "bigint", "change_order_id": "uuid", "counts_from": "date", "status": "text",
        "approved_on": "date?", "client_reference": "text",
    },
    key=("position",),
    indexes=("change_order_id, position",),
)  # fmt: skip


class ChangeOrders(Projection):
    """Price in the contract's currency, cost in the books of its entity; both signed."""

    name = "change_orders"
    tables = (ORDERS, STEPS)

    @on(ChangeOrder.Drafted)
    def drafted(self, fact: ChangeOrder.Drafted, at: Recorded, fold: Fold) -> None:
        """Written down."""
        change = fact.change
        fold.put(ORDERS, id=at.stream_id, contract_id=fact.contract_id,
                 project_id=change.project_id, entity=fact.entity, name=fact.name,
                 scope=change.scope, currency=fact.currency, price=change.price, books=fact.books,
                 cost=change.cost, days=change.days, effective_on=change.effective_on)  # fmt: skip
        self._step("draft", at, fold)

    @on(ChangeOrder.Submitted)
    def submitted(self, fact: ChangeOrder.Submitted, at: Recorded, fold: Fold) -> None:
        """Before finance and the client."""
        del fact
        self._step("submitted", at, fold)

    @on(ChangeOrder.Approved)
    def approved(self, fact: ChangeOrder.Approved, at: Recorded, fold: Fold) -> None:
        """In force."""
        counts_from = min(fact.approved_on, fact.change.effective_on)
        fold.append(STEPS, at.position, at.stream_id, counts_from, "approved", fact.approved_on,
                    fact.client_reference)  # fmt: skip

    @on(ChangeOrder.Rejected)
    def rejected(self, fact: ChangeOrder.Rejected, at: Recorded, fold: Fold) -> None:
        """Refused."""
        del fact
        self._step("rejected", at, fold)

    @on(ChangeOrder.Withdrawn)
    def withdrawn(self, fact: ChangeOrder.Withdrawn, at: Recorded, fold: Fold) -> None:
        """Taken back."""
        del fact
        self._step("withdrawn", at, fold)

    def _step(self, status: str, at: Recorded, fold: Fold) -> None:
        counts_from: date = at.effective_date
        fold.append(STEPS, at.position, at.stream_id, counts_from, status, None, "")
