"""Rating approved time: what is consulted, in which order, before the figures are frozen.

Billability comes first, then the contract's rounding (per entry or over a day), then the rate:
the entry's own, the blended one, or the most specific line of the rate card; the discount last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.billing.drawing import draw_approved
from domain.contracts.clauses import TimeTerms
from domain.contracts.contract import Contract
from domain.contracts.fixed_rate import price_quote
from domain.delivery.project import Project
from domain.delivery.rating import Bill, RatedTime, bill_of, cost_of, explain, priced
from domain.delivery.time_entry import Entry
from domain.delivery.timesheet import Timesheet
from domain.explanation import Step
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.organisation.person import Person
from domain.pricing.fx import quote
from domain.pricing.rate_card import RateCard
from domain.pricing.resolution import Candidate, Resolution, Work, from_line, resolve_rate
from domain.pricing.time_rounding import RoundingTerms, WorkedTime, round_time
from domain.unit_of_work import UnitOfWork

Rounded = dict[UUID, tuple[Decimal, tuple[Step, ...]]]


def rate_all(work: UnitOfWork, person: Person, entries: Sequence[Entry]) -> tuple[RatedTime, ...]:
    """Figures of entries approved together, in the books of both entities.

    Raises WrongEntity, NoCostRate, NoBillRate, MissingRate.
    """
    rounded = round_all(work, person, entries)
    return tuple(rate(work, person, entry, rounded) for entry in entries)


def draw_time(work: UnitOfWork, sheet: Timesheet, rated: Iterable[RatedTime]) -> tuple[str, ...]:
    """Let approved entries that a revenue run earns draw from their contracts' retainers.

    Answers how, in words. Raises RetainerExhausted.
    """
    return draw_approved(work, [
        (one.contract_id, sheet.shares((one.entry_id,))[0], one.work_date)
        for one in rated
        if one.contract_id and one.bill and one.bill.amount and not one.bill.earned
    ])  # fmt: skip


def rate(work: UnitOfWork, person: Person, entry: Entry, rounded: Rounded) -> RatedTime:
    """Figures of one entry. Raises as ``rate_all``."""
    home = work.read(LegalEntity, entity_id(person.entity))
    project = work.read(Project, entry.project_id)
    work.actor.require_entity(project.entity)
    owner = work.read(LegalEntity, entity_id(project.entity))
    between = quote(work, home.currency, owner.currency, entry.work_date)
    cost = cost_of(entry.minutes, person.cost_rate(entry.work_date), home.code, between)
    bill, words = bill_entry(work, person, entry, rounded)
    return RatedTime(
        entry.id, project.id, project.contract_id, entry.work_date, entry.minutes, person.role,
        entry.activity, cost, bill, words,
    )  # fmt: skip


def rerate_all(work: UnitOfWork, person: Person, entries: Sequence[Entry]) -> list[RatedTime]:
    """Figures of approved entries with what they are worth by today's rates and terms."""
    rounded = round_all(work, person, entries)
    found = []
    for entry in entries:
        bill, words = bill_entry(work, person, entry, rounded)
        assert entry.rated is not None  # noqa: S101 -- approved ones only
        found.append(replace(entry.rated, bill=bill, explanation=words))
    return found


def contract_under(work: UnitOfWork, entry: Entry) -> Contract | str:
    """The contract that prices an entry, or why nothing does."""
    project = work.read(Project, entry.project_id)
    if not entry.billable:
        return "marked not billable"
    if project.contract_id is None:
        return "internal project"
    contract = work.read(Contract, project.contract_id)
    if contract.terms.model != "time_and_materials" or contract.terms.rate_card_id is None:
        return "fixed fee: billed by milestone"
    if contract.is_over(entry.work_date):
        return f"the contract ended on {contract.terminated_on}"
    return contract


def round_all(work: UnitOfWork, person: Person, entries: Iterable[Entry]) -> Rounded:
    """Minutes to bill of each entry; those of one contract and day are rounded together."""
    groups: dict[tuple[UUID, date], list[Entry]] = {}
    terms: dict[tuple[UUID, date], TimeTerms] = {}
    for entry in entries:
        contract = contract_under(work, entry)
        if isinstance(contract, Contract):
            key = contract.id, entry.work_date
            groups.setdefault(key, []).append(entry)
            terms[key] = contract.time_terms_on(entry.work_date)
    rounded: Rounded = {}
    for key, group in groups.items():
        rounded |= _round(group, person.code, terms[key].rounding)
    return rounded


def _round(group: Sequence[Entry], person: str, terms: RoundingTerms | None) -> Rounded:
    if terms is None:
        return {entry.id: _billable(entry) for entry in group}
    worked = [
        WorkedTime(str(entry.id), int(_billable(entry)[0]), entry.work_date, person)
        for entry in group
    ]
    found = round_time(worked, terms)
    return {
        entry.id: (one.rounded_minutes, (*_billable(entry)[1], *found.steps))
        for entry, one in zip(group, found.entries, strict=True)
    }


def _billable(entry: Entry) -> tuple[Decimal, tuple[Step, ...]]:
    """Minutes left by partial billability, whole ones."""
    if entry.billable_pct == 100:  # noqa: PLR2004 -- percent
        return Decimal(entry.minutes), ()
    minutes = (entry.minutes * entry.billable_pct / 100).quantize(Decimal(1))
    text = f"{entry.billable_pct} % of {entry.minutes} min billable"
    return minutes, (Step("billability.pct", text),)


def bill_entry(
    work: UnitOfWork, person: Person, entry: Entry, rounded: Rounded
) -> tuple[Bill | None, str]:
    """What an entry is worth to the client, with the explanation; None where nothing."""
    contract = contract_under(work, entry)
    if isinstance(contract, str):
        return None, contract
    minutes, steps = rounded[entry.id]
    if not minutes:
        return None, "; ".join(step.text for step in steps)
    terms = contract.time_terms_on(entry.work_date)
    rate = resolve(work, person, entry, contract)
    value = priced(minutes, rate, terms.discount_pct, contract.currency, steps)
    entity = work.read(LegalEntity, entity_id(contract.entity))
    fx = price_quote(work, contract.id, contract.currency, entity.currency, entry.work_date)
    bill = bill_of(value, entity.code, fx, earned=contract.terms.earned_at_once)
    return bill, explain(value, bill)


def resolve(work: UnitOfWork, person: Person, entry: Entry, contract: Contract) -> Resolution:
    """The rate of an hour: the entry's own, the blended one, or the card's. Raises NoBillRate."""
    on, currency = entry.work_date, contract.currency
    if entry.hourly_rate is not None:
        own = Candidate(entry.hourly_rate, currency, on, source="entry", entry=str(entry.id))
        return resolve_rate([own], Work(on, entry=str(entry.id)), currency)
    terms = contract.time_terms_on(on)
    if terms.blended_rate is not None:
        blended = Candidate(terms.blended_rate, currency, terms.from_date, source="contract")
        return resolve_rate([blended], Work(on), currency)
    assert contract.terms.rate_card_id is not None  # noqa: S101 -- see ``contract_under``
    card = work.read(RateCard, contract.terms.rate_card_id)
    asked = Work(on, person.code, entry.activity, person.role)
    return resolve_rate([from_line(line, card.currency) for line in card.lines], asked, currency)
