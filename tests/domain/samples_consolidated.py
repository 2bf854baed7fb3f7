"""Samples of consolidated invoices."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.domain.named import new
from tests.firm import Firm

DATED = {
    "IssueConsolidatedInvoice": "issued_on", "SettleConsolidatedInvoice": "applied_on",
    "CreditConsolidatedInvoice": "issued_on",
}  # fmt: skip
CREATED = {"IssueConsolidatedInvoice": "document_id"}
DAY = date(2025, 1, 2)
ISSUED = date(2025, 1, 9)


def prepare(firm: Firm) -> None:
    """Nothing: other tests count what is on the stage, so `samples` plays its own part."""
    del firm


def part(firm: Firm, contract: UUID, project: UUID, minutes: int = 60) -> dict[str, Any]:
    """Work of a contract, as a document bills it: 150.00 USD an hour."""
    holder, entry = firm.work(project, DAY, minutes)
    source = {"kind": "time", "holder_id": holder, "ids": [entry]}
    return {"contract_id": contract, "sources": [source]}


def deals(firm: Firm, *names: str, **terms: Any) -> list[tuple[UUID, UUID]]:
    """Contracts of one client without tax, and their projects."""
    return [firm.win(name, **{"tax_rate_pct": "0", **terms}) for name in names]


def issue(firm: Firm, name: str, parts: list[dict[str, Any]], on: date = ISSUED) -> Any:
    """One document over parts; its answer."""
    given = {"document_id": new(name), "issued_on": on, "parts": parts}
    return firm.do("IssueConsolidatedInvoice", **given).answer


def samples(firm: Any, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del at
    if not getattr(firm, "consolidates", False):
        firm.consolidates = True
        firm.dealt = deals(firm, "Part one", "Part two")
        issue(firm, "document", [part(firm, *one) for one in firm.dealt])
        firm.do("RecordPayment", payment_id=new("c pay"), client_id=firm.client, received_on=DAY,
                amount={"amount": "250.00", "currency": "USD"}, bank_reference="c1")  # fmt: skip
        firm.later = [part(firm, *one) for one in firm.dealt]
    document = {"document_id": new("document")}
    return {
        "SetConsolidation": {"client_id": firm.client, "consolidate": True},
        "IssueConsolidatedInvoice": {"document_id": new("document 2"), "issued_on": "2025-01-10",
                                     "parts": firm.later},
        "SettleConsolidatedInvoice": {**document, "payment_id": new("c pay"),
                                      "amount": {"amount": "200.00", "currency": "USD"},
                                      "applied_on": "2025-01-10"},
        "CreditConsolidatedInvoice": {**document, "issued_on": "2025-01-10", "why": "a mistake",
                                      "restore": True},
    }  # fmt: skip
