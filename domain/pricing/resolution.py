"""Rate resolution: of all rates that may price an hour, the most specific one that holds.

Rates come from an override on the entry, from a project, a contract, a client's card or the
default card. Each is about an entry, person, task, role or client (several together, or none),
and holds from a day until another. The work date decides, never the day of entry or of billing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import CurrencyMismatch
from domain.pricing.bounds import require_not_negative
from domain.pricing.rate_card import NoBillRate, RateLine

Source = Literal["entry", "project", "contract", "client", "default"]
NEAREST: tuple[Source, ...] = ("entry", "project", "contract", "client", "default")
SUBJECTS = ("entry", "person", "task", "role", "client")


class AmbiguousRate(Refusal):
    """Two rates of one scope and source hold on one day."""

    code = "AMBIGUOUS_RATE"


class EmptyRange(Refusal):
    """A rate ends before it begins."""

    code = "EMPTY_RATE_RANGE"


@dataclass(frozen=True)
class Work:
    """What is priced: an hour of a person on a task on a day; empty where not known."""

    on: date
    person: str = ""
    task: str = ""
    role: str = ""
    client: str = ""
    entry: str = ""


@dataclass(frozen=True)
class Candidate:
    """A rate per hour; an empty subject means any; ``until`` is the first day without it.

    Without ``until`` it holds till a later rate of its scope and source begins.
    """

    hourly_rate: Decimal
    currency: str
    from_date: date
    until: date | None = None
    source: Source = "default"
    entry: str = ""
    person: str = ""
    task: str = ""
    role: str = ""
    client: str = ""

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """What the rate is about, the most specific first."""
        return self.entry, self.person, self.task, self.role, self.client

    @property
    def scope(self) -> str:
        """Names of what the rate is about: ``person+task``, ``role``, ``default``."""
        return "+".join(name for name, _ in self.wanted) or "default"

    @cached_property
    def wanted(self) -> tuple[tuple[str, str], ...]:
        """The subjects it names, by name."""
        return tuple(one for one in zip(SUBJECTS, self.subjects, strict=True) if one[1])

    @cached_property
    def order(self) -> tuple[tuple[bool, ...], int]:
        """The greater, the more specific: scope first, then the nearer source."""
        return tuple(map(bool, self.subjects)), -NEAREST.index(self.source)

    def about(self, work: Work) -> bool:
        """Whether the rate may price such work on any day."""
        return all(getattr(work, name) == value for name, value in self.wanted)

    def holds(self, on: date) -> bool:
        """Whether the day is in the rate's own range, later rates aside."""
        return self.from_date <= on and (self.until is None or on < self.until)

    def words(self) -> str:
        """The rate in a sentence."""
        who = ", ".join(f"{name} {value}" for name, value in self.wanted if name != "entry")
        end = f" until {self.until}" if self.until else ""
        since = f"since {self.from_date}{end}"
        rate = f"{self.hourly_rate} {self.currency}/h for {who or 'everyone'}"
        return f"{rate} {since} ({'rate card' if self.source == 'default' else self.source})"


@dataclass(frozen=True)
class Resolution:
    """The rate, the candidate it is from, and those that also held but were less specific."""

    hourly_rate: Decimal
    currency: str
    won: Candidate
    passed_over: tuple[Candidate, ...]
    steps: tuple[Step, ...]


def from_line(line: RateLine, currency: str, source: Source = "default") -> Candidate:
    """A line of a rate card as a candidate; its activity is the task."""
    return Candidate(
        line.hourly_rate, currency, line.from_date, source=source,
        person=line.person, task=line.activity, role=line.role,
    )  # fmt: skip


def resolve_rate(
    candidates: Sequence[Candidate], work: Work, currency: str | None = None
) -> Resolution:
    """The rate of the work: entry, person and task, person, task, role, client, default.

    Within one scope the nearer source wins (entry, project, contract, client, default), within
    one source the rate begun last. ``currency`` is the contract's, where it is fixed.

    Raises NoBillRate, AmbiguousRate, EmptyRange, NegativeFigure, CurrencyMismatch.
    Source: accounting rules of the project (rate look-up by work date, most specific first).
    """
    for candidate in candidates:
        _require_sound(candidate)
    held = [rate for rate in candidates if rate.about(work) and rate.holds(work.on)]
    if not held:
        raise NoBillRate(_no_rate(work), field="on")
    ranked = sorted(held, key=lambda rate: (rate.order, rate.from_date), reverse=True)
    won = ranked[0]
    _require_alone(won, held)
    if currency not in {None, won.currency}:
        raise CurrencyMismatch(f"the rate is in {won.currency}, the contract in {currency}")
    return Resolution(won.hourly_rate, won.currency, won, tuple(ranked[1:]), _steps(ranked, work))


def _require_sound(candidate: Candidate) -> None:
    require_not_negative(candidate.hourly_rate, "hourly_rate")
    if candidate.until is not None and candidate.until <= candidate.from_date:
        raise EmptyRange(
            f"a rate from {candidate.from_date} ends {candidate.until}", field="until"
        )


def _require_alone(won: Candidate, held: Sequence[Candidate]) -> None:
    """An open rate gives way to a later one; a dated range or the same first day does not."""
    rivals = [rate for rate in held if rate.order == won.order]
    clash = [r for r in rivals if r.until is not None or r.from_date == won.from_date]
    if len(clash) > 1:
        rates = " and ".join(str(rate.hourly_rate) for rate in rivals)
        raise AmbiguousRate(f"{rates} {won.currency} both hold for {won.scope}", field="on")


def _no_rate(work: Work) -> str:
    who = work.person or work.role or work.task or work.client or "anyone"
    return f"no rate for {who} on {work.on}"


def _steps(ranked: Sequence[Candidate], work: Work) -> tuple[Step, ...]:
    won, *others = ranked
    over = [Step("rate.passed_over", f"less specific or earlier: {one.words()}") for one in others]
    return Step("rate.most_specific", f"{work.on}: {won.words()}"), *over
