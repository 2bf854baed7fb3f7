"""Allocations: rules and their reviews, drivers, who works where, and what runs gave to whom."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.allocation.rule import Rulebook
from domain.allocation.run import MonthAllocation
from domain.allocation.statistic import Captured, Statistic
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from domain.organisation.person import Person
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

RULES = Table(
    "allocation_rules",
    {
        "entity": "text", "code": "text", "version": "int", "position": "bigint",
        "from_month": "date", "accounts": "text", "department": "text", "cost_code": "text",
        "on_projects": "text", "driver": "text", "statistic": "text", "targets": "text",
        "method": "text", "rationale": "text",
    },
    key=("entity", "code", "version"),
)  # fmt: skip
LISTED = Table(
    "allocation_targets",
    {
        "entity": "text", "code": "text", "version": "int", "no": "int", "kind": "text",
        "key": "text", "weight": "numeric",
    },
    key=("entity", "code", "version", "no"),
)  # fmt: skip
ENDS = Table(
    "allocation_ends",
    {
        "position": "bigint", "entity": "text", "code": "text", "version": "int",
        "from_month": "date",
    },
    key=("position",),
    indexes=("entity, code, version, position",),
)  # fmt: skip
"""From when on a rule no longer holds, in all versions up to one."""
REVIEWS = Table(
    "allocation_reviews",
    {
        "position": "bigint", "entity": "text", "code": "text", "version": "int",
        "reviewed_on": "date", "next_on": "date", "note": "text", "reviewer": "text",
    },
    key=("position",),
    indexes=("entity, code, position",),
)  # fmt: skip
DRIVERS = Table(
    "allocation_drivers",
    {
        "position": "bigint", "no": "int", "entity": "text", "statistic": "text", "month": "date",
        "kind": "text", "key": "text", "quantity": "numeric", "source": "text",
    },
    key=("position", "no"),
    indexes=("entity, month, statistic, position",),
)  # fmt: skip
WORKPLACES = Table(
    "allocation_workplaces",
    {
        "position": "bigint", "person_id": "uuid", "entity": "text", "department": "text",
        "from_date": "date",
    },
    key=("position",),
    indexes=("entity, person_id, from_date, position",),
)  # fmt: skip
WORK = Table(
    "allocation_work",
    {
        "position": "bigint", "no": "int", "project_id": "uuid", "person_id": "uuid",
        "work_date": "date", "minutes": "int",
    },
    key=("position", "no"),
    indexes=("work_date, position",),
)  # fmt: skip
RUNS = Table(
    "allocation_runs",
    {
        "position": "bigint", "entity": "text", "month": "date", "number": "int",
        "known": "bigint", "currency": "text", "allocated": "numeric", "replaces": "text",
        "reversed_at": "bigint?", "why": "text",
    },
    key=("entity", "month", "number"),
    indexes=("position",),
)  # fmt: skip
POOLS = Table(
    "allocation_pools",
    {
        "position": "bigint", "no": "int", "rule": "text", "version": "int", "driver": "text",
        "held": "numeric", "before": "numeric", "amount": "numeric", "gross": "numeric",
    },
    key=("position", "no"),
)  # fmt: skip
LINES = Table(
    "allocation_lines",
    {
        "position": "bigint", "no": "int", "rule": "text", "version": "int", "kind": "text",
        "key": "text", "quantity": "numeric?", "share": "text", "amount": "numeric",
    },
    key=("position", "no"),
)  # fmt: skip


class Allocations(Projection):
    """``position`` of a run is that of its fact; a reversal says so at ``reversed_at``."""

    name = "allocations"
    tables = (RULES, LISTED, ENDS, REVIEWS, DRIVERS, WORKPLACES, WORK, RUNS, POOLS, LINES)

    @on(Rulebook.Defined)
    def defined(self, fact: Rulebook.Defined, at: Recorded, fold: Fold) -> None:
        """A rule, or its next version."""
        rule, terms = fact.rule, fact.rule.terms
        fold.append(RULES, fact.entity, rule.code, rule.version, at.position, terms.from_month,
                    ",".join(terms.pool.accounts), terms.pool.department, terms.pool.cost_code,
                    terms.pool.project, terms.driver, terms.statistic, terms.targets,
                    terms.method, terms.rationale)  # fmt: skip
        for no, one in enumerate(terms.listed):
            fold.append(LISTED, fact.entity, rule.code, rule.version, no, one.to.kind, one.to.key,
                        one.weight)  # fmt: skip

    @on(Rulebook.Ended)
    def ended(self, fact: Rulebook.Ended, at: Recorded, fold: Fold) -> None:
        """Holds no longer."""
        fold.append(ENDS, at.position, fact.entity, fact.code, fact.version, fact.from_month)

    @on(Rulebook.Reviewed)
    def reviewed(self, fact: Rulebook.Reviewed, at: Recorded, fold: Fold) -> None:
        """Looked at."""
        fold.append(REVIEWS, at.position, fact.entity, fact.code, fact.version, fact.reviewed_on,
                    fact.next_on, fact.note, fact.by)  # fmt: skip

    @on(Statistic.Taken, Statistic.Corrected)
    def captured(
        self, fact: Statistic.Taken | Statistic.Corrected, at: Recorded, fold: Fold
    ) -> None:
        """Figures of a month."""
        captured: Captured = fact.captured
        for no, one in enumerate(captured.measured):
            fold.append(DRIVERS, at.position, no, fact.entity, fact.statistic, fact.month,
                        one.to.kind, one.to.key, one.quantity, captured.source)  # fmt: skip

    @on(Person.DepartmentAssigned)
    def assigned(self, fact: Person.DepartmentAssigned, at: Recorded, fold: Fold) -> None:
        """Works there from now on."""
        fold.append(WORKPLACES, at.position, at.stream_id, fact.entity, fact.department,
                    fact.from_date)  # fmt: skip

    @on(Timesheet.TimeApproved)
    def worked(self, fact: Timesheet.TimeApproved, at: Recorded, fold: Fold) -> None:
        """Hours that count."""
        self._work(fact.person_id, fact.rated, 1, at, fold)

    @on(Timesheet.TimeUnapproved, Timesheet.TimeReversed)
    def undone(
        self, fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed, at: Recorded, fold: Fold
    ) -> None:
        """Hours that no longer do."""
        self._work(fact.person_id, fact.rated, -1, at, fold)

    def _work(
        self, person: UUID, rated: Iterable[RatedTime], sign: int, at: Recorded, fold: Fold
    ) -> None:
        for no, one in enumerate(rated):
            day: date = one.work_date
            fold.append(WORK, at.position, no, one.project_id, person, day, sign * one.minutes)

    @on(MonthAllocation.Ran)
    def ran(self, fact: MonthAllocation.Ran, at: Recorded, fold: Fold) -> None:
        """Passed on."""
        run = fact.run
        fold.put(RUNS, position=at.position, entity=fact.entity, month=run.month,
                 number=run.number, known=run.position, currency=run.currency,
                 allocated=sum(pool.amount for pool in run.pools),
                 replaces=",".join(map(str, fact.replaces)), reversed_at=None, why="")  # fmt: skip
        quantities = {
            (pool.rule, one.to): one.quantity for pool in run.pools for one in pool.measured
        }
        for no, pool in enumerate(run.pools):
            fold.append(POOLS, at.position, no, pool.rule, pool.version, pool.driver, pool.held,
                        pool.before, pool.amount, pool.gross)  # fmt: skip
        for no, line in enumerate(run.lines):
            fold.append(LINES, at.position, no, line.rule, line.version, line.to.kind,
                        line.to.key, quantities.get((line.rule, line.to)), line.share,
                        line.amount)  # fmt: skip

    @on(MonthAllocation.Reversed)
    def reversed(self, fact: MonthAllocation.Reversed, at: Recorded, fold: Fold) -> None:
        """Taken back."""
        fold.patch(RUNS, fact.entity, fact.run.month, fact.run.number, reversed_at=at.position,
                   why=fact.why)  # fmt: skip
