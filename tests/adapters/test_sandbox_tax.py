"""The sandbox tax engine, the port's answers about it, and what it is told, over real sockets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from adapters.delivery_port import Accepted, Rejected, Uncertain, Unsupported
from adapters.documents import DealUpdate, TaxedSale
from adapters.sandbox.faults import Fault, Faulty
from adapters.sandbox.serve import running
from adapters.sandbox.tax import tax
from adapters.sandbox_tax import mapping
from adapters.sandbox_tax.client import TaxClient
from adapters.tax_port import asking
from domain.billing.tax_determination import (
    TaxEngineRefused,
    TaxEngineUnavailable,
    TaxQuestion,
    ToTax,
)
from tests.domain.named import new

ASKED = TaxQuestion(
    new("i"), new("c"), "DE01", "ACME", "taxes", "US-CA-94501", date(2025, 1, 10), "USD",
    (ToTax(1, "expense", "hotel", Decimal("50.00")), ToTax(2, "time", "work", Decimal("99.99"))),
)  # fmt: skip
SALE = TaxedSale(
    key="invoice-1", entity="DE01", sale_key="invoice-1", engine_reference="quote-0000001",
    number="INV-1", issued_on=date(2025, 1, 10), currency="USD", net=Decimal("149.99"),
    tax=Decimal("10.37"),
)  # fmt: skip
MEMO = SALE.model_copy(update={"key": "taxmemo-1", "net": -SALE.net, "tax": -SALE.tax})
CUT = [Fault(kind="lost_answer", endpoint="POST /*", times=1)]


@pytest.fixture
def app() -> Faulty:
    return tax()


@pytest.fixture
def http(app: Faulty) -> Iterator[httpx.Client]:
    with running(app) as url, httpx.Client(base_url=url, timeout=1) as client:
        yield client


@pytest.fixture
def client(http: httpx.Client) -> TaxClient:
    return TaxClient(http)


def test_an_answer_names_each_jurisdiction_and_answers_the_question(client: TaxClient) -> None:
    said = client.determine(ASKED)

    assert said.answers(ASKED)
    assert not said.lines[0].taxes
    assert [(t.jurisdiction, t.rate_pct, t.amount) for t in said.lines[1].taxes] == [
        ("US-CA", Decimal("7.25"), Decimal("7.25")),
        ("US-CA-ALAMEDA", Decimal("3.125"), Decimal("3.12")),
    ]


def test_a_lost_answer_is_asked_for_again(client: TaxClient, app: Faulty) -> None:
    app.set(CUT)

    assert asking(client)(ASKED).answers(ASKED)
    assert app.struck["lost_answer"] == 1


@pytest.mark.parametrize("kind", ["throttle", "error_before_commit", "garbage"])
def test_an_engine_that_is_down_is_unavailable(client: TaxClient, app: Faulty, kind: Any) -> None:
    app.set([Fault(kind=kind, endpoint="POST /quotes", times=2)])

    with pytest.raises(TaxEngineUnavailable):
        asking(client)(ASKED)


def test_a_port_where_nobody_listens_is_unavailable() -> None:
    with (
        httpx.Client(base_url="http://127.0.0.1:9") as nobody,
        pytest.raises(TaxEngineUnavailable),
    ):
        asking(TaxClient(nobody))(ASKED)


def test_a_place_it_does_not_know_is_refused(client: TaxClient) -> None:
    with pytest.raises(TaxEngineRefused, match="no rates for 'MARS'"):
        asking(client)(replace(ASKED, place="MARS"))


@pytest.mark.parametrize(
    "lines", [[], [{"no": 1, "taxes": []}], [{"no": 1, "taxes": []}, {"no": 3, "taxes": []}]]
)
def test_an_answer_about_other_lines_is_none(lines: list[Any]) -> None:
    with pytest.raises(ValueError, match="other lines"):
        mapping.answer(ASKED, {"id": "q", "lines": lines})


def test_a_strange_answer_is_rejected() -> None:
    said = {"id": "q", "lines": [{"no": 1, "taxes": [{}]}, {"no": 2, "taxes": []}]}
    transport = httpx.MockTransport(lambda _: httpx.Response(201, json=said))

    with (
        httpx.Client(transport=transport, base_url="http://x") as http,
        pytest.raises(Rejected, match="unreadable"),
    ):
        TaxClient(http).determine(ASKED)


def test_a_sale_said_twice_is_one_and_its_credit_follows(
    client: TaxClient, http: httpx.Client
) -> None:
    first, again = client.send(SALE, "invoice-1"), client.send(SALE, "invoice-1")
    memo = client.send(MEMO, "taxmemo-1")

    items = http.get("/sales").json()["items"]
    assert first == again == Accepted(items[0]["id"])
    assert memo == Accepted(items[1]["id"])
    assert [(one["sale"], one["tax"]) for one in items] == [
        ("invoice-1", "10.37"), ("invoice-1", "-10.37"),
    ]  # fmt: skip


def test_a_sale_whose_answer_was_lost_is_found(client: TaxClient, app: Faulty) -> None:
    assert client.find(SALE, "invoice-1") is None
    app.set(CUT)

    assert isinstance(client.send(SALE, "invoice-1"), Uncertain)
    assert client.find(SALE, "invoice-1") == "sale-0000001"


def test_a_credit_of_no_sale_is_rejected_and_a_deal_is_not_for_it(client: TaxClient) -> None:
    deal = DealUpdate(key="d", opportunity_key="o", project_code="P", currency="EUR",
                      contract_value=Decimal(1), stage="won")  # fmt: skip

    with pytest.raises(Rejected, match="no sale"):
        client.send(MEMO, "taxmemo-1")
    with pytest.raises(Unsupported):
        client.send(deal, "d")
