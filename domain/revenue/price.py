"""A contract's transaction price by its parts, and how a change of it is shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.revenue.allocation import Allocation, Share, change_price
from domain.revenue.figures import ZERO, unit_of
from domain.revenue.progress import Progress
from domain.revenue.promised import Promised


class PriceNotDetermined(Refusal):
    """There is no transaction price yet."""

    code = "PRICE_NOT_DETERMINED"


class AlreadyAllocated(Refusal):
    """The price is allocated on selling prices of inception, which are not read again."""

    code = "ALREADY_ALLOCATED"


class NotAllocated(Refusal):
    """Nothing is earned before the price is allocated."""

    code = "NOT_ALLOCATED"


@dataclass(frozen=True)
class Price:
    """A transaction price by its parts, contract's currency; ``total`` is what is allocated.

    ``variable`` is what the constraint lets in; ``financing`` is signed; what is ``payable`` to
    the customer lowers the price.
    """

    fixed: Decimal
    variable: Decimal = ZERO
    financing: Decimal = ZERO
    noncash: Decimal = ZERO
    payable: Decimal = ZERO
    modified: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """The transaction price."""
        return (
            self.fixed + self.variable + self.financing + self.noncash - self.payable
            + self.modified
        )  # fmt: skip


@dataclass(frozen=True)
class Reshared:
    """The share of the price an obligation has, and what a later change of it goes by."""

    obligation: str
    amount: Decimal
    weight: Decimal


def reshared(
    promises: Mapping[str, Promised], total: Decimal, currency: str
) -> tuple[Reshared, ...]:
    """A changed price on the basis of inception; nothing where none was allocated yet."""
    held = {name: promise for name, promise in promises.items() if promise.weight}
    if not held:
        return ()
    shares = tuple(Share(n, p.terms.ssp, p.allocated, p.weight) for n, p in held.items())
    before = sum((share.amount for share in shares), ZERO)
    allocation = Allocation(currency, unit_of(currency, None), before, shares, ())
    now = change_price(allocation, total, [Progress(ZERO)] * len(shares))
    return tuple(Reshared(s.obligation, s.after, held[s.obligation].weight) for s in now.shares)
