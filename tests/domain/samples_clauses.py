"""Samples of contract clauses and of adjustments of billable things."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.identity import named_id
from domain.policies import contract_id
from tests.domain.named import new
from tests.firm import WORKER, Firm

DATED = {"WriteDownBillable": "on", "WriteUpBillable": "on", "RebillInvoice": "issued_on"}
CREATED: dict[str, str] = {}


DEAL = named_id("opportunity", "Clauses")
WEEK = date(2025, 2, 4)


def prepare(firm: Firm) -> None:
    """A deal in EUR with a held expense and time dearer than its terms; a suspended contract."""
    card = new("card in EUR")
    firm.do("PublishRateCard", rate_card_id=card, name="in EUR", entity="DE01", currency="EUR",
            lines=[{"hourly_rate": "100", "from_date": "2025-01-01"}])  # fmt: skip
    contract, project = firm.win("Clauses", currency="EUR", rate_card_id=card)
    week = {"person_id": firm.person, "week": WEEK}
    firm.do("LogTime", WORKER, command_id=new("dear entry"), person_id=firm.person,
            project_id=project, work_date=WEEK, minutes=480)  # fmt: skip
    firm.do("SubmitTimesheet", WORKER, **week)
    firm.do("ApproveTime", **week)
    firm.do("SetTimeTerms", contract_id=contract, from_date="2025-01-01", discount_pct="10")
    held, suspended = new("held expense"), new("suspended contract")
    firm.do(
        "RecordExpense",
        WORKER,
        expense_id=held,
        person_id=firm.person,
        project_id=project,
        spent_on=date(2025, 1, 3),
        category="hotel",
        net=money("70.00"),
        tax=money("0.00"),
    )
    firm.do("ApproveExpense", expense_id=held)
    thing = {"kind": "expense", "holder_id": held, "item_id": held}
    firm.do("HoldBillable", **thing, why="receipt is missing")
    firm.do("DraftContract", contract_id=suspended, client_id=firm.client, name="suspended",
            currency="USD", value="1000", starts_on="2025-01-01", ends_on="2025-12-31",
            billing_model="fixed_fee", payment_terms_days=30)  # fmt: skip
    firm.do("ActivateContract", contract_id=suspended, approved_by="order 8")
    firm.do("SuspendContract", contract_id=suspended, why="the client is silent")
    firm.do("SetTaxSource", contract_id=suspended, engine="taxes", place="US-CA")
    firm.do("DefineTaxCode", **tax_code("DE-STD", "19"))
    firm.do("OverrideTax", **overridden(contract, "exempt"))
    firm.do("SetMinimumCommitment", contract_id=contract, from_date="2025-01-01", monthly="500.00")


def tax_code(code: str, rate: str, **tax: Any) -> dict[str, Any]:
    """Fields of a code with one tax from 2025 on."""
    return {"entity": "DE01", "code": code, "name": code, "country": "DE",
            "from_date": "2025-01-01",
            "taxes": [{"name": "VAT", "rate_pct": rate, **tax}]}  # fmt: skip


def overridden(contract: UUID, invoice: str, **fields: Any) -> dict[str, Any]:
    """Fields that tax an invoice to be by another code."""
    return {"invoice_id": new(invoice), "contract_id": contract, "tax_code": "DE-STD",
            "why": "exempt by the ministry", "evidence": "certificate 7", **fields}  # fmt: skip


def determined(contract: UUID, invoice: str, **fields: Any) -> dict[str, Any]:
    """Fields of what an engine says of an invoice to be: 10 USD of 100, rounded by it."""
    tax = {"name": "sales tax", "jurisdiction": "US-CA", "rate_pct": "10.004", "base": "100.00",
           "amount": "10.00"}  # fmt: skip
    return {"invoice_id": new(invoice), "contract_id": contract, "engine": "taxes",
            "reference": "quote-1", "place": "US-CA", "on": "2025-01-10",
            "lines": [{"no": 1, "kind": "time", "net": "100.00", "taxes": [tax]}],
            **fields}  # fmt: skip


def money(amount: str) -> dict[str, str]:
    """An amount in EUR."""
    return {"amount": amount, "currency": "EUR"}


def taken_back(at: Any) -> dict[str, Any]:
    """Fields that take an invoice back as a whole."""
    return {"invoice_id": at.invoice, "memo_id": new("m6"), "why": "the wrong order"}


def dear(firm: Firm) -> dict[str, Any]:
    """Fields that name the time that was approved before the terms."""
    return {"person_id": firm.person, "week": WEEK, "entry_ids": [new("dear entry")]}


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    contract = {"contract_id": at.contract}
    entry = {"kind": "time", "holder_id": at.approved[0], "item_id": at.approved[1]}
    held = {"kind": "expense", "holder_id": new("held expense"), "item_id": new("held expense")}
    week = {"person_id": firm.person, "week": "2025-01-21"}
    return {
        "SetCap": {**contract, "name": "labour", "limit": "1500.00", "kinds": ["time"]},
        "SetTimeTerms": {**contract, "from_date": "2025-01-01", "unit_minutes": "15",
                         "mode": "UP", "blended_rate": "140", "discount_pct": "5"},
        "AttachPurchaseOrder": {**contract, "number": "PO-7", "limit": "5000.00"},
        "SuspendContract": {**contract, "why": "a dispute"},
        "ResumeContract": {"contract_id": new("suspended contract")},
        "TerminateContract": {**contract, "on": "2025-06-30", "why": "agreed"},
        "HoldBillable": {**entry, "why": "the client wants to see it first"},
        "ReleaseBillable": held,
        "WriteDownBillable": {**entry, "amount": "50.00", "on": "2025-01-10", "why": "goodwill"},
        "WriteUpBillable": {**entry, "amount": "20.00", "on": "2025-01-10", "why": "agreed"},
        "SetBillability": {**week, "entry_id": at.logged[1], "billable_pct": "50",
                           "why": "half of it was training"},
        "DefineTaxCode": tax_code("DE-RED", "7"),
        "SetTaxRates": {"entity": "DE01", "code": "DE-STD", "from_date": "2026-01-01",
                        "taxes": [{"name": "VAT", "rate_pct": "20"}]},
        "SetContractTax": {**contract, "tax_code": "DE-STD",
                           "by_kind": [{"kind": "expense", "tax_code": "DE-STD"}]},
        "SetTaxSource": {"contract_id": new("suspended contract"), "engine": "others"},
        "RecordTaxDetermination": determined(new("suspended contract"), "determined"),
        "OverrideTax": overridden(at.contract, "exempt 2", kinds=["time"]),
        "WithdrawTaxOverride": {"invoice_id": new("exempt"), "why": "the certificate lapsed"},
        "SetVolumeDiscount": {**contract, "steps": [{"from_volume": "1000", "pct": "5"}]},
        "SetMinimumCommitment": {"contract_id": contract_id(DEAL), "from_date": "2025-07-01",
                                 "monthly": "600.00"},
        "TrueUpCommitment": {"contract_id": contract_id(DEAL), "month": "2025-03-31"},
        "VoidInvoice": {**taken_back(at), "issued_on": "2025-01-09"},
        "RebillInvoice": {**taken_back(at), "new_invoice_id": new("i6"),
                          "issued_on": "2025-01-10", "discount_pct": "10",
                          "discount_why": "goodwill"},
        "ReRateTime": {**dear(firm), "why": "the terms came late"},
    }  # fmt: skip
