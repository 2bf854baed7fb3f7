"""Credit accounts: each client's is what the invoices of that client have open in the books.

What a limit is asked of must not drift from what the receivables say.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from domain.receivables.credit_account import CreditAccount
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence

OPEN = """
SELECT i.client_id, i.client_code, sum(m.functional)
FROM receivable_moves m JOIN invoices i ON i.id = m.invoice_id
WHERE m.position <= %(facts)s GROUP BY 1, 2 ORDER BY i.client_code COLLATE "C", 1
"""


class CreditAccounts(Check):
    """Asked of the log itself, client by client."""

    name = "credit accounts = receivables"
    stops_at_facts = True

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._clients: dict[UUID, UUID] = {}
        self._owed: dict[UUID, Decimal] = defaultdict(Decimal)

    def read(self, page: Sequence[Recorded]) -> None:
        """Sum what each account was moved by."""
        for at in page:
            if isinstance(at.fact, CreditAccount.Opened):
                self._clients[at.stream_id] = at.fact.client_id
            if isinstance(at.fact, CreditAccount.Moved):
                self._owed[self._clients[at.stream_id]] += at.fact.amount

    def conclude(self) -> str:
        """Compare by client."""
        rows = self.evidence.rows(OPEN, facts=self.evidence.facts)
        for client, code, open_ in rows:
            if (held := self._owed[client]) != open_:
                self.find(f"{code}: account {held}, invoices {open_} open")
        return f"{len(rows)} clients"
