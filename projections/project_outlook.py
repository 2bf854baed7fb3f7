"""What is to come of projects: estimates, what is ordered, and how far the work is.

Moves carry the day they count from and their position; budget and actual cost are beside them in
``budget_vs_actual``. A cost that came of an order stands under the order's cost code.
"""

from domain.delivery.expense import Expense
from domain.delivery.outlook import Outlook
from domain.delivery.project import Project
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ESTIMATES = Table(
    "estimates",
    {"position": "bigint", "project_id": "uuid", "estimated_on": "date", "version": "int"},
    key=("position",),
    indexes=("project_id, estimated_on",),
)
ESTIMATE_LINES = Table(
    "estimate_lines",
    {
        "position": "bigint", "no": "int", "cost_code": "text", "month": "date",
        "hours": "numeric", "cost": "numeric",
    },
    key=("position", "no"),
)  # fmt: skip
ORDERS = Table(
    "purchase_orders",
    {
        "id": "uuid", "position": "bigint", "project_id": "uuid", "entity": "text",
        "cost_code": "text", "vendor": "text", "reference": "text", "committed_on": "date",
        "currency": "text", "amount": "numeric",
    },
    key=("id",),
    indexes=("project_id",),
)  # fmt: skip
COMMITTED = Table(
    "commitment_moves",
    {
        "position": "bigint", "commitment_id": "uuid", "project_id": "uuid",
        "effective_on": "date", "cost_code": "text", "kind": "text", "source_id": "uuid?",
        "amount": "numeric", "cost": "numeric",
    },
    key=("position",),
    indexes=("project_id, effective_on", "commitment_id"),
)  # fmt: skip
SPENT = Table(
    "approved_expenses",
    {"expense_id": "uuid", "position": "bigint", "cost": "numeric"},
    key=("expense_id",),
)
PROGRESS = Table(
    "progress_reports",
    {
        "position": "bigint", "project_id": "uuid", "reported_on": "date", "measure": "text",
        "done": "numeric", "whole": "numeric", "evidence": "text",
    },
    key=("position",),
    indexes=("project_id, reported_on",),
)  # fmt: skip

CLOSINGS = Table(
    "project_closings",
    {"position": "bigint", "project_id": "uuid", "effective_on": "date", "closed": "boolean"},
    key=("position",),
    indexes=("project_id, position",),
)


class ProjectOutlooks(Projection):
    """``amount`` is in the order's currency, cost in the books; what takes off is below zero."""

    name = "project_outlook"
    tables = (ESTIMATES, ESTIMATE_LINES, ORDERS, COMMITTED, SPENT, PROGRESS, CLOSINGS)

    @on(Outlook.EstimateToCompleteSet)
    def estimated(self, fact: Outlook.EstimateToCompleteSet, at: Recorded, fold: Fold) -> None:
        """All that is to come, from a day on."""
        fold.append(ESTIMATES, at.position, fact.project_id, fact.estimated_on, fact.version)
        for no, line in enumerate(fact.lines):
            fold.append(ESTIMATE_LINES, at.position, no, line.cost_code, line.month, line.hours,
                        line.cost)  # fmt: skip

    @on(Outlook.CostCommitted)
    def committed(self, fact: Outlook.CostCommitted, at: Recorded, fold: Fold) -> None:
        """Ordered."""
        order = fact.order
        fold.put(ORDERS, id=order.commitment_id, position=at.position, project_id=fact.project_id,
                 entity=fact.entity, cost_code=order.cost_code, vendor=order.vendor,
                 reference=order.reference, committed_on=order.committed_on,
                 currency=order.quote.of, amount=order.amount)  # fmt: skip
        fold.append(COMMITTED, at.position, order.commitment_id, fact.project_id,
                    order.committed_on, order.cost_code, "ordered", None, order.amount,
                    order.books)  # fmt: skip

    @on(Outlook.CommitmentConsumed)
    def consumed(self, fact: Outlook.CommitmentConsumed, at: Recorded, fold: Fold) -> None:
        """Come, as a cost."""
        fold.append(COMMITTED, at.position, fact.commitment_id, fact.project_id, fact.consumed_on,
                    fact.cost_code, "consumed", fact.source_id, -fact.amount,
                    -fact.books)  # fmt: skip

    @on(Outlook.CommitmentRestored)
    def restored(self, fact: Outlook.CommitmentRestored, at: Recorded, fold: Fold) -> None:
        """Not come after all."""
        fold.append(COMMITTED, at.position, fact.commitment_id, fact.project_id, fact.restored_on,
                    fact.cost_code, "restored", fact.source_id, fact.amount,
                    fact.books)  # fmt: skip

    @on(Outlook.CommitmentReleased)
    def released(self, fact: Outlook.CommitmentReleased, at: Recorded, fold: Fold) -> None:
        """Given up."""
        fold.append(COMMITTED, at.position, fact.commitment_id, fact.project_id, fact.released_on,
                    fact.cost_code, "released", None, -fact.amount,
                    -fact.books)  # fmt: skip

    @on(Expense.Approved)
    def spent(self, fact: Expense.Approved, at: Recorded, fold: Fold) -> None:
        """What an order may have paid."""
        fold.put(SPENT, expense_id=at.stream_id, position=at.position,
                 cost=fact.rated.project_cost)  # fmt: skip

    @on(Outlook.ProgressReported)
    def reported(self, fact: Outlook.ProgressReported, at: Recorded, fold: Fold) -> None:
        """So much is done."""
        report = fact.report
        fold.append(PROGRESS, at.position, fact.project_id, report.reported_on, report.measure,
                    report.done, report.whole, fact.evidence)  # fmt: skip

    @on(Project.Closed)
    def closed(self, fact: Project.Closed, at: Recorded, fold: Fold) -> None:
        """Nothing more is to come."""
        del fact
        fold.append(CLOSINGS, at.position, at.stream_id, at.effective_date, True)

    @on(Project.Reopened)
    def reopened(self, fact: Project.Reopened, at: Recorded, fold: Fold) -> None:
        """Something is, after all."""
        del fact
        fold.append(CLOSINGS, at.position, at.stream_id, at.effective_date, False)
