"""One project as another system exports it, and what a caller may say about a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapters.imports.days import DayOrder
from adapters.imports.numbers import DecimalMark


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOptions:
    """How a file writes dates and numbers; found out where None."""

    day_order: DayOrder | None = None
    decimal_mark: DecimalMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """A project that was read: identified by its id, else by client, name and code.

    ``rate`` is per hour, in ``currency`` where the export says one.
    """

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    name: str
    client: str | None = None
    code: str | None = None
    tasks: tuple[str, ...] = ()
    billable: bool | None = None
    is_active: bool = True
    rate: Decimal | None = None
    currency: str | None = None
    budget_hours: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    external_id: str | None = None
