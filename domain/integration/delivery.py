"""One document's way to one external system: what the system answered, each answer once."""

from uuid import UUID

from domain.aggregate import Root, event
from domain.identity import named_id


def delivery_id(connection: str, key: str) -> UUID:
    """The stream of one document at one connection."""
    return named_id("delivery", f"{connection}:{key}")


class Delivery(Root):
    """``key`` is derived from the source event, so replaying history finds the same stream."""

    class Begun(Root.Created):
        """A document was offered to an external system for the first time."""

        TOPIC = "integration.delivery_begun"
        connection: str
        key: str
        kind: str

    class Succeeded(Root.Event):
        """The document is there, under the system's own id."""

        TOPIC = "integration.delivery_succeeded"
        connection: str
        key: str
        kind: str
        external_id: str
        found_existing: bool

    class DeadLettered(Root.Event):
        """The system will not take it as it is."""

        TOPIC = "integration.delivery_dead_lettered"
        connection: str
        key: str
        kind: str
        error: str

    @event(Begun)
    def __init__(self, id: UUID, connection: str, key: str, kind: str) -> None:
        self.connection = connection
        self.key = key
        self.kind = kind
        self.external_id = ""

    def succeed(self, external_id: str, *, found_existing: bool) -> None:
        """The first success is final; others change nothing."""
        if not self.external_id:
            self._succeeded(self.connection, self.key, self.kind, external_id, found_existing)

    def die(self, error: str) -> None:
        """A refusal after success changes nothing."""
        if not self.external_id:
            self._dead_lettered(self.connection, self.key, self.kind, error)

    @event(Succeeded)
    def _succeeded(
        self, connection: str, key: str, kind: str, external_id: str, found_existing: bool
    ) -> None:
        del connection, key, kind, found_existing
        self.external_id = external_id

    @event(DeadLettered)
    def _dead_lettered(self, connection: str, key: str, kind: str, error: str) -> None:
        del connection, key, kind, error
