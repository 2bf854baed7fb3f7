"""The sandbox CRM and delivery's client of it, over real sockets."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import httpx
import pytest

from adapters.delivery_port import Accepted, Uncertain, Unsupported
from adapters.documents import DealUpdate, Payment, ProjectActuals
from adapters.sandbox.crm import crm
from adapters.sandbox.faults import Fault, Faulty
from adapters.sandbox.serve import running
from adapters.sandbox_crm.client import CrmClient

WON = DealUpdate(
    key="d-1",
    opportunity_key="deal/ö 1",
    project_code="P-1",
    contract_value=Decimal("5000.00"),
    currency="EUR",
    stage="won",
)
ACTUALS = ProjectActuals(
    key="a-1",
    opportunity_key="deal/ö 1",
    project_code="P-1",
    period="2026-03",
    currency="EUR",
    budget=Decimal("5000.00"),
    actual_hours_qty=Decimal("12.25"),
    actual_cost=Decimal("900.00"),
    billed=Decimal("1200.00"),
    margin=Decimal("300.00"),
)


@pytest.fixture
def app() -> Faulty:
    return crm()


@pytest.fixture
def http(app: Faulty) -> Iterator[httpx.Client]:
    with running(app) as url, httpx.Client(base_url=url, timeout=1) as client:
        yield client


@pytest.fixture
def client(http: httpx.Client) -> CrmClient:
    return CrmClient(http)


def test_updates_and_actuals_meet_on_one_deal(client: CrmClient, http: httpx.Client) -> None:
    first, second = client.send(WON, "d-1"), client.send(ACTUALS, "a-1")

    [deal] = http.get("/deals").json()["items"]
    assert first == second == Accepted(deal["id"])
    assert deal["updates"] == ["d-1", "a-1"]
    assert deal["properties"] == {
        "stage": "won",
        "amount": "5000.00",
        "currency": "EUR",
        "project_code": "P-1",
        "project_period": "2026-03",
        "project_currency": "EUR",
        "project_budget": "5000.00",
        "project_actual_hours": "12.25",
        "project_actual_cost": "900.00",
        "project_billed": "1200.00",
        "project_margin": "300.00",
    }


def test_only_the_last_update_is_found(client: CrmClient) -> None:
    assert client.find(WON, "d-1") is None
    client.send(WON, "d-1")
    assert client.find(WON, "d-1") is not None
    client.send(ACTUALS, "a-1")

    assert client.find(WON, "d-1") is None
    assert client.find(ACTUALS, "a-1") is not None


def test_the_crm_itself_takes_the_same_update_twice(client: CrmClient, http: httpx.Client) -> None:
    client.send(WON, "d-1")
    client.send(WON, "d-1")

    assert http.get("/deals").json()["items"][0]["updates"] == ["d-1", "d-1"]


def test_a_lost_answer_is_uncertain_and_found(client: CrmClient, app: Faulty) -> None:
    app.set([Fault(kind="lost_answer", times=1)])

    assert isinstance(client.send(WON, "d-1"), Uncertain)
    assert client.find(WON, "d-1") is not None


def test_a_document_of_the_books_is_unsupported(client: CrmClient) -> None:
    payment = Payment(
        key="p-1",
        invoice_key="i-1",
        client_code="C-1",
        received_on=date(2026, 3, 31),
        amount=Decimal(1),
        currency="EUR",
        bank_reference="RF18",
    )
    with pytest.raises(Unsupported, match="payment"):
        client.send(payment, "p-1")


def test_a_change_the_crm_cannot_read_is_refused(http: httpx.Client) -> None:
    assert http.patch("/deals/o-1", json={"properties": {"stage": 7}}).status_code == 400
    assert http.get("/deals/o-1").status_code == 404
