"""A client: whom an entity bills, in which currency and on which terms."""

from uuid import UUID

from domain.aggregate import Personal, Root, event


class Client(Root):
    """``entity`` is the billing entity; the contact's data is personal and encrypted."""

    class Registered(Root.Created):
        """A client was taken on."""

        TOPIC = "organisation.client_registered"
        code: str
        name: str
        entity: str
        currency: str
        payment_terms_days: int
        contact_name: Personal
        contact_email: Personal

        def claims(self) -> tuple[str, ...]:
            """Client codes are unique."""
            return (f"client {self.code}",)

    class Deactivated(Root.Event):
        """No new business with this client."""

        TOPIC = "organisation.client_deactivated"

    @event(Registered)
    def __init__(
        self,
        id: UUID,
        code: str,
        name: str,
        entity: str,
        currency: str,
        payment_terms_days: int,
        contact_name: str,
        contact_email: str,
    ) -> None:
        self.code = code
        self.name = name
        self.entity = entity
        self.currency = currency
        self.payment_terms_days = payment_terms_days
        self.contact_name = contact_name
        self.contact_email = contact_email
        self.active = True

    def deactivate(self) -> None:
        """Twice changes nothing."""
        if self.active:
            self._deactivated()

    @event(Deactivated)
    def _deactivated(self) -> None:
        self.active = False
