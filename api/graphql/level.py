"""Levels: the part of an operation that one SQL statement answers.

A level selects the columns of a noun and, by joins, of the single nouns around it; lists below
it are levels of their own. While its fields are gone through, the Python expression is written
that makes the answer of its rows: ``r`` is a row, ``p`` the page, ``c`` the lists below by the
key of the row they belong to. Only names that the GraphQL parser accepted get into it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from api.graphql.connection import cursor
from api.graphql.money_text import exact
from api.graphql.noun import NOUNS, Amount, Column, Many, Noun, One, place_of
from api.graphql.selection import TYPENAME, Picked, Selection
from domain.errors import Refusal

MOST_COLUMNS = 400
PAGE_INFO = {
    "hasNextPage": "p.more",
    "hasPreviousPage": "p.continued",
    "startCursor": "p.start",
    "endCursor": "p.end",
    TYPENAME: "'PageInfo'",
}
Shape = Callable[[Any, list[dict[str, Any]]], Any]


class TooComplex(Refusal):
    """The operation asks for more than one answer should hold."""

    code = "TOO_COMPLEX"


@dataclass(frozen=True)
class At:
    """Where a field is looked for: the row of a noun under a name in the statement."""

    kind: GraphQLObjectType
    noun: Noun
    alias: str


@dataclass(frozen=True)
class Below:
    """A list below a level: rows of its own level whose column ``by`` holds a key of ours.

    ``key_column`` is where our rows hold that key, ``key_type`` its type.
    """

    level: "Level"
    by: str
    key_column: int
    key_type: str
    field: GraphQLField
    node: FieldNode


@dataclass
class Level:
    """Column 0 of every row is the noun's key.

    ``touched`` collects the fields and types gone through, for the policy.
    """

    noun: Noun
    selection: Selection
    touched: set[str]
    columns: list[str] = field(default_factory=list)
    joins: list[tuple[str, str]] = field(default_factory=list)
    below: list[Below] = field(default_factory=list)
    shape: Shape = field(init=False)

    def __post_init__(self) -> None:
        self.columns.append(f"t0.{self.noun.key}")

    def as_one(self, kind: GraphQLObjectType, picked: Picked) -> "Level":
        """Shape a single row."""
        return self._shaped("r", self._object(At(kind, self.noun, "t0"), picked))

    def as_connection(self, kind: GraphQLObjectType, picked: Picked) -> "Level":
        """Shape a page."""
        return self._shaped("p", self._connection(kind, picked))

    def _shaped(self, given: str, expression: str) -> "Level":
        written = f"lambda {given}, c: {expression}"
        self.shape = eval(written, {"exact": exact, "cursor": cursor})  # noqa: S307 -- ours, see top
        return self

    def _object(self, at: At, picked: Picked) -> str:
        self.touched.add(at.kind.name)
        fields = self.selection.below(at.kind, picked)
        return _dict((one.key, self._value(at, one)) for one in fields)

    def _value(self, at: At, picked: Picked) -> str:
        if picked.name == TYPENAME:
            return repr(at.kind.name)
        self.touched.add(f"{at.kind.name}.{picked.name}")
        definition = at.kind.fields[picked.name]
        place = place_of(definition)
        if isinstance(place, Column):
            return self._column(place.sql, at)
        if isinstance(place, Amount):
            return self._amount(place, at, definition, picked)
        if isinstance(place, One):
            return self._one(place, at, definition, picked)
        return self._many(place, at, definition, picked)

    def _column(self, sql: str, at: At) -> str:
        return f"r[{self._index(sql.format(t=at.alias))}]"

    def _index(self, sql: str) -> int:
        if sql not in self.columns:
            if len(self.columns) >= MOST_COLUMNS:
                raise TooComplex(f"more than {MOST_COLUMNS} values a row")
            self.columns.append(sql)
        return self.columns.index(sql)

    def _amount(self, place: Amount, at: At, definition: GraphQLField, picked: Picked) -> str:
        amount, currency = self._column(place.amount, at), self._column(place.currency, at)
        words = {
            "amount": f"exact({amount}, {currency})",
            "currency": currency,
            TYPENAME: "'Money'",
        }
        fields = self.selection.below(_object_type(definition), picked)
        made = _dict((one.key, words[one.name]) for one in fields)
        return f"(None if {amount} is None or {currency} is None else {made})"

    def _one(self, place: One, at: At, definition: GraphQLField, picked: Picked) -> str:
        kind = _object_type(definition)
        noun = NOUNS[kind.name]
        there = At(kind, noun, f"t{len(self.joins) + 1}")
        on = f"{there.alias}.{noun.key} = {at.alias}.{place.by}"
        self.joins.append((f"LEFT JOIN {noun.source} {there.alias} ON {on}", reach(there)))
        key = self._column(f"{{t}}.{noun.key}", there)
        return f"(None if {key} is None else {self._object(there, picked)})"

    def _many(self, place: Many, at: At, definition: GraphQLField, picked: Picked) -> str:
        connection = _object_type(definition)
        level = connected(connection, picked, self.selection, self.touched)
        key = self._index(f"{at.alias}.{at.noun.key}")
        self.below.append(Below(level, place.by, key, at.noun.key_type, definition, picked.node))
        return f"c[{len(self.below) - 1}][r[{key}]]"

    def _connection(self, kind: GraphQLObjectType, picked: Picked) -> str:
        parts = {"nodes": self._nodes, "edges": self._edges, "pageInfo": self._page_info}
        return _dict(
            (one.key, parts[one.name](kind, one) if one.name != TYPENAME else repr(kind.name))
            for one in self.selection.below(kind, picked)
        )

    def _nodes(self, kind: GraphQLObjectType, picked: Picked) -> str:
        at = At(_object_type(kind.fields["nodes"]), self.noun, "t0")
        return f"[{self._object(at, picked)} for r in p.rows]"

    def _edges(self, kind: GraphQLObjectType, picked: Picked) -> str:
        edge = _object_type(kind.fields["edges"])
        fields = self.selection.below(edge, picked)
        made = _dict((one.key, self._edge(edge, one)) for one in fields)
        return f"[{made} for r in p.rows]"

    def _edge(self, edge: GraphQLObjectType, picked: Picked) -> str:
        if picked.name == "node":
            at = At(_object_type(edge.fields["node"]), self.noun, "t0")
            return self._object(at, picked)
        return "cursor(r[0])" if picked.name == "cursor" else repr(edge.name)

    def _page_info(self, kind: GraphQLObjectType, picked: Picked) -> str:
        fields = self.selection.below(_object_type(kind.fields["pageInfo"]), picked)
        return _dict((one.key, PAGE_INFO[one.name]) for one in fields)


def connected(
    connection: GraphQLObjectType, picked: Picked, selection: Selection, touched: set[str]
) -> Level:
    """The level of a connection: its nodes' noun, shaped as pages."""
    noun = NOUNS[_object_type(connection.fields["nodes"]).name]
    return Level(noun, selection, touched).as_connection(connection, picked)


def reach(at: At) -> str:
    """The condition that keeps a row within the caller's entities; empty where a parent does."""
    return f" AND {at.alias}.{at.noun.entity} = ANY(%(reach)s)" if at.noun.entity else ""


def _object_type(definition: GraphQLField) -> GraphQLObjectType:
    return cast("GraphQLObjectType", get_named_type(definition.type))


def _dict(pairs: Any) -> str:
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in pairs) + "}"
