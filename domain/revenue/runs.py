"""A run of a contract's revenue: its identity, its lines, and the order runs come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.delivery.timesheet import OwnWork
from domain.errors import Refusal
from domain.explanation import Step
from domain.ledger.period import month_after, month_of
from domain.pricing.fx import Quote


class RunOutOfOrder(Refusal):
    """A later period was run; its figures hold this one's."""

    code = "RUN_OUT_OF_ORDER"


class PeriodSkipped(Refusal):
    """A period before this one was never run."""

    code = "PERIOD_SKIPPED"


class NothingToReverse(Refusal):
    """The period has no recognition that could be taken back."""

    code = "NOTHING_TO_REVERSE"


@dataclass(frozen=True)
class Run:
    """What makes a recognition what it is: when, from what, by which policy and by whom.

    ``key`` is of the inputs: the same again changes nothing. ``position`` is how far the log was
    read. ``booked_on`` is the first open day for what is effective on ``on``.
    """

    period: date
    on: date
    booked_on: date
    key: str
    position: int
    policy: str
    author: str
    modification_id: UUID | None = None


@dataclass(frozen=True)
class RecognizedLine:
    """Revenue of an obligation: earned to date, what a run adds, and the same in the books.

    ``catch_up`` says that it belongs to a period that was run before, or to a changed price.
    ``done`` is the progress it was measured by.
    """

    obligation: str
    account: str
    project_id: UUID | None
    cumulative: Decimal
    delta: Decimal
    functional: Decimal
    catch_up: bool
    done: Decimal
    steps: tuple[Step, ...]


Past = tuple[Run, Quote, tuple[RecognizedLine, ...]]
"""A run that was recorded, the rate it was booked at and what it added."""


def refuse_gap(latest: date | None, from_on: date) -> None:
    """Raises PeriodSkipped where a month before ``from_on`` was never run."""
    if latest is None or month_of(from_on) > month_after(latest):
        due = f"{month_after(latest):%Y-%m}" if latest else "the first month"
        raise PeriodSkipped(f"run {due} first", field="from_on")


def to_take_back(runs: Sequence[Past], period: date, actor: str) -> Past:
    """The last run, of this period and by another person. Raises NothingToReverse, OwnWork."""
    run = runs[-1][0] if runs else None
    if run is None or run.period != period or run.modification_id:
        raise NothingToReverse(f"{period:%Y-%m} was not recognised last", field="month")
    if run.author == actor:
        raise OwnWork("a recognition is taken back by somebody else than its author")
    return runs[-1]
