"""Samples of receivables."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.identity import named_id
from tests.domain.named import new
from tests.firm import Firm

DATED = {
    "IdentifyPayment": "identified_on", "UnapplyPayment": "unapplied_on",
    "ReversePayment": "reversed_on", "RefundPayment": "refunded_on",
    "KeepSmallOverpayment": "kept_on", "ApplyCredit": "applied_on",
    "UnapplyCredit": "unapplied_on", "RefundCredit": "refunded_on",
    "WriteOffReceivable": "written_off_on",
    "RecoverWriteOff": "received_on",
    "WriteOffSmallDifference": "written_off_on", "BookAllowance": "month",
}  # fmt: skip
CREATED = {"WriteOffReceivable": "write_off_id", "ProposeWriteOff": "write_off_id"}
POSTED = (
    "IdentifyPayment", "KeepSmallOverpayment", "UnapplyPayment", "ReversePayment", "RefundCredit",
    "UnapplyCredit", "ReverseWriteOff", "RecoverWriteOff", "BookAllowance",
)  # fmt: skip
"""Samples that, one after the other, bring out every posting rule of receivables."""
DAY = date(2025, 1, 9)


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def prepare(firm: Firm) -> None:
    """Nothing: other tests count what is on the stage, so `samples` plays its own part."""
    del firm


def play(firm: Firm) -> None:
    """An entity's policy, and invoices in every state: owed, reduced, written off, disputed."""
    firm.do("SetTolerance", entity="DE01", amount="5", pct="1")
    firm.do("SetWriteOffLimit", entity="DE01", amount="200")
    firm.do("SetDunningPolicy", entity="DE01",
            levels=[{"level": 1, "days_overdue": 10},
                    {"level": 2, "days_overdue": 30}])  # fmt: skip
    contract, project = firm.win("Collected", rate_card_id=firm.card, tax_rate_pct="0")
    invoices = {}
    for name in ("open", "repaid", "late", "bad", "rest"):
        invoices[name] = firm.bill(f"r {name}", contract, date(2025, 1, 8),
                                   firm.work(project, date(2025, 1, 3), 60))  # fmt: skip
    receive(firm, "r1", "150.00")
    settle(firm, "r1", invoices["repaid"], "150.00")
    firm.do("IssueCreditMemo", memo_id=new("r memo"), invoice_id=invoices["repaid"],
            issued_on=DAY, why="cut", lines=[{"no": 1, "net": "40.00"}])  # fmt: skip
    firm.do("ApplyCredit", invoice_id=invoices["repaid"], memo_id=new("r memo"), applied_on=DAY,
            to_invoice_id=invoices["open"], amount=usd("10.00"))  # fmt: skip
    receive(firm, "r2", "151.00")
    settle(firm, "r2", invoices["late"], "1.00")
    settle(firm, "r2", invoices["rest"], "149.00")
    receive(firm, "r4", "20.00")
    settle(firm, "r4", invoices["open"], "20.00")
    receive(firm, "r3", "70.00", client_id=None, entity="DE01")
    debt = {"invoice_id": invoices["bad"], "amount": usd("30.00"), "why": "insolvent"}
    for name in ("r gone", "r lost"):
        firm.do("WriteOffReceivable", write_off_id=new(name), written_off_on=DAY, **debt)
    firm.do("ProposeWriteOff", write_off_id=new("r bad"), **debt)
    firm.do("OpenDispute", invoice_id=invoices["rest"], opened_on=DAY, why="hours")


def receive(firm: Firm, name: str, amount: str, **fields: Any) -> None:
    """Record a payment of 8 January."""
    firm.do("RecordPayment", payment_id=new(name), received_on=date(2025, 1, 8),
            amount=usd(amount), bank_reference=name,
            **{"client_id": firm.client, **fields})  # fmt: skip


def settle(firm: Firm, payment: str, invoice: Any, amount: str) -> None:
    """Apply some of a payment."""
    firm.do("ApplyPayment", payment_id=new(payment), invoice_id=invoice, amount=usd(amount),
            applied_on=DAY)  # fmt: skip


def samples(firm: Any, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del at
    if not getattr(firm, "collects", False):
        play(firm)
        firm.collects = True
    bill = {name: _invoice(name) for name in ("open", "repaid", "late", "bad", "rest")}
    credit = {"invoice_id": bill["repaid"], "memo_id": new("r memo")}
    debt = {"invoice_id": bill["bad"], "amount": usd("20.00"), "why": "insolvent"}
    return {
        "IdentifyPayment": {"payment_id": new("r3"), "client_id": firm.client,
                            "identified_on": "2025-01-10"},
        "UnapplyPayment": {"payment_id": new("r2"), "invoice_id": bill["late"],
                           "unapplied_on": "2025-01-10"},
        "ReversePayment": {"payment_id": new("r4"), "reversed_on": "2025-01-10", "why": "bounced"},
        "RefundPayment": {"payment_id": new("r2"), "amount": usd("0.50"),
                          "refunded_on": "2025-01-10", "bank_reference": "out 1"},
        "KeepSmallOverpayment": {"payment_id": new("r2"), "kept_on": "2025-01-10"},
        "ApplyCredit": {**credit, "to_invoice_id": bill["late"], "amount": usd("5.00"),
                        "applied_on": "2025-01-10"},
        "UnapplyCredit": {**credit, "to_invoice_id": bill["open"], "unapplied_on": "2025-01-10"},
        "RefundCredit": {**credit, "amount": usd("30.00"), "refunded_on": "2025-01-10",
                         "bank_reference": "out 2"},
        "WriteOffReceivable": {"write_off_id": new("w1"), "written_off_on": "2025-01-10", **debt},
        "ProposeWriteOff": {"write_off_id": new("w2"), **debt},
        "ApproveWriteOff": {"write_off_id": new("r bad"), "written_off_on": "2025-01-10"},
        "ReverseWriteOff": {"write_off_id": new("r gone"), "reversed_on": "2025-01-10",
                            "why": "he lives"},
        "RecoverWriteOff": {"write_off_id": new("r lost"), "received_on": "2025-01-10",
                            "amount": usd("15.00"), "bank_reference": "in 1"},
        "WriteOffSmallDifference": {"invoice_id": bill["rest"], "written_off_on": "2025-01-10"},
        "BookAllowance": {"entity": "DE01", "month": "2025-01-31",
                          "buckets": [{"bucket": "current", "balance": "1000",
                                       "loss_rate_pct": "2"}]},
        "OpenDispute": {"invoice_id": bill["open"], "opened_on": "2025-01-10", "why": "late"},
        "ResolveDispute": {"invoice_id": bill["rest"], "resolved_on": "2025-01-10",
                           "outcome": "we are right"},
        "SuspendDunning": {"invoice_id": bill["open"], "until": "2025-03-31", "why": "promised"},
        "SendDunning": {"invoice_id": bill["open"], "sent_on": "2025-02-20"},
        "SetTolerance": {"entity": "DE01", "amount": "2"},
        "SetWriteOffLimit": {"entity": "DE01", "amount": "50"},
        "SetDunningPolicy": {"entity": "DE01", "levels": [{"level": 1, "days_overdue": 5}],
                             "annual_rate_pct": "9"},
        "SetCreditControl": {"entity": "DE01", "control": "refuse"},
        "SetCreditLimit": {"client_id": firm.client,
                           "limit": {"amount": "5000", "currency": "EUR"}},
        "SetEarlyPaymentTerms": {"client_id": firm.client, "from_date": "2025-01-01",
                                 "discount_pct": "2", "days": 10},
        "SetEntityDetails": {"entity": "DE01", "from_date": "2025-01-01",
                             "street": "Nordstrasse 1", "city": "Kiel", "postcode": "24103",
                             "vat_id": "DE999999999", "endpoint": "DE999999999",
                             "endpoint_scheme": "9930"},
        "SetClientDetails": {"client_id": firm.client, "from_date": "2025-01-01",
                             "country": "US", "city": "Springfield", "buyer_reference": "R-1"},
    }  # fmt: skip


def _invoice(name: str) -> UUID:
    return named_id("invoice", f"r {name}")
