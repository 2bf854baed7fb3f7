"""Closing a month: what must be done before, what a controller may waive, and the seal it gets.

Source: the period rules of the accounting rules (open, soft-closed, closed, locked; sub-ledgers
equal control accounts; the suspense account is zero).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import Refusal


class CloseTasksOpen(Refusal):
    """Something is still to be done before the month closes."""

    code = "CLOSE_TASKS_OPEN"


class NotWaivable(Refusal):
    """The month has no such task, or one that nobody may waive."""

    code = "NOT_WAIVABLE"


@dataclass(frozen=True)
class CloseTask:
    """A task as the books had it; ``left`` says what is to do, and is empty where it is done.

    ``must``: a close without it would be wrong, so nobody waives it.
    """

    name: str
    must: bool
    left: str


@dataclass(frozen=True)
class Waiver:
    """A task left undone, and why."""

    task: str
    why: str


@dataclass(frozen=True)
class BooksToClose:
    """What the close found at a position of the log.

    ``trial_balance`` is the digest of that report at the month's end; ``log_root`` the root of
    the newest checkpoint, over the first ``log_size`` events, or empty before the first one.
    """

    position: int
    trial_balance: str
    log_size: int
    log_root: str
    tasks: tuple[CloseTask, ...]


@dataclass(frozen=True)
class Seal:
    """What a close is held against later."""

    books: BooksToClose
    waived: tuple[Waiver, ...]
    closed_by: str


def seal(books: BooksToClose, waived: Iterable[Waiver], closed_by: str) -> Seal:
    """Raises CloseTasksOpen, NotWaivable."""
    given = tuple(waived)
    named = {waiver.task for waiver in given}
    if strange := named - {task.name for task in books.tasks if not task.must}:
        raise NotWaivable(f"{', '.join(sorted(strange))} cannot be waived", field="waived")
    left = [task for task in books.tasks if task.left and task.name not in named]
    if left:
        words = "; ".join(f"{task.name}: {task.left}" for task in left)
        raise CloseTasksOpen(words[:2000], field="month")
    needed = {task.name for task in books.tasks if task.left}
    return Seal(books, tuple(waiver for waiver in given if waiver.task in needed), closed_by)
