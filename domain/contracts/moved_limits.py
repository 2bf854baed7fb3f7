"""Limits a change order moves: caps and the client's order, by signed amounts in their own unit.

Where an order does not say, what limits all of a contract's price moves with the price: caps on
amounts of every kind, and the client's order. Caps of hours or of some kinds are named.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from domain.contracts.account import ContractAccount
from domain.contracts.change_order import LimitChange
from domain.contracts.clauses import Cap, PurchaseOrder
from domain.contracts.contract import BelowBilled, Contract
from domain.errors import Refusal
from domain.money import require_fine

ZERO = Decimal(0)


class UnknownLimit(Refusal):
    """The contract has no such cap or order."""

    code = "UNKNOWN_LIMIT"


def moved_by_price(contract: Contract, price: Decimal) -> tuple[LimitChange, ...]:
    """What moves with a price where nobody says otherwise."""
    return tuple(_with_price(contract, price)) if price else ()


def _with_price(contract: Contract, price: Decimal) -> Iterator[LimitChange]:
    for cap in contract.caps.values():
        if cap.measure == "amount" and not cap.kinds:
            yield LimitChange("cap", cap.name, price)
    if contract.order:
        yield LimitChange("order", contract.order.number, price)


def require_limits(contract: Contract, changes: Iterable[LimitChange]) -> None:
    """Whether the contract has what moves. Raises UnknownLimit, AmountTooFine."""
    for change in changes:
        limit = _limit_of(contract, change)
        if isinstance(limit, PurchaseOrder) or limit.measure == "amount":
            require_fine(change.by, contract.currency, field="limits")


def move_limits(
    contract: Contract, account: ContractAccount | None, changes: Sequence[LimitChange]
) -> None:
    """Let them hold from now on. Raises UnknownLimit, BelowBilled where less is left than used."""
    for change in changes:
        limit = _limit_of(contract, change)
        after = limit.limit + change.by
        if change.by < 0 and after < max(used := _used(account, limit), ZERO):
            words = f"{change.source} {change.name}: {after} after the change, {used} are used"
            raise BelowBilled(words, field="limits")
        if isinstance(limit, Cap):
            contract.set_cap(replace(limit, limit=after))
        else:
            contract.attach_order(replace(limit, limit=after))


def _limit_of(contract: Contract, change: LimitChange) -> Cap | PurchaseOrder:
    if change.source == "cap" and (cap := contract.caps.get(change.name)):
        return cap
    if change.source == "order" and contract.order and contract.order.number == change.name:
        return contract.order
    raise UnknownLimit(f"no {change.source} {change.name!r} is agreed", field="limits")


def _used(account: ContractAccount | None, limit: Cap | PurchaseOrder) -> Decimal:
    if account is None:
        return ZERO
    if isinstance(limit, Cap):
        return account.limits([limit])[0].used
    return account.ordered.get(limit.number, ZERO)
