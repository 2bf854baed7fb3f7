"""Not-to-exceed limits: what of a line may be billed, and who funds it.

A hard limit splits the line that straddles it; the part above is written down with reason
"cap". A soft one only says which of its thresholds were passed. Limits count amounts or hours,
of all costs or of named cost types. Funding rules are tried in order: each fills by its shares
until one of its limits is empty, then the rest goes to the next rule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import minor_unit, quantize, split

Measure = Literal["amount", "hours"]
REASON = "cap"


class BadLimit(Refusal):
    """A limit and what was used of it are not negative, and its name stands once."""

    code = "BAD_LIMIT"


class NegativeLine(Refusal):
    """A line to be capped is not negative."""

    code = "NEGATIVE_LINE"


class BadShares(Refusal):
    """The shares of a funding rule are above zero, name known limits and sum to at most one."""

    code = "BAD_SHARES"


@dataclass(frozen=True)
class Limit:
    """``limit`` and ``used`` in the currency or in hours; no ``cost_types`` means all."""

    name: str
    limit: Decimal
    used: Decimal = Decimal(0)
    measure: Measure = "amount"
    hard: bool = True
    cost_types: tuple[str, ...] = ()
    thresholds_pct: tuple[Decimal, ...] = (Decimal(75), Decimal(90), Decimal(100))

    @property
    def left(self) -> Decimal:
        """What may still be billed; never negative."""
        return max(Decimal(0), self.limit - self.used)

    def covers(self, cost_type: str) -> bool:
        """Whether it counts such a line."""
        return not self.cost_types or cost_type in self.cost_types


@dataclass(frozen=True)
class CapLine:
    """A line at its full value; ``hours`` is 0 where it is not time."""

    cost_type: str
    amount: Decimal
    hours: Decimal = Decimal(0)


@dataclass(frozen=True)
class CappedLine:
    """``billable + written_down`` is the line's amount; ``reason`` is empty if nothing is cut."""

    cost_type: str
    billable: Decimal
    written_down: Decimal
    billable_hours: Decimal
    written_down_hours: Decimal
    reason: str


@dataclass(frozen=True)
class Reached:
    """A threshold of a limit that these lines passed."""

    limit: str
    threshold_pct: Decimal


@dataclass(frozen=True)
class Capped:
    """Lines in their order, the limits after them, thresholds passed on the way."""

    lines: tuple[CappedLine, ...]
    limits: tuple[Limit, ...]
    reached: tuple[Reached, ...]
    billable: Decimal
    written_down: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class FundingLimit:
    """Money a source gives; None is without end."""

    name: str
    limit: Decimal | None


@dataclass(frozen=True)
class FundingShare:
    """A source and its part of what the rule fills, 0.5 for half."""

    limit: str
    share: Decimal


@dataclass(frozen=True)
class FundingRule:
    """Shares tried together; no ``cost_types`` means any."""

    shares: tuple[FundingShare, ...]
    cost_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class FundedLine:
    """An amount to be funded, with its cost type where rules ask for it."""

    amount: Decimal
    cost_type: str = ""


@dataclass(frozen=True)
class Portion:
    """What one rule (counted from 1) took from one source for one line (from 1)."""

    line: int
    rule: int
    limit: str
    amount: Decimal


@dataclass(frozen=True)
class Funded:
    """Portions in the order they were taken; what no rule covered, a line."""

    portions: tuple[Portion, ...]
    uncovered: tuple[Decimal, ...]
    left: tuple[FundingLimit, ...]
    steps: tuple[Step, ...]

    def of(self, limit: str, line: int | None = None) -> Decimal:
        """What a source pays, of one line or of all."""
        wanted = (p for p in self.portions if p.limit == limit and line in (None, p.line))
        return sum((portion.amount for portion in wanted), Decimal(0))


def cap_lines(limits: Sequence[Limit], lines: Sequence[CapLine], currency: str) -> Capped:
    """Cut lines, in their order, at the tightest hard limit that counts them.

    Raises BadLimit, NegativeLine.
    """
    _check_limits(limits)
    standing, found, steps = list(limits), list[CappedLine](), list[Step]()
    for line in lines:
        cut = _cut(standing, line, currency)
        found.append(cut)
        steps.append(_explain(line, cut, currency))
        standing = [_use(limit, cut) for limit in standing]
    reached = tuple(_reached(limits, standing))
    steps += [Step("cap.notify", f"{r.threshold_pct} % of {r.limit} reached") for r in reached]
    return Capped(
        tuple(found), tuple(standing), reached,
        sum((line.billable for line in found), Decimal(0)),
        sum((line.written_down for line in found), Decimal(0)), tuple(steps),
    )  # fmt: skip


def _check_limits(limits: Sequence[Limit]) -> None:
    if len({limit.name for limit in limits}) < len(limits):
        raise BadLimit("two limits have one name", field="limits")
    for limit in limits:
        if limit.limit < 0 or limit.used < 0:
            raise BadLimit(f"{limit.name}: {limit.used} of {limit.limit}", field="limits")


def _cut(limits: Iterable[Limit], line: CapLine, currency: str) -> CappedLine:
    if line.amount < 0 or line.hours < 0:
        raise NegativeLine(f"{line.amount} {currency} and {line.hours} h", field="lines")
    amount, hours = line.amount, line.hours
    for limit in limits:
        if limit.hard and limit.covers(line.cost_type):
            amount, hours = min((amount, hours), _room(limit, line, currency))
    return CappedLine(
        line.cost_type, amount, line.amount - amount, hours, line.hours - hours,
        REASON if amount < line.amount or hours < line.hours else "",
    )  # fmt: skip


def _room(limit: Limit, line: CapLine, currency: str) -> tuple[Decimal, Decimal]:
    if limit.measure == "amount":
        amount = min(line.amount, limit.left.quantize(minor_unit(currency), ROUND_FLOOR))
        hours = line.hours * amount / line.amount if line.amount else line.hours
        return amount, hours
    hours = min(line.hours, limit.left)
    amount = quantize(line.amount * hours / line.hours, currency) if line.hours else line.amount
    return amount, hours


def _use(limit: Limit, cut: CappedLine) -> Limit:
    if not limit.covers(cut.cost_type):
        return limit
    taken = cut.billable if limit.measure == "amount" else cut.billable_hours
    return replace(limit, used=limit.used + taken)


def _reached(before: Iterable[Limit], after: Iterable[Limit]) -> Iterable[Reached]:
    for old, new in zip(before, after, strict=True):
        for threshold in sorted(old.thresholds_pct):
            if old.used * 100 < threshold * old.limit <= new.used * 100:
                yield Reached(old.name, threshold)


def _explain(line: CapLine, cut: CappedLine, currency: str) -> Step:
    kind = line.cost_type or "line"
    if not cut.reason:
        return Step("cap.within", f"{kind}: {cut.billable} {currency} is within every limit")
    text = f"{kind}: {line.amount} {currency} of which {cut.billable} billable"
    return Step("cap.hard", f"{text}, {cut.written_down} written down by the cap")


def fund(
    limits: Sequence[FundingLimit],
    rules: Sequence[FundingRule],
    lines: Sequence[FundedLine],
    currency: str,
) -> Funded:
    """Fund each line by the rules in order. Raises BadShares, NegativeLine, BadLimit."""
    left = {limit.name: limit.limit for limit in limits}
    _check_rules(left, rules)
    if any(limit.limit is not None and limit.limit < 0 for limit in limits):
        raise BadLimit("a funding limit is negative", field="limits")
    portions, uncovered = list[Portion](), list[Decimal]()
    for number, line in enumerate(lines, 1):
        taken = _fund_line(left, rules, line, number, currency)
        portions += taken
        uncovered.append(line.amount - sum((p.amount for p in taken), Decimal(0)))
    after = tuple(FundingLimit(limit.name, left[limit.name]) for limit in limits)
    return Funded(tuple(portions), tuple(uncovered), after, _tell(portions, uncovered, currency))


def _check_rules(limits: dict[str, Decimal | None], rules: Sequence[FundingRule]) -> None:
    for number, rule in enumerate(rules, 1):
        whole = sum((share.share for share in rule.shares), Decimal(0))
        unknown = {share.limit for share in rule.shares} - limits.keys()
        if not rule.shares or unknown or whole > 1 or min(s.share for s in rule.shares) <= 0:
            raise BadShares(f"rule {number}: shares of {whole}", field="rules")


def _fund_line(
    left: dict[str, Decimal | None],
    rules: Sequence[FundingRule],
    line: FundedLine,
    number: int,
    currency: str,
) -> list[Portion]:
    if line.amount < 0:
        raise NegativeLine(f"{line.amount} {currency}", field="transactions")
    open_, portions = line.amount, list[Portion]()
    for place, rule in enumerate(rules, 1):
        if rule.cost_types and line.cost_type not in rule.cost_types:
            continue
        for share, amount in _fill(left, rule, open_, currency):
            portions.append(Portion(number, place, share.limit, amount))
            room = left[share.limit]
            left[share.limit] = None if room is None else room - amount
            open_ -= amount
    return portions


def _fill(
    left: dict[str, Decimal | None], rule: FundingRule, open_: Decimal, currency: str
) -> list[tuple[FundingShare, Decimal]]:
    filled = Fraction(open_)
    for share in rule.shares:
        room = left[share.limit]
        if room is not None:
            filled = min(filled, Fraction(room) / Fraction(share.share))
    whole = filled * sum(Fraction(share.share) for share in rule.shares)
    total = _down(whole, currency)
    parts = split(total, [share.share for share in rule.shares], currency)
    return [(s, part) for s, part in zip(rule.shares, parts, strict=True) if part]


def _down(amount: Fraction, currency: str) -> Decimal:
    exact = Decimal(amount.numerator) / amount.denominator
    return exact.quantize(minor_unit(currency), ROUND_DOWN)


def _tell(
    portions: Iterable[Portion], uncovered: Iterable[Decimal], currency: str
) -> tuple[Step, ...]:
    told = [
        Step("cap.rule", f"line {p.line}, rule {p.rule}: {p.amount} {currency} from {p.limit}")
        for p in portions
    ]
    rest = [
        Step("cap.uncovered", f"line {number}: {amount} {currency} has no funding left")
        for number, amount in enumerate(uncovered, 1)
        if amount
    ]
    return (*told, *rest)
