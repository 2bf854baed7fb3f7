"""An allocation rule: which cost is passed on, to whom, by what, and why; by version.

The versions of all rules of an entity stand in one rulebook, because whether a rule fits depends
on the others: two rules must not pass on the same cost, and step-down rules must not go round.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.allocation.cost_object import CostObject, Kind
from domain.allocation.pool import Method
from domain.errors import Refusal
from domain.identity import named_id

Driver = Literal[
    "hours", "headcount", "material_usage", "direct_cost", "revenue", "fixed", "statistic"
]
Targets = Literal["projects", "departments", "clients", "listed"]
OnProjects = Literal["any", "none"]
KINDS: dict[str, Kind] = {
    "projects": "project", "departments": "department", "clients": "client",
}  # fmt: skip
CAPTURED = frozenset({"headcount", "material_usage", "statistic"})
"""Drivers that are captured; headcount is counted where nobody captured it."""


class AllocationCycle(Refusal):
    """Rules pass cost on in a circle: only the reciprocal method can solve that."""

    code = "ALLOCATION_CYCLE"


class PoolsOverlap(Refusal):
    """Two rules in force at once would pass on the same cost."""

    code = "POOLS_OVERLAP"


class RuleEnded(Refusal):
    """The rule does not hold then."""

    code = "RULE_ENDED"


class UnknownRule(Refusal):
    """No such rule was defined."""

    code = "UNKNOWN_RULE"


class ReviewBackdated(Refusal):
    """The next review comes after this one."""

    code = "REVIEW_BACKDATED"


@dataclass(frozen=True)
class PoolFilter:
    """Which lines of the ledger a pool holds; empty text: whatever it is.

    ``project``: on projects too, or only what is on none.
    """

    accounts: tuple[str, ...]
    department: str = ""
    cost_code: str = ""
    project: OnProjects = "none"

    def holds(self, account: str, department: str, cost_code: str, *, on_project: bool) -> bool:
        """Whether lines like this are in the pool."""
        return (
            account in self.accounts
            and self.department in ("", department)
            and self.cost_code in ("", cost_code)
            and (self.project == "any" or not on_project)
        )

    def overlaps(self, other: "PoolFilter") -> bool:
        """Whether a line could be in both."""
        same = (
            "" in pair or pair[0] == pair[1]
            for pair in ((self.department, other.department), (self.cost_code, other.cost_code))
        )
        return bool(set(self.accounts) & set(other.accounts)) and all(same)

    def words(self) -> str:
        """For people."""
        parts = [f"accounts {', '.join(self.accounts)}"]
        parts += [f"department {self.department}"] if self.department else []
        parts += [f"cost code {self.cost_code}"] if self.cost_code else []
        return " of ".join(parts) + (", on no project" if self.project == "none" else "")


@dataclass(frozen=True)
class Listed:
    """A cost object named by a rule; ``weight`` is its fixed share."""

    to: CostObject
    weight: Decimal = Decimal(1)


@dataclass(frozen=True)
class Terms:
    """What a version of a rule says. ``statistic`` names a captured driver of one's own."""

    pool: PoolFilter
    driver: Driver
    statistic: str
    targets: Targets
    listed: tuple[Listed, ...]
    method: Method
    rationale: str
    from_month: date

    @property
    def named(self) -> str:
        """The name that captured figures of its driver stand under."""
        return self.statistic if self.driver == "statistic" else self.driver

    @property
    def of(self) -> CostObject | None:
        """The cost object whose cost the pool is, if one department's."""
        return CostObject("department", self.pool.department) if self.pool.department else None


@dataclass(frozen=True)
class RuleVersion:
    """A rule as it holds from a month on; versions count from one."""

    code: str
    version: int
    terms: Terms

    @property
    def name(self) -> str:
        """As journals cite it."""
        return f"{self.code} v{self.version}"


Ends = dict[str, dict[int, date]]


def rulebook_id(entity: str) -> UUID:
    """The stream of an entity's rules."""
    return named_id("allocation rulebook", entity)


class Rulebook(Root):
    """``versions`` by code; ``ends``: by code and version, the first month without it.

    An end is one of all versions up to it; a later version holds from its own month on.
    """

    class Begun(Root.Created):
        """An entity has rules."""

        TOPIC = "allocation.rulebook_begun"
        entity: str

    class Defined(Root.Event):
        """A rule, or a new version of it."""

        TOPIC = "allocation.rule_defined"
        entity: str
        rule: RuleVersion

    class Ended(Root.Event):
        """A rule no longer holds from a month on, in any of its versions so far."""

        TOPIC = "allocation.rule_ended"
        entity: str
        code: str
        version: int
        from_month: date

    class Reviewed(Root.Event):
        """Somebody looked whether a rule is still right, and says when to look again."""

        TOPIC = "allocation.assumptions_reviewed"
        entity: str
        code: str
        version: int
        reviewed_on: date
        next_on: date
        note: str
        by: str

    @event(Begun)
    def __init__(self, id: UUID, entity: str) -> None:
        self.entity = entity
        self.versions: dict[str, list[RuleVersion]] = {}
        self.ends: Ends = {}
        self.reviews: dict[str, date] = {}

    def define(self, code: str, terms: Terms) -> RuleVersion:
        """A version one higher; the same terms as the latest change nothing.

        A rule that had ended holds again. Raises PoolsOverlap, AllocationCycle.
        """
        before = self.versions.get(code, [])
        if before and before[-1].terms == terms and not self._end_of(before[-1]):
            return before[-1]
        rule = RuleVersion(code, len(before) + 1, terms)
        for month in self._turns(terms.from_month):
            others = [one for one in self.in_force(month) if one.code != code]
            require_fit(rule, others)
        self._defined(self.entity, rule)
        return rule

    def _turns(self, first: date) -> set[date]:
        """Months from one on in which other rules are in force than before."""
        starts = {one.terms.from_month for rules in self.versions.values() for one in rules}
        return {first} | {month for month in starts if month > first}

    def end(self, code: str, from_month: date) -> None:
        """The same again changes nothing. Raises UnknownRule."""
        rule = self.latest(code)
        if self._end_of(rule) != from_month:
            self._ended(self.entity, code, rule.version, from_month)

    def review(self, code: str, reviewed_on: date, next_on: date, note: str, by: str) -> None:
        """Raises UnknownRule, ReviewBackdated, RuleEnded."""
        rule = self.latest(code)
        if next_on <= reviewed_on:
            raise ReviewBackdated(f"next after {reviewed_on}", field="next_on")
        if (end := self._end_of(rule)) and end <= reviewed_on:
            raise RuleEnded(f"{code} ended with {end}", field="code")
        self._reviewed(self.entity, code, rule.version, reviewed_on, next_on, note, by)

    def _end_of(self, rule: RuleVersion) -> date | None:
        return self.ends.get(rule.code, {}).get(rule.version)

    def latest(self, code: str) -> RuleVersion:
        """The last version. Raises UnknownRule."""
        if code not in self.versions:
            raise UnknownRule(f"{self.entity} has no rule {code!r}", field="code")
        return self.versions[code][-1]

    def in_force(self, month: date) -> list[RuleVersion]:
        """The version of each rule that holds in a month, by code."""
        return in_force(self.versions, self.ends, month)

    @event(Defined)
    def _defined(self, entity: str, rule: RuleVersion) -> None:
        del entity
        self.versions.setdefault(rule.code, []).append(rule)

    @event(Ended)
    def _ended(self, entity: str, code: str, version: int, from_month: date) -> None:
        del entity
        self.ends.setdefault(code, {})[version] = from_month

    @event(Reviewed)
    def _reviewed(
        self, entity: str, code: str, version: int, reviewed_on: date, next_on: date, note: str,
        by: str,
    ) -> None:  # fmt: skip
        del entity, version, reviewed_on, note, by
        self.reviews[code] = next_on


def in_force(
    versions: Mapping[str, Sequence[RuleVersion]], ends: Ends, month: date
) -> list[RuleVersion]:
    """Of each rule the latest version of those that began last by a month, by code."""
    found = []
    for code, rules in sorted(versions.items()):
        begun = [rule for rule in rules if rule.terms.from_month <= month]
        if begun:
            last = max(begun, key=lambda rule: (rule.terms.from_month, rule.version))
            ended = any(
                version >= last.version and end <= month
                for version, end in ends.get(code, {}).items()
            )
            found += [] if ended else [last]
    return found


def require_fit(rule: RuleVersion, others: Sequence[RuleVersion]) -> None:
    """Whether a rule may hold beside others. Raises PoolsOverlap, AllocationCycle."""
    for other in others:
        if rule.terms.pool.overlaps(other.terms.pool):
            raise PoolsOverlap(
                f"{rule.code} and {other.code} hold the same cost", field="accounts"
            )
    require_no_circle([rule, *others])


def require_no_circle(rules: Iterable[RuleVersion]) -> None:
    """Raises AllocationCycle where rules that name their targets lead back to themselves.

    Reciprocal rules may; none may name the department whose cost it passes on.
    """
    listed = list(rules)
    pools = {rule.terms.of for rule in listed if rule.terms.of}
    follow: dict[CostObject, set[CostObject]] = {}
    for rule in listed:
        of, named = rule.terms.of, {one.to for one in rule.terms.listed}
        if of is not None and of in named:
            raise AllocationCycle(f"{rule.code} passes cost on to {of.key} itself", field="listed")
        if of is not None and rule.terms.method == "step":
            follow.setdefault(of, set()).update(named & pools)
    try:
        TopologicalSorter(follow).prepare()
    except CycleError as circle:
        names = " to ".join(one.key for one in circle.args[1])
        raise AllocationCycle(f"cost goes round from {names}", field="listed") from None
