"""The billing schedule of a fixed price: entries that sum to the price exactly.

An entry is an amount or a percentage of the price. What a client approved is frozen; a changed
price is spread over the entries that are not, in proportion to what they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import require_fine, split


class ScheduleMismatch(Refusal):
    """The entries do not sum to the price."""

    code = "SCHEDULE_MISMATCH"


class AmountOrPercent(Refusal):
    """An entry has either an amount or a percentage above zero."""

    code = "AMOUNT_OR_PERCENT"


class FrozenAbovePrice(Refusal):
    """What is approved is more than the new price, or nothing is left to carry the change."""

    code = "FROZEN_ABOVE_PRICE"


class UnknownScheduleEntry(Refusal):
    """The schedule has no such entry, or has it twice."""

    code = "UNKNOWN_SCHEDULE_ENTRY"


@dataclass(frozen=True)
class Entry:
    """One of ``amount`` and ``pct`` (of the price) is given."""

    name: str
    amount: Decimal | None = None
    pct: Decimal | None = None


@dataclass(frozen=True)
class Milestone:
    """``amount`` in the schedule's currency; ``frozen`` once approved."""

    name: str
    amount: Decimal
    frozen: bool = False


@dataclass(frozen=True)
class Schedule:
    """The amounts of ``milestones`` sum to ``price``."""

    currency: str
    price: Decimal
    milestones: tuple[Milestone, ...]
    steps: tuple[Step, ...]

    @property
    def frozen(self) -> Decimal:
        """What is approved."""
        return sum((m.amount for m in self.milestones if m.frozen), Decimal(0))


def plan(price: Decimal, entries: Sequence[Entry], currency: str) -> Schedule:
    """Turn amounts and percentages into amounts; the percentages share what is left.

    Raises ScheduleMismatch, AmountOrPercent, UnknownScheduleEntry, AmountTooFine.
    """
    require_fine(price, currency, field="price")
    for entry in entries:
        _check(entry, currency)
    if not entries or len({entry.name for entry in entries}) < len(entries):
        raise UnknownScheduleEntry("entries have names of their own", field="entries")
    fixed = sum((entry.amount or Decimal(0) for entry in entries), Decimal(0))
    pct = sum((entry.pct or Decimal(0) for entry in entries), Decimal(0))
    if fixed + price * pct / 100 != price:
        raise ScheduleMismatch(f"{fixed} and {pct} % of {price} do not sum to {price} {currency}")
    amounts = _amounts(price - fixed, entries, currency)
    parts = tuple(Milestone(e.name, a) for e, a in zip(entries, amounts, strict=True))
    steps = tuple(Step("milestone.entry", f"{m.name}: {m.amount} {currency}") for m in parts)
    return Schedule(currency, price, parts, steps)


def _check(entry: Entry, currency: str) -> None:
    given = [value for value in (entry.amount, entry.pct) if value is not None]
    if len(given) != 1 or given[0] <= 0:
        raise AmountOrPercent(f"{entry.name}: {entry.amount} and {entry.pct} %", field="entries")
    require_fine(entry.amount or Decimal(0), currency, field="entries")


def _amounts(shared: Decimal, entries: Sequence[Entry], currency: str) -> list[Decimal]:
    weights = [entry.pct for entry in entries if entry.pct is not None]
    parts = iter(split(shared, weights, currency) if weights else [])
    return [next(parts) if e.amount is None else e.amount for e in entries]


def approve(schedule: Schedule, name: str) -> Schedule:
    """Freeze an entry's amount; twice changes nothing. Raises UnknownScheduleEntry."""
    if name not in {milestone.name for milestone in schedule.milestones}:
        raise UnknownScheduleEntry(f"no entry {name}", field="name")
    frozen = tuple(replace(m, frozen=m.frozen or m.name == name) for m in schedule.milestones)
    return replace(schedule, milestones=frozen)


def replan(schedule: Schedule, new_price: Decimal) -> Schedule:
    """Spread a changed price over what is not frozen, by largest remainder.

    Raises FrozenAbovePrice, AmountTooFine.
    """
    require_fine(new_price, schedule.currency, field="price")
    open_, rest = [m for m in schedule.milestones if not m.frozen], new_price - schedule.frozen
    if rest < 0 or (rest and not open_):
        text = f"{schedule.frozen} {schedule.currency} is approved, the price is {new_price}"
        raise FrozenAbovePrice(text, field="price")
    weights = [m.amount for m in open_]
    weights = weights if any(weights) else [Decimal(1)] * len(open_)
    parts = iter(split(rest, weights, schedule.currency) if open_ else [])
    moved = tuple(m if m.frozen else replace(m, amount=next(parts)) for m in schedule.milestones)
    text = f"{new_price} less {schedule.frozen} approved: {rest} over {len(open_)} open entries"
    return Schedule(schedule.currency, new_price, moved, (Step("milestone.replan", text),))
