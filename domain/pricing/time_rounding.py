"""Time rounding: from minutes worked to minutes billed, as the contract's terms say.

Factor first, then the unit. The terms say over what is rounded: each entry, all of a day, of a
person's day, of an invoice line, or of the invoice. What is rounded over more than an entry is
given back to its entries by largest remainder, so they add up to what is billed. Raw minutes
are kept beside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Literal

from domain.explanation import Step
from domain.pricing.bounds import HUNDRED, ZERO, require_not_negative, require_some

Mode = Literal["UP", "DOWN", "HALF_UP", "HALF_DOWN", "HALF_EVEN", "NONE"]
Scope = Literal["entry", "day", "person_day", "line", "invoice"]
HALF = Fraction(1, 2)
WHOLE: dict[Mode, Callable[[Fraction], int]] = {
    "UP": ceil,
    "DOWN": floor,
    "HALF_UP": lambda units: floor(units + HALF),
    "HALF_DOWN": lambda units: ceil(units - HALF),
    "HALF_EVEN": round,
}
"""Whole units of a mode; nothing is rounded where the mode is NONE."""


@dataclass(frozen=True)
class RoundingTerms:
    """How a contract rounds time. ``unit_minutes`` 0 rounds to nothing, as mode NONE does.

    ``minimum_minutes`` is the least that is billed for anything worked within the scope.
    """

    unit_minutes: Decimal
    mode: Mode
    scope: Scope = "entry"
    factor_pct: Decimal = HUNDRED
    minimum_minutes: Decimal = ZERO


@dataclass(frozen=True)
class WorkedTime:
    """A time entry as it was logged; ``line`` names the invoice line it goes on."""

    entry_id: str
    minutes: int
    work_date: date
    person: str = ""
    line: str = ""


@dataclass(frozen=True)
class RoundedEntry:
    """Minutes logged and minutes billed of one entry."""

    entry_id: str
    minutes: int
    rounded_minutes: Decimal


@dataclass(frozen=True)
class RoundedTime:
    """All entries, in the order given; ``rounded_minutes`` is the sum of theirs."""

    minutes: int
    rounded_minutes: Decimal
    entries: tuple[RoundedEntry, ...]
    steps: tuple[Step, ...]

    @property
    def rounded_hours(self) -> Decimal:
        """What is billed, in hours."""
        return self.rounded_minutes / 60


def round_quantity(
    quantity: Decimal, unit: Decimal, mode: Mode, factor_pct: Decimal = HUNDRED
) -> Decimal:
    """A quantity times its factor, in whole units, in the unit's own measure (hours, minutes).

    Raises NegativeFigure.
    """
    require_not_negative(quantity, "quantity")
    require_not_negative(unit, "unit")
    require_not_negative(factor_pct, "factor_pct")
    return _plain(_rounded(Fraction(quantity) * _ratio(factor_pct), Fraction(unit), mode))


def round_time(entries: Sequence[WorkedTime], terms: RoundingTerms) -> RoundedTime:
    """Round each group of the terms' scope, and share the result among its entries.

    Raises NothingGiven, NegativeFigure. Source: accounting rules of the project (7 x 29 min are
    7 h by entry, 4 h by invoice).
    """
    require_some(entries, "entries")
    _require_sound(entries, terms)
    groups: dict[tuple[str, ...], list[int]] = {}
    for at, entry in enumerate(entries):
        groups.setdefault(_group(entry, at, terms.scope), []).append(at)
    parts: dict[int, Decimal] = {}
    steps: list[Step] = []
    for name, members in groups.items():
        raw = [entries[at].minutes for at in members]
        billed = _billed(sum(raw), terms)
        parts.update(zip(members, _shared(billed, raw), strict=True))
        steps.append(_step(" ".join(name), sum(raw), billed, terms))
    found = tuple(RoundedEntry(e.entry_id, e.minutes, parts[at]) for at, e in enumerate(entries))
    total = sum((entry.rounded_minutes for entry in found), ZERO)
    return RoundedTime(sum(e.minutes for e in entries), total, found, tuple(steps))


def _require_sound(entries: Sequence[WorkedTime], terms: RoundingTerms) -> None:
    for entry in entries:
        require_not_negative(entry.minutes, "minutes")
    require_not_negative(terms.unit_minutes, "unit_minutes")
    require_not_negative(terms.factor_pct, "factor_pct")
    require_not_negative(terms.minimum_minutes, "minimum_minutes")


def _group(entry: WorkedTime, at: int, scope: Scope) -> tuple[str, ...]:
    day = entry.work_date.isoformat()
    return {
        "entry": ("entry", entry.entry_id, str(at)),
        "day": (day,),
        "person_day": (entry.person, day),
        "line": ("line", entry.line),
        "invoice": ("invoice",),
    }[scope]


@lru_cache(1 << 12)  # a contract's entries have few different lengths
def _billed(minutes: int, terms: RoundingTerms) -> Fraction:
    exact = minutes * _ratio(terms.factor_pct)
    rounded = _rounded(exact, Fraction(terms.unit_minutes), terms.mode)
    return max(rounded, Fraction(terms.minimum_minutes)) if minutes else rounded


def _rounded(exact: Fraction, unit: Fraction, mode: Mode) -> Fraction:
    if not unit or mode == "NONE":
        return exact
    return WHOLE[mode](exact / unit) * unit


def _shared(billed: Fraction, raw: Sequence[int]) -> list[Decimal]:
    """Parts by raw minutes, in whole minutes where the total has no smaller part."""
    if not sum(raw):
        return [ZERO for _ in raw]
    if len(raw) == 1:
        return [_plain(billed)]
    steps, step = billed.numerator, Fraction(1, billed.denominator)
    exact = [Fraction(steps * minutes, sum(raw)) for minutes in raw]
    parts = [floor(share) for share in exact]
    order = sorted(range(len(raw)), key=lambda at: parts[at] - exact[at])
    for at in order[: steps - sum(parts)]:
        parts[at] += 1
    return [_plain(part * step) for part in parts]


def _ratio(pct: Decimal) -> Fraction:
    return Fraction(pct) / 100


def _plain(figure: Fraction) -> Decimal:
    return Decimal(figure.numerator) / figure.denominator


def _step(name: str, raw: int, billed: Fraction, terms: RoundingTerms) -> Step:
    factor = "" if terms.factor_pct == HUNDRED else f" x {terms.factor_pct} %"
    unit = f"{terms.mode} to {terms.unit_minutes} min" if terms.unit_minutes else "no unit"
    text = f"{name}: {raw} min{factor}, {unit} = {_plain(billed)} min"
    return Step(f"time.round_{terms.scope}", text)
