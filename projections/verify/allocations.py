"""Allocations: runs sum to their pools, are what the ledger has, and can be read again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from domain.allocation.run import MonthAllocation, Run
from domain.ledger import chart
from projections.allocation_inputs import read_pools, rules_in_force
from projections.recorded import Recorded
from projections.verify.check import Check

POSTED = """
SELECT account, coalesce(project_id::text, ''), department, sum(functional)
FROM ledger_lines WHERE source_position = %(position)s GROUP BY 1, 2, 3
HAVING sum(functional) <> 0
"""
ZERO = Decimal(0)
Sums = dict[tuple[str, str, str], Decimal]


class Allocations(Check):
    """Every run and reversal, against its own pools, its journals, and what it had read."""

    name = "allocations = pools and ledger"
    stops_at_facts = True
    runs = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Look at the runs of a page."""
        for at in page:
            if isinstance(at.fact, MonthAllocation.Ran | MonthAllocation.Reversed):
                self.runs += 1
                for fault in self._faults(at):
                    self.find(f"event {at.position}, run of {at.fact.run.month:%Y-%m}: {fault}")

    def _faults(self, at: Recorded) -> Iterator[str]:
        yield from pool_faults(at.fact.run)
        if isinstance(at.fact, MonthAllocation.Ran):
            yield from self._ledger(at, 1)
            yield from self._read_again(at.fact)
        else:
            yield from self._ledger(at, -1)

    def _ledger(self, at: Recorded, sign: int) -> Iterator[str]:
        rows = self.evidence.rows(POSTED, position=at.position)
        held = {tuple(row[:3]): row[3] for row in rows}
        wanted = posted(at.fact.run, sign)
        for key in sorted(held.keys() | wanted.keys()):
            if held.get(key, ZERO) != wanted.get(key, ZERO):
                yield f"{' '.join(key)} is {wanted.get(key)}, posted {held.get(key)}"

    def _read_again(self, fact: MonthAllocation.Ran) -> Iterator[str]:
        run, conn = fact.run, self.evidence.conn
        codes = {pool.rule for pool in run.pools}
        found = rules_in_force(conn, fact.entity, run.month, run.position)
        rules = [rule for rule in found if rule.code in codes]
        read = {
            (one.code, one.version): one
            for one in read_pools(conn, fact.entity, run.month, rules, run.position)
        }
        for pool in run.pools:
            again = read.get((pool.rule, pool.version))
            if again is None:
                yield f"{pool.name} was not in force"
            elif again.held != pool.held:
                yield f"{pool.name} held {pool.held}, read again {again.held}"
            elif again.measured != pool.measured:
                yield f"{pool.name} was driven by other figures"

    def conclude(self) -> str:
        """How many."""
        return f"{self.runs} runs and reversals"


def pool_faults(run: Run) -> Iterator[str]:
    """Pools that did not give what they had, in words."""
    given: dict[str, Decimal] = defaultdict(Decimal)
    for line in run.lines:
        given[line.rule] += line.amount
    for pool in run.pools:
        if given[pool.rule] != pool.gross:
            yield f"{pool.name} had {pool.gross} and gave {given[pool.rule]}"
        if pool.amount != pool.held - pool.before:
            yield f"{pool.name} held {pool.held} less {pool.before}, took {pool.amount}"


def posted(run: Run, sign: int) -> Sums:
    """What the ledger must have of a run, by account, project and department."""
    found: Sums = defaultdict(Decimal)
    for line in run.lines:
        project: Any = line.to.project_id or ""
        found[chart.OVERHEAD_ALLOCATED, str(project), line.to.department] += sign * line.amount
    for pool in run.pools:
        found[chart.OVERHEAD_APPLIED, "", pool.department] -= sign * pool.gross
    return {key: amount for key, amount in found.items() if amount}
