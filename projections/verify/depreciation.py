"""Depreciation worked out again: each asset by its plan, each run by its assets."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.assets.asset import Asset
from domain.assets.depreciation import Plan, schedule
from domain.assets.depreciation_run import Depreciation, Ran
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence

ZERO = Decimal(0)


class DepreciationRuns(Check):
    """Months follow the plan as it was, to the cent, and a run is the sum of what assets took."""

    name = "depreciation follows its plans"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._plans: dict[UUID, Plan] = {}
        self._due: dict[UUID, dict[date, Decimal]] = {}
        self._taken: dict[UUID, Decimal] = defaultdict(Decimal)
        self._runs: dict[UUID, Ran] = {}
        self._months = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Follow plans, months and runs."""
        for at in page:
            fact = at.fact
            if isinstance(fact, Asset.PlacedInService | Asset.Revised | Asset.Impaired):
                self._plans[at.stream_id] = fact.plan
                self._due.pop(at.stream_id, None)
            elif isinstance(fact, Asset.Depreciated):
                self._follow(at.stream_id, fact)
            elif isinstance(fact, Depreciation.Recorded):
                self._runs[fact.run.run_id] = fact.run

    def _follow(self, asset_id: UUID, fact: Asset.Depreciated) -> None:
        due = self._due.get(asset_id)
        if due is None:
            lines = schedule(self._plans[asset_id], fact.asset.books)
            due = self._due[asset_id] = {line.month: line.amount for line in lines}
        for one in fact.writes:
            self._months += 1
            self._taken[fact.run_id] += one.amount
            if due.get(one.month) != one.amount:
                planned = due.get(one.month, "nothing")
                self.find(f"{fact.asset.code} {one.month:%Y-%m}: {one.amount}, planned {planned}")

    def conclude(self) -> str:
        """Each run against what its assets took."""
        for run_id, run in self._runs.items():
            if (taken := self._taken.pop(run_id, ZERO)) != run.total:
                self.find(f"{run.entity} {run.month:%Y-%m}: {run.total}, its assets took {taken}")
        for run_id, amount in sorted(self._taken.items()):
            self.find(f"{amount} were taken in {run_id}, which no run holds")
        return f"{self._months} months of {len(self._plans)} assets in {len(self._runs)} runs"
