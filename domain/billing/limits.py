"""From what is offered to what is billed: discounts are taken off, hard caps cut the rest.

What either takes is written down in the contract's account in the append that bills the rest, so
a thing's worth is at all times unbilled, billed or written off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.billing.cap import CapLine, Capped, cap_lines
from domain.billing.discounts import discount_of
from domain.consumption import Share
from domain.contracts.account import ContractAccount, WriteDown
from domain.contracts.clauses import CapExceeded
from domain.contracts.contract import Contract
from domain.pricing.discount import NO_DISCOUNT, Discount

ZERO = Decimal(0)
UNDISCOUNTED = frozenset({"commitment", "application"})
NEARLY = Decimal("0.9")
"""Of an order: from there on documents say how much of it is used."""


@dataclass(frozen=True)
class Cut:
    """What is billed of the shares offered, what was taken off them, and what is near its end."""

    shares: list[Share]
    discount: Decimal
    written_down: Decimal
    steps: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Cutting:
    """One document's cuts; ``books`` is the functional currency."""

    contract: Contract
    account: ContractAccount
    books: str
    on: date

    def cut(self, offered: Sequence[Share], own: Discount, why: str = "") -> Cut:
        """What is left to bill; ``why`` the document gives a discount of its own.

        What a minimum commitment charges bears no discount: it is what is owed at least; nor
        does an application for payment, whose certificate says what is due. Raises
        CapExceeded, BillableHeld, BilledElsewhere, TwoDiscounts, DiscountOverAmount.
        """
        worth = [self.account.worth(share) for share in offered]
        bearing = [ZERO if share.kind in UNDISCOUNTED else share.amount for share in worth]
        note = why if own != NO_DISCOUNT else ""
        taken = discount_of(bearing, self.account.billed,
                            self.contract.discount, own, self.contract.currency)  # fmt: skip
        cheaper = [
            left.discounted(*self._write_down(share, left, off, "discount", note))
            for share, left, off in zip(offered, worth, taken.parts, strict=True)
        ]
        capped = self._capped(cheaper)
        cuts = [line.written_down for line in capped.lines]
        kept = [
            left.less(*self._write_down(share, left, off, "cap"))
            for share, left, off in zip(offered, cheaper, cuts, strict=True)
        ]
        told = [*taken.steps, *(step for step in capped.steps if step.rule != "cap.within")]
        return Cut(
            [share for share in kept if share.amount], sum(taken.parts, ZERO),
            capped.written_down, tuple(step.text for step in told), tuple(_warnings(capped)),
        )  # fmt: skip

    def _capped(self, shares: Sequence[Share]) -> Capped:
        limits = self.account.limits(self.contract.caps.values())
        counted = [cap_line(share) for share in shares]
        capped = cap_lines(limits, counted, self.contract.currency)
        if capped.written_down and not capped.billable:
            raise CapExceeded(
                f"nothing is left to bill under {', '.join(self.contract.caps)}", field="sources"
            )
        self.account.tell(capped.reached, capped.limits)
        return capped

    def _write_down(
        self, share: Share, left: Share, off: Decimal, why: str, note: str = ""
    ) -> tuple[Decimal, Decimal]:
        """Give up some of what is left of a share; the amount, and what the books carried."""
        if not off:
            return ZERO, ZERO
        carried = left.part_of(off, self.books)
        self.account.write_down(share, WriteDown(
            self.contract.id, share.kind, share.holder_id, share.id, off, carried,
            self.contract.currency, self.books, self.contract.entity, self.on, why, note,
        ))  # fmt: skip
        return off, carried


def cap_line(share: Share) -> CapLine:
    """What caps count of a share: nothing where it gives money back."""
    hours = share.quantity if share.kind == "time" else ZERO
    return CapLine(share.kind, max(share.amount, ZERO), hours)


def _warnings(capped: Capped) -> Iterator[str]:
    limits = {limit.name: limit for limit in capped.limits}
    for one in capped.reached:
        limit = limits[one.limit]
        yield f"cap {one.limit}: {one.threshold_pct} % reached, {limit.used} of {limit.limit} used"


def order_warnings(contract: Contract, account: ContractAccount) -> tuple[str, ...]:
    """Tells where the client's order is nearly used up."""
    order = contract.order
    if order is None or account.ordered[order.number] < order.limit * NEARLY:
        return ()
    used = account.ordered[order.number]
    return (f"order {order.number}: {used} of {order.limit} {contract.currency} used",)
