"""Document numbers: each series runs from 1 without a gap or a double."""

from collections.abc import Sequence

from domain.billing.invoice import Invoice
from domain.billing.numbering import Number
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence


class Numbers(Check):
    """Invoices and credit memos, by series, in the order they were issued."""

    name = "document numbers gapless"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._last: dict[str, int] = {}

    def read(self, page: Sequence[Recorded]) -> None:
        """Each document has the number after the last of its series."""
        for at in page:
            if isinstance(at.fact, Invoice.Issued | Invoice.Credited):
                due = Number(at.fact.series, self._last.get(at.fact.series, 0) + 1)
                if (at.fact.sequence, at.fact.number) != (due.sequence, due.text):
                    self.find(f"event {at.position} is {at.fact.number}, due was {due.text}")
                self._last[at.fact.series] = at.fact.sequence

    def conclude(self) -> str:
        """How many."""
        return f"{sum(self._last.values())} documents in {len(self._last)} series"
