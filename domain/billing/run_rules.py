"""What a billing run leaves out by itself, beside what issuing would refuse.

Pure: a client who is parked, things somebody holds, an amount too small for an invoice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Obstacle:
    """Why a contract is not billed by a run: a code that never changes its meaning, a sentence."""

    code: str
    text: str


def before(client: str, parked: str, free: int, held: str) -> Obstacle | None:
    """What stands in the way whatever the invoice would be.

    ``parked`` and ``held`` say why, empty where nobody is and nothing is; ``free`` counts the
    things that nobody holds.
    """
    if parked:
        return Obstacle("CLIENT_PARKED", f"client {client} is parked: {parked}")
    if not free:
        return Obstacle("BILLABLE_HELD", held)
    return None


def after(net: Decimal, currency: str, minimums: Mapping[str, Decimal]) -> Obstacle | None:
    """What stands in the way of an invoice of this net; ``minimums`` by currency."""
    least = minimums.get(currency, Decimal(0))
    if net >= least:
        return None
    return Obstacle("BELOW_MINIMUM", f"{net} {currency} is below the minimum of {least}")
