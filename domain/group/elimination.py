"""Elimination: what members owe, charge and own of each other is nothing to the group.

Works on translated, cumulative values, debit positive. Whatever a pair leaves goes where it comes
from: of balances to unrealised FX, as revaluing both sides would have found it; of revenue and
cost, which meet two average rates, to the translation difference. Source: IFRS 10.B86, IFRS 3.32,
IFRS 10.23 (shares that change hands while control stays are a matter of equity).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.group.translation import GroupRow
from domain.ledger import chart
from domain.ledger.chart import account
from domain.money import quantize

ZERO, WHOLE = Decimal(0), Decimal(1)
RowKey = tuple[str, str, str, str]
Values = dict[RowKey, Decimal]
REST = {"balances": chart.FX_UNREALISED, "sales": chart.TRANSLATION}


class WrongAsset(Refusal):
    """Profit between members hides in fulfilment cost or in intangibles."""

    code = "WRONG_ASSET"


@dataclass(frozen=True)
class Unrealised:
    """Profit of ``seller`` that is still in an asset of ``holder``, in the group's currency."""

    seller: str
    holder: str
    account: str
    amount: Decimal

    def check(self) -> None:
        """Raises WrongAsset."""
        if self.account not in (chart.FULFILMENT_COST, chart.INTANGIBLES):
            raise WrongAsset(f"no profit between members is in {self.account}", field="account")


@dataclass(frozen=True)
class Ownership:
    """How a member is held: by whom, and ``first`` how much of it, from 0 to 1.

    ``moved`` is what the non-controlling interest has lost since by shares that changed hands,
    less what it paid in.
    """

    member: str
    parent: str
    investment_account: str
    first: Decimal
    moved: Decimal = ZERO


@dataclass(frozen=True)
class Investment:
    """What an acquisition comes to; a bargain is negative goodwill."""

    equity: Decimal
    parent_share: Decimal
    minority_share: Decimal
    goodwill: Decimal


def acquire(price: Decimal, equity: Decimal, share: Decimal, currency: str) -> Investment:
    """Goodwill by proportionate share (IFRS 3.19b): price less the share of net assets."""
    minority = quantize(equity * (WHOLE - share), currency)
    parent = equity - minority
    return Investment(equity, parent, minority, price - parent)


def between_members(rows: Iterable[GroupRow], members: Iterable[str]) -> Values:
    """Balances, revenue and cost that members have with each other, taken away."""
    known, values = frozenset(members), defaultdict[RowKey, Decimal](Decimal)
    for row in rows:
        found = account(row.account)
        if found.group and row.counterparty in known:
            kind = "sales" if found.of_result else "balances"
            values[kind, row.member, row.account, row.counterparty] -= row.value
            first, second = sorted((row.member, row.counterparty))
            values[kind, first, REST[kind], second] += row.value
    return dict(values)


def unrealised(profits: Iterable[Unrealised]) -> Values:
    """The asset stands too high by the profit; the holder's absorbed cost is too low by it."""
    values = defaultdict[RowKey, Decimal](Decimal)
    for one in profits:
        values["unrealised", one.holder, one.account, one.seller] -= one.amount
        values["unrealised", one.holder, chart.ABSORPTION, one.seller] += one.amount
    return dict(values)


def investment(held: Ownership, rows: Sequence[GroupRow], currency: str) -> Values:
    """The parent's investment against the member's equity, minorities and goodwill."""
    member, parent = held.member, held.parent
    own = {row.account: row for row in rows if row.member == member and not row.counterparty}
    paid = [
        row for row in rows
        if row.account == held.investment_account and (row.member, row.counterparty)
        == (parent, member)
    ]  # fmt: skip
    value = sum((row.value for row in paid), ZERO)
    price = sum((row.acquired for row in paid), ZERO)
    capital, retained = own.get(chart.CAPITAL), own.get(chart.RETAINED)
    early = _acquired(capital) + _acquired(retained)
    later = paid_in(capital)
    found = acquire(price, -early, held.first, currency)
    rest = chart.INTANGIBLES if found.goodwill >= 0 else chart.BANK_CHARGES
    lines = (
        (member, chart.CAPITAL, "", -_acquired(capital) - later),
        (member, chart.RETAINED, "", -_acquired(retained)),
        (member, chart.MINORITIES, "", held.moved - found.minority_share),
        (member, rest, "", found.goodwill),
        (member, chart.RETAINED, parent, value - price + later - held.moved),
        (parent, held.investment_account, member, -value),
    )
    values = {("investment", code, number, other): amount for code, number, other, amount in lines}
    return {key: amount for key, amount in values.items() if amount}


def _acquired(row: GroupRow | None) -> Decimal:
    return row.acquired if row else ZERO


def paid_in(row: GroupRow | None) -> Decimal:
    """Capital that came after the member joined; debit positive, as the row."""
    return row.value - row.acquired if row else ZERO


def moved_shares(change: Decimal, net_assets: Decimal, currency: str) -> Decimal:
    """What a change of the parent's share takes from minorities: its part of the net assets."""
    return quantize(change * net_assets, currency)


def against(values: Mapping[RowKey, Decimal], before: Iterable[GroupRow]) -> tuple[GroupRow, ...]:
    """Cumulative rows, with what they add to those of the month before; in a fixed order."""
    was = {row.key: row.value for row in before}
    return tuple(
        GroupRow(*key, values.get(key, ZERO), values.get(key, ZERO) - was.get(key, ZERO))
        for key in sorted(values.keys() | was)
        if values.get(key) or was.get(key)
    )
