"""Every operation, asked in ways nobody thought of: always an answer, every error with a code.

Schemathesis makes the questions from the schema, well-formed and malformed, from a fixed seed.
Days, ids and codes are mostly such as the firm knows, so that many questions get far.
"""

import re
from collections import Counter
from datetime import date
from typing import Any

import schemathesis
from graphql import introspection_from_schema
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.graphql import nodes

from api.graphql.refusals import INTERNAL
from api.graphql.schema import schema
from domain.identity import named_id
from domain.policies import contract_id, project_id
from tests.api.serving import OTHER_PROJECT, Served
from tests.firm import Firm

EXAMPLES = 14
CODE = re.compile(r"[A-Z][A-Z_]+[A-Z]")
DEAL = named_id("opportunity", "Deal")
KNOWN = (
    Firm.client, Firm.person, Firm.card, DEAL, contract_id(DEAL), project_id(DEAL),
    named_id("invoice", "I1"), OTHER_PROJECT,
)  # fmt: skip
USUAL = {
    r'(entity|code): "[^"]*"': r'\1: "DE01"',
    r'(currency|base): "[^"]*"': r'\1: "USD"',
    r'(after|known): "[^"]*"': r"\1: null",
    r'(amount|net|tax|debit|credit): "-?(\d+)\.\d+"': r'\1: "\2"',
}
seen: Counter[str] = Counter()


def likely(query: str) -> str:
    """Three questions of four with codes and sizes that make sense."""
    if len(query) % 4 == 0:
        return query
    for pattern, words in USUAL.items():
        query = re.sub(pattern, words, query)
    return re.sub(r"first: (-?\d+)", lambda found: f"first: {int(found[1]) % 100 + 1}", query)


days = st.dates(date(2024, 12, 1), date(2026, 1, 31)) | st.dates()
ids = st.sampled_from(KNOWN) | st.uuids()
decimals = st.decimals(-(10**4), 10**6, places=2)
for name, values in (("Date", days), ("UUID", ids), ("Decimal", decimals)):
    schemathesis.graphql.scalar(name, values.map(str).map(nodes.String))
fuzzed = schemathesis.graphql.from_dict(
    {"data": introspection_from_schema(schema())}, config=SchemathesisConfig(seed=20251231)
)


@fuzzed.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
def test_any_question_gets_an_answer(case: Any, api: Served) -> None:
    response = api.post({"query": likely(case.body)})

    content = response.json()
    codes = [error["extensions"]["code"] for error in content.get("errors", ())]
    seen.update(codes[:1] or ["answered"])
    assert response.status_code in (200, 400), content
    assert content.keys() <= {"data", "errors"}
    assert content.get("errors") != []
    assert all(CODE.fullmatch(code) for code in codes)
    assert INTERNAL not in codes, content


def test_most_questions_got_far() -> None:
    assert seen["answered"] > sum(seen.values()) / 3, seen


def test_what_was_accepted_can_be_read(api: Served) -> None:
    api.firm.settle()

    with api.firm.system.connect() as conn:
        dead = conn.execute("SELECT reader, error FROM dead_letters").fetchall()
        halted = conn.execute("SELECT halted FROM projections WHERE halted IS NOT NULL").fetchall()

    assert dead == halted == []
