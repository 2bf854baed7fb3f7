"""Nouns: a GraphQL type, the table its rows come from, and where each field's value is.

A noun is declared once as a Strawberry type. A plain field is the column of its name; the others
say what they are made of. Nothing here is ever instantiated: the plan reads the declarations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from inspect import cleandoc
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLField
from strawberry.types.lazy_type import LazyType

from api.graphql.connection import Connection, page

T = TypeVar("T")
SQL = "sql"


@dataclass(frozen=True)
class Noun:
    """Rows of ``source`` (a table or a sub-select in brackets), told apart by ``key``.

    ``entity`` is the column that holds the legal entity's code; None where a row is only reached
    through its parent, which is filtered.
    """

    name: str
    source: str
    key: str
    key_type: str
    entity: str | None


@dataclass(frozen=True)
class Column:
    """An expression over the row, written ``{t}``."""

    sql: str


@dataclass(frozen=True)
class Amount:
    """Two expressions that make money; no currency means no money."""

    amount: str
    currency: str


@dataclass(frozen=True)
class One:
    """The noun of the field's type whose key this row's column holds."""

    by: str


@dataclass(frozen=True)
class Many:
    """Rows of the field's noun whose column holds this row's key."""

    by: str


Place = Column | Amount | One | Many
NOUNS: dict[str, Noun] = {}


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    """Every id is a UUID, the same one that commands take."""

    id: strawberry.ID


@strawberry.type(description="An amount in a currency's own decimals.")
class Money:
    """Also what commands take as MoneyInput."""

    amount: Decimal
    currency: str = strawberry.field(description="ISO 4217")


def noun(
    source: str, *, key: str = "id", key_type: str = "uuid", entity: str | None = "entity"
) -> Callable[[type[T]], type[T]]:
    """Declare a noun; its docstring is the description."""

    def declare(cls: type[T]) -> type[T]:
        NOUNS[cls.__name__] = Noun(cls.__name__, source, key, key_type, entity)
        return strawberry.type(cls, description=cleandoc(cls.__doc__ or ""))

    return declare


def said(description: str, kind: Any = None) -> Any:
    """The column of the field's name, described; ``kind`` is an enumeration no name stands for."""
    return strawberry.field(description=description or None, graphql_type=kind)


def column(sql: str, description: str = "") -> Any:
    """A column, or an expression over the row, written ``{t}``."""
    return _placed(Column(_expression(sql)), description)


def money(amount: str, currency: str = "currency", description: str = "") -> Any:
    """Money of two columns or expressions; no currency means no money."""
    return _placed(Amount(_expression(amount), _expression(currency)), description)


def one(by: str, description: str = "") -> Any:
    """The noun whose key is in the column ``by``; null where it is out of reach."""
    return _placed(One(by), description)


def many(kind: str, by: str, description: str = "") -> Any:
    """A connection to the nouns whose column ``by`` holds this one's key.

    ``kind`` is the name of the type; its file in ``nodes`` has the same name in snake case.
    """
    far = LazyType[Any, Any](kind, f"api.graphql.nodes.{snake(kind)}")
    return strawberry.field(
        resolver=page,
        graphql_type=Connection[far] | None,  # type: ignore[valid-type]
        metadata={SQL: Many(by)},
        description=description or None,
    )


def snake(kind: str) -> str:
    """The name of a type as Python and the files have it."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).lstrip("_")


def place_of(field: GraphQLField) -> Place:
    """Where the value of a noun's field is."""
    declared: Any = field.extensions["strawberry-definition"]
    found: Place = declared.metadata.get(SQL) or Column(f"{{t}}.{declared.python_name}")
    return found


def _expression(sql: str) -> str:
    return f"{{t}}.{sql}" if sql.isidentifier() else sql


def _placed(place: Place, description: str) -> Any:
    return strawberry.field(metadata={SQL: place}, description=description or None)
