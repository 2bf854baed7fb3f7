"""Which entities are one group, and who holds how much of them."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER
from domain.actor import EVERY_ENTITY
from domain.command import Answer, Command, Exact, Value
from domain.group.group import Group, Holding, check_holdings, group_id
from domain.ledger import chart
from domain.money import minor_unit
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

CONTROLLERS = frozenset({ADMIN, CONTROLLER})


class HoldingInput(Value):
    """Who holds how much of a member from a day on; the parent of all has none."""

    member: str = Field(max_length=12, description="Code of the entity")
    parent: str = Field(default="", max_length=12, description="Who holds it; empty: the top")
    pct: Exact = Field(default=Decimal(100), gt=0, le=100, decimal_places=6)
    from_date: date = Field(description="The first of a month, but for the top")
    investment_account: str = Field(default=chart.INVESTMENTS, description="In the parent's books")

    def holding(self) -> Holding:
        """As the group keeps it."""
        return Holding(**self.model_dump())


class DefineGroup(Command):
    """Consolidate entities: the group gets a code and books of its own, where only it posts."""

    ROLES: ClassVar = CONTROLLERS
    code: str = Field(pattern="^[A-Z0-9]{2,12}$", description="Of the group, as entities have")
    name: str = Field(min_length=1, max_length=200)
    currency: str = Field(description="Presentation currency, ISO 4217")
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166 code")
    members: tuple[HoldingInput, ...] = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BadOwnership, NotFirstDay, UnknownAccount, UnknownCurrency, AlreadyTaken.

        NotFound, WrongEntity: a group is defined for all entities.
        """
        work.actor.require_entity(EVERY_ENTITY)
        work.enter(self.code)
        minor_unit(self.currency)
        holdings = tuple(one.holding() for one in self.members)
        check_holdings(self.code, holdings)
        for one in holdings:
            work.read(LegalEntity, entity_id(one.member))
        if work.load_or_none(LegalEntity, entity_id(self.code)):
            raise AlreadyTaken(f"entity {self.code} exists", field="code")
        work.add(LegalEntity(entity_id(self.code), self.code, self.name, self.currency,
                             self.country, "UTC"))  # fmt: skip
        group = Group(group_id(self.code), self.code, self.name, self.currency, holdings)
        return Answer(id=work.add(group).id)


class SetOwnership(Command):
    """Take up a member, or say that shares of one changed hands while control stays."""

    ROLES: ClassVar = CONTROLLERS
    group: str = Field(max_length=12)
    member: str = Field(max_length=12)
    parent: str = Field(max_length=12)
    pct: Exact = Field(gt=0, le=100, decimal_places=6)
    from_date: date = Field(description="The first of a month")
    investment_account: str = chart.INVESTMENTS

    def effective_on(self, today: date) -> date:
        """The day the shares change hands."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BadOwnership, NotFirstDay, UnknownAccount, NotFound, WrongEntity."""
        work.enter(self.group)
        work.read(LegalEntity, entity_id(self.member))
        group = work.load(Group, group_id(self.group))
        group.set_holding(Holding(self.member, self.parent, self.pct, self.from_date,
                                  self.investment_account))  # fmt: skip
        return Answer(id=group.id)
