"""The application: open pages, reports over plain HTTP, health."""

import csv
import io
import json
import re
import zipfile
from base64 import b64encode
from contextlib import ExitStack
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from api.graphql.schema import sdl
from api.health import readiness
from api.reads import query_reads
from api.report_workbook import MEDIA_TYPE
from projections.reports import REPORTS
from tests.api.serving import Served

AS_OF = {"effective": "2025-12-31", "entity": "DE01"}


class Links(HTMLParser):
    """Everything a page would load or send to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "action")]


def keyed(api: Served, key: str | None = None) -> dict[str, str]:
    return {"authorization": f"Bearer {key or api.key}"}


def test_the_start_page_needs_no_key_and_loads_nothing(api: Served) -> None:
    response = api.http.get("/")
    links = Links()

    links.feed(response.text)

    assert response.status_code == 200
    assert set(links.found) == {"/schema.graphql", "/readyz", "/reports", "/explorer"}
    assert "<script" not in response.text


def test_the_content_policy_allows_this_style_and_nothing_else(api: Served) -> None:
    response = api.http.get("/")

    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_the_schema_is_open(api: Served) -> None:
    assert api.http.get("/schema.graphql").text == sdl()


def test_the_process_says_that_it_lives(api: Served) -> None:
    assert api.http.get("/livez").status_code == 200


def test_the_process_says_that_it_is_ready(api: Served) -> None:
    api.firm.settle()

    response = api.http.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True, "pending_migrations": [], "events_behind": 0, "halted": []
    }  # fmt: skip


def test_a_pending_migration_is_not_ready(api: Served) -> None:
    system = api.firm.system
    with ExitStack() as stack:
        reads = query_reads(system, stack)

        ready, state = readiness(reads, ["deals"], lambda: ["0099_more"])

    assert not ready
    assert state["pending_migrations"] == ["0099_more"]


def test_a_report_is_its_canonical_bytes(api: Served) -> None:
    response = api.http.get("/reports/trial-balance", params=AS_OF, headers=keyed(api))

    assert response.status_code == 200
    assert response.headers["throughline-digest"] == (
        f"sha256:{sha256(response.content).hexdigest()}"
    )
    assert int(response.headers["throughline-position"]) > 0
    assert json.loads(response.content)["rows"]


def test_a_report_is_csv(api: Served) -> None:
    response = api.http.get(
        "/reports/trial-balance", params={**AS_OF, "format": "csv"}, headers=keyed(api)
    )

    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert response.headers["content-type"].startswith("text/csv")
    assert {row["account"] for row in rows} >= {"1100", "4000"}


def test_a_report_is_a_spreadsheet_with_its_digest(api: Served) -> None:
    given = {**AS_OF, "format": "xlsx"}
    said = api.http.get("/reports/trial-balance", params=AS_OF, headers=keyed(api))

    response = api.http.get("/reports/trial-balance", params=given, headers=keyed(api))

    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.headers["throughline-digest"] == said.headers["throughline-digest"]
    assert zipfile.is_zipfile(io.BytesIO(response.content))


def test_a_report_is_a_table_for_who_types_a_key(api: Served) -> None:
    form = {**AS_OF, "name": "general-ledger", "key": api.key, "known": "",
            "options": "account=1100\nrows=5"}  # fmt: skip

    response = api.http.post("/reports", data=form)

    assert response.status_code == 200
    assert "<td" in response.text
    assert "2856.00" in response.text
    assert api.key not in response.text


ELSEWHERE = {"consolidation": "group", "cta-proof": "group", "vendor-statement": "vendor"}
"""Reports of what this firm has none of: they say what they need."""


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_answers_or_says_what_it_needs(api: Served, name: str) -> None:
    needed = {"general-ledger": {"account": "1100"}, "audit-trail": {"of": "DE01-INV-2025-00001"},
              "customer-statement": {"client": "ACME"}, "flux": {"entity": "DE01"},
              "close-checklist": {"entity": "DE01"},
              "rollforward": {"account": "1200"}}  # fmt: skip

    response = api.http.get(
        f"/reports/{name}", params={"effective": "2025-12-31", **needed.get(name, {})},
        headers=keyed(api),
    )  # fmt: skip

    if name in ELSEWHERE:
        assert (response.status_code, response.json()["code"]) == (400, "BAD_PARAMETER")
        assert f"{ELSEWHERE[name]} is needed" in response.json()["message"]
    else:
        assert response.status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/reports/nope?effective=2025-12-31", 404, "NOT_FOUND"),
        ("/reports/trial-balance", 400, "BAD_PARAMETER"),
        ("/reports/trial-balance?effective=someday", 400, "BAD_PARAMETER"),
        ("/reports/trial-balance?effective=2025-12-31&x=1", 400, "BAD_PARAMETER"),
        ("/reports/trial-balance?effective=2025-12-31&format=pdf", 400, "BAD_PARAMETER"),
        ("/reports/trial-balance?effective=2025-12-31&known=99999999", 400, "UNKNOWN_POSITION"),
        ("/reports/general-ledger?effective=2025-12-31&account=9", 400, "UNKNOWN_ACCOUNT"),
    ],
)
def test_a_report_that_cannot_be_shown_says_why(
    api: Served, path: str, status: int, code: str
) -> None:
    response = api.http.get(path, headers=keyed(api))

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_report_needs_a_key_a_role_and_an_entity(api: Served) -> None:
    path = "/reports/trial-balance?effective=2025-12-31&entity=DE01"
    worker, stranger = api.issue("resource"), api.issue("controller", entities=("US01",))

    answers = [
        api.http.get(path, headers=headers)
        for headers in ({}, keyed(api, worker), keyed(api, stranger))
    ]

    assert [one.status_code for one in answers] == [401, 403, 403]
    assert [one.json()["code"] for one in answers] == [
        "INVALID_KEY", "MISSING_ROLE", "WRONG_ENTITY"
    ]  # fmt: skip


def test_a_refused_form_is_a_page(api: Served) -> None:
    response = api.http.post("/reports", data={"name": "nope", "key": api.key})

    assert response.status_code == 404
    assert "NOT_FOUND" in response.text


def test_a_query_is_asked_from_a_form(api: Served) -> None:
    form = {"query": "query C($n: Int!) { clients(first: $n) { nodes { name } } }",
            "variables": '{"n": 1}', "key": api.key}  # fmt: skip

    response = api.http.post("/explorer", data=form)

    assert "Acme Fictional Corp" in response.text
    assert api.key not in response.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"query": "{ log { recorded } }", "key": "tl_x"}, "INVALID_KEY"),
        ({"query": "{ log { recorded } }", "variables": "{"}, "not JSON"),
        ({"query": "<script>alert(1)</script>"}, "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_a_form_that_cannot_be_answered_says_why(
    api: Served, form: dict[str, str], words: str
) -> None:
    response = api.http.post("/explorer", data={"key": api.key, **form})

    assert words in response.text
    assert "<script" not in response.text
