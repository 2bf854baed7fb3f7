"""Translation: a member's balances in the currency of the group, and the difference it leaves.

Assets and liabilities stand at the closing rate, each month's result at its average rate, equity
at the rate of the day it came, and at the day of acquisition where it came before. What the
member earned before it joined is equity of that day. All values are cumulative. The sum of each
class is rounded once and split by largest remainder, so the difference, which is equity of its
own (3200), is explained without a cent of rounding. Source: IAS 21.39-41.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from domain.ledger import chart
from domain.ledger.chart import account
from domain.ledger.period import month_of
from domain.money import minor_unit
from domain.pricing.fx import Quote

ZERO = Decimal(0)
Key = tuple[str, str]
"""Account and counterparty."""


@dataclass(frozen=True)
class TrialRow:
    """What a member's main book says, debit positive, in its own currency.

    Of assets and liabilities, and of results: the balance at the end of a day. Of equity and
    investments: what moved on a day.
    """

    member: str
    account: str
    counterparty: str
    on: date
    functional: Decimal


@dataclass(frozen=True)
class GroupRow:
    """A cumulative value in the books of the group; ``change`` is what this month adds.

    ``functional`` is the balance it comes from; ``acquired`` the part of the value that was there
    when the member joined. ``kind`` says which step of consolidation made it.
    """

    kind: str
    member: str
    account: str
    counterparty: str
    value: Decimal
    change: Decimal
    functional: Decimal = ZERO
    acquired: Decimal = ZERO

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is a value of."""
        return self.kind, self.member, self.account, self.counterparty


@dataclass(frozen=True)
class Rates:
    """Rates from a member's currency to the group's.

    ``averages`` by the first day of a month, ``spots`` by day; ``acquired`` of the day it joined.
    """

    closing: Quote
    averages: Mapping[date, Quote]
    spots: Mapping[date, Quote]
    acquired: Quote


@dataclass(frozen=True)
class CtaProof:
    """What a run adds to the translation difference, credit positive, part by part.

    Opening net assets at the closing instead of the opening rate, the result at the closing
    instead of its average rate, equity that came since at the closing rate instead of its own.
    """

    member: str
    currency: str
    opening_net_assets: Decimal
    result: Decimal
    equity: Decimal
    closing_rate: Decimal
    from_opening: Decimal
    from_result: Decimal
    from_equity: Decimal
    difference: Decimal

    @property
    def rounding(self) -> Decimal:
        """What the parts leave unexplained: nothing."""
        return self.difference - self.from_opening - self.from_result - self.from_equity


@dataclass(frozen=True)
class Translated:
    """A member's rows, among them that of 3200, and the proof of it."""

    rows: tuple[GroupRow, ...]
    proof: CtaProof


@dataclass
class _Sums:
    """What is known of a key while a member is translated."""

    functional: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    value: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    acquired: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def fit(amounts: Sequence[Decimal], quote: Quote) -> list[Decimal]:
    """Amounts converted so that they sum to their converted sum, by largest remainder.

    Signs may differ; ties go to the earlier part.
    """
    unit = minor_unit(quote.to)
    exact = [amount * quote.to_per_base / quote.of_per_base for amount in amounts]
    parts = [one.quantize(unit, ROUND_FLOOR) for one in exact]
    left = int((quote.convert(sum(amounts, ZERO)) - sum(parts, ZERO)) / unit)
    order = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in order[:left]:
        parts[i] += unit
    return parts


def translate(
    member: str,
    rows: Iterable[TrialRow],
    rates: Rates,
    before: Mapping[Key, GroupRow],
    joined: Mapping[str, date],
) -> Translated:
    """The member's cumulative values; ``before`` are its rows of the month before, if any.

    ``joined`` says when each member did. Raises KeyError where a rate is not given.
    """
    classes: dict[str, list[TrialRow]] = defaultdict(list)
    for row in rows:
        classes[_class_of(row.account)].append(row)
    sums, joined_on = _Sums(), joined[member]
    early = _earlier(sums, classes["average"], rates.acquired, joined_on)
    _results(sums, [row for row in classes["average"] if row.on >= joined_on], rates, before)
    _equity(sums, classes["historical"], rates, joined_on)
    _closing(sums, classes["closing"] + classes["investment"], rates.closing, joined)
    sums.value[chart.TRANSLATION, ""] -= _total(sums.value)
    made = tuple(_row(member, key, sums, before) for key in sorted(sums.value.keys() | before))
    return Translated(made, prove(member, made, rates.closing, before, early))


def _class_of(code: str) -> str:
    return "investment" if code == chart.INVESTMENTS else account(code).translation


def _earlier(sums: _Sums, rows: Sequence[TrialRow], acquired: Quote, joined_on: date) -> Decimal:
    """Results from before the member joined are equity of that day; their sum as booked."""
    found: dict[Key, Decimal] = {}
    for row in sorted(rows, key=lambda one: one.on):
        if row.on < joined_on:
            found[row.account, row.counterparty] = row.functional
    sums.functional.update(found)
    if earned := acquired.convert(_total(found)):
        sums.value[chart.RETAINED, ""] += earned
        sums.acquired[chart.RETAINED, ""] += earned
    return _total(found)


def _results(
    sums: _Sums, rows: Sequence[TrialRow], rates: Rates, before: Mapping[Key, GroupRow]
) -> None:
    """Each month at its average, on top of what was translated before."""
    for key, old in before.items():
        if account(key[0]).of_result:
            sums.functional[key], sums.value[key] = old.functional, old.value
    months: dict[date, dict[Key, Decimal]] = defaultdict(dict)
    for row in sorted(rows, key=lambda one: one.on):
        key = row.account, row.counterparty
        months[month_of(row.on)][key] = row.functional - sums.functional[key]
        sums.functional[key] = row.functional
    for month, moved in sorted(months.items()):
        quote, keys = rates.averages[month], sorted(moved)
        parts = fit([moved[key] for key in keys], quote)
        for key, part in zip(keys, parts, strict=True):
            sums.value[key] += part


def _equity(sums: _Sums, rows: Sequence[TrialRow], rates: Rates, joined_on: date) -> None:
    """Each movement at the rate of its day, or of the day the member joined."""
    for row in rows:
        key = row.account, row.counterparty
        early = row.on <= joined_on
        value = (rates.acquired if early else rates.spots[row.on]).convert(row.functional)
        sums.functional[key] += row.functional
        sums.value[key] += value
        sums.acquired[key] += value if early else ZERO


def _closing(
    sums: _Sums, rows: Sequence[TrialRow], quote: Quote, joined: Mapping[str, date]
) -> None:
    """All at one rate; of investments, what was there when the member joined is kept apart."""
    held: dict[Key, Decimal] = defaultdict(Decimal)
    early: dict[Key, Decimal] = defaultdict(Decimal)
    for row in rows:
        key = row.account, row.counterparty
        held[key] += row.functional
        if row.on <= joined.get(row.counterparty, date.min):
            early[key] += row.functional
    keys = sorted(held)
    parts = fit([held[key] for key in keys], quote)
    for key, part in zip(keys, parts, strict=True):
        sums.functional[key], sums.value[key] = held[key], part
        sums.acquired[key] = quote.convert(early[key])


def _row(member: str, key: Key, sums: _Sums, before: Mapping[Key, GroupRow]) -> GroupRow:
    value = sums.value.get(key, ZERO)
    was = before[key].value if key in before else ZERO
    return GroupRow("translation", member, *key, value, value - was,
                    sums.functional.get(key, ZERO), sums.acquired.get(key, ZERO))  # fmt: skip


def _total(amounts: Mapping[Key, Decimal]) -> Decimal:
    return sum(amounts.values(), ZERO)


def prove(
    member: str, rows: Sequence[GroupRow], quote: Quote, before: Mapping[Key, GroupRow],
    early: Decimal = ZERO,
) -> CtaProof:  # fmt: skip
    """Explain what the run adds to 3200; each part is the difference of two rounded values.

    ``early`` are booked results of before the member joined, which are no result of the group.
    """

    def held(listed: Iterable[GroupRow], kind: str) -> tuple[Decimal, Decimal]:
        """In the member's currency and in the group's, credit positive but for net assets."""
        sign = 1 if kind == "closing" else -1
        fitting = [row for row in listed if _kind(row.account) == kind]
        return (sign * sum((row.functional for row in fitting), ZERO),
                sign * sum((row.value for row in fitting), ZERO))  # fmt: skip

    old = list(before.values())
    opened, opened_at = held(old, "closing")
    result = held(rows, "average")[0] - held(old, "average")[0] + (ZERO if before else early)
    result_at = held(rows, "average")[1] - held(old, "average")[1]
    equity_at = held(rows, "historical")[1] - held(old, "historical")[1]
    closed, closed_at = held(rows, "closing")
    equity = closed - opened - result
    kept = quote.convert(opened)
    with_result = quote.convert(opened + result)
    return CtaProof(
        member, quote.of, opened, result, equity, quote.rate, kept - opened_at,
        with_result - kept - result_at, closed_at - with_result - equity_at,
        closed_at - opened_at - result_at - equity_at,
    )  # fmt: skip


def _kind(code: str) -> str:
    return "" if code == chart.TRANSLATION else account(code).translation
