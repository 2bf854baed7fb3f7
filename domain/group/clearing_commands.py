"""Matching, netting and settling what two entities owe each other."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command, Exact, Value
from domain.group.charge import IntercompanyCharge, NothingOpen, Portion
from domain.group.clearing import IntercompanyNetting, IntercompanySettlement, net, parts
from domain.group.intercompany_commands import GROUP_ACCOUNTANTS
from domain.group.intercompany_rule import SameEntity
from domain.group.matching import IntercompanyMatch, PairBalance, match_id, overall
from domain.ledger.commands import require_open
from domain.ledger.period import month_of
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class PairCommand(Command):
    """Two entities of the group."""

    entity: str
    counterparty: str = Field(max_length=12, description="The other entity")

    def pair(self, work: UnitOfWork) -> tuple[LegalEntity, LegalEntity]:
        """Both, acting for the first. Raises SameEntity, NotFound, WrongEntity."""
        home = legal_entity(work, self.entity)
        other = work.read(LegalEntity, entity_id(self.counterparty))
        work.actor.require_entity(self.counterparty)
        if home.code == other.code:
            raise SameEntity("an entity owes nothing to itself", field="counterparty")
        return home, other


class PairAnswer(Value):
    """Both sides of what one entity owes another in a currency."""

    provider: str
    receiver: str
    currency: str
    due_from: Decimal
    due_to: Decimal
    difference: Decimal
    status: str


class MatchAnswer(Answer):
    """What the two books came to."""

    status: str
    balances: tuple[PairAnswer, ...]


class MatchIntercompany(PairCommand):
    """Hold the two books of a pair against each other at a month's end."""

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    ANSWER: ClassVar = MatchAnswer
    GATHERED: ClassVar = frozenset({"balances", "position"})
    month: date = Field(description="Any day of the month")
    balances: tuple[PairBalance, ...] = ()
    position: int = 0

    def effective_on(self, today: date) -> date:
        """The first day of the month."""
        del today
        return month_of(self.month)

    def run(self, work: UnitOfWork) -> MatchAnswer:
        """Raises SameEntity, NotFound, WrongEntity."""
        self.pair(work)
        month = month_of(self.month)
        first, second = sorted((self.entity, self.counterparty))
        id_ = match_id((first, second), month)
        status = overall(self.balances)
        if known := work.load_or_none(IntercompanyMatch, id_):
            known.compare(self.position, self.balances)
        else:
            work.add(IntercompanyMatch(id_, (first, second), month, self.position,
                                       self.balances, status))  # fmt: skip
        return MatchAnswer(id=id_, status=status, balances=tuple(
            PairAnswer(provider=one.provider, receiver=one.receiver, currency=one.currency,
                       due_from=one.due_from, due_to=one.due_to, difference=one.difference,
                       status=one.status)
            for one in self.balances
        ))  # fmt: skip


class ClearingAnswer(Answer):
    """What was cleared, and how much is left open after it."""

    cleared: Decimal
    left: Decimal
    charges: int


class ClearingCommand(PairCommand):
    """Clears open charges of a pair; those in dispute are left out."""

    GATHERED: ClassVar = frozenset({"open_charges"})
    currency: str = Field(pattern="^[A-Z]{3}$")
    open_charges: tuple[UUID, ...] = Field(default=(), description="Oldest first")

    def charges(self, work: UnitOfWork, provider: str) -> list[IntercompanyCharge]:
        """Open ones that an entity raised, oldest first."""
        found = work.load_all(IntercompanyCharge, self.open_charges)
        return [
            one for one in found
            if one.between.provider == provider and one.between.currency == self.currency
            and one.status != "disputed"
        ]  # fmt: skip


def owed(charges: Iterable[IntercompanyCharge]) -> Decimal:
    """What is open of charges."""
    return sum((one.open for one in charges), ZERO)


def clear(work: UnitOfWork, clearing_id: UUID, portions: Iterable[Portion]) -> None:
    """Take portions off their charges."""
    for portion in portions:
        work.load(IntercompanyCharge, portion.charge_id).clear(clearing_id, portion)


class NetIntercompany(ClearingCommand):
    """Set off what two entities owe each other in one currency, as far as both owe."""

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    ANSWER: ClassVar = ClearingAnswer
    netting_id: UUID
    netted_on: date

    def effective_on(self, today: date) -> date:
        """The day of the netting."""
        del today
        return self.netted_on

    def run(self, work: UnitOfWork) -> ClearingAnswer:
        """Raises NothingOpen, SameEntity, PeriodClosed, AlreadyTaken, NotFound, WrongEntity.

        Of both months what RaiseIntercompanyCharge does.
        """
        pair = self.pair(work)
        for one in pair:
            require_open(work, self, one.code, self.netted_on)
        if work.load_or_none(IntercompanyNetting, self.netting_id):
            raise AlreadyTaken(f"netting {self.netting_id} exists", field="netting_id")
        ours, theirs = (self.charges(work, one.code) for one in pair)
        found = net(owed(theirs), owed(ours))
        portions = (*parts(ours, found.netted), *parts(theirs, found.netted))
        clear(work, self.netting_id, portions)
        books = {one.code: one.currency for one in pair}
        work.add(IntercompanyNetting(self.netting_id, self.netted_on, self.currency, books,
                                     portions))  # fmt: skip
        return ClearingAnswer(id=self.netting_id, cleared=found.netted, left=abs(found.left),
                              charges=len(portions))  # fmt: skip


class SettleIntercompany(ClearingCommand):
    """Pay what the entity owes its counterparty: out of one bank account, into the other."""

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    ANSWER: ClassVar = ClearingAnswer
    settlement_id: UUID
    settled_on: date
    amount: Exact | None = Field(default=None, gt=0, max_digits=18, description="None: all")

    def effective_on(self, today: date) -> date:
        """The day of the payment."""
        del today
        return self.settled_on

    def run(self, work: UnitOfWork) -> ClearingAnswer:
        """Raises NothingOpen, TooMuchCleared, SameEntity, PeriodClosed, MissingRate, AlreadyTaken.

        NotFound, WrongEntity; of both months what RaiseIntercompanyCharge does.
        """
        payer, payee = self.pair(work)
        for one in (payer, payee):
            require_open(work, self, one.code, self.settled_on)
        if work.load_or_none(IntercompanySettlement, self.settlement_id):
            raise AlreadyTaken(f"settlement {self.settlement_id} exists", field="settlement_id")
        charges = self.charges(work, payee.code)
        if (due := owed(charges)) <= 0:
            raise NothingOpen(f"{payer.code} owes {payee.code} no {self.currency}")
        amount = due if self.amount is None else self.amount
        portions = tuple(parts(charges, amount))
        clear(work, self.settlement_id, portions)
        theirs, ours = (
            quote(work, self.currency, one.currency, self.settled_on) for one in (payee, payer)
        )
        work.add(
            IntercompanySettlement(self.settlement_id, self.settled_on, theirs, ours, portions)
        )
        return ClearingAnswer(id=self.settlement_id, cleared=amount, left=due - amount,
                              charges=len(portions))  # fmt: skip
