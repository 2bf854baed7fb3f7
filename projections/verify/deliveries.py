"""Deliveries: every document that was ever due is there once, and went once."""

from collections.abc import Sequence

from domain.integration.delivery import Delivery
from projections.recorded import Recorded
from projections.slots import Slot
from projections.verify.check import Check, Evidence

# The outbox was built anew into tables of its own: what is in them is what was ever due.
DIFFERING = """
SELECT coalesce(w.connection, d.connection), coalesce(w.kind, d.kind), coalesce(w.key, d.key),
       CASE WHEN d.key IS NULL THEN 'was never given to its connection'
            WHEN w.key IS NULL THEN 'follows from no event'
            ELSE 'says otherwise than its event' END
FROM {due}.deliveries w
FULL JOIN public.deliveries d ON d.connection = w.connection AND d.key = w.key
WHERE (w.key IS NULL AND d.position <= %(read)s) OR d.key IS NULL OR d.lane <> w.lane
    OR d.kind <> w.kind OR d.position <> w.position OR d.document <> w.document
ORDER BY 1, 2, 3
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
    """Compares with the tables that a rebuilt outbox wrote; it has read the log before this."""

    name = "deliveries complete, once"

    def __init__(self, evidence: Evidence, outbox: Slot) -> None:
        super().__init__(evidence)
        self._outbox = outbox

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
        """What is missing, odd or too much, and what went twice."""
        due = DIFFERING.format(due=self._outbox.schema)
        for connection, kind, key, what in self.evidence.rows(due, read=self._outbox.position):
            self.find(f"{connection}: {kind} {key} {what}")
        for connection, kind, external_id, keys in self.evidence.rows(TWICE):
            self.find(f"{connection} has {kind} {external_id} for {keys}")
        rows = self.evidence.rows(COUNTS)
        return ", ".join(f"{name} {delivered} of {all_}" for name, all_, delivered in rows)
