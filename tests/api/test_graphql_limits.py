"""Limits: what is too long, deep, wide or many is refused before anything runs."""

from graphql import get_introspection_query

from api.graphql.limits import DEEPEST, MOST_ALIASES
from tests.api.serving import Served

INVALID = "GRAPHQL_VALIDATION_FAILED"


def chain(levels: int) -> str:
    """A legal query of so many levels: a page counts two."""
    inner = "id"
    for _ in range((levels - 3) // 3):
        inner = f"client {{ invoices(first: 1) {{ nodes {{ {inner} }} }} }}"
    return f"{{ invoices(first: 1) {{ nodes {{ {inner} }} }} }}"


def test_a_query_as_deep_as_allowed_is_answered(api: Served) -> None:
    assert api.data(chain(DEEPEST))["invoices"]["nodes"]


def test_a_deeper_query_is_refused(api: Served) -> None:
    assert api.code(chain(DEEPEST + 3)) == INVALID


def test_a_fragment_hides_no_depth(api: Served) -> None:
    inner = chain(DEEPEST).removeprefix("{ invoices(first: 1) { nodes {").removesuffix("} } }")
    query = f"""query Q {{ invoices(first: 1) {{ nodes {{ client {{ ...C }} }} }} }}
        fragment C on Client {{ invoices(first: 1) {{ nodes {{ {inner} }} }} }}"""

    assert api.code(query) == INVALID


def test_introspection_may_go_deeper(api: Served) -> None:
    answer = api.data(get_introspection_query())

    assert answer["__schema"]["queryType"]["name"] == "Query"


def test_introspection_stands_beside_data(api: Served) -> None:
    answer = api.data(
        """query Q($name: String!) { kind: __type(name: $name) { name }
            ...S log { recorded } __typename } fragment S on Query { __schema { ...T } }
            fragment T on __Schema { mutationType { name } }""",
        name="Project",
    )

    assert list(answer) == ["kind", "__schema", "log", "__typename"]
    assert answer["kind"] == {"name": "Project"}
    assert answer["__schema"] == {"mutationType": {"name": "Mutation"}}


def test_as_many_aliases_as_allowed_are_answered(api: Served) -> None:
    many = " ".join(f"a{n}: log {{ recorded }}" for n in range(MOST_ALIASES))

    assert len(api.data(f"{{ {many} }}")) == MOST_ALIASES


def test_more_aliases_are_refused(api: Served) -> None:
    many = " ".join(f"a{n}: log {{ recorded }}" for n in range(MOST_ALIASES + 1))

    assert api.code(f"{{ {many} }}") == INVALID


def test_a_document_of_too_many_words_is_refused(api: Served) -> None:
    many = " ".join("log { recorded }" for _ in range(300))

    assert api.code(f"{{ {many} }}") == "GRAPHQL_PARSE_FAILED"


def test_a_document_of_too_many_characters_is_refused(api: Served) -> None:
    assert api.code("#" * 200_000 + "\n{ log { recorded } }") == "GRAPHQL_PARSE_FAILED"


def test_directives_are_counted(api: Served) -> None:
    many = " ".join("@skip(if: false)" for _ in range(50))

    answer = api.ask(f"{{ log {many} {{ recorded }} }}")

    assert {error["extensions"]["code"] for error in answer["errors"]} == {INVALID}


def test_many_faults_are_not_all_told(api: Served) -> None:
    many = " ".join(f"nope{n}" for n in range(100))

    answer = api.ask(f"{{ {many} }}")

    assert len(answer["errors"]) <= 11


def test_fragments_that_double_at_every_level_are_refused(api: Served) -> None:
    last = "fragment F11 on Project { id code name }"
    parts = [
        f"fragment F{n} on Project {{ code ...F{n + 1} ... {{ ...F{n + 1} }} }}" for n in range(11)
    ]
    query = f"{{ projects(first: 1) {{ nodes {{ ...F0 }} }} }} {' '.join(parts)} {last}"

    assert api.code(query) == INVALID


def test_a_row_holds_only_so_many_values(api: Served) -> None:
    contracts = " ".join(f"c{n}: contract {{ ...C }}" for n in range(12))
    query = f"""{{ projects(first: 1) {{ nodes {{ {contracts} }} }} }}
        fragment C on Contract {{ id name entity currency startsOn endsOn active
            x: client {{ ...K }} y: client {{ ...K }} z: client {{ ...K }} }}
        fragment K on Client {{ id code name entity currency active
            legalEntity {{ code name currency country zone }} }}"""

    assert api.code(query) == "TOO_COMPLEX"


def test_a_fragment_in_a_circle_is_refused(api: Served) -> None:
    query = """{ projects(first: 1) { nodes { ...P } } }
        fragment P on Project { client { ...C } }
        fragment C on Client { contracts(first: 1) { nodes { projects(first: 1) {
            nodes { ...P } } } } }"""

    assert api.code(query) == INVALID
