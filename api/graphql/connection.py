"""Connections: pages of a list that grows, told apart by the key of the last row seen.

A cursor is a key, not an offset: rows added meanwhile move nothing. Ids grow with time, so the
order by id is the order things were registered in.
"""

import base64
import binascii
import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import strawberry

from domain.errors import Refusal

T = TypeVar("T")
MOST_ROWS = 100
KEYS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "int": re.compile(r"[0-9]{1,9}"),
    "bigint": re.compile(r"[0-9]{1,18}"),
    "text": re.compile(r"[^\x00]{1,100}"),
}


class PageSize(Refusal):
    """A page has 1 to 100 rows."""

    code = "PAGE_SIZE"


class BadCursor(Refusal):
    """The cursor is not one of this list."""

    code = "BAD_CURSOR"


class Order(enum.Enum):
    """By id: the order things were registered in."""

    ascending = "ascending"
    descending = "descending"


strawberry.enum(Order, description="By id: the order things were registered in.")


@strawberry.type(description="Where a page begins and ends, and whether there is more.")
class PageInfo:
    """Cursors of the first and the last row."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="A row of a page with its cursor.")
class Edge(Generic[T]):
    """``cursor`` goes into ``after``."""

    cursor: str
    node: T


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """``nodes`` where the cursors of single rows do not matter."""

    nodes: list[T]
    edges: list[Edge[T]]
    page_info: PageInfo


@dataclass(frozen=True)
class Page:
    """Which rows a connection answers, and how many.

    ``where`` are conditions over the row, ``{t}``, each with its value, ``{v}``.
    """

    first: int
    after: str | None
    descending: bool
    where: Sequence[tuple[str, Any]] = field(default=())
    entity: str | None = None

    def key(self, key_type: str) -> str | None:
        """The key after which the page begins. Raises BadCursor."""
        if self.after is None:
            return None
        key = _opened(self.after)
        if not KEYS[key_type].fullmatch(key):
            raise BadCursor("this cursor is not of this list", field="after")
        return key


def page(first: int, after: str | None = None, order: Order = Order.ascending) -> Page:
    """The arguments every connection has. Raises PageSize."""
    if not 1 <= first <= MOST_ROWS:
        raise PageSize(f"first is from 1 to {MOST_ROWS}: {first}", field="first")
    return Page(first, after, order is Order.descending)


def chosen(page_: Page, entity: str | None, *where: tuple[str, Any]) -> Page:
    """A page of the rows that meet the conditions, of one legal entity where one is named."""
    given = [(condition, value) for condition, value in where if value is not None]
    return replace(page_, where=given, entity=entity)


def cursor(key: object) -> str:
    """The opaque cursor of a key."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _opened(cursor_: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor_ + "=" * (-len(cursor_) % 4)).decode()
    except (binascii.Error, ValueError):
        raise BadCursor("this is not a cursor", field="after") from None


@dataclass(slots=True)
class Rows:
    """A page as it was read; column 0 of each row is its key."""

    rows: list[Any]
    more: bool
    continued: bool

    @property
    def start(self) -> str | None:
        """Cursor of the first row."""
        return cursor(self.rows[0][0]) if self.rows else None

    @property
    def end(self) -> str | None:
        """Cursor of the last row."""
        return cursor(self.rows[-1][0]) if self.rows else None


def rows_of(page_: Page, found: list[Any]) -> Rows:
    """A page of what was read: one row more than asked for says that there is more."""
    more = len(found) > page_.first
    return Rows(found[: page_.first] if more else found, more, page_.after is not None)
