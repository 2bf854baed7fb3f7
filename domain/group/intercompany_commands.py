"""What entities of a group charge each other: rules, charges, and the counterpart's word."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER, SYSTEM
from domain.command import Answer, Command, Exact, Value
from domain.group.charge import ChargeLine, IntercompanyCharge
from domain.group.intercompany_rule import (
    Accounts,
    IntercompanyRule,
    Parties,
    SameEntity,
    rule_id,
)
from domain.group.transfer_price import (
    HourlyPrice,
    NoTransferPrice,
    TransferTerms,
    price_of_cost,
)
from domain.ledger.commands import require_open
from domain.money import minor_unit, require_fine
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

GROUP_ACCOUNTANTS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER})


def parties(
    work: UnitOfWork, provider: str, receiver: str, currency: str, accounts: Accounts
) -> Parties:
    """Both entities, acting for the provider. Raises SameEntity, NotFound, WrongEntity."""
    home = legal_entity(work, provider)
    other = work.read(LegalEntity, entity_id(receiver))
    work.actor.require_entity(receiver)
    if provider == receiver:
        raise SameEntity("an entity charges nothing to itself", field="receiver")
    minor_unit(currency)
    accounts.check()
    return Parties(provider, receiver, currency, home.currency, other.currency, accounts)


class HourlyPriceInput(Value):
    """Price of an hour; leave the role empty to mean any other."""

    role: str = Field(default="", max_length=60)
    hourly_rate: Exact = Field(ge=0, max_digits=12, decimal_places=4)


class AccountsInput(Value):
    """Where charges stand: with the provider, then with the receiver."""

    due_from: str = Accounts.due_from
    revenue: str = Accounts.revenue
    cost: str = Accounts.cost
    due_to: str = Accounts.due_to


class DefineIntercompanyRule(Command):
    """Agree on what one entity charges another from a day on: cost with a mark-up, or by the hour.

    Approved time of the provider's people on the receiver's projects is charged by it.
    """

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    provider: str = Field(max_length=12, description="Entity that lends its people")
    receiver: str = Field(max_length=12, description="Entity they work for")
    currency: str = Field(description="Currency of the charges, ISO 4217")
    from_date: date
    markup_pct: Exact = Field(default=Decimal(0), ge=0, le=1000, decimal_places=4)
    hourly: tuple[HourlyPriceInput, ...] = Field(
        default=(), max_length=200, description="By role; none: cost with the mark-up"
    )
    accounts: AccountsInput | None = Field(
        default=None, description="None: 1500, 4500, 5030, 2400"
    )

    def effective_on(self, today: date) -> date:
        """The day the prices begin."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises SameEntity, NotGroupAccount, UnknownAccount, UnknownCurrency, CurrencyMismatch.

        NotFound, WrongEntity.
        """
        accounts = Accounts(**self.accounts.model_dump()) if self.accounts else Accounts()
        between = parties(work, self.provider, self.receiver, self.currency, accounts)
        hourly = tuple(HourlyPrice(one.role, one.hourly_rate) for one in self.hourly)
        terms = TransferTerms(self.from_date, self.markup_pct, hourly)
        id_ = rule_id(self.provider, self.receiver)
        if known := work.load_or_none(IntercompanyRule, id_):
            known.set_terms(between, terms)
        else:
            work.add(IntercompanyRule(id_, between, terms))
        return Answer(id=id_)


class RaiseIntercompanyCharge(Command):
    """Charge another entity: both books have it at once, under one id. A credit is negative."""

    ROLES: ClassVar = GROUP_ACCOUNTANTS | {SYSTEM}
    charge_id: UUID
    provider: str = Field(max_length=12)
    receiver: str = Field(max_length=12)
    charged_on: date
    amount: Exact = Field(max_digits=18, description="In the currency; or the cost, if marked up")
    currency: str = Field(default="", description="Left out: that of the pair's rule")
    at_cost: bool = Field(
        default=False, description="The amount is a cost in the provider's books: mark it up"
    )
    text: str = Field(min_length=1, max_length=500)
    project_id: UUID | None = None

    def effective_on(self, today: date) -> date:
        """The day of the charge."""
        del today
        return self.charged_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises SameEntity, PeriodClosed, PeriodNotOpen, ReasonNeeded, MissingRate, AlreadyTaken.

        NoTransferPrice where it is at cost, or names no currency, and there is no rule;
        AmountTooFine, NotFound, WrongEntity.
        """
        rule = work.find(IntercompanyRule, rule_id(self.provider, self.receiver))
        currency = rule.between.currency if rule and not self.currency else self.currency
        accounts = rule.between.accounts if rule else Accounts()
        between = parties(work, self.provider, self.receiver, currency or "EUR", accounts)
        for entity in (self.provider, self.receiver):
            require_open(work, self, entity, self.charged_on)
        if work.load_or_none(IntercompanyCharge, self.charge_id):
            raise AlreadyTaken(f"charge {self.charge_id} exists", field="charge_id")
        line = self._line(work, between, rule)
        charge = IntercompanyCharge(self.charge_id, between, "manual", (line,))
        return Answer(id=work.add(charge).id)

    def _line(
        self, work: UnitOfWork, between: Parties, rule: IntercompanyRule | None
    ) -> ChargeLine:
        on, amount = self.charged_on, self.amount
        if rule is None and (self.at_cost or not self.currency):
            words = f"{self.provider} and {self.receiver} have no rule: name a currency"
            raise NoTransferPrice(words, field="currency")
        if rule and self.at_cost:
            at_cost = quote(work, between.provider_books, between.currency, on)
            amount = price_of_cost(rule.on(on), amount, at_cost).amount
        require_fine(amount, between.currency)
        return ChargeLine(
            self.charge_id, on, self.text, self.project_id, amount,
            quote(work, between.currency, between.provider_books, on),
            quote(work, between.currency, between.receiver_books, on),
        )  # fmt: skip


class ChargeCommand(Command):
    """What the counterpart says of a charge."""

    charge_id: UUID

    def charge(self, work: UnitOfWork) -> IntercompanyCharge:
        """The charge, acting for its receiver. Raises NotFound, WrongEntity."""
        found = work.load(IntercompanyCharge, self.charge_id)
        work.enter(found.between.receiver)
        return found


class ConfirmCounterpart(ChargeCommand):
    """Agree to a charge, for the entity that receives it."""

    ROLES: ClassVar = GROUP_ACCOUNTANTS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        charge = self.charge(work)
        charge.confirm()
        return Answer(id=charge.id)


class DisputeCounterpart(ChargeCommand):
    """Disagree with a charge: it is neither netted nor paid, and its pair does not match."""

    ROLES: ClassVar = GROUP_ACCOUNTANTS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingOpen, NotFound, WrongEntity."""
        charge = self.charge(work)
        charge.dispute(self.why)
        return Answer(id=charge.id)
