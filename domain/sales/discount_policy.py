"""How far prices may be cut: by whom, and down to which margin. One policy a legal entity."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.access.roles import ADMIN, CONTROLLER
from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id

HUNDRED = Decimal(100)


class LimitsCrossed(Refusal):
    """A seller may give more than the sales manager may approve."""

    code = "LIMITS_CROSSED"


@dataclass(frozen=True)
class DiscountLimits:
    """Percent of the price: given freely, approved by a sales manager; and the margin kept.

    Above ``manager_pct`` a controller approves; below ``floor_pct`` nobody does.
    """

    seller_pct: Decimal = Decimal(0)
    manager_pct: Decimal = Decimal(10)
    floor_pct: Decimal = Decimal(0)

    def of(self, roles: frozenset[str]) -> Decimal:
        """The highest discount these roles approve, in percent."""
        return HUNDRED if roles & {ADMIN, CONTROLLER} else self.manager_pct


CAUTIOUS = DiscountLimits()
"""Holds where an entity has no policy."""


def policy_id(entity: str) -> UUID:
    """The stream of an entity's policy."""
    return named_id("discount policy", entity)


class DiscountPolicy(Root):
    """``limits`` hold for requests from now on; a request keeps those it was made under."""

    class Adopted(Root.Created):
        """An entity set its first limits."""

        TOPIC = "sales.discount_policy_adopted"
        entity: str
        limits: DiscountLimits

    class Changed(Root.Event):
        """Other limits."""

        TOPIC = "sales.discount_policy_changed"
        limits: DiscountLimits

    @event(Adopted)
    def __init__(self, id: UUID, entity: str, limits: DiscountLimits) -> None:
        self.entity = entity
        self.limits = limits

    def change(self, limits: DiscountLimits) -> None:
        """The same again changes nothing."""
        if limits != self.limits:
            self._changed(limits)

    @event(Changed)
    def _changed(self, limits: DiscountLimits) -> None:
        self.limits = limits
