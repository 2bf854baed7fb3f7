"""What an entity makes an asset of: from which cost, and how long it must last."""

from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.assets.valuation import Capitalization
from domain.identity import named_id


def policy_id(entity: str) -> UUID:
    """The stream of an entity's policy."""
    return named_id("capitalization policy", entity)


class CapitalizationPolicy(Root):
    """Without one, everything that is said to be an asset is."""

    class Set(Root.Created):
        """Decided for the first time."""

        TOPIC = "assets.capitalization_policy_set"
        entity: str
        threshold: Decimal
        beyond_months: int

    class Changed(Root.Event):
        """Decided otherwise, for what comes."""

        TOPIC = "assets.capitalization_policy_changed"
        threshold: Decimal
        beyond_months: int

    @event(Set)
    def __init__(self, id: UUID, entity: str, threshold: Decimal, beyond_months: int) -> None:
        self.entity = entity
        self.rule = Capitalization(threshold, beyond_months)

    def change(self, threshold: Decimal, beyond_months: int) -> None:
        """Decide otherwise."""
        self._changed(threshold, beyond_months)

    @event(Changed)
    def _changed(self, threshold: Decimal, beyond_months: int) -> None:
        self.rule = Capitalization(threshold, beyond_months)
