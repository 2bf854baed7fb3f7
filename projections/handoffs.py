"""Handoffs from sales to delivery: what is on their lists, what is missing, who took them over."""

from domain.sales.handoff import Handoff
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

HANDOFFS = Table(
    "handoffs",
    {
        "id": "uuid", "opportunity_id": "uuid", "entity": "text", "requested_by": "text",
        "requested_on": "date", "returned": "int", "accepted_by": "text", "accepted_on": "date?",
    },
    key=("id",),
    indexes=("entity, id", "opportunity_id"),
)  # fmt: skip
ITEMS = Table(
    "handoff_items",
    {
        "handoff_id": "uuid", "item": "text", "no": "int", "done": "boolean", "evidence": "text",
        "gap": "text",
    },
    key=("handoff_id", "item"),
)  # fmt: skip
STEPS = Table(
    "handoff_steps",
    {"position": "bigint", "handoff_id": "uuid", "effective_date": "date", "state": "text"},
    key=("position",),
    indexes=("handoff_id, position",),
)
PLACES = 1000
"""More than a list has items, so that the items of a later step come after those before."""


class Handoffs(Projection):
    """An item that was returned is open again and stands last."""

    name = "handoffs"
    version = 2
    tables = (HANDOFFS, ITEMS, STEPS)

    @on(Handoff.Requested)
    def requested(self, fact: Handoff.Requested, at: Recorded, fold: Fold) -> None:
        """Sales hands a deal off."""
        fold.put(HANDOFFS, id=at.stream_id, opportunity_id=fact.opportunity_id,
                 entity=fact.entity, requested_by=fact.requested_by,
                 requested_on=at.effective_date, returned=0, accepted_by="",
                 accepted_on=None)  # fmt: skip
        for place, item in enumerate(fact.checklist):
            self._open(fold, at, place, item, "")
        self._step(fold, at, "requested")

    @on(Handoff.ItemDone)
    def done(self, fact: Handoff.ItemDone, at: Recorded, fold: Fold) -> None:
        """An item is there."""
        fold.patch(ITEMS, at.stream_id, fact.item, done=True, evidence=fact.evidence)

    @on(Handoff.Returned)
    def returned(self, fact: Handoff.Returned, at: Recorded, fold: Fold) -> None:
        """Delivery says what is missing."""
        fold.shift(HANDOFFS, at.stream_id, returned=1)
        for place, gap in enumerate(fact.gaps):
            self._open(fold, at, place, gap.item, gap.why)
        self._step(fold, at, "returned")

    def _open(self, fold: Fold, at: Recorded, place: int, item: str, gap: str) -> None:
        fold.put(ITEMS, handoff_id=at.stream_id, item=item, no=at.version * PLACES + place,
                 done=False, evidence="", gap=gap)  # fmt: skip

    @on(Handoff.Accepted)
    def accepted(self, fact: Handoff.Accepted, at: Recorded, fold: Fold) -> None:
        """Delivery has it."""
        del fact
        fold.patch(HANDOFFS, at.stream_id, accepted_by=at.actor, accepted_on=at.effective_date)
        self._step(fold, at, "accepted")

    def _step(self, fold: Fold, at: Recorded, state: str) -> None:
        fold.append(STEPS, at.position, at.stream_id, at.effective_date, state)
