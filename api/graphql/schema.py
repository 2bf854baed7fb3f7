"""The schema: every type, in one place, and its text."""

from functools import cache
from typing import Any

import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    print_schema,
)
from strawberry.directive import DirectiveLocation
from strawberry.schema.config import StrawberryConfig

from api.graphql.mutations import mutations
from api.graphql.queries import queries
from api.graphql.scalars import SCALARS, BigInt


@strawberry.directive(
    locations=[DirectiveLocation.QUERY],
    description="Wait until the projections have read the log up to a position, such as a"
    " mutation's; refused as NOT_YET where they have not soon.",
)
def after(position: BigInt) -> None:
    """Looked at before the operation is run."""


@cache
def described() -> strawberry.Schema:
    """The schema as Strawberry has it."""
    return strawberry.Schema(
        queries(),
        mutations(),
        directives=[after],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


@cache
def schema() -> GraphQLSchema:
    """The schema as graphql-core has it; arguments and inputs bear their Python names.

    What may be left out has no default of null: it says nothing that the type does not.
    """
    made: GraphQLSchema = described()._schema  # noqa: SLF001 -- Strawberry names no other way
    for kind in made.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            _name(kind.fields)
        elif isinstance(kind, GraphQLObjectType):
            for field in kind.fields.values():
                _name(field.args)
    return made


def _name(given: dict[str, Any]) -> None:
    for one in given.values():
        if (declared := one.extensions.get("strawberry-definition")) is not None:
            one.out_name = declared.python_name
            if one.default_value is None:
                one.default_value = Undefined


def sdl() -> str:
    """The schema's text."""
    return f"{print_schema(schema())}\n"


if __name__ == "__main__":
    print(sdl(), end="")
