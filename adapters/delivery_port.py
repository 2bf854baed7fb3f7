"""The port between delivery and a vendor: three outcomes, three errors, two verbs.

Accepted and Refused are certain. Uncertain means the vendor may or may not have it: delivery
looks it up before it says it again. The errors are Transient (certainly not there now, try
later), Rejected (the vendor said no and will say no again) and Unsupported (it cannot be said to
this vendor).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from adapters.documents import Document
from domain.identity import named_id


@dataclass(frozen=True)
class Accepted:
    """The vendor has it, exactly once, under its own id.

    ``found_existing``: it was there already when delivery looked.
    """

    external_id: str
    found_existing: bool = False


@dataclass(frozen=True)
class Refused:
    """The vendor certainly does not have it, and a person must look."""

    error: str


@dataclass(frozen=True)
class Uncertain:
    """The vendor may have it."""

    error: str


Outcome = Accepted | Refused | Uncertain


class Transient(Exception):
    """The vendor cannot now; ``retry_after_s`` is its own wish, in seconds, where it said one."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Rejected(Exception):
    """The vendor said no; the same document will be refused again."""


class Unsupported(Exception):
    """It cannot be said accurately to this vendor."""


class Vendor(Protocol):
    """One connected external system. Called from several threads at once."""

    def send(self, document: Document, key: str) -> Outcome:
        """Create or update the external record. Raises Transient, Rejected, Unsupported."""

    def find(self, document: Document, key: str) -> str | None:
        """Return the external id of what ``send`` made with this key, or None where it is absent.

        Raises Transient; Unsupported where this vendor cannot be searched.
        """


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One claimed document; ``attempts`` counts this one, ``lease`` is the claim's token.

    ``send_before`` is on the monotonic clock: later the lease may end before the answer comes.
    """

    connection: str
    key: str
    lane: str
    position: int
    kind: str
    document: dict[str, Any]
    state: str
    attempts: int
    generation: int
    lease: UUID
    send_before: float

    @property
    def perhaps_there(self) -> bool:
        """Whether an earlier attempt may have reached the vendor."""
        return self.attempts > 1 or self.state == "uncertain"


Record = Callable[[Delivery, Outcome], None]


def outcome_id(delivery: Delivery, outcome: Outcome) -> UUID:
    """Name an outcome for good: the idempotency key of the command that records it.

    The same outcome of the same delivery has the same id whichever worker met it, and another
    content has another id. A worker that died after recording may have left ``Accepted`` for the
    next one to find existing: whoever keeps outcomes keeps the first success.
    """
    words = (delivery.connection, delivery.key, str(delivery.generation), repr(outcome))
    return named_id("delivery_outcome", "\x1f".join(words))
