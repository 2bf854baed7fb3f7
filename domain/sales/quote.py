"""A quote: versions of an offer, approved by another person, sent, and signed by the client.

An approved quote is never changed: what the client signs is what was approved, word for word.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.sales.discount_policy import DiscountLimits
from domain.sales.offer import Offer, Price, Version

QuoteState = Literal["draft", "approved", "sent", "signed", "expired", "void"]


class WrongQuoteState(Refusal):
    """The quote is past this step, or not there yet."""

    code = "WRONG_QUOTE_STATE"


class OwnQuote(Refusal):
    """A quote and its discount are approved by somebody else than who wrote or asked."""

    code = "OWN_QUOTE"


class NothingToApprove(Refusal):
    """The discount is within what the seller may give."""

    code = "NOTHING_TO_APPROVE"


class DiscountNotRequested(Refusal):
    """Nobody asked for the discount of this version."""

    code = "DISCOUNT_NOT_REQUESTED"


class DiscountNotApproved(Refusal):
    """The discount is above what the seller may give and nobody has approved it."""

    code = "DISCOUNT_NOT_APPROVED"


class DiscountTurnedDown(Refusal):
    """The discount of this version was rejected; another version offers something else."""

    code = "DISCOUNT_REJECTED"


class BelowMarginFloor(Refusal):
    """The price leaves less margin than the entity keeps."""

    code = "BELOW_MARGIN_FLOOR"


class AboveDiscountLimit(Refusal):
    """The discount is more than this person may approve."""

    code = "ABOVE_DISCOUNT_LIMIT"


class QuoteLapsed(Refusal):
    """The day is after the quote's last day of validity."""

    code = "QUOTE_LAPSED"


class QuoteStillValid(Refusal):
    """The quote has not reached its last day of validity."""

    code = "QUOTE_STILL_VALID"


class Quote(Root):
    """``current`` is the version that counts; its discount was asked under ``limits``."""

    class Opened(Root.Created):
        """A quote for a deal was begun."""

        TOPIC = "sales.quote_opened"
        opportunity_id: UUID
        entity: str

    class VersionCreated(Root.Event):
        """An offer was written, or written anew."""

        TOPIC = "sales.quote_version_created"
        version: Version

    class DiscountRequested(Root.Event):
        """The discount of a version waits for approval."""

        TOPIC = "sales.quote_discount_requested"
        version: int
        requested_by: str
        why: str
        limits: DiscountLimits

    class DiscountApproved(Root.Event):
        """Somebody who may has approved it."""

        TOPIC = "sales.quote_discount_approved"
        version: int

    class DiscountRejected(Root.Event):
        """Somebody who may approve it said no; this version is never signed."""

        TOPIC = "sales.quote_discount_rejected"
        version: int
        rejected_by: str
        why: str

    class Approved(Root.Event):
        """The offer may go to the client: all of it, frozen."""

        TOPIC = "sales.quote_approved"
        opportunity_id: UUID
        entity: str
        version: Version

    class Sent(Root.Event):
        """The client has it."""

        TOPIC = "sales.quote_sent"
        sent_on: date

    class Signed(Root.Event):
        """The client agreed: its terms are those of the deal."""

        TOPIC = "sales.quote_signed"
        opportunity_id: UUID
        signed_on: date
        reference: str
        version: int

    class Expired(Root.Event):
        """Nobody signed in time."""

        TOPIC = "sales.quote_expired"

    class Voided(Root.Event):
        """The offer was taken back."""

        TOPIC = "sales.quote_voided"
        why: str

    @event(Opened)
    def __init__(self, id: UUID, opportunity_id: UUID, entity: str) -> None:
        self.opportunity_id = opportunity_id
        self.entity = entity
        self.state: QuoteState = "draft"
        self.current: Version | None = None
        self.requested_by = ""
        self.limits: DiscountLimits | None = None
        self.discount_approved = False
        self.discount_rejected = ""

    @property
    def offered(self) -> Version:
        """The version that counts."""
        assert self.current is not None  # noqa: S101 -- a quote is written with its first offer
        return self.current

    def write(self, offer: Offer, price: Price, author: str) -> None:
        """Write the next version; its discount is asked for anew. Raises WrongQuoteState."""
        self._require("draft")
        no = self.current.no + 1 if self.current else 1
        self._version_created(Version(no, offer, price, author))

    def request_discount(self, by: str, why: str, limits: DiscountLimits) -> None:
        """Twice for a version changes nothing.

        Raises WrongQuoteState, DiscountTurnedDown, NothingToApprove.
        """
        self._require("draft")
        self._refuse_rejected()
        if self.offered.offer.discount_pct <= limits.seller_pct:
            raise NothingToApprove(f"up to {limits.seller_pct} % need no approval")
        if not self.requested_by:
            self._discount_requested(self.offered.no, by, why, limits)

    def approve_discount(self, by: str, roles: frozenset[str]) -> None:
        """Twice changes nothing.

        Raises WrongQuoteState, DiscountNotRequested, DiscountTurnedDown, OwnQuote,
        BelowMarginFloor, AboveDiscountLimit.
        """
        self._require("draft")
        self._refuse_rejected()
        if self.limits is None:
            raise DiscountNotRequested("ask for the discount of this version first")
        self._refuse_own(by)
        self._refuse_below(self.limits)
        if (asked := self.offered.offer.discount_pct) > (most := self.limits.of(roles)):
            raise AboveDiscountLimit(f"{asked} % asked, {most} % may be approved")
        if not self.discount_approved:
            self._discount_approved(self.offered.no)

    def reject_discount(self, by: str, why: str) -> None:
        """Say no to the discount, even where it was approved before; twice changes nothing.

        Raises WrongQuoteState, DiscountNotRequested, OwnQuote.
        """
        self._require("draft")
        if self.limits is None:
            raise DiscountNotRequested("nobody asked for the discount of this version")
        self._refuse_own(by)
        if not self.discount_rejected:
            self._discount_rejected(self.offered.no, by, why)

    def approve(self, by: str, on: date, limits: DiscountLimits) -> None:
        """Freeze the offer.

        Raises WrongQuoteState, DiscountTurnedDown, OwnQuote, DiscountNotApproved,
        BelowMarginFloor, QuoteLapsed.
        """
        self._require("draft")
        self._refuse_rejected()
        self._refuse_own(by)
        over = self.offered.offer.discount_pct > limits.seller_pct
        if over and not self.discount_approved:
            raise DiscountNotApproved(f"{self.offered.offer.discount_pct} % are not approved")
        self._refuse_below(limits)
        self._refuse_lapsed(on)
        self._approved(self.opportunity_id, self.entity, self.offered)

    def send(self, sent_on: date) -> None:
        """Raises WrongQuoteState, QuoteLapsed."""
        self._require("approved")
        self._refuse_lapsed(sent_on)
        self._sent(sent_on)

    def sign(self, signed_on: date, reference: str) -> None:
        """Raises WrongQuoteState, QuoteLapsed."""
        self._require("sent")
        self._refuse_lapsed(signed_on)
        self._signed(self.opportunity_id, signed_on, reference, self.offered.no)

    def expire(self, today: date) -> None:
        """Twice changes nothing. Raises WrongQuoteState, QuoteStillValid."""
        if self.state == "expired":
            return
        self._require("draft", "approved", "sent")
        if today <= self.offered.offer.valid_until:
            raise QuoteStillValid(f"valid until {self.offered.offer.valid_until}")
        self._expired()

    def void(self, why: str) -> None:
        """Twice changes nothing. Raises WrongQuoteState."""
        if self.state != "void":
            self._require("draft", "approved", "sent")
            self._voided(why)

    def _require(self, *states: QuoteState) -> None:
        if self.state not in states:
            raise WrongQuoteState(f"the quote is {self.state}", field="quote_id")

    def _refuse_rejected(self) -> None:
        if self.discount_rejected:
            raise DiscountTurnedDown(
                f"{self.offered.offer.discount_pct} % were rejected: {self.discount_rejected}",
                field="quote_id",
            )

    def _refuse_own(self, by: str) -> None:
        if by in (self.offered.author, self.requested_by):
            raise OwnQuote("somebody else than its author approves a quote")

    def _refuse_below(self, limits: DiscountLimits) -> None:
        price = self.offered.price
        if price.is_below(limits.floor_pct):
            raise BelowMarginFloor(f"margin of {price.margin_pct} %, at least {limits.floor_pct}")

    def _refuse_lapsed(self, on: date) -> None:
        if on > self.offered.offer.valid_until:
            raise QuoteLapsed(f"valid until {self.offered.offer.valid_until}")

    @event(VersionCreated)
    def _version_created(self, version: Version) -> None:
        self.current = version
        self.requested_by, self.limits, self.discount_approved = "", None, False
        self.discount_rejected = ""

    @event(DiscountRequested)
    def _discount_requested(
        self, version: int, requested_by: str, why: str, limits: DiscountLimits
    ) -> None:
        del version, why
        self.requested_by, self.limits = requested_by, limits

    @event(DiscountApproved)
    def _discount_approved(self, version: int) -> None:
        del version
        self.discount_approved = True

    @event(DiscountRejected)
    def _discount_rejected(self, version: int, rejected_by: str, why: str) -> None:
        del version, rejected_by
        self.discount_approved, self.discount_rejected = False, why

    @event(Approved)
    def _approved(self, opportunity_id: UUID, entity: str, version: Version) -> None:
        del opportunity_id, entity, version
        self.state = "approved"

    @event(Sent)
    def _sent(self, sent_on: date) -> None:
        del sent_on
        self.state = "sent"

    @event(Signed)
    def _signed(self, opportunity_id: UUID, signed_on: date, reference: str, version: int) -> None:
        del opportunity_id, signed_on, reference, version
        self.state = "signed"

    @event(Expired)
    def _expired(self) -> None:
        self.state = "expired"

    @event(Voided)
    def _voided(self, why: str) -> None:
        del why
        self.state = "void"
