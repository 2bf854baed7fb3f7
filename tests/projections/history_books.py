"""The books of a small entity of their own: closed, reopened by two people, closed, locked."""

from datetime import date

from domain.actor import Actor
from tests.domain.named import new
from tests.firm import Firm

AUDITOR = Actor("second controller", frozenset({"controller"}), frozenset({"*"}))
JANUARY = date(2025, 1, 1)


def keep_books(firm: Firm) -> None:
    """Two journals, a close, one more for January while it is open again, and the year's end."""
    firm.do("RegisterLegalEntity", code="LU01", name="Sternlicht SARL", currency="EUR",
            country="LU")  # fmt: skip
    for month in (1, 2):
        firm.do("OpenPeriod", entity="LU01", month=date(2025, month, 1))
    firm.do("DefineBook", entity="LU01", code="ifrs", name="IFRS", contract_cost="expense")
    rent(firm, "rent", "700", date(2025, 1, 10))
    firm.close(JANUARY, "LU01")
    rent(firm, "late rent", "50", date(2025, 2, 3), date(2025, 1, 20))
    firm.do("RequestReopening", entity="LU01", month=JANUARY, why="an invoice was forgotten")
    firm.do("ReopenPeriod", AUDITOR, entity="LU01", month=JANUARY)
    rent(firm, "forgotten rent", "30", date(2025, 1, 31))
    firm.do("HardClosePeriod", entity="LU01", month=JANUARY)
    firm.do("CloseFiscalYear", entity="LU01", month=JANUARY)


def rent(firm: Firm, name: str, amount: str, on: date, effective: date | None = None) -> None:
    """A manual journal of an amount in the books' currency."""
    firm.do(
        "PostJournal", journal_id=new(name), entity="LU01", accounting_date=on,
        effective_date=effective, description=name, reason="told late",
        lines=[{"account": "6010", "currency": "EUR", "debit": amount},
               {"account": "1000", "currency": "EUR", "credit": amount}],
    )  # fmt: skip
