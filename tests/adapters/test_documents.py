"""Canonical documents: exact on the wire, firm about amounts, each in its lane."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.documents import (
    CreditMemo,
    DealUpdate,
    Document,
    Invoice,
    Line,
    Payment,
    ProjectActuals,
    TaxedSale,
    read,
)

LINE = Line(
    description="Survey",
    quantity=Decimal("1.5"),
    unit_price=Decimal("80.125"),
    net=Decimal("120.19"),
    tax=Decimal("24.04"),
)
SALE: dict[str, Any] = {
    "entity": "Fictional Studio",
    "client_code": "C-1",
    "client_name": "Made-up Mills",
    "number": "2026-001",
    "issued_on": date(2026, 3, 31),
    "currency": "EUR",
    "lines": (LINE,),
    "net": Decimal("120.19"),
    "tax": Decimal("24.04"),
    "total": Decimal("144.23"),
}
INVOICE = Invoice(key="i-1", due_on=date(2026, 4, 30), **SALE)
PAYMENT: dict[str, Any] = {
    "key": "p-1",
    "invoice_key": "i-1",
    "client_code": "C-1",
    "received_on": date(2026, 4, 12),
    "amount": Decimal("144.20"),
    "currency": "EUR",
    "bank_reference": "RF18",
}
TAXED: dict[str, Any] = {
    "key": "t-1", "sale_key": "i-1", "entity": "DE01", "number": "2026-001", "currency": "EUR",
    "issued_on": date(2026, 3, 31), "net": Decimal("-1.00"), "tax": Decimal("-0.10"),
}  # fmt: skip
ON_DEAL: dict[str, Any] = {"opportunity_key": "o-1", "project_code": "P-1", "currency": "JPY"}
DOCUMENTS: list[tuple[Document, str]] = [
    (INVOICE, "i-1"),
    (CreditMemo(key="c-1", invoice_key="i-1", reason="goodwill", **SALE), "i-1"),
    (Payment(**PAYMENT), "i-1"),
    (TaxedSale(**TAXED), "i-1"),
    (DealUpdate(key="d-1", contract_value=Decimal(5000), stage="won", **ON_DEAL), "o-1"),
    (
        ProjectActuals(
            key="a-1",
            period="2026-03",
            budget=Decimal(5000),
            actual_hours_qty=Decimal("12.25"),
            actual_cost=Decimal("1E+3"),
            billed=Decimal(0),
            margin=Decimal(-1000),
            **ON_DEAL,
        ),
        "o-1",
    ),
]


@pytest.mark.parametrize(("document", "lane"), DOCUMENTS)
def test_a_document_is_the_same_after_the_wire_and_keeps_its_lane(
    document: Document, lane: str
) -> None:
    wire = document.model_dump_json()

    assert read(json.loads(wire)) == document
    assert read(json.loads(wire)).model_dump_json() == wire
    assert document.lane == lane
    assert document.version == "canonical/1"


def test_amounts_are_plain_decimal_strings_on_the_wire() -> None:
    payment = Payment(**PAYMENT | {"amount": Decimal("1.20E+3")}).model_dump(mode="json")

    assert payment["amount"] == "1200"
    assert INVOICE.model_dump(mode="json")["lines"][0]["unit_price"] == "80.125"


@pytest.mark.parametrize(
    "wrong", [{"amount": 144.2}, {"currency": "euro"}, {"key": "x" * 51}, {"memo": "hello"}]
)
def test_what_could_be_misread_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Payment(**PAYMENT | wrong)


def test_a_total_that_is_not_net_and_tax_is_refused() -> None:
    with pytest.raises(ValidationError, match="2026-001"):
        Invoice(key="i-1", due_on=date(2026, 4, 30), **SALE | {"total": Decimal(144)})
