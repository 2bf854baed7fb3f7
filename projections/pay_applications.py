"""Applications for payment: their continuation sheets, what was certified, what is billed."""

from decimal import Decimal
from uuid import UUID

from domain.billing.value_schedule import PayApplication, ValueItem, ValueSchedule
from domain.money import split
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ITEMS = Table(
    "value_items",
    {
        "values_id": "uuid", "item": "text", "text": "text",
    },
    key=("values_id", "item"),
)  # fmt: skip
SCHEDULES = Table(
    "value_schedules",
    {"id": "uuid", "contract_id": "uuid", "position": "bigint"},
    key=("id",),
    indexes=("contract_id",),
)
SHEETS = Table(
    "pay_applications",
    {
        "id": "uuid", "values_id": "uuid", "contract_id": "uuid", "entity": "text",
        "position": "bigint", "no": "int", "period_to": "date", "currency": "text",
        "original_sum": "numeric", "change_orders": "numeric", "completed": "numeric",
        "retainage": "numeric", "previous": "numeric", "due": "numeric",
        "to_finish": "numeric",
    },
    key=("id",),
    indexes=("contract_id, no", "entity"),
)  # fmt: skip
LINES = Table(
    "pay_application_lines",
    {
        "application_id": "uuid", "line_no": "int", "item": "text", "change_order": "boolean",
        "scheduled": "numeric", "previous": "numeric", "this_period": "numeric",
        "stored": "numeric", "to_date": "numeric", "percent": "numeric", "balance": "numeric",
        "retainage": "numeric",
    },
    key=("application_id", "line_no"),
)  # fmt: skip
STEPS = Table(
    "pay_application_steps",
    {
        "position": "bigint", "application_id": "uuid", "effective_date": "date",
        "state": "text", "certified": "numeric?", "withheld": "numeric?", "retained": "numeric?",
    },
    key=("position", "application_id"),
    indexes=("application_id, position",),
)  # fmt: skip
CERTIFIED = Table(
    "certified_work", {"id": "uuid", "amount": "numeric", "billed": "boolean"}, key=("id",)
)


class PayApplications(Projection):
    """A line's retainage is its share, by work and materials, of what the application keeps."""

    name = "pay_applications"
    version = 2
    tables = (SCHEDULES, ITEMS, SHEETS, LINES, STEPS, CERTIFIED)

    @on(ValueSchedule.Set, ValueSchedule.Replaced)
    def values(
        self, fact: ValueSchedule.Set | ValueSchedule.Replaced, at: Recorded, fold: Fold
    ) -> None:
        """The lines and their words."""
        if isinstance(fact, ValueSchedule.Set):
            fold.put(SCHEDULES, id=at.stream_id, contract_id=fact.contract_id,
                     position=at.position)  # fmt: skip
        for one in fact.items:
            self._item(fold, at.stream_id, one)

    @on(ValueSchedule.ItemAdded)
    def added(self, fact: ValueSchedule.ItemAdded, at: Recorded, fold: Fold) -> None:
        """A change order."""
        self._item(fold, at.stream_id, fact.item)

    def _item(self, fold: Fold, values_id: UUID, one: ValueItem) -> None:
        fold.put(ITEMS, values_id=values_id, item=one.item, text=one.text)

    @on(ValueSchedule.Submitted)
    def submitted(self, fact: ValueSchedule.Submitted, at: Recorded, fold: Fold) -> None:
        """Applied for."""
        found, figures = fact.application, fact.application.figures
        fold.put(
            SHEETS, id=found.id, values_id=at.stream_id, contract_id=fact.contract_id,
            entity=fact.entity, position=at.position, no=found.no, period_to=found.period_to,
            currency=fact.currency, original_sum=figures.original_sum,
            change_orders=figures.change_orders, completed=figures.completed_and_stored,
            retainage=figures.retained.held_to_date, previous=figures.previous_certificates,
            due=figures.due, to_finish=figures.balance_to_finish,
        )  # fmt: skip
        self._lines(fold, found, fact.currency)
        fold.append(STEPS, at.position, found.id, found.period_to, "submitted", None, None, None)

    def _lines(self, fold: Fold, found: PayApplication, currency: str) -> None:
        kept = retainage_by_line(found, currency)
        states = found.figures.lines
        for no, (line, state, part) in enumerate(zip(found.lines, states, kept, strict=True), 1):
            fold.append(LINES, found.id, no, line.item, line.change_order, line.scheduled,
                        line.previous, line.this_period, line.stored, state.to_date,
                        state.percent, state.balance_to_finish, part)  # fmt: skip

    @on(ValueSchedule.Withdrawn)
    def withdrawn(self, fact: ValueSchedule.Withdrawn, at: Recorded, fold: Fold) -> None:
        """As if it had never been."""
        fold.append(STEPS, at.position, fact.application_id, at.effective_date, "withdrawn", None,
                    None, None)  # fmt: skip

    @on(ValueSchedule.Certified)
    def certified(self, fact: ValueSchedule.Certified, at: Recorded, fold: Fold) -> None:
        """Some or all of it may be billed."""
        found, paper = fact.certified, fact.certified.certificate
        fold.append(STEPS, at.position, found.application_id, found.certified_on, "certified",
                    paper.certified, paper.withheld, found.retained)  # fmt: skip
        if found.amount:
            fold.put(CERTIFIED, id=found.application_id, amount=found.amount, billed=False)

    @on(ValueSchedule.Billed, ValueSchedule.Restored)
    def billed(
        self, fact: ValueSchedule.Billed | ValueSchedule.Restored, at: Recorded, fold: Fold
    ) -> None:
        """On an invoice, or billable again."""
        del at
        for id_ in fact.application_ids:
            fold.patch(CERTIFIED, id_, billed=isinstance(fact, ValueSchedule.Billed))


def retainage_by_line(found: PayApplication, currency: str) -> list[Decimal]:
    """What is held to date by line: in proportion to work and materials, largest remainder."""
    weights = [max(state.to_date, Decimal(0)) for state in found.figures.lines]
    held = found.figures.retained.held_to_date
    return split(held, weights, currency) if any(weights) else [Decimal(0) for _ in weights]
