"""Reading: runs the statements of a plan for one caller, a level at a time.

Legal entities out of the caller's reach are filtered in SQL, in the rows asked for and in every
noun joined to them. Values arrive as the database's text, which is what JSON shows.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from graphql import FieldNode, GraphQLField, get_argument_values
from graphql.execution.values import VariableValues
from psycopg import Connection
from psycopg.rows import TupleRow

from api.graphql.connection import Page, Rows, page, rows_of
from api.graphql.level import Below, Level, TooComplex
from api.graphql.noun import Noun
from domain.actor import EVERY_ENTITY, Actor

MOST_NODES = 20_000
Connect = Callable[[], AbstractContextManager[Connection[TupleRow]]]


@dataclass
class Reading:
    """One caller's look at the projections."""

    connect: Connect
    actor: Actor
    variables: VariableValues

    @cached_property
    def reach(self) -> list[str] | None:
        """Codes of the caller's entities; None for every entity."""
        entities = self.actor.entities
        return None if EVERY_ENTITY in entities else sorted(entities)

    def page(self, level: Level, asked: Page) -> Any:
        """A connection. Raises WrongEntity, BadCursor, TooComplex."""
        self._refuse_too_many(level, asked.first)
        text, values = self._page_statement(level, asked)
        with self.connect() as conn:
            found = conn.execute(text, values).fetchall()
            return self._shaped(conn, level, rows_of(asked, found))

    def lookup(self, level: Level, key: UUID | str) -> Any:
        """One noun, or None where the caller reaches none of this id."""
        self._refuse_too_many(level, 1)
        condition = f"t0.{level.noun.key} = %(key)s{self._reach(level)}"
        text = f"SELECT {columns(level)} {self._from(level)} WHERE {condition}"
        with self.connect() as conn:
            row = conn.execute(text, {"key": key, "reach": self.reach}).fetchone()
            return level.shape(row, self._lists(conn, level, [row])) if row else None

    def which(self, nouns: Sequence[Noun], key: UUID) -> str | None:
        """The name of the noun that has this id and is within reach."""
        parts = [
            f"SELECT '{noun.name}' FROM {noun.source} t WHERE t.{noun.key} = %(key)s"
            + (f" AND t.{noun.entity} = ANY(%(reach)s)" if self.reach is not None else "")
            for noun in nouns
        ]
        with self.connect() as conn:
            text = " UNION ALL ".join(parts)
            row = conn.execute(text, {"key": key, "reach": self.reach}).fetchone()
            return str(row[0]) if row else None

    def _page_statement(self, level: Level, asked: Page) -> tuple[str, dict[str, Any]]:
        conditions = [f"TRUE{self._reach(level)}"]
        values = self._values(level, asked)
        if asked.entity is not None:
            self.actor.require_entity(asked.entity)
            conditions.append(f"t0.{level.noun.entity} = %(entity)s")
        for number, (condition, value) in enumerate(asked.where):
            conditions.append(condition.format(t="t0", v=f"%(v{number})s"))
            values[f"v{number}"] = value
        where = " AND ".join(conditions)
        text = f"SELECT {columns(level)} {self._from(level)} WHERE {where}{tail(level, asked)}"
        return text, values

    def _values(self, level: Level, asked: Page) -> dict[str, Any]:
        return {
            "reach": self.reach,
            "entity": asked.entity,
            "after": asked.key(level.noun.key_type),
            "limit": asked.first + 1,
        }

    def _shaped(self, conn: Connection[TupleRow], level: Level, rows: Rows) -> Any:
        return level.shape(rows, self._lists(conn, level, rows.rows))

    def _lists(
        self, conn: Connection[TupleRow], level: Level, rows: list[TupleRow]
    ) -> list[dict[str, Any]]:
        return [self._list(conn, below, rows) for below in level.below]

    def _list(
        self, conn: Connection[TupleRow], below: Below, rows: list[TupleRow]
    ) -> dict[str, Any]:
        """The pages below many rows, read in one statement and told apart by their key."""
        asked = self._asked(below.field, below.node)
        keys = list({row[below.key_column] for row in rows} - {None})
        values = {**self._values(below.level, asked), "parents": keys}
        found = (
            conn.execute(self._below_statement(below, asked), values).fetchall() if keys else []
        )
        grouped: dict[str, list[TupleRow]] = {key: [] for key in keys}
        for row in found:
            grouped[row[-1]].append(row)
        pages = {key: rows_of(asked, listed) for key, listed in grouped.items()}
        lists = self._lists(conn, below.level, [row for one in pages.values() for row in one.rows])
        return {key: below.level.shape(one, lists) for key, one in pages.items()}

    def _below_statement(self, below: Below, asked: Page) -> str:
        level = below.level
        inner = (
            f"SELECT {columns(level)} {self._from(level)} WHERE t0.{below.by} = parent.key"
            f"{self._reach(level)}{tail(level, asked)}"
        )
        return (
            f"SELECT page.*, parent.key FROM unnest(%(parents)s::{below.key_type}[]) parent (key)"
            f" CROSS JOIN LATERAL ({inner}) page"
        )

    def _from(self, level: Level) -> str:
        limited = self.reach is not None
        joins = "".join(f" {join}{within if limited else ''}" for join, within in level.joins)
        return f"FROM {level.noun.source} t0{joins}"

    def _reach(self, level: Level) -> str:
        if self.reach is None or level.noun.entity is None:
            return ""
        return f" AND t0.{level.noun.entity} = ANY(%(reach)s)"

    def _asked(self, field: GraphQLField, node: FieldNode) -> Page:
        return page(**get_argument_values(field, node, self.variables))

    def _refuse_too_many(self, level: Level, first: int) -> None:
        if level.below and self._most(level, first) > MOST_NODES:
            raise TooComplex(f"the lists may hold more than {MOST_NODES} nodes: ask for less")

    def _most(self, level: Level, first: int) -> int:
        below = [
            self._most(one.level, self._asked(one.field, one.node).first) for one in level.below
        ]
        return first * (1 + sum(below))


def columns(level: Level) -> str:
    """What a statement selects."""
    return ", ".join(level.columns)


def tail(level: Level, asked: Page) -> str:
    """Where a page begins and how long it is."""
    key = f"t0.{level.noun.key}"
    sign, order = ("<", " DESC") if asked.descending else (">", "")
    begin = f" AND {key} {sign} %(after)s::{level.noun.key_type}" if asked.after else ""
    return f"{begin} ORDER BY {key}{order} LIMIT %(limit)s"
