"""The log itself: every position there, in the order of time, every event readable."""

from collections.abc import Sequence
from datetime import UTC, datetime

from projections.recorded import Recorded
from projections.unreadable import Unreadable
from projections.verify.check import Check, Evidence

BROKEN_STREAMS = """
SELECT stream_id, count(*), max(version) FROM events WHERE position <= %(end)s
GROUP BY stream_id HAVING count(*) <> max(version) ORDER BY stream_id LIMIT 20
"""


class Positions(Check):
    """From 1 on without a gap; so are the versions of each stream."""

    name = "positions gapless"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._last = 0
        self._recorded_at = datetime.min.replace(tzinfo=UTC)

    def read(self, page: Sequence[Recorded]) -> None:
        """Each event follows the one before it, in number and time."""
        for at in page:
            if at.position != self._last + 1:
                self.find(f"events {self._last + 1} to {at.position - 1} are missing")
            if at.recorded_at < self._recorded_at:
                self.find(f"event {at.position} was recorded before the one in front of it")
            if isinstance(at.fact, Unreadable):
                self.find(f"event {at.position} cannot be read: {at.fact.fault}")
            self._last, self._recorded_at = at.position, at.recorded_at

    def conclude(self) -> str:
        """Streams, in one question."""
        for stream, count, last in self.evidence.rows(BROKEN_STREAMS, end=self.evidence.end):
            self.find(f"stream {stream} has {count} events up to version {last}")
        return f"{self._last} events"
