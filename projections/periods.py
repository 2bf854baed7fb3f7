"""The months of every entity's books: open, closed, reopened or locked, by whom; their seals."""

from datetime import date
from typing import Any

from domain.ledger.closing import Seal
from domain.ledger.period import Calendar
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

STEPS = Table(
    "period_steps",
    {
        "position": "bigint", "entity": "text", "month": "date", "step": "text", "who": "text",
        "why": "text", "books_position": "bigint?", "trial_balance": "text", "log_size": "bigint?",
        "log_root": "text",
    },
    key=("position",),
    indexes=("entity, month, position",),
)  # fmt: skip
"""``locked`` is of all months up to its own."""
TASKS = Table(
    "period_tasks",
    {
        "position": "bigint", "no": "int", "task": "text", "must": "boolean", "left_to_do": "text",
        "waived": "text",
    },
    key=("position", "no"),
)  # fmt: skip


class Periods(Projection):
    """Steps are kept, so any month's state is known as of any position.

    Who opened a month stands in the audit trail; who decided a close is part of the fact.
    """

    name = "periods"
    tables = (STEPS, TASKS)

    @on(Calendar.PeriodOpened)
    def opened(self, fact: Calendar.PeriodOpened, at: Recorded, fold: Fold) -> None:
        """A month takes entries."""
        _step(fold, at, fact.month, "open")

    @on(Calendar.PeriodSoftClosed)
    def soft_closed(self, fact: Calendar.PeriodSoftClosed, at: Recorded, fold: Fold) -> None:
        """A month takes entries of controllers."""
        _step(fold, at, fact.month, "soft_closed")

    @on(Calendar.PeriodHardClosed)
    def hard_closed(self, fact: Calendar.PeriodHardClosed, at: Recorded, fold: Fold) -> None:
        """A month is closed, with its checklist."""
        who = fact.seal.closed_by if fact.seal else ""
        _step(fold, at, fact.month, "hard_closed", who, seal=fact.seal)
        if fact.seal is None:
            return
        waived = {waiver.task: waiver.why for waiver in fact.seal.waived}
        for no, task in enumerate(fact.seal.books.tasks):
            fold.append(TASKS, at.position, no, task.name, task.must, task.left,
                        waived.get(task.name, ""))  # fmt: skip

    @on(Calendar.ReopeningAsked)
    def reopening_asked(self, fact: Calendar.ReopeningAsked, at: Recorded, fold: Fold) -> None:
        """Somebody wants it open again."""
        _step(fold, at, fact.month, "reopening_asked", fact.asked_by, fact.why)

    @on(Calendar.PeriodReopened)
    def reopened(self, fact: Calendar.PeriodReopened, at: Recorded, fold: Fold) -> None:
        """Somebody else agreed."""
        _step(fold, at, fact.month, "reopened", fact.approved_by, fact.why)

    @on(Calendar.FiscalYearClosed)
    def locked(self, fact: Calendar.FiscalYearClosed, at: Recorded, fold: Fold) -> None:
        """Nobody reopens it any more."""
        _step(fold, at, fact.through, "locked", fact.closed_by)


def _step(
    fold: Fold,
    at: Recorded,
    month: date,
    step: str,
    who: str = "",
    why: str = "",
    seal: Seal | None = None,
) -> None:
    fact: Any = at.fact
    books = seal.books if seal else None
    fold.append(
        STEPS, at.position, fact.entity, month, step, who, why,
        books and books.position, books.trial_balance if books else "",
        books and books.log_size, books.log_root if books else "",
    )  # fmt: skip
