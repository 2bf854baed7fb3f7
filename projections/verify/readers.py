"""Readers of the log: none behind, none halted, nothing given up."""

from projections.verify.check import REACTIONS, Check

DEAD = """
SELECT d.reader, d.position, d.error FROM dead_letters d
JOIN projections p ON p.slot = d.reader WHERE p.live ORDER BY d.position, d.reader
"""
STOPPED = """
SELECT connection, kind, key, coalesce(error, '') FROM deliveries WHERE state = 'dead'
ORDER BY connection, key
"""


class Readers(Check):
    """Projections and reactions have read to the end, and deliveries have not stopped."""

    name = "nothing halted or dead"

    def conclude(self) -> str:
        """Each reader, each dead letter."""
        end, due = self.evidence.end, self.evidence.due
        for name in REACTIONS - self.evidence.readers.keys() if end else ():
            self.find(f"{name} has never read the log")
        for name, reader in sorted(self.evidence.readers.items()):
            if reader.halted:
                self.find(f"{name} has halted: {reader.halted}")
            elif reader.position < due:
                self.find(f"{name} is {end - reader.position} events behind")
        for reader_, position, error in self.evidence.rows(DEAD):
            self.find(f"{reader_} gave up event {position}: {error}")
        for connection, kind, key, error in self.evidence.rows(STOPPED):
            self.find(f"{connection} does not take {kind} {key}: {error}")
        return f"{len(self.evidence.readers)} readers at {end}"
