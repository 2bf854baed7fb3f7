"""What an allocation needs: what pools hold in a month, and the figures of their drivers.

A pool holds what the books have in the month, by accounting date: late cost of a closed month is
passed on with the month it was booked in, so none is missed and none counts twice. Drivers go by
the day something happened: hours by the day of the work, cost and revenue by their effective
date. Few statements, whatever the number of rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.allocation.cost_object import CostObject, Kind
from domain.allocation.planning import GatheredPool, last_of
from domain.allocation.rule import KINDS, Listed, PoolFilter, RuleVersion, Terms, in_force
from domain.allocation.run import Measured
from domain.ledger import chart
from domain.ledger.journal import MAIN_BOOK
from domain.ledger.period import month_of
from projections.table import Conn

READS = ("allocations", "ledger", "deals")
DIRECT_COST = (chart.LABOUR, chart.SUBCONTRACTORS, chart.PROJECT_EXPENSES, chart.GROUP_COST)
REVENUE = tuple(code for code, one in chart.CHART.items() if one.type == "revenue")
RULES = """
SELECT code, version, from_month, accounts, department, cost_code, on_projects, driver, statistic,
       targets, method, rationale
FROM allocation_rules WHERE entity = %(entity)s AND position <= %(known)s
ORDER BY code COLLATE "C", version
"""
LISTED = """
SELECT t.code, t.version, t.kind, t.key, t.weight
FROM allocation_targets t JOIN allocation_rules r USING (entity, code, version)
WHERE entity = %(entity)s AND r.position <= %(known)s ORDER BY t.code COLLATE "C", t.version, t.no
"""
ENDS = """
SELECT DISTINCT ON (code, version) code, version, from_month FROM allocation_ends
WHERE entity = %(entity)s AND position <= %(known)s ORDER BY code, version, position DESC
"""
HELD = """
SELECT account, department, cost_code, project_id IS NOT NULL, sum(functional)
FROM ledger_lines
WHERE entity = %(entity)s AND book = %(book)s AND account = ANY(%(accounts)s)
    AND accounting_date BETWEEN %(first)s AND %(last)s AND position <= %(known)s
GROUP BY 1, 2, 3, 4 HAVING sum(functional) <> 0
"""
CAPTURED = """
SELECT kind, key, quantity FROM allocation_drivers
WHERE entity = %(entity)s AND month = %(first)s AND statistic = %(statistic)s AND position = (
    SELECT max(position) FROM allocation_drivers
    WHERE entity = %(entity)s AND month = %(first)s AND statistic = %(statistic)s
        AND position <= %(known)s)
ORDER BY no
"""
# Assignments that are tried out come after all that were made.
WORKPLACES = """
WITH workplaces AS (
    SELECT person_id, department, from_date, position FROM allocation_workplaces
    WHERE entity = %(entity)s AND from_date <= %(last)s AND position <= %(known)s
    UNION ALL
    SELECT *, %(known)s + 1 FROM unnest(%(people)s::uuid[], %(departments)s::text[],
        %(since)s::date[]) AS t (person_id, department, from_date) WHERE from_date <= %(last)s
)
"""
STAFF = f"""
{WORKPLACES}
SELECT department, count(*)::numeric FROM (
    SELECT DISTINCT ON (person_id) department FROM workplaces
    ORDER BY person_id, from_date DESC, position DESC
) AS last WHERE department <> '' GROUP BY 1
"""
WORKED = """
FROM allocation_work w JOIN projects p ON p.id = w.project_id
WHERE p.entity = %(entity)s AND w.work_date BETWEEN %(first)s AND %(last)s
    AND w.position <= %(known)s
"""
HOURS = f"""
SELECT {{key}}, sum(w.minutes)::numeric {WORKED} AND {{key}} IS NOT NULL
GROUP BY 1 HAVING sum(w.minutes) <> 0
"""
HEADS = f"""
SELECT key, count(*)::numeric FROM (
    SELECT {{key}} AS key, w.person_id {WORKED} AND {{key}} IS NOT NULL
    GROUP BY 1, 2 HAVING sum(w.minutes) > 0
) AS present GROUP BY 1
"""
HOURS_OF_STAFF = f"""
{WORKPLACES}
SELECT o.department, sum(w.minutes)::numeric
FROM allocation_work w CROSS JOIN LATERAL (
    SELECT department FROM workplaces o
    WHERE o.person_id = w.person_id AND o.from_date <= w.work_date
    ORDER BY o.from_date DESC, o.position DESC LIMIT 1) AS o
WHERE w.work_date BETWEEN %(first)s AND %(last)s AND w.position <= %(known)s
    AND o.department <> ''
GROUP BY 1 HAVING sum(w.minutes) <> 0
"""
BOOKED = """
SELECT {key}, sum(l.functional) * %(sign)s
FROM ledger_lines l LEFT JOIN projects p ON p.id = l.project_id
WHERE l.entity = %(entity)s AND l.book = %(book)s AND l.account = ANY(%(accounts)s)
    AND l.accounting_date >= %(first)s AND l.effective_date BETWEEN %(first)s AND %(last)s
    AND l.position <= %(known)s AND {key} <> ''
GROUP BY 1 HAVING sum(l.functional) <> 0
"""
KEYS: dict[str, str] = {
    "project": "p.id::text", "client": "p.client_id::text", "department": "l.department",
}  # fmt: skip


@dataclass(frozen=True)
class Assignment:
    """Where a person works from a day on."""

    person_id: UUID
    department: str
    from_date: date


@dataclass(frozen=True)
class Tried:
    """Figures to try out instead of those recorded: statistics by name and month, assignments."""

    statistics: Mapping[tuple[str, date], Sequence[Measured]] = field(default_factory=dict)
    assignments: Sequence[Assignment] = ()


def fields(conn: Conn, command: Any, known: int) -> dict[str, Any]:
    """What a run or a re-run of a month is given."""
    month = month_of(command.month)
    rules = rules_in_force(conn, command.entity, month, known)
    if command.rules:
        rules = [rule for rule in rules if rule.code in command.rules]
    pools = read_pools(conn, command.entity, month, rules, known)
    return {"pools": tuple(pools), "position": known}


def rules_in_force(conn: Conn, entity: str, month: date, known: int) -> list[RuleVersion]:
    """The rules of a month as a position knew them, by code."""
    asked = {"entity": entity, "known": known}
    listed: dict[tuple[str, int], list[Listed]] = defaultdict(list)
    for code, version, kind, key, weight in conn.execute(LISTED, asked).fetchall():
        listed[code, version].append(Listed(CostObject(kind, key), weight))
    rows = conn.execute(RULES, asked).fetchall()
    found = [_rule(row, tuple(listed[row[0], row[1]])) for row in rows]
    versions = {code: list(group) for code, group in groupby(found, lambda rule: rule.code)}
    ends: dict[str, dict[int, date]] = defaultdict(dict)
    for code, version, end in conn.execute(ENDS, asked).fetchall():
        ends[code][version] = end
    return in_force(versions, ends, month)


def _rule(row: Sequence[Any], listed: tuple[Listed, ...]) -> RuleVersion:
    code, version, from_month, accounts, department, cost_code, project, driver = row[:8]
    statistic, targets, method, rationale = row[8:]
    pool = PoolFilter(tuple(accounts.split(",")), department, cost_code, project)
    terms = Terms(pool, driver, statistic, targets, listed, method, rationale, from_month)
    return RuleVersion(code, version, terms)


def read_pools(
    conn: Conn,
    entity: str,
    month: date,
    rules: Iterable[RuleVersion],
    known: int,
    tried: Tried = Tried(),
) -> list[GatheredPool]:
    """Balance and driver of each rule's pool, in the order of the rules."""
    asked = {
        "entity": entity, "known": known, "first": month, "last": last_of(month),
        "book": MAIN_BOOK, "people": [one.person_id for one in tried.assignments],
        "departments": [one.department for one in tried.assignments],
        "since": [one.from_date for one in tried.assignments],
    }  # fmt: skip
    listed, figures = list(rules), Figures(conn, asked, tried)
    held = _held(conn, asked, listed)
    return [
        GatheredPool(rule.code, rule.version, amount, figures.of(rule))
        for rule, amount in zip(listed, held, strict=True)
    ]


def _held(conn: Conn, asked: Mapping[str, Any], rules: Sequence[RuleVersion]) -> list[Decimal]:
    """What each rule's pool holds."""
    accounts = sorted({code for rule in rules for code in rule.terms.pool.accounts})
    by_account: dict[str, list[Any]] = defaultdict(list)
    by_department: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in conn.execute(HELD, {**asked, "accounts": accounts}).fetchall():
        by_account[row[0]].append(row)
        by_department[row[0], row[1]].append(row)
    found = []
    for pool in (rule.terms.pool for rule in rules):
        rows = (
            row
            for code in dict.fromkeys(pool.accounts)
            for row in (
                by_department[code, pool.department] if pool.department else by_account[code]
            )
        )
        sums = (row[4] for row in rows if pool.holds(*row[:3], on_project=row[3]))
        found.append(sum(sums, Decimal(0)))
    return found


class Figures:
    """The figures of drivers by kind of cost object, each read once."""

    def __init__(self, conn: Conn, asked: Mapping[str, Any], tried: Tried) -> None:
        self._conn = conn
        self._asked = asked
        self._tried = tried
        self._read: dict[tuple[str, Kind], tuple[Measured, ...]] = {}
        self._by_object: dict[tuple[str, Kind], dict[CostObject, Decimal]] = {}

    def of(self, rule: RuleVersion) -> tuple[Measured, ...]:
        """The figures of a rule's driver where it may pass its pool on to."""
        terms = rule.terms
        if terms.driver == "fixed":
            return tuple(Measured(one.to, one.weight) for one in terms.listed)
        if terms.targets != "listed":
            return self.read(terms.named, KINDS[terms.targets])
        looked = ((one.to, self._one(terms.named, one.to)) for one in terms.listed)
        return tuple(Measured(to, quantity) for to, quantity in looked if quantity)

    def _one(self, named: str, to: CostObject) -> Decimal:
        at = named, to.kind
        if at not in self._by_object:
            self._by_object[at] = {one.to: one.quantity for one in self.read(*at)}
        return self._by_object[at].get(to, Decimal(0))

    def read(self, named: str, kind: Kind) -> tuple[Measured, ...]:
        """All figures of a driver of a kind of cost object; none of them zero."""
        if (named, kind) not in self._read:
            self._read[named, kind] = tuple(self._measured(named, kind))
        return self._read[named, kind]

    def _measured(self, named: str, kind: Kind) -> Iterable[Measured]:
        if named in ("hours", "direct_cost", "revenue"):
            return self._keyed(kind, *self._derived(named, kind))
        captured = self._captured(named)
        if named == "headcount" and not captured:
            statement = STAFF if kind == "department" else HEADS.format(key=KEYS[kind])
            return self._keyed(kind, statement)
        return [one for one in captured if one.to.kind == kind and one.quantity]

    def _derived(self, named: str, kind: Kind) -> tuple[str, dict[str, Any]]:
        if named == "hours":
            hours = HOURS.format(key=KEYS[kind])
            return (HOURS_OF_STAFF if kind == "department" else hours), {}
        accounts, sign = (DIRECT_COST, 1) if named == "direct_cost" else (REVENUE, -1)
        return BOOKED.format(key=KEYS[kind]), {"accounts": list(accounts), "sign": sign}

    def _captured(self, named: str) -> Sequence[Measured]:
        tried = self._tried.statistics.get((named, self._asked["first"]))
        if tried is not None:
            return tried
        rows = self._conn.execute(CAPTURED, {**self._asked, "statistic": named}).fetchall()
        return [Measured(CostObject(kind, key), quantity) for kind, key, quantity in rows]

    def _keyed(
        self, kind: Kind, statement: str, more: Mapping[str, Any] | None = None
    ) -> list[Measured]:
        rows = self._conn.execute(statement, {**self._asked, **(more or {})}).fetchall()
        return [Measured(CostObject(kind, key), quantity) for key, quantity in sorted(rows)]
