"""Document numbers: each series runs from 1 without a gap or a double."""

from collections.abc import Sequence
from typing import Any

from domain.billing.consolidated import ConsolidatedInvoice
from domain.billing.invoice import Invoice
from domain.billing.numbering import Number
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence


class Numbers(Check):
    """Invoices and credit memos, by series, in the order they were issued.

    Parts of a consolidated invoice run from 1, too, and come before it under its number.
    """

    name = "document numbers gapless"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._last: dict[str, int] = {}
        self._parts: dict[str, int] = {}

    def read(self, page: Sequence[Recorded]) -> None:
        """Each document has the number after the last of its series."""
        for at in page:
            fact: Any = at.fact
            if not isinstance(
                fact, Invoice.Issued | Invoice.Credited | ConsolidatedInvoice.Issued
            ):
                continue
            due = Number(fact.series, self._last.get(fact.series, 0) + 1)
            if isinstance(fact, Invoice.Issued) and fact.part_of:
                self._parts[fact.series] = no = self._parts.get(fact.series, 0) + 1
                said = due.part(no)
            else:
                said = due.text
                self._last[fact.series] = fact.sequence
                if len(getattr(fact, "parts", ())) != self._parts.pop(fact.series, 0):
                    self.find(f"event {at.position} does not have the parts before it")
            if (fact.sequence, fact.number) != (due.sequence, said):
                self.find(f"event {at.position} is {fact.number}, due was {said}")

    def conclude(self) -> str:
        """How many."""
        return f"{sum(self._last.values())} documents in {len(self._last)} series"
