"""The schema: what is committed is what is served, and readers are not broken by the way."""

import subprocess
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    validate_schema,
)
from graphql.utilities import BreakingChange, find_breaking_changes

from api.graphql import policy
from api.graphql.noun import NOUNS
from api.graphql.schema import schema, sdl

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "api" / "schema.graphql"


def git(*words: str) -> str:
    command = ["git", "-c", "safe.directory=*", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout


def breaking(before: str, after: str) -> list[BreakingChange]:
    return find_breaking_changes(build_schema(before), build_schema(after))


def roots() -> list[GraphQLObjectType]:
    found = [schema().query_type, schema().mutation_type]
    return [kind for kind in found if kind is not None]


def test_the_committed_schema_is_current() -> None:
    assert FILE.read_text() == sdl(), "write it again: python -m api.graphql.schema"


def test_the_schema_is_valid() -> None:
    assert validate_schema(schema()) == []


def test_no_reader_of_the_last_release_is_broken() -> None:
    release = git("describe", "--tags", "--abbrev=0").strip() or "HEAD"
    published = git("show", f"{release}:api/schema.graphql")
    if not published:
        pytest.skip("nothing was published yet")

    changes = breaking(published, sdl())

    assert not changes, "\n".join(change.description for change in changes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  minutes: Int!", "  minutes: String!"),
        ("  explanation: String!\n", ""),
        ("  commandId: UUID\n", "  commandId: UUID!\n"),
        ("  node(id: ID!): Node", "  node(id: ID!, kind: String!): Node"),
    ],
)
def test_a_break_would_be_noticed(old: str, new: str) -> None:
    assert old in sdl()

    assert breaking(sdl(), sdl().replace(old, new, 1))


def test_a_root_field_may_be_null_so_that_it_may_be_refused() -> None:
    fields = [(name, field) for kind in roots() for name, field in kind.fields.items()]

    assert [name for name, field in fields if isinstance(field.type, GraphQLNonNull)] == []


def test_every_root_field_input_and_enumeration_is_described() -> None:
    fields = [one for kind in roots() for one in kind.fields.items()]
    bare = [name for name, field in fields if not field.description]
    named = (GraphQLInputObjectType, GraphQLEnumType)
    bare += [
        name
        for name, kind in schema().type_map.items()
        if isinstance(kind, named) and not name.startswith("__") and not kind.description
    ]

    assert bare == []


def test_every_list_is_read_in_pages() -> None:
    kinds = [kind for name, kind in schema().type_map.items() if name in NOUNS]
    fields = [
        (kind.name, name, field)
        for kind in [*kinds, *roots()]
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    ]

    assert len(fields) > 20
    assert all(str(field.args["first"].type) == "Int!" for _, _, field in fields)
    assert all(str(field.args["after"].type) == "String" for _, _, field in fields)


def test_the_policy_says_who_may_read_every_noun() -> None:
    types = {name for name in policy.POLICY if "." not in name}

    assert types == set(NOUNS)


def test_the_policy_names_only_what_there_is() -> None:
    fields = [name.split(".") for name in policy.POLICY if "." in name]

    for kind, field in fields:
        declared = schema().type_map[kind]
        assert isinstance(declared, GraphQLObjectType)
        assert field in declared.fields
