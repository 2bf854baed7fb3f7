"""A journal to be, and the lines that make one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.ledger import chart
from domain.ledger.dimensions import Dimensions
from domain.ledger.journal import MAIN_BOOK, Line


@dataclass(frozen=True)
class Entry:
    """A journal to be: dated economically; the calendar decides its accounting date.

    ``book`` is the one it is kept in: the main book, or a layer over it.
    """

    rule: str
    entity: str
    currency: str
    effective_date: date
    description: str
    document: str
    lines: tuple[Line, ...]
    book: str = MAIN_BOOK


def both(
    debit: str,
    credit: str,
    currency: str,
    amount: Decimal,
    functional: Decimal,
    project: UUID | None,
    dimensions: Dimensions | None = None,
) -> tuple[Line, ...]:
    """The same amount on two accounts."""
    return (
        Line(debit, currency, amount, functional, project, dimensions),
        Line(credit, currency, -amount, -functional, project, dimensions),
    )


def balanced(
    lines: Iterable[Line], books: str, account: str = chart.FX_REALISED
) -> tuple[Line, ...]:
    """The lines without empty ones, and what the books lack on an FX account."""
    kept = tuple(line for line in lines if line.amount or line.functional)
    gap = -sum((line.functional for line in kept), Decimal(0))
    return (*kept, Line(account, books, gap, gap)) if gap else kept
