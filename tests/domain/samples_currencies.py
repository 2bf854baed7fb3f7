"""Samples of exchange rates and of foreign balances at a month's end."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.domain.named import new
from tests.firm import Firm

DATED = {"RevalueForeignBalances": "month"}
CREATED: dict[str, str] = {}


def prepare(firm: Firm) -> None:
    """Nothing: what is revalued is read from the books, or given by the test."""
    del firm


def held(account: str, amount: str, booked: str, **more: Any) -> dict[str, Any]:
    """A balance in dollars, as the way in reads it."""
    return {"account": account, "currency": "USD", "amount": amount, "booked": booked, **more}


def paid_across(firm: Firm, invoice: UUID, on: str = "2025-01-09") -> None:
    """Ten dollars of an invoice paid with nine pounds, taken off, and paid again."""
    of = {"payment_id": new("pounds"), "invoice_id": invoice}
    firm.do("RecordPayment", payment_id=new("pounds"), client_id=firm.client, received_on=on,
            bank_reference="pounds", amount={"amount": "9.00", "currency": "GBP"})  # fmt: skip
    for again in (False, True):
        firm.do("ApplyPayment", **of, applied_on=on, amount={"amount": "10.00", "currency": "USD"},
                paid={"amount": "9.00", "currency": "GBP"})  # fmt: skip
        if not again:
            firm.do("UnapplyPayment", **of, unapplied_on=on)


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    firm.rates(date(2025, 1, 31), USD="1.0393", JPY="160.99", KWD="0.3204")
    balances = [held("1000", "100.00", "96.89"), held("1100", "1428.00", "1383.59"),
                held("1020", "0", "0.05")]  # fmt: skip
    return {
        "FixContractRate": {"contract_id": at.contract, "from_date": "2025-01-01",
                            "rate": "1.05"},
        "SetRateSource": {"entity": "DE01", "source": "Fictional Bank"},
        "RevalueForeignBalances": {"entity": "DE01", "month": "2025-01-09", "position": 7,
                                   "balances": balances},
    }  # fmt: skip
