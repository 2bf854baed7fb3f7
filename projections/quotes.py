"""Quotes: their versions and lines with what they come to, and the steps each of them took.

``quotes`` is what stands now; a step carries the day it counts from and its position, so where a
quote stood on any day, as known at any position, is its last step up to there.
"""

from typing import Any

from domain.sales.offer import Version
from domain.sales.quote import Quote
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

FIGURES = {
    "currency": "text", "billing_model": "text", "valid_until": "date",
    "discount_pct": "numeric", "gross": "numeric", "discount": "numeric", "net": "numeric",
    "books": "text", "cost": "numeric", "margin": "numeric", "margin_pct": "numeric",
}  # fmt: skip
QUOTES = Table(
    "quotes",
    {
        "id": "uuid", "opportunity_id": "uuid", "entity": "text", "position": "bigint",
        "state": "text", "version": "int", "signed_on": "date?", "reference": "text",
    },
    key=("id",),
    indexes=("entity, id", "opportunity_id, id"),
)  # fmt: skip
VERSIONS = Table(
    "quote_versions",
    {
        "quote_id": "uuid", "no": "int", "position": "bigint", "author": "text",
        "discount_state": "text", **FIGURES,
    },
    key=("quote_id", "no"),
    indexes=("position",),
)  # fmt: skip
LINES = Table(
    "quote_lines",
    {
        "version_position": "bigint", "no": "int", "kind": "text", "text": "text",
        "quantity": "numeric", "unit_price": "numeric", "net": "numeric", "cost": "numeric",
        "due_on": "date?",
    },
    key=("version_position", "no"),
)  # fmt: skip
STEPS = Table(
    "quote_steps",
    {
        "position": "bigint", "quote_id": "uuid", "version": "int", "step": "text",
        "effective_date": "date", "taken_by": "text", "why": "text",
    },
    key=("position",),
    indexes=("quote_id, position",),
)  # fmt: skip


class Quotes(Projection):
    """Amounts are in the currency of the offer, cost in the books of its entity."""

    name = "quotes"
    tables = (QUOTES, VERSIONS, LINES, STEPS)

    @on(Quote.Opened)
    def opened(self, fact: Quote.Opened, at: Recorded, fold: Fold) -> None:
        """Begun; its first version follows in the same append."""
        fold.put(QUOTES, id=at.stream_id, opportunity_id=fact.opportunity_id, entity=fact.entity,
                 position=at.position, state="draft", version=0, signed_on=None,
                 reference="")  # fmt: skip

    @on(Quote.VersionCreated)
    def written(self, fact: Quote.VersionCreated, at: Recorded, fold: Fold) -> None:
        """Written, or written anew."""
        version: Version = fact.version
        fold.patch(QUOTES, at.stream_id, version=version.no)
        fold.put(VERSIONS, quote_id=at.stream_id, no=version.no, position=at.position,
                 author=version.author, discount_state="none", **figures(version))  # fmt: skip
        nets = zip(version.offer.lines, version.price.net_lines, strict=True)
        for no, (line, net) in enumerate(nets, 1):
            fold.append(LINES, at.position, no, line.kind, line.text, line.quantity,
                        line.unit_price, net, line.cost, line.due_on)  # fmt: skip
        self._step("written", version.no, at, fold)

    @on(Quote.DiscountRequested)
    def requested(self, fact: Quote.DiscountRequested, at: Recorded, fold: Fold) -> None:
        """Its discount waits for approval."""
        self._discount("requested", fact.version, at, fold, fact.why)

    @on(Quote.DiscountApproved)
    def discount_approved(self, fact: Quote.DiscountApproved, at: Recorded, fold: Fold) -> None:
        """Its discount may be given."""
        self._discount("approved", fact.version, at, fold)

    @on(Quote.DiscountRejected)
    def discount_rejected(self, fact: Quote.DiscountRejected, at: Recorded, fold: Fold) -> None:
        """Its discount may not be given."""
        self._discount("rejected", fact.version, at, fold, fact.why)

    def _discount(self, state: str, version: int, at: Recorded, fold: Fold, why: str = "") -> None:
        fold.patch(VERSIONS, at.stream_id, version, discount_state=state)
        self._step(f"discount_{state}", version, at, fold, why)

    @on(Quote.Approved)
    def approved(self, fact: Quote.Approved, at: Recorded, fold: Fold) -> None:
        """Frozen."""
        self._state("approved", "approved", fact.version.no, at, fold)

    @on(Quote.Sent)
    def sent(self, fact: Quote.Sent, at: Recorded, fold: Fold) -> None:
        """The client has it."""
        del fact
        self._state("sent", "sent", 0, at, fold)

    @on(Quote.Signed)
    def signed(self, fact: Quote.Signed, at: Recorded, fold: Fold) -> None:
        """The client agreed."""
        fold.patch(QUOTES, at.stream_id, signed_on=fact.signed_on, reference=fact.reference)
        self._state("signed", "signed", fact.version, at, fold, fact.reference)

    @on(Quote.Expired)
    def expired(self, fact: Quote.Expired, at: Recorded, fold: Fold) -> None:
        """Nobody signed in time."""
        del fact
        self._state("expired", "expired", 0, at, fold)

    @on(Quote.Voided)
    def voided(self, fact: Quote.Voided, at: Recorded, fold: Fold) -> None:
        """Taken back."""
        self._state("void", "voided", 0, at, fold, fact.why)

    def _state(
        self, state: str, step: str, version: int, at: Recorded, fold: Fold, why: str = ""
    ) -> None:
        fold.patch(QUOTES, at.stream_id, state=state)
        self._step(step, version, at, fold, why)

    def _step(self, step: str, version: int, at: Recorded, fold: Fold, why: str = "") -> None:
        """A step; its version is 0 where the fact names none: it is of the one before."""
        fold.append(STEPS, at.position, at.stream_id, version, step, at.effective_date, at.actor,
                    why)  # fmt: skip


def figures(version: Version) -> dict[str, Any]:
    """What a version offers and comes to."""
    offer, price = version.offer, version.price
    return {
        "currency": offer.currency, "billing_model": offer.billing_model,
        "valid_until": offer.valid_until, "discount_pct": offer.discount_pct,
        "gross": price.gross, "discount": price.discount, "net": price.net,
        "books": price.fx.of, "cost": price.cost, "margin": price.margin,
        "margin_pct": price.margin_pct,
    }  # fmt: skip
