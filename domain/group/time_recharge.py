"""Lent time: what one entity's people do on another's project is charged with its approval.

One charge a week, person and project; approval extends it, an approval taken back takes the lines
back, pricing anew does both where the price changed. Where the two entities have no rule, nothing
is charged.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from domain.delivery.project import Project
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from domain.group.charge import ChargeLine, IntercompanyCharge
from domain.group.intercompany_rule import IntercompanyRule, rule_id
from domain.group.transfer_price import price_of_time
from domain.identity import named_id
from domain.pricing.fx import quote
from domain.unit_of_work import UnitOfWork


def time_charge_id(sheet: UUID, project: UUID) -> UUID:
    """The charge of one person's week on one project."""
    return named_id("intercompany time", f"{sheet}:{project}")


def recharge(work: UnitOfWork, sheet: Timesheet, rated: Iterable[RatedTime]) -> None:
    """Charge approved time to its projects' entities. Raises NoTransferPrice, MissingRate."""
    for project_id, entries in _by_project(rated):
        home = entries[0].cost.entity
        owner = work.read(Project, project_id).entity
        rule = None if owner == home else work.find(IntercompanyRule, rule_id(home, owner))
        if rule is None:
            continue
        lines = tuple(line for one in entries if (line := line_of(work, rule, one)).amount)
        id_ = time_charge_id(sheet.id, project_id)
        if known := work.load_or_none(IntercompanyCharge, id_):
            known.extend(lines)
        elif lines:
            work.add(IntercompanyCharge(id_, rule.between, "time", lines))


def take_back(work: UnitOfWork, sheet: Timesheet, entry_ids: Sequence[UUID], why: str) -> None:
    """Undo the charges of entries whose approval is undone."""
    projects = {sheet.entry(id_).project_id for id_ in entry_ids}
    for project_id in sorted(projects):
        id_ = time_charge_id(sheet.id, project_id)
        if work.find(IntercompanyCharge, id_):
            work.load(IntercompanyCharge, id_).take_back(list(dict.fromkeys(entry_ids)), why)


def recharge_anew(
    work: UnitOfWork, sheet: Timesheet, rated: Sequence[RatedTime], why: str
) -> None:
    """Charge entries by the prices of today where they were charged otherwise."""
    for project_id, entries in _by_project(rated):
        charge = work.find(IntercompanyCharge, time_charge_id(sheet.id, project_id))
        if charge is None:
            recharge(work, sheet, entries)
            continue
        between = charge.between
        rule = work.read(IntercompanyRule, rule_id(between.provider, between.receiver))
        moved = [
            one for one in entries if line_of(work, rule, one) != charge.lines.get(one.entry_id)
        ]
        take_back(work, sheet, [one.entry_id for one in moved], why)
        recharge(work, sheet, moved)


def line_of(work: UnitOfWork, rule: IntercompanyRule, one: RatedTime) -> ChargeLine:
    """An approved entry as it is charged. Raises NoTransferPrice, MissingRate."""
    between, on = rule.between, one.work_date
    at_cost = quote(work, between.provider_books, between.currency, on)
    found = price_of_time(rule.on(on), one.minutes, one.role, one.cost.amount, at_cost)
    return ChargeLine(
        one.entry_id, on, "; ".join(step.text for step in found.steps), one.project_id,
        found.amount, quote(work, between.currency, between.provider_books, on),
        quote(work, between.currency, between.receiver_books, on),
    )  # fmt: skip


def _by_project(rated: Iterable[RatedTime]) -> Iterable[tuple[UUID, list[RatedTime]]]:
    ordered = sorted(rated, key=lambda one: str(one.project_id))
    for project_id, entries in groupby(ordered, lambda one: one.project_id):
        yield project_id, list(entries)
