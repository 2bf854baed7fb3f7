"""Projections against the log: each built anew from event 1, and compared with the live one."""

from collections.abc import Sequence

from projections.comparison import compare
from projections.projection import Projection
from projections.recorded import Recorded
from projections.scratch import fold, scratch_slot
from projections.verify.check import Check, Evidence


class Rebuilt(Check):
    """One projection."""

    def __init__(self, evidence: Evidence, projection: Projection) -> None:
        super().__init__(evidence)
        self.name = f"{projection.name} = rebuilt"
        self._live = evidence.readers[projection.name]
        self.slot = scratch_slot(evidence.conn, projection)

    def read(self, page: Sequence[Recorded]) -> None:
        """Fold as far as the live one has read."""
        fold(
            self.evidence.conn, self.slot,
            [at for at in page if at.position <= self._live.position],
        )  # fmt: skip

    def conclude(self) -> str:
        """Compare every table."""
        slot = self.slot
        compared = compare(self.evidence.conn, slot.projection, self._live.slot, slot.schema)
        for table in compared:
            for difference in table.differences:
                self.find(f"{table.table}: {difference}")
        return ", ".join(f"{table.live} {table.table}" for table in compared)
