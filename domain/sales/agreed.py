"""What a signed quote binds: its lines, their net prices, and the rates of the hours.

The discount stays apart from the rates. The contract gets a rate card of its own with the quoted
rates and, from its first day, time terms with the discount: each hour then shows what it would
have cost (standard rate) beside what it is billed at, and realisation can be measured. Cards are
append-only, so a price of another client never moves this one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.pricing.rate_card import RateLine

LineKind = Literal["role", "fixed", "expense"]


@dataclass(frozen=True)
class AgreedLine:
    """``price`` is net of discount in the deal's currency, ``cost`` in the entity's.

    ``hourly_rate`` is before the discount; it and ``hours`` are zero for what is no work.
    """

    kind: LineKind
    text: str
    hours: Decimal
    hourly_rate: Decimal
    cost: Decimal
    price: Decimal


@dataclass(frozen=True)
class Agreed:
    """``card_lines`` are those of the deal's rate card that hold beside the quoted roles."""

    quote_id: UUID
    version: int
    discount_pct: Decimal
    lines: tuple[AgreedLine, ...]
    card_lines: tuple[RateLine, ...] = ()

    @property
    def roles(self) -> tuple[AgreedLine, ...]:
        """The quoted hours."""
        return tuple(line for line in self.lines if line.kind == "role")

    def rates(self, from_date: date) -> tuple[RateLine, ...]:
        """The lines of the contract's own card: quoted roles from its first day, then the rest."""
        quoted = tuple(
            RateLine(line.hourly_rate, from_date, role=line.text) for line in self.roles
        )
        return (*quoted, *self.card_lines)


def beside(lines: Iterable[RateLine], roles: Iterable[str]) -> tuple[RateLine, ...]:
    """Lines of a card for roles a quote does not name.

    Rates of a person or an activity would come before the rate of a role, so they are left out:
    the client agreed on roles.
    """
    quoted = set(roles)
    kept = (line for line in lines if not line.person and not line.activity)
    return tuple(replace(line) for line in kept if line.role not in quoted)
