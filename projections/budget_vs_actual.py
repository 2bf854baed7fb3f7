"""Budget against actual by project: hours, cost and value, by role or in all, as of any date.

Moves carry the effective date and the position, so a report is a sum of moves; the totals of
now are kept beside them for fast reading.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from domain.payables.accrual import Accrual
from domain.payables.cost_line import CostLine
from domain.payables.vendor_bill import VendorBill
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

BUDGET = Table(
    "budget_lines",
    {
        "position": "bigint", "no": "int", "project_id": "uuid", "role": "text", "month": "date",
        "hours": "numeric", "cost": "numeric", "revenue": "numeric",
    },
    key=("position", "no"),
    indexes=("project_id",),
)  # fmt: skip
CHANGES = Table(
    "budget_changes",
    {
        "position": "bigint", "no": "int", "project_id": "uuid", "effective_on": "date",
        "budget_version": "int", "change_order_id": "uuid?", "role": "text", "month": "date",
        "hours": "numeric", "cost": "numeric", "revenue": "numeric",
    },
    key=("position", "no"),
    indexes=("project_id",),
)  # fmt: skip
ACTUALS = Table(
    "actual_moves",
    {
        "position": "bigint", "no": "int", "project_id": "uuid", "effective_date": "date",
        "role": "text", "minutes": "int", "cost_currency": "text", "cost": "numeric",
        "value": "numeric",
    },
    key=("position", "no"),
    indexes=("project_id, effective_date",),
)  # fmt: skip
TOTALS = Table(
    "project_totals",
    {
        "project_id": "uuid", "budget_hours": "numeric DEFAULT 0",
        "budget_cost": "numeric DEFAULT 0", "budget_revenue": "numeric DEFAULT 0",
        "minutes": "bigint DEFAULT 0", "cost": "numeric DEFAULT 0", "value": "numeric DEFAULT 0",
    },
    key=("project_id",),
)  # fmt: skip


class BudgetVersusActual(Projection):
    """Value is in the project's currency, cost in the books of its entity.

    The baseline stays beside what change orders and transfers moved; totals are the budget of now.
    """

    name = "budget_vs_actual"
    version = 4
    tables = (BUDGET, CHANGES, ACTUALS, TOTALS)

    @on(Project.Created)
    def created(self, fact: Project.Created, at: Recorded, fold: Fold) -> None:
        """Starts at zero."""
        del fact
        fold.add(TOTALS, at.stream_id, minutes=0)

    @on(Project.BudgetBaselined)
    def baselined(self, fact: Project.BudgetBaselined, at: Recorded, fold: Fold) -> None:
        """The plan."""
        for no, line in enumerate(fact.lines):
            fold.append(BUDGET, at.position, no, at.stream_id, line.role, line.month, line.hours,
                        line.cost, line.revenue)  # fmt: skip
            fold.add(TOTALS, at.stream_id, budget_hours=line.hours, budget_cost=line.cost,
                     budget_revenue=line.revenue)  # fmt: skip

    @on(Project.BudgetChanged)
    def changed(self, fact: Project.BudgetChanged, at: Recorded, fold: Fold) -> None:
        """A change of the plan, from its day on."""
        self._moved(fact, fact.change_order_id, at, fold)

    @on(Project.BudgetTransferred)
    def transferred(self, fact: Project.BudgetTransferred, at: Recorded, fold: Fold) -> None:
        """A move within the plan, from its day on."""
        self._moved(fact, None, at, fold)

    def _moved(
        self, fact: Project.BudgetChanged | Project.BudgetTransferred, order_id: UUID | None,
        at: Recorded, fold: Fold,
    ) -> None:  # fmt: skip
        for no, line in enumerate(fact.lines):
            fold.append(CHANGES, at.position, no, at.stream_id, fact.effective_on, fact.version,
                        order_id, line.role, line.month, line.hours, line.cost,
                        line.revenue)  # fmt: skip
            fold.add(TOTALS, at.stream_id, budget_hours=line.hours, budget_cost=line.cost,
                     budget_revenue=line.revenue)  # fmt: skip

    @on(Timesheet.TimeApproved)
    def time(self, fact: Timesheet.TimeApproved, at: Recorded, fold: Fold) -> None:
        """Approved hours."""
        self._worked(fact.rated, 1, at, fold)

    @on(Timesheet.TimeUnapproved, Timesheet.TimeReversed)
    def undone(
        self, fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed, at: Recorded, fold: Fold
    ) -> None:
        """Hours whose approval was taken back."""
        self._worked(fact.rated, -1, at, fold)

    @on(Timesheet.TimeReRated)
    def rerated(self, fact: Timesheet.TimeReRated, at: Recorded, fold: Fold) -> None:
        """Hours worth something else; they and their cost stay."""
        for no, (old, new) in enumerate(zip(fact.before, fact.after, strict=True)):
            gained = (new.bill.amount if new.bill else Decimal(0)) - (
                old.bill.amount if old.bill else Decimal(0)
            )
            fold.append(ACTUALS, at.position, no, new.project_id, new.work_date, new.role, 0,
                        new.cost.project_currency, Decimal(0), gained)  # fmt: skip
            fold.add(TOTALS, new.project_id, value=gained)

    def _worked(self, rated: Iterable[RatedTime], sign: int, at: Recorded, fold: Fold) -> None:
        for no, one in enumerate(rated):
            minutes, cost = sign * one.minutes, sign * one.cost.project_amount
            value = sign * one.bill.amount if one.bill else Decimal(0)
            fold.append(ACTUALS, at.position, no, one.project_id, one.work_date, one.role,
                        minutes, one.cost.project_currency, cost, value)  # fmt: skip
            fold.add(TOTALS, one.project_id, minutes=minutes, cost=cost, value=value)

    @on(Expense.Approved)
    def expense(self, fact: Expense.Approved, at: Recorded, fold: Fold) -> None:
        """Approved expenses."""
        self._spent(fact, 1, at, fold)

    @on(Expense.Reversed)
    def unspent(self, fact: Expense.Reversed, at: Recorded, fold: Fold) -> None:
        """Expenses that do not count."""
        self._spent(fact, -1, at, fold)

    def _spent(
        self, fact: Expense.Approved | Expense.Reversed, sign: int, at: Recorded, fold: Fold
    ) -> None:
        rated = fact.rated
        cost, value = sign * rated.project_cost, sign * rated.bill_amount
        fold.append(ACTUALS, at.position, 0, fact.project_id, fact.spending.spent_on, "expense", 0,
                    rated.books, cost, value)  # fmt: skip
        fold.add(TOTALS, fact.project_id, cost=cost, value=value)

    @on(VendorBill.Approved)
    def billed_to_us(self, fact: VendorBill.Approved, at: Recorded, fold: Fold) -> None:
        """What vendors charge for it."""
        self._cost(fact.bill.lines, fact.bill.books, 1, fact.bill.billed_on, at, fold)

    @on(VendorBill.Voided)
    def not_billed_to_us(self, fact: VendorBill.Voided, at: Recorded, fold: Fold) -> None:
        """A bill that does not count."""
        if fact.was_owed:
            self._cost(fact.bill.lines, fact.bill.books, -1, fact.voided_on, at, fold)

    @on(VendorBill.Credited)
    def credited_to_us(self, fact: VendorBill.Credited, at: Recorded, fold: Fold) -> None:
        """What they take back."""
        credit = fact.credit
        self._cost(credit.lines, fact.bill.books, -1, credit.credited_on, at, fold)

    @on(Accrual.Made)
    def accrued(self, fact: Accrual.Made, at: Recorded, fold: Fold) -> None:
        """A cost before its bill, taken back on the first of the next month."""
        one = fact.accrued
        self._cost((one.line,), one.quote.to, 1, one.accrued_on, at, fold)
        self._cost((one.line,), one.quote.to, -1, one.reverses_on, at, fold, no=2)

    def _cost(
        self, lines: Iterable[CostLine], books: str, sign: int, day: date, at: Recorded,
        fold: Fold, no: int = 0,
    ) -> None:  # fmt: skip
        for line in lines:
            if line.on_project:
                cost, code = sign * line.functional_net, line.dimensions.cost_code
                fold.append(ACTUALS, at.position, no or line.no, line.project_id, day, code, 0,
                            books, cost, Decimal(0))  # fmt: skip
                fold.add(TOTALS, line.project_id, cost=cost)

    @on(Project.MilestoneAccepted)
    def milestone(self, fact: Project.MilestoneAccepted, at: Recorded, fold: Fold) -> None:
        """Fixed-fee value earned."""
        fold.append(ACTUALS, at.position, 0, at.stream_id, fact.accepted_on, "milestone", 0,
                    fact.quote.to, Decimal(0), fact.amount)  # fmt: skip
        fold.add(TOTALS, at.stream_id, value=fact.amount)
