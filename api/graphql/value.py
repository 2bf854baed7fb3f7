"""Values that are made in Python (payloads, reports), cut to what an operation selects."""

from collections.abc import Callable
from typing import Any, cast

from graphql import (
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    get_nullable_type,
    is_leaf_type,
)

from api.graphql.selection import TYPENAME, Picked, Selection

Cut = Callable[[Any], Any]


def cut(selection: Selection, kind: GraphQLOutputType, picked: Picked) -> Cut:
    """A function that takes the selected fields of a mapping, or of each in a list."""
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        each = cut(selection, inner.of_type, picked)
        return lambda values: None if values is None else [each(value) for value in values]
    if is_leaf_type(inner):
        return lambda value: value
    return _object(selection, cast("GraphQLObjectType", inner), picked)


def _object(selection: Selection, kind: GraphQLObjectType, picked: Picked) -> Cut:
    fields = [_field(selection, kind, one) for one in selection.below(kind, picked)]
    return lambda value: None if value is None else {key: take(value) for key, take in fields}


def _field(selection: Selection, kind: GraphQLObjectType, picked: Picked) -> tuple[str, Cut]:
    if picked.name == TYPENAME:
        return picked.key, lambda _: kind.name
    definition: Any = kind.fields[picked.name]
    name = definition.extensions["strawberry-definition"].python_name
    inside = cut(selection, definition.type, picked)
    return picked.key, lambda value: inside(value.get(name))
