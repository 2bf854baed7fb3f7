"""Deliveries: every document that was ever due is there once, and went once."""

from collections.abc import Sequence

from domain.integration.delivery import Delivery
from projections.recorded import Recorded
from projections.verify.check import Check

# The outbox was rebuilt in this very transaction: what it had to add was missing.
MISSING = """
SELECT connection, kind, key FROM deliveries WHERE enqueued_at = now() ORDER BY 1, 2, 3
"""
TWICE = """
SELECT connection, kind, external_id, string_agg(key, ', ' ORDER BY key) FROM deliveries
WHERE state = 'delivered' AND kind IN ('invoice', 'credit_memo', 'payment')
GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 1, 2, 3
"""
ANSWERED = """
SELECT a.connection, a.key, a.external_id, d.external_id
FROM unnest(%(connections)s::text[], %(keys)s::text[], %(ids)s::text[])
    AS a (connection, key, external_id)
LEFT JOIN deliveries d ON d.connection = a.connection AND d.key = a.key
WHERE d.key IS NULL OR d.external_id <> a.external_id
"""
COUNTS = """
SELECT connection, count(*), count(*) FILTER (WHERE state = 'delivered')
FROM deliveries GROUP BY 1 ORDER BY 1
"""


class Deliveries(Check):
    """Concludes after the rebuilt outbox has read the log."""

    name = "deliveries complete, once"

    def read(self, page: Sequence[Recorded]) -> None:
        """What a vendor answered is what the table holds."""
        answers = [at.fact for at in page if isinstance(at.fact, Delivery.Succeeded)]
        if not answers:
            return
        columns = [(fact.connection, fact.key, fact.external_id) for fact in answers]
        names = ("connections", "keys", "ids")
        asked = dict(zip(names, map(list, zip(*columns, strict=True)), strict=True))
        for connection, key, answered, held in self.evidence.rows(ANSWERED, **asked):
            self.find(f"{connection} took {key} as {answered}, the table says {held}")

    def conclude(self) -> str:
        """What is missing, what went twice."""
        for connection, kind, key in self.evidence.rows(MISSING):
            self.find(f"{kind} {key} was never given to {connection}")
        for connection, kind, external_id, keys in self.evidence.rows(TWICE):
            self.find(f"{connection} has {kind} {external_id} for {keys}")
        rows = self.evidence.rows(COUNTS)
        return ", ".join(f"{name} {delivered} of {all_}" for name, all_, delivered in rows)
