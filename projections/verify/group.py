"""Between entities and in groups: both sides of a pair are equal, runs find the same again."""

from collections.abc import Sequence

from domain.group.consolidation import Consolidation
from domain.ledger.chart import CHART, TRANSLATION
from domain.ledger.group_posting import NAMES
from projections.group_balances import DUE, held
from projections.recorded import Recorded
from projections.verify.check import Check

PAIRS = """
SELECT least(entity, counterparty), greatest(entity, counterparty), currency,
       account IN (SELECT unnest(%(claims)s::text[])) = (entity < counterparty), sum(amount)
FROM ledger_lines
WHERE account = ANY(%(accounts)s) AND counterparty <> '' AND rule <> ALL(%(groups)s)
    AND coalesce(source_position, position) <= %(facts)s
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
BOTH = """
SELECT charge_id, sum(amount) FROM intercompany_moves WHERE position <= %(facts)s
GROUP BY charge_id HAVING sum(amount) <> 0
"""


class IntercompanyPairs(Check):
    """What one entity is owed is what the other owes, in the currency of the pair."""

    name = "intercompany pairs are equal"
    stops_at_facts = True

    def conclude(self) -> str:
        """Ask the ledger by pair, and the sub-ledger by charge."""
        claims = [code for code in DUE if CHART[code].type == "asset"]
        rows = self.evidence.rows(PAIRS, accounts=DUE, claims=claims, groups=list(NAMES),
                                  facts=self.evidence.facts)  # fmt: skip
        for first, second, currency, _, gap in rows:
            if gap:
                self.find(f"{first} and {second} are {gap} {currency} apart")
        for charge, gap in self.evidence.rows(BOTH, facts=self.evidence.facts):
            self.find(f"charge {charge}: the sides are {gap} apart")
        return f"{len(rows)} pairs"


class Translations(Check):
    """Translations find the same balances again, and 3200 is explained to the cent."""

    name = "translations repeat"
    stops_at_facts = True
    count = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Gather what each run gathered, at the position it did."""
        for at in page:
            if isinstance(at.fact, Consolidation.Translated):
                self.count += 1
                self._compare(at, at.fact)

    def _compare(self, at: Recorded, fact: Consolidation.Translated) -> None:
        of, run = fact.of, fact.run
        found = held(self.evidence.conn, of.group, fact.days, of.on, run.position)
        for row in sorted(set(found) ^ set(fact.balances), key=str)[:1]:
            self.find(f"event {at.position}: {row.member} {row.account} differs on {row.on}")
        for proof in fact.proofs:
            moved = -sum(row.change for row in run.rows
                         if (row.member, row.account) == (proof.member, TRANSLATION))  # fmt: skip
            if proof.rounding or moved != proof.difference:
                self.find(f"event {at.position}: 3200 of {proof.member} is not explained")
        if sum(row.change for row in run.rows):
            self.find(f"event {at.position}: the run does not balance")

    def conclude(self) -> str:
        """How many."""
        return f"{self.count} runs"
