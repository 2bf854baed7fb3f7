"""A group: which entities are consolidated, who holds how much of them, from which day on.

Its books are a ledger of their own under the group's code, in the presentation currency. Only
consolidation posts there, so nothing of it ever reaches the books of a member.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger import chart
from domain.pricing.bounds import HUNDRED

WHOLE = Decimal(1)


class NotInGroup(Refusal):
    """The entity is no member of the group."""

    code = "NOT_IN_GROUP"


class BadOwnership(Refusal):
    """Shares must lead from every member to one parent, without a loop."""

    code = "BAD_OWNERSHIP"


class NotFirstDay(Refusal):
    """Shares change hands on the first day of a month: months are consolidated as a whole."""

    code = "NOT_FIRST_DAY"


@dataclass(frozen=True)
class Holding:
    """``pct`` of a member is ``parent``'s from a day on; the top of the group has no parent."""

    member: str
    parent: str
    pct: Decimal
    from_date: date
    investment_account: str = chart.INVESTMENTS


def group_id(code: str) -> UUID:
    """The stream of the group with this code."""
    return named_id("group", code)


def check_holdings(code: str, holdings: Iterable[Holding]) -> None:
    """Raises BadOwnership, NotFirstDay, UnknownAccount."""
    listed = list(holdings)
    parents = {one.member: one.parent for one in listed}
    tops = sorted({member for member, parent in parents.items() if not parent})
    if len(tops) != 1:
        raise BadOwnership(f"a group has one parent, not {len(tops)}", field="members")
    for one in listed:
        chart.account(one.investment_account)
        if one.parent and one.from_date.day != 1:
            raise NotFirstDay(f"{one.from_date} is not the first of a month", field="from_date")
        if code in (one.member, one.parent) or parents[one.member] != one.parent:
            raise BadOwnership(f"{one.member} cannot be held by {one.parent}", field="parent")
        if one.parent and one.parent not in parents:
            raise BadOwnership(f"{one.parent} is no member of {code}", field="parent")
    for member in parents:
        _to_top(member, parents)


def _to_top(member: str, parents: dict[str, str]) -> None:
    seen: set[str] = set()
    while member:
        if member in seen:
            raise BadOwnership(f"{member} would hold itself", field="parent")
        seen.add(member)
        member = parents[member]


class Group(Root):
    """``holdings`` by member, oldest first; ``begun`` is the first month that was translated."""

    class Defined(Root.Created):
        """Entities are consolidated as one."""

        TOPIC = "group.defined"
        code: str
        name: str
        currency: str
        holdings: tuple[Holding, ...]

    class HoldingSet(Root.Event):
        """Shares changed hands, or a member joined."""

        TOPIC = "group.holding_set"
        code: str
        holding: Holding

    class ConsolidationBegun(Root.Event):
        """The first month was translated; all others follow it."""

        TOPIC = "group.consolidation_begun"
        code: str
        month: date

    @event(Defined)
    def __init__(
        self, id: UUID, code: str, name: str, currency: str, holdings: tuple[Holding, ...]
    ) -> None:
        del name
        self.code = code
        self.currency = currency
        self.holdings: dict[str, list[Holding]] = {}
        self.begun: date | None = None
        for holding in holdings:
            self._hold(holding)

    def set_holding(self, holding: Holding) -> None:
        """The same again changes nothing. Raises BadOwnership, NotFirstDay, UnknownAccount."""
        known = [one for listed in self.holdings.values() for one in listed]
        if holding in known:
            return
        others = [
            one for one in known
            if (one.member, one.from_date) != (holding.member, holding.from_date)
        ]  # fmt: skip
        check_holdings(self.code, [*others, holding])
        self._holding_set(self.code, holding)

    def begin(self, month: date) -> None:
        """Note the first month; later ones change nothing."""
        if self.begun is None:
            self._consolidation_begun(self.code, month)

    @property
    def top(self) -> str:
        """The parent of all."""
        return next(code for code, listed in self.holdings.items() if not listed[0].parent)

    def members_on(self, day: date) -> list[str]:
        """Codes of the entities that belong to it, the parent first."""
        return [code for code, listed in self.holdings.items() if listed[0].from_date <= day]

    def acquired_on(self, member: str) -> date:
        """The day its first shares came. Raises NotInGroup."""
        if member not in self.holdings:
            raise NotInGroup(f"{member} is no member of {self.code}", field="entity")
        return self.holdings[member][0].from_date

    def direct(self, member: str, on: date) -> Decimal:
        """Share of the member that its own parent holds, from 0 to 1."""
        held = [one for one in self.holdings[member] if one.from_date <= on]
        return held[-1].pct / HUNDRED if held else Decimal(0)

    def effective(self, member: str, on: date) -> Decimal:
        """Share of the member that is the top parent's, through all between."""
        share = WHOLE
        while parent := self.holdings[member][0].parent:
            share *= self.direct(member, on)
            member = parent
        return share

    @event(HoldingSet)
    def _holding_set(self, code: str, holding: Holding) -> None:
        del code
        self._hold(holding)

    @event(ConsolidationBegun)
    def _consolidation_begun(self, code: str, month: date) -> None:
        del code
        self.begun = month

    def _hold(self, holding: Holding) -> None:
        listed = self.holdings.setdefault(holding.member, [])
        listed[:] = [one for one in listed if one.from_date != holding.from_date]
        listed.append(holding)
        listed.sort(key=lambda one: one.from_date)
