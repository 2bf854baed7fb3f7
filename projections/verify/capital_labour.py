"""Labour that was moved or made an asset: what was read for it is read again at its position."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.assets.capital_labour import CapitalLabour
from projections.capital_labour import EXPENSED, INCURRED
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence


class LabourCarried(Check):
    """What approvals expensed and carried by then is what the fact says."""

    name = "capital labour as it was read"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._facts: list[tuple[UUID, Any]] = []

    def read(self, page: Sequence[Recorded]) -> None:
        """Keep the facts that rest on figures."""
        kinds = CapitalLabour.Reclassified | CapitalLabour.Taken
        self._facts += [(at.stream_id, at.fact) for at in page if isinstance(at.fact, kinds)]

    def conclude(self) -> str:
        """Ask again, one question a fact: there are few."""
        for labour, fact in self._facts:
            if isinstance(fact, CapitalLabour.Taken):
                self._compare(fact, fact.incurred, INCURRED, labour=labour)
            else:
                self._compare(fact, fact.expensed, EXPENSED, project=fact.project_id)
        return f"{len(self._facts)} movements of labour"

    def _compare(self, fact: Any, said: Decimal, query: str, **of: UUID) -> None:
        found = self.evidence.rows(query, known=fact.position, **of)[0][0]
        if found != said:
            self.find(f"project {fact.project_id} at {fact.position}: {said}, found {found}")
