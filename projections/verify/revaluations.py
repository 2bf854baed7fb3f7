"""Revaluations: what was posted is what the books held, and what had to go back went back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.ledger.chart import FX_ACCOUNTS
from domain.ledger.foreign_balance import Revalued, monetary, revalue
from domain.ledger.revaluation import Revaluation
from domain.ledger.revaluation_posting import NAMES
from projections.gathering.foreign_balances import held
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence

REVALUED = Revaluation.Posted | Revaluation.Superseded
LEFT = """
SELECT entity, account, currency, sum(functional) FROM ledger_lines
WHERE rule = ANY(%(rules)s) AND account <> ALL(%(gains)s) AND source_position <= %(facts)s
GROUP BY 1, 2, 3
"""
Key = tuple[str, str, str]


class Revaluations(Check):
    """Read again at its position, a run finds its figures; only bank accounts keep theirs."""

    name = "revaluations = the books"
    stops_at_facts = True

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._kept: dict[Key, Decimal] = defaultdict(Decimal)
        self._runs = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Value again what each run valued, and sum what stays of it."""
        for at in page:
            if isinstance(at.fact, REVALUED):
                self._runs += 1
                self._read_again(at)
                self._keep(at.fact.entity, at.fact.rows, 1)
                if isinstance(at.fact, Revaluation.Superseded):
                    self._keep(at.fact.entity, at.fact.before, -1)

    def _read_again(self, at: Recorded) -> None:
        fact = at.fact
        quotes = {quote.of: quote for quote in fact.quotes}
        balances = held(self.evidence.conn, fact.entity, fact.on, fact.read_at)
        again = [revalue(one, quotes.get(one.currency)) for one in monetary(balances)]
        if again != list(fact.rows):
            odd = [row for row in (*again, *fact.rows) if (row in again) != (row in fact.rows)]
            words = "; ".join(_said(row) for row in odd[:4])
            self.find(f"event {at.position}, {fact.entity} {fact.month:%Y-%m}: {words}")

    def _keep(self, entity: str, rows: Iterable[Revalued], sign: int) -> None:
        for row in rows:
            if row.lasting:
                key = entity, row.balance.account, row.balance.currency
                self._kept[key] += sign * row.difference

    def conclude(self) -> str:
        """What revaluations left on each account is what stays, and nothing else."""
        rows = self.evidence.rows(
            LEFT, rules=list(NAMES), gains=sorted(FX_ACCOUNTS), facts=self.evidence.facts
        )
        left: dict[Key, Decimal] = {(row[0], row[1], row[2]): row[3] for row in rows}
        for key in sorted(left.keys() | self._kept.keys()):
            stays, posted = self._kept.get(key, Decimal(0)), left.get(key, Decimal(0))
            if stays != posted:
                self.find(f"{' '.join(key)}: {posted} was left, {stays} stays")
        return f"{self._runs} runs"


def _said(row: Revalued) -> str:
    held_ = row.balance
    return f"{held_.account} {held_.amount} {held_.currency} ({held_.booked}) at {row.value}"
