"""Early warning: whether somebody should look at a project now, and why.

The thresholds are ours: a warning is a reason to look, never a verdict.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.measures.completion import AtCompletion
from domain.pricing.bounds import HUNDRED

Level = Literal["none", "watch", "act"]
OVERRUN_PCT = Decimal(10)
"""From here on an overrun of the budget wants an act, below it a look."""
INDEX = Decimal("0.9")
MARGIN_POINTS = Decimal(5)


@dataclass(frozen=True)
class Sold:
    """Margin as sold and as it will be, in one currency, with the prices they are of."""

    price: Decimal
    margin: Decimal
    price_now: Decimal
    margin_now: Decimal


@dataclass(frozen=True)
class EarlyWarning:
    """``reasons`` are whole sentences in a fixed order."""

    level: Level
    reasons: tuple[str, ...]


def warn(found: AtCompletion, sold: Sold | None) -> EarlyWarning:
    """What speaks for looking at a project. ``sold`` is None for internal work."""
    acts = [*_overrun(found, over=True), *_loss(sold)]
    watches = [*_overrun(found, over=False), *_orders(found), *_behind(found), *_thinner(sold)]
    level: Level = "act" if acts else "watch" if watches else "none"
    return EarlyWarning(level, (*acts, *watches))


def _overrun(found: AtCompletion, *, over: bool) -> list[str]:
    """The budget will not do; ``over``: by more than the threshold."""
    if found.variance >= 0:
        return []
    much = -found.variance * HUNDRED > found.budget * OVERRUN_PCT
    text = f"cost at completion exceeds the budget by {-found.variance}"
    return [text] if much == over else []


def _loss(sold: Sold | None) -> list[str]:
    if sold is None or sold.margin_now >= 0:
        return []
    return [f"it will end with a loss of {-sold.margin_now}"]


def _orders(found: AtCompletion) -> list[str]:
    if not found.committed or found.committed <= found.to_complete:
        return []
    return [f"{found.committed} is ordered and {found.to_complete} estimated"]


def _behind(found: AtCompletion) -> list[str]:
    listed = (("cost", found.cost_index), ("schedule", found.schedule_index))
    return [
        f"the {name} index is {index:.2f}"
        for name, index in listed
        if index is not None and index < INDEX and found.complete_pct
    ]


def _thinner(sold: Sold | None) -> list[str]:
    if sold is None or not sold.price or not sold.price_now:
        return []
    before = sold.margin * HUNDRED / sold.price
    after = sold.margin_now * HUNDRED / sold.price_now
    if before - after < MARGIN_POINTS:
        return []
    return [f"the margin falls from {before:.1f} % to {after:.1f} %"]
