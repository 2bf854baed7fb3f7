"""Samples of books beside the main one, and of what other books bring in."""

from typing import Any

from tests.firm import Firm

DATED = {"ImportJournal": "accounting_date", "ImportOpeningBalances": "on"}
CREATED: dict[str, str] = {}


def prepare(firm: Firm) -> None:
    """Nothing is needed."""
    del firm


def brought(amount: str = "100.00") -> list[dict[str, Any]]:
    """Two lines on control accounts, which no manual journal touches."""
    return [{"account": "1100", "currency": "EUR", "debit": amount},
            {"account": "2230", "currency": "EUR", "credit": amount}]  # fmt: skip


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """An acceptable use of every command."""
    del firm, at
    return {
        "DefineBook": {"entity": "DE01", "code": "ifrs", "name": "IFRS", "onerous": "none"},
        "ImportOpeningBalances": {
            "entity": "DE01", "currency": "EUR", "on": "2025-01-02", "lines": brought(),
        },
        "ImportJournal": {
            "entity": "DE01", "accounting_date": "2025-01-08",
            "description": "An old invoice", "document": "1234", "source": "the old books",
            "reference": "T1", "lines": brought(),
        },
    }  # fmt: skip
