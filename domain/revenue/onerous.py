"""Onerous contracts: the loss still to come, provided for at once and used as the work goes on.

The provision stands apart from revenue, which keeps following progress.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.explanation import Step
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO, portion
from domain.revenue.progress import Progress

Policy = Literal["ifrs", "us_gaap", "off"]


@dataclass(frozen=True)
class LossEstimate:
    """A contract as expected at a period's end; cost is incremental and allocated direct cost.

    ``exit_cost`` is what leaving the contract would cost instead, where it can be left.
    """

    price: Decimal
    total_cost: Decimal
    progress: Progress
    exit_cost: Decimal | None = None
    construction_type: bool = False


@dataclass(frozen=True)
class Provision:
    """What is provided now, and the change: ``charged`` to profit, ``used`` or released.

    ``change`` is charged less used.
    """

    expected_loss: Decimal
    balance: Decimal
    before: Decimal
    change: Decimal
    charged: Decimal
    used: Decimal
    steps: tuple[Step, ...]


def provide(
    estimate: LossEstimate, before: Decimal, currency: str, policy: Policy = "ifrs"
) -> Provision:
    """The loss on work not yet done: (total cost - price) x (1 - progress), never below zero.

    Source: IAS 37.66-69 (the lower of fulfilling and leaving); under US GAAP only for
    construction-type contracts, ASC 605-35-25-45. Raises NegativeFigure.
    """
    if min(estimate.price, estimate.total_cost, estimate.exit_cost or ZERO, before) < 0:
        raise NegativeFigure("price, cost and provision are not below zero")
    loss = max(estimate.total_cost - estimate.price, ZERO)
    balance, steps = _unavoidable(estimate, loss, currency)
    if policy == "off" or (policy == "us_gaap" and not estimate.construction_type):
        balance, steps = ZERO, (Step("onerous.policy", f"no provision under {policy}"),)
    change = balance - before
    moved = Step("onerous.change", f"{balance} provided, {before} before: {change}")
    return Provision(
        loss, balance, before, change, max(change, ZERO), max(-change, ZERO), (*steps, moved)
    )


def provisions(
    estimates: tuple[LossEstimate, ...], currency: str, policy: Policy = "ifrs"
) -> tuple[Provision, ...]:
    """The provision of each period's end, each changing the one before."""
    found: list[Provision] = []
    for estimate in estimates:
        before = found[-1].balance if found else ZERO
        found.append(provide(estimate, before, currency, policy))
    return tuple(found)


def _unavoidable(
    estimate: LossEstimate, loss: Decimal, currency: str
) -> tuple[Decimal, tuple[Step, ...]]:
    left = 1 - estimate.progress.share
    fulfil = portion(loss, left, currency)
    text = f"{estimate.total_cost} cost, {estimate.price} price: {fulfil} of the loss to come"
    steps = (Step("onerous.remaining_loss", text),)
    if estimate.exit_cost is None or estimate.exit_cost >= fulfil:
        return fulfil, steps
    leave = portion(estimate.exit_cost, Fraction(1), currency)
    return leave, (*steps, Step("onerous.exit", f"leaving costs {leave}, which is less"))
