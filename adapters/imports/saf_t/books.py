"""What a SAF-T file says: whose ledger it is, its accounts' balances, its journals."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from adapters.imports.saf_t.records import Node
from adapters.imports.verdict import CellError

ZERO = Decimal(0)


@dataclass(frozen=True)
class Header:
    """``first`` is the first day of the file; ``software`` wrote it."""

    company: str
    registration: str
    currency: str
    software: str
    first: date

    @property
    def source(self) -> str:
        """What the other ledger is known by."""
        return f"SAF-T {self.registration or self.company}"[:100]


class Balances(NamedTuple):
    """An account of the file; debit is positive."""

    line: int
    code: str
    name: str
    opening: Decimal
    closing: Decimal


class Entry(NamedTuple):
    """A line of a journal: in its currency and in the books, debit positive."""

    account: str
    currency: str
    amount: Decimal
    functional: Decimal
    axes: dict[str, str]


@dataclass(frozen=True)
class Transaction:
    """A journal; ``key`` is its number in the file."""

    line: int
    key: str
    posted_on: date
    effective_on: date
    description: str
    document: str
    lines: tuple[Entry, ...]


def header(node: Node) -> Header:
    """Raises CellError."""
    chosen = ("SelectionCriteria",)
    start = node.said(*chosen, "SelectionStartDate")
    year = node.said(*chosen, "PeriodStartYear")
    first = (
        day(start, "SelectionStartDate")
        if start
        else day(f"{year}-{node.said(*chosen, 'PeriodStart').zfill(2)}-01", "PeriodStart")
    )
    return Header(
        node.said("Company", "Name"), node.said("Company", "RegistrationNumber"),
        node.said("DefaultCurrencyCode"), node.said("SoftwareID"), first,
    )  # fmt: skip


def balances(node: Node) -> Balances:
    """Raises CellError."""
    return Balances(node.line, node.said("AccountID"), node.said("AccountDescription"),
                    _balance(node, "Opening"), _balance(node, "Closing"))  # fmt: skip


def _balance(node: Node, when: str) -> Decimal:
    credit = node.said(f"{when}CreditBalance")
    if credit:
        return -number(credit, f"{when}CreditBalance")
    return number(node.said(f"{when}DebitBalance") or "0", f"{when}DebitBalance")


def transaction(node: Node, books: str) -> Transaction:
    """Raises CellError."""
    on = day(node.said("TransactionDate"), "TransactionDate")
    posted = node.said("GLPostingDate")
    lines = node.all("Line")
    documents = (line.said("SourceDocumentID") for line in lines)
    return Transaction(
        node.line, node.said("TransactionID"), day(posted, "GLPostingDate") if posted else on, on,
        node.said("Description") or "journal", next(filter(None, documents), ""),
        tuple(_entry(line, books) for line in lines),
    )  # fmt: skip


def _entry(line: Node, books: str) -> Entry:
    side, sign = ("DebitAmount", 1) if line.find("DebitAmount") else ("CreditAmount", -1)
    functional = sign * number(line.said(side, "Amount"), side)
    currency = line.said(side, "CurrencyCode") or books
    amount = functional
    if currency != books:
        amount = sign * number(line.said(side, "CurrencyAmount"), "CurrencyAmount")
    axes = {one.said("AnalysisType"): one.said("AnalysisID") for one in line.all("Analysis")}
    return Entry(line.said("AccountID"), currency, amount, functional, axes)


def number(text: str, name: str) -> Decimal:
    """Raises CellError."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise CellError("bad_number", f"{text[:40]!r} is not a number.", name) from None
    if not found.is_finite():
        raise CellError("bad_number", f"{text[:40]!r} is not a number.", name)
    return found


def day(text: str, name: str) -> date:
    """Raises CellError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellError("bad_date", f"{text[:40]!r} is not a date.", name) from None
