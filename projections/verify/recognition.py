"""Revenue of obligations: within its price, adding up, and never less without a reason.

Recognised revenue is cumulative. It falls where a modification, a reversal, a new price, a new
measure or less work than before says so (ASC 606-10-25-31 to 25-37), and for no other reason.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.revenue.contract import RevenueContract
from domain.revenue.runs import RecognizedLine
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence


@dataclass
class Held:
    """An obligation so far; ``moved`` since its last line by what may lower it.

    ``days`` are those on which another measure of it begins or ends to hold.
    """

    allocated: Decimal = Decimal(0)
    recognised: Decimal = Decimal(0)
    done: Decimal = Decimal(0)
    moved: bool = False
    on: date = date.min
    days: list[date] = field(default_factory=list)

    def may_fall(self, on: date) -> bool:
        """Whether a line of that day may be less than the one before it."""
        first, last = sorted((self.on, on))
        return self.moved or any(first <= day <= last for day in self.days)


class Recognition(Check):
    """Every line of every run of every contract that runs earn, from the log alone."""

    name = "revenue within its price"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._held: dict[tuple[UUID, str], Held] = defaultdict(Held)
        self._lines = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Follow price, progress and lines."""
        for at in page:
            if isinstance(at.fact, RevenueContract.Recognized | RevenueContract.Reversed):
                for line in at.fact.lines:
                    self._line(at, line)
            elif moves := MOVES.get(type(at.fact)):
                for obligation, allocated, days in moves(at.fact):
                    held = self._held[at.fact.contract_id, obligation]
                    held.allocated = held.allocated if allocated is None else allocated
                    held.days += days
                    held.moved = True

    def _line(self, at: Recorded, line: RecognizedLine) -> None:
        held = self._held[at.fact.contract_id, line.obligation]
        reversed_ = isinstance(at.fact, RevenueContract.Reversed)
        for fault in faults(held, line, at.fact.run.on, reversed_=reversed_):
            self.find(f"event {at.position}: {line.obligation} of {at.fact.contract_id} {fault}")
        held.recognised, held.done, held.moved = line.cumulative, line.done, reversed_
        held.on = at.fact.run.on
        self._lines += 1

    def conclude(self) -> str:
        """How many."""
        return f"{self._lines} lines of {len(self._held)} obligations"


def faults(held: Held, line: RecognizedLine, on: date, *, reversed_: bool) -> Iterable[str]:
    """What is wrong with a line of a day after what was held, in words.

    A reversal goes back to what there was, at whatever price that was; the next run sees to it.
    """
    if line.cumulative != held.recognised + line.delta:
        yield f"has {line.cumulative}, due was {held.recognised} + {line.delta}"
    if reversed_:
        return
    if line.cumulative > held.allocated:
        yield f"has {line.cumulative} recognised of {held.allocated} allocated"
    if line.delta < 0 and not held.may_fall(on) and line.done >= held.done:
        yield f"fell by {-line.delta}, and nothing says why"


Moves = Iterable[tuple[str, Decimal | None, Sequence[date]]]


def _shares(fact: RevenueContract.PriceDetermined | RevenueContract.PriceAllocated) -> Moves:
    return ((share.obligation, share.amount, ()) for share in fact.shares)


def _modified(fact: RevenueContract.ModificationConfirmed) -> Moves:
    return ((one.obligation, one.allocated, (fact.effective_on,)) for one in fact.obligations)


def _measured(fact: RevenueContract.ProgressMeasured) -> Moves:
    return ((fact.obligation, None, (fact.measured.on,)),)


def _overridden(fact: RevenueContract.ProgressOverridden) -> Moves:
    return ((fact.obligation, None, (fact.override.from_on, fact.override.expires_on)),)


def _satisfied(fact: RevenueContract.ObligationSatisfied) -> Moves:
    return ((fact.obligation, None, (fact.satisfied_on,)),)


MOVES: dict[type, Callable[[Any], Moves]] = {
    RevenueContract.PriceDetermined: _shares,
    RevenueContract.PriceAllocated: _shares,
    RevenueContract.ModificationConfirmed: _modified,
    RevenueContract.ProgressMeasured: _measured,
    RevenueContract.ProgressOverridden: _overridden,
    RevenueContract.ObligationSatisfied: _satisfied,
}
"""Facts that may lower revenue: the price of each obligation where they say it, and their days."""
