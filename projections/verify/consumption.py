"""Consumption: every billable thing is unbilled or on one invoice, and all who know it agree."""

from projections.verify.check import Check

READ_BY = (
    "unbilled", "time_entries", "deals", "recurring", "minimums", "usage", "retainers",
    "pay_applications",
)  # fmt: skip
# An item's moves sum to itself while it is unbilled and to nothing while it is billed.
SPLIT = """
SELECT b.kind, b.id, b.amount, b.carried, b.billed, coalesce(sum(m.amount), 0),
       coalesce(sum(m.functional), 0)
FROM billables b LEFT JOIN unbilled_moves m ON m.item_id = b.id
GROUP BY b.id, b.kind, b.amount, b.carried, b.billed
HAVING coalesce(sum(m.amount), 0) <> CASE WHEN b.billed THEN 0 ELSE b.amount END
    OR coalesce(sum(m.functional), 0) <> CASE WHEN b.billed THEN 0 ELSE b.carried END
ORDER BY b.id
"""
# What an approval made billable goes with the approval, and its moves leave nothing.
STRAY = """
SELECT item_id, sum(amount), sum(functional) FROM unbilled_moves m
WHERE NOT EXISTS (SELECT FROM billables b WHERE b.id = m.item_id)
GROUP BY item_id HAVING sum(amount) <> 0 OR sum(functional) <> 0 ORDER BY item_id
"""
# Holders fold their own facts, billables those of invoices: two accounts of the same thing.
HELD = """
WITH held AS (
    SELECT 'time' AS kind, id, state = 'billed' AS billed FROM time_entries
    WHERE state IN ('approved', 'billed') AND amount <> 0
    UNION ALL
    SELECT 'milestone', id, state = 'billed' FROM milestones WHERE state IN ('accepted', 'billed')
    UNION ALL
    SELECT 'recurring', id, billed FROM recurring_charges
    UNION ALL
    SELECT 'commitment', id, billed FROM minimum_charges
    UNION ALL
    SELECT 'usage', id, billed FROM usage_charges
    UNION ALL
    SELECT 'retainer', id, billed FROM retainer_grants WHERE fee <> 0
    UNION ALL
    SELECT 'application', id, billed FROM certified_work
    UNION ALL
    SELECT 'expense', x.id, x.state = 'billed' FROM expenses x
    WHERE x.state = 'billed' OR EXISTS (SELECT FROM billables b WHERE b.id = x.id)
)
SELECT kind, id, h.billed, b.billed FROM held h FULL JOIN billables b USING (kind, id)
WHERE h.billed IS DISTINCT FROM b.billed ORDER BY kind, id
"""
COUNTS = "SELECT count(*) FILTER (WHERE NOT billed), count(*) FILTER (WHERE billed) FROM billables"
STATES = {None: "unknown", False: "unbilled", True: "billed"}


class Consumption(Check):
    """Nothing is billed twice, lost, or two things at once."""

    name = "consumption conserved"

    def conclude(self) -> str:
        """Items by their moves, and by their holders."""
        for kind, id_, amount, carried, billed, left, books in self.evidence.rows(SPLIT):
            self.find(
                f"{kind} {id_} of {amount} ({carried}) is {STATES[billed]}, "
                f"its moves leave {left} ({books})"
            )
        for id_, left, books in self.evidence.rows(STRAY):
            self.find(f"{id_} is no billable thing, and its moves leave {left} ({books})")
        self._ask_holders()
        unbilled, billed = self.evidence.rows(COUNTS)[0]
        return f"{unbilled} unbilled, {billed} billed"

    def _ask_holders(self) -> None:
        if len({self.evidence.readers[name].position for name in READ_BY}) > 1:
            return  # not of one moment; that they lag is another check's finding
        for kind, id_, holder, invoice in self.evidence.rows(HELD):
            words = f"{STATES[holder]} to its holder, {STATES[invoice]} by its invoices"
            self.find(f"{kind} {id_} is {words}")
