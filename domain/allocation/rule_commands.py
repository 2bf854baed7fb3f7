"""What cost accountants lay down: rules, their end, and whether they are still right."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import SYSTEM
from domain.allocation.cost_object import CostObject, Kind
from domain.allocation.pool import Method
from domain.allocation.rule import (
    Driver,
    Listed,
    OnProjects,
    PoolFilter,
    Rulebook,
    Targets,
    Terms,
    UnknownRule,
    rulebook_id,
)
from domain.command import Answer, Command, Exact, Value
from domain.delivery.project import Project
from domain.errors import Refusal
from domain.ledger import chart
from domain.ledger.commands import ACCOUNTANTS, CONTROLLERS
from domain.ledger.period import month_of
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork

ALLOCATORS = ACCOUNTANTS | {SYSTEM}
OWN_ACCOUNTS = frozenset({chart.OVERHEAD_ALLOCATED, chart.OVERHEAD_APPLIED})


class NotPoolable(Refusal):
    """Only cost is passed on, and not what was passed on already."""

    code = "NOT_POOLABLE"


class OneTarget(Refusal):
    """A cost object is a project, a client or a department: one of them."""

    code = "ONE_TARGET"


class TargetElsewhere(Refusal):
    """The cost object belongs to another entity's books."""

    code = "TARGET_ELSEWHERE"


class TargetsUnclear(Refusal):
    """A list of targets is given where the rule lists them, and only there."""

    code = "TARGETS_UNCLEAR"


class StatisticUnnamed(Refusal):
    """A driver of one's own has a name; the others have theirs."""

    code = "STATISTIC_UNNAMED"


class CostObjectInput(Value):
    """A project, a client or a department."""

    project_id: UUID | None = None
    client_id: UUID | None = None
    department: str = Field(default="", max_length=60)

    def named(self) -> CostObject:
        """As it is called, there or not. Raises OneTarget."""
        said = [one for one in (self.project_id, self.client_id, self.department) if one]
        if len(said) != 1:
            raise OneTarget("name a project, a client or a department", field="targets")
        kind: Kind = "project" if self.project_id else "client" if self.client_id else "department"
        return CostObject(kind, str(said[0]))

    def object(self, work: UnitOfWork, entity: str) -> CostObject:
        """Raises OneTarget, TargetElsewhere, NotFound."""
        found = self.named()
        if self.project_id:
            self._require(work.read(Project, self.project_id).entity, entity)
        if self.client_id:
            self._require(work.read(Client, self.client_id).entity, entity)
        return found

    def _require(self, owner: str, entity: str) -> None:
        if owner != entity:
            raise TargetElsewhere(f"it belongs to {owner}, not {entity}", field="targets")


class ListedTarget(CostObjectInput):
    """A cost object a rule names, and its fixed share where the driver is fixed."""

    weight: Exact = Field(default=Decimal(1), gt=0, max_digits=18, description="Fixed share")


class DefineAllocationRule(Command):
    """Lay down which cost is passed on, to whom, by what driver and why.

    The same code again is the next version, which holds from its own month on.
    """

    ROLES: ClassVar = CONTROLLERS | {SYSTEM}
    entity: str
    code: str = Field(min_length=1, max_length=40)
    accounts: tuple[str, ...] = Field(min_length=1, max_length=50, description="Of the pool")
    department: str = Field(default="", max_length=60, description="Whose cost; empty: anybody's")
    cost_code: str = Field(default="", max_length=60, description="Of the pool; empty: any")
    on_projects: OnProjects = Field(
        default="none", description="Whether cost that stands on a project is in the pool too"
    )
    driver: Driver
    statistic: str = Field(default="", max_length=60, description="Name of a driver of one's own")
    targets: Targets
    listed: tuple[ListedTarget, ...] = Field(default=(), max_length=20_000)
    method: Method = "direct"
    rationale: str = Field(min_length=1, max_length=1000, description="Why this driver is fair")
    from_month: date = Field(description="Any day of the first month")

    def effective_on(self, today: date) -> date:
        """The first month."""
        del today
        return month_of(self.from_month)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AllocationCycle, PoolsOverlap, NotPoolable, TargetsUnclear, StatisticUnnamed.

        OneTarget, TargetElsewhere, UnknownAccount, NotFound, WrongEntity.
        """
        legal_entity(work, self.entity)
        for one in self.listed:
            one.object(work, self.entity)
        book = rulebook(work, self.entity)
        book.define(self.code, self.terms())
        return Answer(id=book.id)

    def terms(self) -> Terms:
        """As the rule keeps them. Raises what ``run`` raises of the rule alone."""
        self._require_clear()
        for code in self.accounts:
            require_poolable(code)
        listed = tuple(Listed(one.named(), one.weight) for one in self.listed)
        return Terms(
            PoolFilter(self.accounts, self.department, self.cost_code, self.on_projects),
            self.driver, self.statistic, self.targets, listed, self.method, self.rationale,
            month_of(self.from_month),
        )  # fmt: skip

    def _require_clear(self) -> None:
        lists = self.targets == "listed"
        if lists != bool(self.listed) or (self.driver == "fixed" and not lists):
            raise TargetsUnclear("list the targets, or say which kind", field="listed")
        if (self.driver == "statistic") != bool(self.statistic):
            raise StatisticUnnamed("name the statistic of a driver of one's own",
                                   field="statistic")  # fmt: skip


def require_poolable(code: str) -> None:
    """Raises NotPoolable, UnknownAccount."""
    if chart.account(code).type != "expense" or code in OWN_ACCOUNTS:
        raise NotPoolable(f"account {code} holds no cost to pass on", field="accounts")


def rulebook(work: UnitOfWork, entity: str) -> Rulebook:
    """An entity's rules, to change them."""
    id_ = rulebook_id(entity)
    return work.load_or_none(Rulebook, id_) or work.add(Rulebook(id_, entity))


class EndAllocationRule(Command):
    """Let a rule hold no longer from a month on."""

    ROLES: ClassVar = CONTROLLERS | {SYSTEM}
    entity: str
    code: str
    from_month: date = Field(description="Any day of the first month without it")

    def effective_on(self, today: date) -> date:
        """The first month without it."""
        del today
        return month_of(self.from_month)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownRule, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        book = rulebook(work, self.entity)
        book.end(self.code, month_of(self.from_month))
        return Answer(id=book.id)


class ReviewAssumptions(Command):
    """Note that a rule was looked at, and when it is looked at again."""

    ROLES: ClassVar = ALLOCATORS
    entity: str
    code: str
    reviewed_on: date
    next_on: date = Field(description="After this review")
    note: str = Field(default="", max_length=1000)

    def effective_on(self, today: date) -> date:
        """The day of the review."""
        del today
        return self.reviewed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownRule, ReviewBackdated, RuleEnded, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        book = rulebook(work, self.entity)
        book.review(self.code, self.reviewed_on, self.next_on, self.note, work.actor.id)
        return Answer(id=book.id)


def codes_in(rules: Iterable[str], known: Iterable[str]) -> None:
    """Raises UnknownRule for a code that no rule in force has."""
    if strange := sorted(set(rules) - set(known)):
        raise UnknownRule(f"no rule {', '.join(strange)} is in force", field="rules")
