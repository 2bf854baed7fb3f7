"""Lists of nouns: what may be asked of each, said once; the query's function is made of it."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from api.graphql.connection import Order, Page, chosen, page


@dataclass(frozen=True)
class Choice:
    """An argument of a type, and what its value, ``{v}``, asks of a row, ``{t}``."""

    kind: type
    condition: str


def listing(description: str, **by: type | Choice) -> Callable[..., Page]:
    """A query for a page of a noun's rows, of one legal entity where one is named.

    ``by`` are further arguments; a plain type stands for the column of the argument's name.
    """
    choices = {
        name: one if isinstance(one, Choice) else Choice(one, f"{{t}}.{name} = {{v}}")
        for name, one in by.items()
    }

    def rows(
        first: int,
        after: str | None = None,
        order: Order = Order.ascending,
        entity: str | None = None,
        **given: Any,
    ) -> Page:
        where = [(choices[name].condition, _plain(value)) for name, value in given.items()]
        return chosen(page(first, after, order), entity, *where)

    rows.__doc__ = description
    return _taking(rows, {name: one.kind for name, one in choices.items()})


def _taking(rows: Callable[..., Page], kinds: dict[str, type]) -> Callable[..., Page]:
    """The same function, with the names it takes beside its own ones written down."""
    own = list(Signature.from_callable(rows).parameters.values())[:-1]
    further = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=kind | None)
        for name, kind in kinds.items()
    ]
    made: Any = rows
    made.__signature__ = Signature([*own, *further], return_annotation=Page)
    made.__annotations__ = {one.name: one.annotation for one in (*own, *further)}
    return rows


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value
