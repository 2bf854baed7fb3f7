"""Samples of vendors, their bills, and accruals."""

from typing import Any

from domain.actor import Actor
from tests.domain.named import new
from tests.domain.samples_outlook import AHEAD
from tests.firm import Firm

BOSS = Actor("boss", frozenset({"admin"}), frozenset({"*"}))
"""Approves what the chief noted."""
DATED = {
    "RecordVendorBill": "billed_on", "VoidVendorBill": "voided_on", "PayVendorBill": "paid_on",
    "ReverseVendorPayment": "reversed_on", "RecordVendorCredit": "credited_on",
    "WithholdSubcontractRetainage": "withheld_on", "ReleaseSubcontractRetainage": "released_on",
    "AccrueCost": "accrued_on",
}  # fmt: skip
CREATED = {"RegisterVendor": "vendor_id", "RecordVendorBill": "bill_id",
           "AccrueCost": "accrual_id"}  # fmt: skip
POSTED = (
    "ApproveVendorBill", "VoidVendorBill", "PayVendorBill", "ReverseVendorPayment",
    "RecordVendorCredit", "WithholdSubcontractRetainage", "ReleaseSubcontractRetainage",
    "AccrueCost",
)  # fmt: skip
"""Samples that, one after the other, bring out every posting rule of payables."""


def prepare(firm: Firm) -> None:
    """Nothing: other tests count what is on the stage, so `samples` plays its own part."""
    del firm


def vendor(firm: Firm, name: str = "SUB", **fields: Any) -> None:
    """Somebody to buy from, in euros."""
    given = {"entity": "DE01", "currency": "EUR", "name": f"Fictional {name}", **fields}
    firm.do("RegisterVendor", vendor_id=new(f"vendor {name}"), code=name, **given)


def cost(net: str = "1000.00", **fields: Any) -> dict[str, Any]:
    """A subcontractor's line on a project."""
    return {"net": net, "cost_type": "subcontract", "cost_code": "design", **AHEAD, **fields}


def desk(net: str = "2400.00", **fields: Any) -> dict[str, Any]:
    """A line that buys something that lasts."""
    return {"net": net, "treatment": "capex", "cost_type": "equipment", "text": "desk", **fields}


def noted(name: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A bill of 3 January of the subcontractor."""
    return {"bill_id": new(f"bill {name}"), "vendor_id": new("vendor SUB"), "number": name,
            "billed_on": "2025-01-03", "lines": list(lines) or [cost()], **fields}  # fmt: skip


def owed(firm: Firm, name: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An approved bill; the field that names it."""
    firm.do("RecordVendorBill", **noted(name, *lines, **fields))
    firm.do("ApproveVendorBill", BOSS, bill_id=new(f"bill {name}"))
    return {"bill_id": new(f"bill {name}")}


def payment(name: str, amount: str, on: str = "2025-01-10") -> dict[str, Any]:
    """Some money for a bill."""
    return {"payment_id": new(f"paid {name}"), "paid_on": on, "amount": amount,
            "bank_reference": f"out {name}"}  # fmt: skip


def play(firm: Firm) -> None:
    """Bills in every state."""
    vendor(firm)
    firm.do("RecordVendorBill", **noted("noted", cost(commitment_id=new("order 1"))))
    owed(firm, "owed", cost(tax="190.00"), retainage_pct="10")
    owed(firm, "wrong", cost("50.00"))
    paid = owed(firm, "paid", cost("80.00"))
    firm.do("PayVendorBill", **paid, **payment("before", "30.00"))


def samples(firm: Any, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del at
    if not getattr(firm, "buys", False):
        play(firm)
        firm.buys = True
    bill = {"bill_id": new("bill owed")}
    return {
        "RegisterVendor": {"vendor_id": new("vendor 2"), "code": "V2", "name": "Fictional Two",
                           "entity": "DE01", "currency": "USD", "retainage_pct": "5"},
        "RecordVendorBill": noted("new"),
        "ApproveVendorBill": {"bill_id": new("bill noted")},
        "VoidVendorBill": {"bill_id": new("bill wrong"), "voided_on": "2025-01-10",
                           "why": "not ours"},
        "PayVendorBill": {**bill, **payment("one", "100.00")},
        "ReverseVendorPayment": {"bill_id": new("bill paid"), "payment_id": new("paid before"),
                                 "reversed_on": "2025-01-13", "why": "account closed"},
        "RecordVendorCredit": {**bill, "number": "C 1", "credited_on": "2025-01-10",
                               "lines": [{"no": 1, "net": "200.00", "tax": "38.00"}],
                               "why": "late"},
        "WithholdSubcontractRetainage": {**bill, "withheld_on": "2025-01-10", "amount": "50.00",
                                         "why": "a crack"},
        "ReleaseSubcontractRetainage": {**bill, "released_on": "2025-01-10", "amount": "40.00",
                                        "why": "accepted"},
        "AccrueCost": {"accrual_id": new("accrual"), "entity": "DE01", "currency": "EUR",
                       "accrued_on": "2025-01-31", "line": cost("300.00"),
                       "description": "design of January"},
    }  # fmt: skip
