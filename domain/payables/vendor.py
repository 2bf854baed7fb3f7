"""A vendor: who sends an entity bills, in which currency and on which terms."""

from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event


class Vendor(Root):
    """``retainage_pct`` is held back of each bill, in percent of its net, unless a bill says."""

    class Registered(Root.Created):
        """An entity buys from somebody for the first time."""

        TOPIC = "payables.vendor_registered"
        code: str
        name: str
        entity: str
        currency: str
        payment_terms_days: int
        retainage_pct: Decimal

        def claims(self) -> tuple[str, ...]:
            """Codes are unique in an entity."""
            return (f"vendor {self.entity} {self.code}",)

    @event(Registered)
    def __init__(
        self, id: UUID, code: str, name: str, entity: str, currency: str,
        payment_terms_days: int, retainage_pct: Decimal,
    ) -> None:  # fmt: skip
        del name
        self.code = code
        self.entity = entity
        self.currency = currency
        self.payment_terms_days = payment_terms_days
        self.retainage_pct = retainage_pct
