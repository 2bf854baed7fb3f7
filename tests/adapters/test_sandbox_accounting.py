"""The sandbox accounting system and delivery's client of it, over real sockets."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.delivery_port import Accepted, Rejected, Transient, Uncertain, Unsupported
from adapters.documents import CreditMemo, DealUpdate, Invoice, Line, Payment
from adapters.sandbox.accounting import accounting
from adapters.sandbox.faults import Fault, Faulty
from adapters.sandbox.serve import running
from adapters.sandbox_accounting import mapping
from adapters.sandbox_accounting.client import AccountingClient

DAY = date(2026, 3, 31)
LINE = Line(
    description="Survey",
    quantity=Decimal(2),
    unit_price=Decimal("50.00"),
    net=Decimal("100.00"),
    tax=Decimal("20.00"),
)
SALE: dict[str, Any] = {
    "entity": "Fictional Studio",
    "client_code": "C/1 ä",
    "client_name": "Made-up Mills",
    "number": "2026-001",
    "issued_on": DAY,
    "currency": "EUR",
    "lines": (LINE,),
    "net": Decimal("100.00"),
    "tax": Decimal("20.00"),
    "total": Decimal("120.00"),
}
INVOICE = Invoice(key="i-1", due_on=DAY, **SALE)
MEMO = CreditMemo(key="c-1", invoice_key="i-1", reason="goodwill", **SALE)


def payment(key: str, amount: str, currency: str = "EUR", invoice_key: str = "i-1") -> Payment:
    return Payment(
        key=key,
        invoice_key=invoice_key,
        client_code="C/1 ä",
        received_on=DAY,
        amount=Decimal(amount),
        currency=currency,
        bank_reference="RF18",
    )


@pytest.fixture
def app() -> Faulty:
    return accounting(remembered=2)


@pytest.fixture
def http(app: Faulty) -> Iterator[httpx.Client]:
    with running(app) as url, httpx.Client(base_url=url, timeout=1) as client:
        yield client


@pytest.fixture
def client(http: httpx.Client) -> AccountingClient:
    return AccountingClient(http)


def items(http: httpx.Client, path: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(path, params=query).json()["items"]
    return found


def test_an_invoice_arrives_whole_with_its_contact(
    client: AccountingClient, http: httpx.Client
) -> None:
    sent = client.send(INVOICE, "i-1")

    [stored] = items(http, "/invoices", reference="i-1")
    assert sent == Accepted(stored["id"])
    assert client.find(INVOICE, "i-1") == stored["id"]
    assert http.get(f"/invoices/{stored['id']}").json() == stored
    [contact] = items(http, "/contacts")
    assert (contact["code"], contact["name"]) == ("C/1 ä", "Made-up Mills")
    assert stored["contact_id"] == contact["id"]
    assert stored["lines"][0]["line_amount"] == "100.00"
    assert (stored["total"], stored["date"], stored["due"]) == ("120.00", "2026-03-31", "120.00")


def test_a_client_is_one_contact_however_many_invoices_and_names(http: httpx.Client) -> None:
    AccountingClient(http).send(INVOICE, "i-1")
    AccountingClient(http).send(INVOICE.model_copy(update={"client_name": "Mills"}), "i-2")

    assert [contact["name"] for contact in items(http, "/contacts")] == ["Mills"]


def test_credits_and_payments_reduce_what_is_due(
    client: AccountingClient, http: httpx.Client
) -> None:
    client.send(INVOICE, "i-1")
    client.send(INVOICE.model_copy(update={"key": "i-2"}), "i-2")

    client.send(payment("p-1", "70.00", invoice_key="i-2"), "p-1")
    client.send(MEMO, "c-1")

    total = {"total": "240.00", "credited": "120.00", "paid": "70.00", "due": "50.00"}
    assert http.get("/totals").json() == {"EUR": total}
    assert client.find(MEMO, "c-1") == items(http, "/credit-notes")[0]["id"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (payment("p-1", "120.01"), "more than is due"),
        (payment("p-1", "1.00", currency="USD"), "is in EUR"),
        (payment("p-1", "1.00", invoice_key="i-9"), "no invoice i-9"),
        (MEMO.model_copy(update={"net": Decimal(90), "total": Decimal(110)}), "do not add up"),
    ],
)
def test_what_the_books_refuse_is_rejected(
    client: AccountingClient, http: httpx.Client, wrong: Payment | CreditMemo, why: str
) -> None:
    client.send(INVOICE, "i-1")

    with pytest.raises(Rejected, match=why):
        client.send(wrong, wrong.key)

    assert items(http, "/payments") == items(http, "/credit-notes") == []


def test_a_key_is_remembered_for_a_while_only(
    client: AccountingClient, http: httpx.Client
) -> None:
    first = client.send(INVOICE, "i-1")
    assert client.send(INVOICE, "i-1") == first
    client.send(INVOICE, "i-2")
    client.send(INVOICE, "i-3")

    again = client.send(INVOICE, "i-1")

    assert again != first
    assert len(items(http, "/invoices", reference="i-1")) == 2
    assert client.find(INVOICE, "i-1") == items(http, "/invoices", reference="i-1")[0]["id"]


def test_a_remembered_key_with_another_request_is_refused(client: AccountingClient) -> None:
    client.send(INVOICE, "i-1")

    with pytest.raises(Rejected, match="another request"):
        client.send(INVOICE.model_copy(update={"number": "2026-002"}), "i-1")


def test_a_document_of_the_crm_is_unsupported(client: AccountingClient) -> None:
    deal = DealUpdate(
        key="d-1",
        opportunity_key="o-1",
        project_code="P-1",
        contract_value=Decimal(1),
        currency="EUR",
        stage="won",
    )
    with pytest.raises(Unsupported, match="deal_update"):
        client.send(deal, "d-1")


def test_an_unknown_contact_certainly_means_no_invoice(
    client: AccountingClient, app: Faulty, http: httpx.Client
) -> None:
    app.set([Fault(kind="lost_answer", endpoint="PUT /contacts/*", times=1)])

    with pytest.raises(Transient, match="contact"):
        client.send(INVOICE, "i-1")

    assert items(http, "/invoices") == []
    assert client.send(INVOICE, "i-1") == Accepted(items(http, "/invoices")[0]["id"])


def test_a_lost_answer_is_uncertain_and_found(client: AccountingClient, app: Faulty) -> None:
    app.set([Fault(kind="lost_answer", endpoint="POST /invoices", times=1)])

    assert isinstance(client.send(INVOICE, "i-1"), Uncertain)
    assert client.find(INVOICE, "i-1") is not None
    assert client.find(INVOICE, "i-2") is None


def test_all_records_come_by_pages(client: AccountingClient, http: httpx.Client) -> None:
    for number in range(3):
        client.send(INVOICE, f"i-{number}")

    first = items(http, "/invoices", limit="2")
    rest = items(http, "/invoices", limit="2", after=str(first[-1]["sequence"]))

    assert [i["reference"] for i in first + rest] == ["i-0", "i-1", "i-2"]
    assert http.get("/invoices?after=x").status_code == 400


def test_the_books_survive_a_restart_in_their_file(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        with (
            running(accounting(tmp_path / "books.sqlite")) as url,
            httpx.Client(base_url=url) as http,
        ):
            ids.append(AccountingClient(http).send(INVOICE, "i-1"))
            assert len(items(http, "/invoices")) == 1

    assert ids[0] == ids[1]


def test_the_mapping_says_every_amount_as_a_string() -> None:
    said = mapping.invoice(INVOICE, "key", "contact-7")

    assert said["reference"] == "key"
    assert (said["subtotal"], said["total_tax"], said["total"]) == ("100.00", "20.00", "120.00")
    assert said["lines"] == [
        {
            "description": "Survey",
            "quantity": "2",
            "unit_amount": "50.00",
            "line_amount": "100.00",
            "tax_amount": "20.00",
        }
    ]
