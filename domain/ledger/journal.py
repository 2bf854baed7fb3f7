"""A journal: balanced lines of one entity and book, recorded once and never changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.ledger.chart import FX_ACCOUNTS
from domain.ledger.dimensions import Dimensions

MAIN_BOOK = "main"


class Unbalanced(Refusal):
    """Debits and credits differ."""

    code = "UNBALANCED"


class AlreadyReversed(Refusal):
    """The journal is a reversal, or has one."""

    code = "ALREADY_REVERSED"


@dataclass(frozen=True)
class Line:
    """Debit is positive, credit negative: in the transaction's currency and in the books."""

    account: str
    currency: str
    amount: Decimal
    functional: Decimal
    project_id: UUID | None = None
    dimensions: Dimensions | None = None

    def mirrored(self) -> "Line":
        """The same on the other side."""
        return replace(self, amount=-self.amount, functional=-self.functional)


def check_balance(lines: Iterable[Line], functional_currency: str) -> None:
    """Raises Unbalanced unless the books balance, and each other currency does by itself.

    Lines on FX accounts may close a gap in the books alone; where one currency is given for
    another they take the one and give the other, and both balance with them.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    exchanged: dict[str, Decimal] = defaultdict(Decimal)
    books = Decimal(0)
    for line in lines:
        books += line.functional
        if line.currency != functional_currency:
            of = exchanged if line.account in FX_ACCOUNTS else sums
            of[line.currency] += line.amount
    if books:
        raise Unbalanced(f"the books are off by {books} {functional_currency}", field="lines")
    for currency, total in sums.items():
        if total and total != -exchanged[currency]:
            raise Unbalanced(f"{currency} is off by {total}", field="lines")


class Journal(Root):
    """``source_position`` and ``rule`` say where a derived journal came from."""

    class Posted(Root.Created):
        """An entry in the books."""

        TOPIC = "ledger.journal_posted"
        class_version = 2
        entity: str
        book: str
        functional_currency: str
        accounting_date: date
        description: str
        document: str
        lines: tuple[Line, ...]
        source_position: int | None
        rule: str
        rule_version: int
        reverses: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before lines had dimensions."""
            for line in state["lines"]:
                line["dimensions"] = None

    class Reversed(Root.Event):
        """Another journal took it back."""

        TOPIC = "ledger.journal_reversed"
        by: UUID

    @event(Posted)
    def __init__(
        self, id: UUID, entity: str, book: str, functional_currency: str, accounting_date: date,
        description: str, document: str, lines: tuple[Line, ...], source_position: int | None,
        rule: str, rule_version: int, reverses: UUID | None,
    ) -> None:  # fmt: skip
        del description, document, source_position, rule, rule_version
        self.entity = entity
        self.book = book
        self.functional_currency = functional_currency
        self.accounting_date = accounting_date
        self.lines = lines
        self.reverses = reverses
        self.reversed_by: UUID | None = None

    def reverse(self, by: UUID) -> tuple[Line, ...]:
        """The mirrored lines. Raises AlreadyReversed."""
        if self.reverses or self.reversed_by:
            raise AlreadyReversed(
                "a journal is reversed once; a reversal never", field="journal_id"
            )
        self._reversed(by)
        return tuple(line.mirrored() for line in self.lines)

    @event(Reversed)
    def _reversed(self, by: UUID) -> None:
        self.reversed_by = by
