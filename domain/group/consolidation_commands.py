"""A group's month: translated, eliminated, shared with minorities, adjusted, made final."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from domain.command import Exact, Value
from domain.errors import Refusal
from domain.group.consolidation import (
    Consolidation,
    MemberRates,
)
from domain.group.elimination import (
    Ownership,
    Unrealised,
    against,
    between_members,
    investment,
    moved_shares,
    paid_in,
    unrealised,
)
from domain.group.group import Group, NotInGroup
from domain.group.group_month import GroupMonth, RunAnswer
from domain.group.intercompany_commands import GROUP_ACCOUNTANTS
from domain.group.matching import PairBalance
from domain.group.minorities import minorities
from domain.group.translation import (
    GroupRow,
    Key,
    Rates,
    Translated,
    TrialRow,
    translate,
)
from domain.ledger import chart
from domain.ledger.chart import account
from domain.ledger.period import WrongOrder, month_of
from domain.money import quantize, require_fine
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.pricing.average_rate import average_of_month
from domain.pricing.fx import Quote, quote
from domain.unit_of_work import UnitOfWork

ZERO = Decimal(0)
Moved = dict[str, Decimal]


class IntercompanyUnmatched(Refusal):
    """Two members do not agree on what one owes the other."""

    code = "INTERCOMPANY_UNMATCHED"


class RunTranslation(GroupMonth):
    """Bring every member's balances to the group's currency; the difference goes to 3200.

    Run again after late facts, it takes the earlier run back and posts anew.
    """

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    ANSWER: ClassVar = RunAnswer
    GATHERED: ClassVar = frozenset({"balances", "days", "position"})
    balances: tuple[TrialRow, ...] = ()
    days: tuple[date, ...] = Field(default=(), description="Month ends of the results")
    position: int = 0

    def run(self, work: UnitOfWork) -> RunAnswer:
        """Raises MissingRate, WrongOrder, ConsolidationFinal, PeriodClosed, PeriodNotOpen.

        NotFound, WrongEntity, NotInGroup, ReasonNeeded.
        """
        group, before = self.enter(work), self.before(work)
        self._require_order(group, before)
        rows_by = defaultdict[str, list[TrialRow]](list)
        for row in self.balances:
            rows_by[row.member].append(row)
        members = group.members_on(self.last)
        if strange := rows_by.keys() - set(members):
            raise NotInGroup(f"{', '.join(sorted(strange))}: the group has changed, ask again")
        done = [self._member(work, group, one, rows_by[one], before) for one in members]
        rows = tuple(row for _, found in done for row in found.rows)
        month = self.opened(work, group)
        run = month.next_run("translation", before, self.position, rows)
        if run:
            begun = work.load(Group, group.id)
            begun.begin(self.first)
            month.translate(run, self.days, self.balances, tuple(told for told, _ in done),
                            tuple(found.proof for _, found in done))  # fmt: skip
        last = run or month.latest("translation")
        return RunAnswer.of(month, rows, last.number, changed=run is not None)

    def _require_order(self, group: Group, before: Consolidation | None) -> None:
        if group.begun and self.first < group.begun:
            raise WrongOrder(f"{group.code} is consolidated from {group.begun:%Y-%m} on")
        if (
            group.begun
            and self.first > group.begun
            and not (before and before.latest("translation").number)
        ):
            raise WrongOrder("the month before is to be translated first", field="month")

    def _member(
        self, work: UnitOfWork, group: Group, member: str, rows: list[TrialRow],
        before: Consolidation | None,
    ) -> tuple[MemberRates, Translated]:  # fmt: skip
        joined = {one: group.acquired_on(one) for one in group.members_on(self.last)}
        rates = rates_of(work, group, member, rows, self.last)
        earlier = rows_of(before, "translation", member)
        found = translate(member, rows, rates, earlier, joined)
        told = MemberRates(member, rates.closing, tuple(rates.averages.values()), rates.acquired)
        return told, found


def rates_of(
    work: UnitOfWork, group: Group, member: str, rows: Iterable[TrialRow], last: date
) -> Rates:
    """The rates that a member's rows need. Raises MissingRate."""
    of, to = work.read(LegalEntity, entity_id(member)).currency, group.currency
    joined_on = group.acquired_on(member)
    listed = [row for row in rows if row.on >= joined_on]
    months = sorted({month_of(row.on) for row in listed if account(row.account).of_result})
    days = sorted({
        row.on for row in listed if account(row.account).type == "equity" and row.on > joined_on
    })  # fmt: skip
    early = any(
        account(row.account).type == "equity" or account(row.account).of_result
        for row in rows if row.on <= joined_on
    )  # fmt: skip
    closing = quote(work, of, to, last)
    return Rates(
        closing, {month: average_of_month(work, of, to, month) for month in months},
        {day: quote(work, of, to, day) for day in days},
        quote(work, of, to, joined_on) if early else closing,
    )  # fmt: skip


def rows_of(month: Consolidation | None, step: str, member: str) -> Mapping[Key, GroupRow]:
    """A member's rows of a step by account and counterparty; none where there is no month."""
    if month is None:
        return {}
    rows = month.latest(step).rows  # type: ignore[arg-type]
    return {(row.account, row.counterparty): row for row in rows if row.member == member}


class UnrealisedInput(Value):
    """Profit that is still in an asset at the month's end, in the group's currency."""

    seller: str = Field(max_length=12)
    holder: str = Field(max_length=12)
    account: str = Field(description="1300 or 1620")
    amount: Exact = Field(ge=0, max_digits=18)


class RunEliminations(GroupMonth):
    """Take away what members owe, charge and own of each other, and profit still inside.

    What is not named as unrealised any more counts as realised.
    """

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    ANSWER: ClassVar = RunAnswer
    GATHERED: ClassVar = frozenset({"pairs", "position"})
    tolerance: Exact = Field(
        default=ZERO, ge=0, max_digits=18,
        description="Largest difference of a pair, in the group's currency",
    )  # fmt: skip
    unrealised: tuple[UnrealisedInput, ...] = Field(default=(), max_length=1000)
    pairs: tuple[PairBalance, ...] = ()
    position: int = 0

    def run(self, work: UnitOfWork) -> RunAnswer:
        """Raises NotTranslated, OutOfDate, IntercompanyUnmatched, WrongAsset, NotInGroup.

        ConsolidationFinal, AmountTooFine, MissingRate, NotFound, WrongEntity; of the month's state
        what RunTranslation does.
        """
        group, before = self.enter(work), self.before(work)
        month = self.opened(work, group)
        translated = month.require_current("translation", before)
        self._require_matched(work, group)
        moved = self._moved(group, month, before)
        values = between_members(translated.rows, group.members_on(self.last))
        values |= unrealised(self._profits(group))
        for member in group.members_on(self.last):
            if parent := group.holdings[member][0].parent:
                held = self._held(group, member, parent, moved)
                values |= investment(held, translated.rows, group.currency)
        rows = against(values, before.latest("elimination").rows if before else ())
        run = month.next_run("elimination", before, self.position, rows)
        if run:
            month.eliminate(run, self.pairs, moved)
        number = (run or month.latest("elimination")).number
        return RunAnswer.of(month, rows, number, changed=run is not None)

    def _require_matched(self, work: UnitOfWork, group: Group) -> None:
        for pair in self.pairs:
            gap = abs(pair.difference) + abs(pair.disputed)
            if gap and abs(self._quote(work, group, pair).convert(gap)) > self.tolerance:
                words = f"{pair.provider} has {pair.due_from} due from {pair.receiver}, which"
                disputed = f", {pair.disputed} disputed" if pair.disputed else ""
                raise IntercompanyUnmatched(
                    f"{words} owes {pair.due_to} {pair.currency}{disputed}", field="month"
                )

    def _quote(self, work: UnitOfWork, group: Group, pair: PairBalance) -> Quote:
        return quote(work, pair.currency, group.currency, self.last)

    def _profits(self, group: Group) -> list[Unrealised]:
        found = []
        for given in self.unrealised:
            for code in (given.seller, given.holder):
                group.acquired_on(code)
            one = Unrealised(given.seller, given.holder, given.account, given.amount)
            one.check()
            require_fine(one.amount, group.currency)
            found.append(one)
        return found

    def _moved(self, group: Group, month: Consolidation, before: Consolidation | None) -> Moved:
        """What minorities have lost to share changes, less what they paid in; by member."""
        moved = dict(before.moved) if before else {}
        for member in group.members_on(self.last):
            if not group.holdings[member][0].parent:
                continue
            old, new = (rows_of(one, "translation", member) for one in (before, month))
            capital = chart.CAPITAL, ""
            came = paid_in(new.get(capital)) - paid_in(old.get(capital))
            theirs = quantize(came * (1 - group.direct(member, self.last)), group.currency)
            gone = self._shares(group, member, old.values()) if self._changes(group, member) else 0
            if theirs or gone:
                moved[member] = moved.get(member, ZERO) + theirs + gone
        return moved

    def _changes(self, group: Group, member: str) -> bool:
        """Whether shares of a member change hands in the month."""
        return self.first in [one.from_date for one in group.holdings[member][1:]]

    def _shares(self, group: Group, member: str, old: Iterable[GroupRow]) -> Decimal:
        """The part of the net assets of before that goes with the shares."""
        was = group.direct(member, self.first - timedelta(days=1))
        net = sum((
            row.value for row in old if account(row.account).translation == "closing"
        ), ZERO)  # fmt: skip
        return moved_shares(group.direct(member, self.first) - was, net, group.currency)

    def _held(
        self, group: Group, member: str, parent: str, moved: Mapping[str, Decimal]
    ) -> Ownership:
        return Ownership(
            member, parent, group.holdings[member][0].investment_account,
            group.direct(member, group.acquired_on(member)), moved.get(member, ZERO),
        )  # fmt: skip


class RecordNoncontrollingInterest(GroupMonth):
    """Give others their share of the month's result and of the translation difference."""

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    ANSWER: ClassVar = RunAnswer

    def run(self, work: UnitOfWork) -> RunAnswer:
        """Raises NotTranslated, NotEliminated, OutOfDate, ConsolidationFinal, NotFound.

        WrongEntity; of the month's state what RunTranslation does.
        """
        group, before = self.enter(work), self.before(work)
        month = self.opened(work, group)
        translated = month.require_current("translation", before)
        eliminated = month.require_current("elimination", before)
        shares = {
            one: Decimal(1) - group.effective(one, self.last)
            for one in group.members_on(self.last)
        }  # fmt: skip
        held = before.latest("minorities").rows if before else ()
        rest = {member: share for member, share in shares.items() if share}
        values = minorities((*translated.rows, *eliminated.rows), rest, held, group.currency)
        rows = against(values, held)
        run = month.next_run("minorities", before, eliminated.position, rows)
        if run:
            month.record_minorities(run)
        number = (run or month.latest("minorities")).number
        return RunAnswer.of(month, rows, number, changed=run is not None)
