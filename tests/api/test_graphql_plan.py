"""Plans answer what the reference implementation would: the same fields, in the same order.

graphql-core executes each document over a tree that holds every field; the gateway plans it,
joins and shapes. Both must say the same.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    default_type_resolver,
    execute,
    parse,
    print_schema,
)

from api.graphql.gateway import Asked, Gateway, Waits
from api.graphql.schema import schema
from api.graphql.session import Sources
from domain.request import Cause
from tests.api.serving import Served
from tests.firm import CHIEF

MONEY = "{ amount currency __typename }"
CLIENT = "id code name entity currency active __typename"
ALL = f"""
query All {{ timeEntries(first: 2) {{
    __typename
    nodes {{ ...E }} edges {{ __typename cursor node {{ ...E }} }}
    pageInfo {{ __typename hasNextPage hasPreviousPage startCursor endCursor }} }} }}
fragment E on TimeEntry {{
    __typename id workDate minutes activity billable state amount {MONEY} cost {MONEY}
    person {{ __typename id code role }}
    project {{ __typename id code name closed client {{ {CLIENT} }}
        budgetVersusActual {{ __typename budgetHours actualHours }}
        contract {{ __typename id name value {MONEY} client {{ {CLIENT} }}
            invoices(first: 1) {{ __typename nodes {{ __typename id number net {MONEY} }}
                pageInfo {{ hasNextPage }} }} }} }} }}
"""
DOCUMENTS = {
    "fields and order": "{ timeEntries(first: 2) { nodes { minutes id workDate } } }",
    "aliases": """{ a: timeEntries(first: 2) { b: nodes { c: id d: minutes c2: id
        e: amount { f: amount g: currency } } } }""",
    "nodes and edges": """{ timeEntries(first: 2) { edges { node { id } cursor }
        nodes { minutes } pageInfo { endCursor hasNextPage } } }""",
    "typenames": """{ __typename timeEntries(first: 2) { __typename edges { __typename node {
        __typename project { __typename client { __typename } } amount { __typename } } }
        pageInfo { __typename } } }""",
    "the same field twice": """{ timeEntries(first: 2) { nodes { project { code } }
        nodes { project { name code client { code } } id } } }""",
    "fragments": """{ timeEntries(first: 2) { nodes { ...A project { ...P } } } }
        fragment A on TimeEntry { id project { code } person { code } }
        fragment P on Project { name client { ...C } contract { client { ...C } } }
        fragment C on Client { code name }""",
    "fragments on an interface": """{ timeEntries(first: 2) { nodes { ...N
        ... on Node { i: id __typename } ... on TimeEntry { minutes } ... { state } } } }
        fragment N on Node { id }""",
    "skip and include": """query Q($yes: Boolean! = true, $no: Boolean = false) {
        timeEntries(first: 2) { nodes { id @include(if: $yes) minutes @skip(if: $yes)
        state @include(if: $no) activity @skip(if: $no) person @include(if: true) { code }
        ... on TimeEntry @skip(if: true) { billable } ...P @include(if: $yes) } } }
        fragment P on TimeEntry { project { code } }""",
    "lists in lists": """{ timeEntries(first: 2) { nodes { project { contract {
        x: invoices(first: 1) { nodes { number net { amount } } pageInfo { hasNextPage } }
        client { code } } budgetVersusActual { budgetHours } } } } }""",
    "one noun under two names": """{ timeEntries(first: 2) { nodes { project {
        a: client { code } b: client { name id } contract { client { code } } } } } }""",
}


def resolve(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    """Fields by name, whatever their arguments and aliases."""
    return source.get(info.field_name)


def reference(query: str, tree: Any) -> dict[str, Any]:
    result = execute(
        plain(), parse(query), tree, field_resolver=resolve, type_resolver=default_type_resolver
    )
    assert isinstance(result, ExecutionResult)
    assert not result.errors
    assert result.data is not None
    return result.data


@cache
def plain() -> GraphQLSchema:
    """The schema without our resolvers; scalars show what they are given."""
    made = build_schema(print_schema(schema()))
    for kind in made.type_map.values():
        if isinstance(kind, GraphQLScalarType):
            kind.__dict__["coerce_output_value"] = lambda value: value
    return made


@pytest.fixture(scope="module")
def tree(api: Served) -> Any:
    return api.data(ALL)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_plan_answers_as_the_reference_does(api: Served, tree: Any, name: str) -> None:
    expected = reference(DOCUMENTS[name], tree)

    answered = api.data(DOCUMENTS[name])

    assert json.dumps(answered) == json.dumps(expected)


def test_a_plan_is_made_anew_for_other_switches(api: Served) -> None:
    query = """query Q($wanted: Boolean!) { timeEntries(first: 1) { nodes {
        minutes activity @include(if: $wanted) } } }"""

    answers = [api.data(query, wanted=wanted) for wanted in (True, False, True)]

    keys = [list(answer["timeEntries"]["nodes"][0]) for answer in answers]
    assert keys == [["minutes", "activity"], ["minutes"], ["minutes", "activity"]]


def test_one_document_serves_callers_of_different_reach(api: Served) -> None:
    query = "{ projects(first: 10) { nodes { code } } }"
    other = api.issue("admin", entities=("US01",))

    mine, theirs, again = (api.data(query, key=key) for key in (api.key, other, api.key))

    assert mine == again != theirs


def test_words_of_the_query_do_not_get_into_the_statement(api: Served) -> None:
    odd = "_" * 40 + "x9"

    answer = api.data(f"{{ {odd}: projects(first: 1) {{ {odd}: nodes {{ {odd}: code }} }} }}")

    assert list(answer) == [odd]


def test_statements_do_not_grow_with_the_page(api: Served) -> None:
    query = """query Q($n: Int!) { timeEntries(first: $n) { nodes { person { code }
        project { code client { code } timeEntries(first: 2) { nodes { id } } } } } }"""

    few, many = (statements(api, query, n=n) for n in (1, 3))

    assert few == many == 2


class Counting:
    """A connection that counts what it is asked."""

    def __init__(self, api: Served) -> None:
        self.count = 0
        self._conn = api.firm.system.connect()

    @contextmanager
    def connection(self) -> Iterator[Any]:
        yield self

    def execute(self, *asked: Any) -> Any:
        self.count += 1
        return self._conn.execute(*asked)

    def close(self) -> None:
        self._conn.close()


def statements(api: Served, query: str, **variables: Any) -> int:
    """How many statements a query runs."""
    counting = Counting(api)
    sources = Sources(api.firm.store, counting.connection, counting.connection, ())
    answer = Gateway(sources, lambda: 0).answer(Asked(query, None, variables), CHIEF, Cause())
    counting.close()
    assert not isinstance(answer, Waits)
    assert len(answer["data"]["timeEntries"]["nodes"]) == variables["n"]
    return counting.count
