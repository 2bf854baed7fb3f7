"""The position of a contract: earned less billed, and what it is called on the balance sheet.

Owns the split into contract asset, receivable and contract liability, net within a contract and
never across contracts; the rollforward of a balance; and the layers that keep a foreign position
at the rates it was booked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO, portion


class RollforwardDoesNotTie(Refusal):
    """The opening balance and the movements do not give the closing balance."""

    code = "ROLLFORWARD_DOES_NOT_TIE"


class UnconditionalAboveAsset(Refusal):
    """More is said to be unconditional than is earned and not billed."""

    code = "UNCONDITIONAL_ABOVE_ASSET"


class ContractTwice(Refusal):
    """A contract is named twice: it has one net position, and one part of a document."""

    code = "CONTRACT_TWICE"


class NoPositions(Refusal):
    """There is nothing to present."""

    code = "NO_POSITIONS"


class OutOfOrder(Refusal):
    """A movement is booked before one that already drew on the layers."""

    code = "OUT_OF_ORDER"


@dataclass(frozen=True)
class Position:
    """One contract; ``net`` is earned less billed, or less what was paid ahead of the bill.

    The other figures are not negative: ``unbilled_receivable`` is earned, not billed, and waits
    for time alone; ``receivable`` is billed and not paid.
    """

    contract_id: str
    net: Decimal
    contract_asset: Decimal
    contract_liability: Decimal
    unbilled_receivable: Decimal
    receivable: Decimal
    steps: tuple[Step, ...]

    @property
    def under_billed(self) -> Decimal:
        """Earned and not yet billed."""
        return max(self.net, ZERO)

    @property
    def over_billed(self) -> Decimal:
        """Billed and not yet earned."""
        return max(-self.net, ZERO)


@dataclass(frozen=True)
class Presentation:
    """Balances of many contracts: sums of each side, and their difference for control."""

    contract_assets: Decimal
    contract_liabilities: Decimal
    receivables: Decimal
    net: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Rollforward:
    """A net position over a period: assets positive, liabilities negative.

    ``recognised`` adds, ``billed`` takes away; ``reclassified`` is moved to receivables and
    takes away too; ``fx`` and ``other`` carry their sign. ``from_opening_liability`` is revenue
    of what had been billed before the period (ASC 606-10-50-8(b)).
    """

    opening: Decimal
    recognised: Decimal
    billed: Decimal
    reclassified: Decimal
    fx: Decimal
    other: Decimal
    closing: Decimal
    from_opening_liability: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Layer:
    """Part of a foreign position: amount and booked functional amount; debit is positive."""

    booked_on: date
    amount: Decimal
    functional: Decimal


@dataclass(frozen=True)
class Movement:
    """Revenue or an invoice on its accounting date, its functional amount at that day's rate.

    Both amounts are positive as the event goes: earned, or billed; negative takes it back.
    """

    kind: Literal["revenue", "invoice"]
    accounting_on: date
    amount: Decimal
    functional: Decimal


@dataclass(frozen=True)
class Booked:
    """A movement in the books: ``functional`` as booked for revenue or receivable.

    ``fx`` is the gain (positive) where an invoice settles an asset booked at another rate.
    ``layers`` is the position after it.
    """

    functional: Decimal
    fx: Decimal
    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]


def position(
    contract_id: str,
    earned: Decimal,
    billed: Decimal,
    *,
    paid: Decimal | None = None,
    unconditional: Decimal = ZERO,
) -> Position:
    """A contract's balances from what is earned, billed and paid to date, one currency.

    Only bills whose amount is due unconditionally count as billed; money ahead of the bill is
    a liability as well. ``unconditional`` is the part of the unbilled that waits for time
    alone. Source: ASC 606-10-45-1 to 45-4,
    IFRS 15.105-108. Raises UnconditionalAboveAsset, NegativeFigure.
    """
    if unconditional < 0:
        raise NegativeFigure(f"unconditional is {unconditional}", field="unconditional")
    asked = billed if paid is None else max(billed, paid)
    net = earned - asked
    asset = max(net, ZERO)
    if unconditional > asset:
        raise UnconditionalAboveAsset(f"{unconditional} unconditional of {asset} unbilled")
    kind = "contract asset" if net > 0 else "contract liability" if net < 0 else "settled"
    receivable = ZERO if paid is None else asked - paid
    step = Step("position.net", f"{earned} earned less {asked} billed or paid = {net}: {kind}")
    return Position(
        contract_id, net, asset - unconditional, max(-net, ZERO), unconditional, receivable,
        (step,),
    )  # fmt: skip


def present(positions: Sequence[Position]) -> Presentation:
    """Assets and liabilities of many contracts, each side summed for itself.

    Raises NoPositions, ContractTwice.
    """
    if not positions:
        raise NoPositions("no contract to present")
    seen: set[str] = set()
    for each in positions:
        if each.contract_id in seen:
            raise ContractTwice(f"contract {each.contract_id} is listed twice")
        seen.add(each.contract_id)
    assets = sum((each.contract_asset for each in positions), ZERO)
    liabilities = sum((each.contract_liability for each in positions), ZERO)
    receivables = sum((each.receivable + each.unbilled_receivable for each in positions), ZERO)
    step = Step("position.present", f"{len(positions)} contracts, none netted with another")
    net = sum((each.net for each in positions), ZERO)
    return Presentation(assets, liabilities, receivables, net, (step,))


def rollforward(
    opening: Decimal,
    *,
    recognised: Decimal = ZERO,
    billed: Decimal = ZERO,
    reclassified: Decimal = ZERO,
    fx: Decimal = ZERO,
    other: Decimal = ZERO,
    closing: Decimal | None = None,
) -> Rollforward:
    """A position from one date to another; ``closing``, where given, must be met.

    Source: ASC 606-10-50-8 to 50-10, IFRS 15.116-118. Raises RollforwardDoesNotTie.
    """
    found = opening + recognised - billed - reclassified + fx + other
    if closing is not None and closing != found:
        raise RollforwardDoesNotTie(f"the movements give {found}, the books hold {closing}")
    text = (
        f"{opening} + {recognised} recognised - {billed} billed - {reclassified} reclassified"
        f" + {fx} fx + {other} other = {found}"
    )
    from_opening = max(min(-opening, recognised), ZERO)
    return Rollforward(
        opening, recognised, billed, reclassified, fx, other, found, from_opening,
        (Step("position.rollforward", text),),
    )  # fmt: skip


def book(layers: tuple[Layer, ...], movement: Movement, functional_currency: str) -> Booked:
    """A movement against the position's layers, oldest first; what is left over opens one.

    Revenue that draws on a credit balance takes the rate it was billed at (IFRIC 22), the rest
    its own day's. An invoice keeps its day's rate; settling an asset booked at another one is
    an exchange difference. Taking back goes at the rates booked. Raises OutOfOrder.
    """
    if layers and movement.accounting_on < layers[-1].booked_on:
        raise OutOfOrder(f"{movement.accounting_on} is before {layers[-1].booked_on}")
    sign = 1 if movement.kind == "revenue" else -1
    amount = sign * movement.amount
    taken, carried, rest = _draw(layers, amount, functional_currency)
    share = Fraction(amount + taken) / Fraction(amount) if amount else Fraction(0)
    own = portion(sign * movement.functional, share, functional_currency)
    if left := amount + taken:
        rest = (*rest, Layer(movement.accounting_on, left, own))
    booked = own - carried
    if movement.kind == "revenue" or movement.amount < 0:
        fx = ZERO
    else:
        fx = movement.functional - sign * booked
        booked = sign * movement.functional
    text = f"{-taken} drawn at booked {-carried}, {left} at the day's {own}"
    return Booked(sign * booked, fx, rest, (Step("position.layers", text),))


def carrying(layers: Sequence[Layer]) -> tuple[Decimal, Decimal]:
    """Amount in contract currency and functional amount of all layers, debit positive."""
    return sum((x.amount for x in layers), ZERO), sum((x.functional for x in layers), ZERO)


def _draw(
    layers: tuple[Layer, ...], amount: Decimal, currency: str
) -> tuple[Decimal, Decimal, tuple[Layer, ...]]:
    """What layers of the other sign give up, their functional amounts, and what stays."""
    taken, carried, rest = ZERO, ZERO, list(layers)
    while rest and rest[0].amount * amount < 0 and taken != -amount:
        oldest = rest.pop(0)
        wanted = -amount - taken
        take = min(oldest.amount, wanted, key=abs)
        value = portion(oldest.functional, Fraction(take) / Fraction(oldest.amount), currency)
        taken, carried = taken + take, carried + value
        if take != oldest.amount:
            left = replace(
                oldest, amount=oldest.amount - take, functional=oldest.functional - value
            )
            rest.insert(0, left)
    return taken, carried, tuple(rest)
