"""Runs of a month: pricing, billing and revenue, each against a tenth of its size."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

from api.bench.ground import CHECKER, ENTITY, MONDAY, Ground, day, person
from api.bench.line import Line, seconds
from api.bench.projecting import memory_mb
from api.commands.run import recognise
from api.commands.run_billing import propose
from domain.command import Command
from domain.contracts.clauses import TimeTerms
from domain.contracts.commands import ActivateContract, DraftContract
from domain.delivery.project_commands import CreateProject
from domain.delivery.rating import priced
from domain.delivery.time_commands import ApproveTime, LogTime, SubmitTimesheet
from domain.identity import named_id
from domain.organisation.commands import RegisterClient
from domain.pricing.commands import PublishRateCard, RateLineInput
from domain.pricing.resolution import Candidate, Work, resolve_rate
from domain.pricing.time_rounding import RoundingTerms, WorkedTime, round_time
from domain.revenue.commands import (
    AllocateTransactionPrice,
    DetermineTransactionPrice,
    IdentifyContract,
    IdentifyPerformanceObligation,
)
from domain.revenue.obligation import ContractCriteria

PRICED = 20_000
BILLED, A_CONTRACT, A_WEEK = (10_000, 100_000), 100, 20
RECOGNISED = (1_000, 10_000)
PEOPLE = 64
CLIENT, CARD = named_id("bench client", "one"), named_id("bench card", "one")
END, MONTH = date(2025, 12, 31), date(2024, 3, 1)


def lines(ground: Ground) -> Iterator[Line]:
    """The rows of runs."""
    yield Line("entries priced, one core", PRICED / seconds(price), 20_000.0, "a second",
               "the limit set", 1.0)  # fmt: skip
    ground.do(*selling())
    yield from billing(ground)
    yield from revenue(ground)


def price() -> None:
    """Rate, rounding and amount of each entry, with the explanation."""
    rates = [
        Candidate(Decimal(100 + no), "EUR", MONDAY, role=role)
        for no, role in enumerate(("", "analyst", "consultant", "designer", "principal"))
    ]
    terms = TimeTerms(MONDAY, RoundingTerms(Decimal(15), "UP"), discount_pct=Decimal(5))
    work = Work(MONDAY, "P1", "build", "consultant")
    for no in range(PRICED):
        assert terms.rounding is not None  # noqa: S101 -- given above
        rounded = round_time([WorkedTime("e", 10 + no % 400, MONDAY)], terms.rounding)
        rate = resolve_rate(rates, work, "EUR")
        priced(rounded.rounded_minutes, rate, terms.discount_pct, "EUR", rounded.steps)


def selling() -> Iterator[Command]:
    """A client and a rate card."""
    yield RegisterClient(client_id=CLIENT, code="BENCH", name="Bench (fictional)", entity=ENTITY,
                         currency="EUR")  # fmt: skip
    line = RateLineInput(hourly_rate=Decimal(120), from_date=MONDAY)
    yield PublishRateCard(rate_card_id=CARD, name="bench", entity=ENTITY, currency="EUR",
                          lines=(line,))  # fmt: skip


def contract(no: int, **terms: Any) -> Iterator[Command]:
    """A contract in force."""
    id_ = contract_id(no)
    given = {
        "client_id": CLIENT,
        "name": f"contract {no}",
        "currency": "EUR",
        "value": "12000",
        "starts_on": "2024-01-01",
        "ends_on": END,
        "payment_terms_days": 30,
        **terms,
    }
    yield DraftContract.model_validate({"contract_id": id_, **given})
    yield ActivateContract(contract_id=id_, approved_by="bench")


def contract_id(no: int) -> UUID:
    """The ``no``-th contract."""
    return named_id("bench contract", str(no))


def billing(ground: Ground) -> Iterator[Line]:
    """Proposals over unbilled entries, a hundred a contract."""
    rates, done = [], 0
    feed = ground.system.feed()
    feed.lead()
    for entries in BILLED:
        ground.load(worked(done, entries))
        ground.load(approved(done, entries), actor=CHECKER)
        done = entries
        feed.catch_up()
        before = memory_mb()
        took = seconds(lambda: propose(ground.system, ENTITY, END, END, named_id("run", "bench")))
        rates.append(entries / took)
        grown = memory_mb() - before
    yield Line("billing run, 100,000 entries, 1,000 contracts", rates[1], rates[0],
               "entries a second", "the same over a tenth", 0.8,
               note=f"{grown:.0f} MB more at its peak")  # fmt: skip
    feed.close()


def worked(first: int, last: int) -> Iterator[Command]:
    """Contracts with approved time: entry ``no`` belongs to contract ``no // 100``."""
    for no in range(first // A_CONTRACT, last // A_CONTRACT):
        yield from contract(no, billing_model="time_and_materials", rate_card_id=CARD)
        yield CreateProject(project_id=named_id("bench project", f"c{no}"), code=f"C{no}",
                            name=f"project {no}", contract_id=contract_id(no))  # fmt: skip
    for who, week, numbers in sheets(first, last):
        for place, no in enumerate(numbers):
            yield LogTime(
                person_id=person(who), work_date=day(week * 5 + place // 4), minutes=30,
                project_id=named_id("bench project", f"c{no // A_CONTRACT}"),
            )  # fmt: skip
        yield SubmitTimesheet(person_id=person(who), week=day(week * 5))


def approved(first: int, last: int) -> Iterator[Command]:
    """Somebody else agrees to every week."""
    for who, week, _ in sheets(first, last):
        yield ApproveTime(person_id=person(who), week=day(week * 5))


def sheets(first: int, last: int) -> Iterator[tuple[int, int, list[int]]]:
    """Person, week and entries: twenty a week; a week is in one load only."""
    weeks = range(-(-first // (PEOPLE * A_WEEK)), -(-last // (PEOPLE * A_WEEK)))
    for week, who in product(weeks, range(PEOPLE)):
        start = (week * PEOPLE + who) * A_WEEK
        numbers = [no for no in range(start, start + A_WEEK) if no < last]
        if numbers:
            yield who, week, numbers


def revenue(ground: Ground) -> Iterator[Line]:
    """Straight-line contracts, one month run."""
    rates, done = [], 0
    feed = ground.system.feed()
    feed.lead()
    for contracts in RECOGNISED:
        ground.load(promised(done, contracts))
        feed.catch_up()
        month = MONTH if not done else date(2024, 4, 1)
        before = memory_mb()
        took = seconds(lambda: recognise(ground.system, ENTITY, month, dry_run=True))  # noqa: B023 -- run at once
        rates.append(contracts / took)
        grown = memory_mb() - before
        done = contracts
    yield Line("revenue run over 10,000 contracts", rates[1], rates[0], "contracts a second",
               "the same over a tenth", 0.8, note=f"{grown:.0f} MB more at its peak")  # fmt: skip
    feed.close()


def promised(first: int, last: int) -> Iterator[Command]:
    """Contracts that a run earns evenly over two years."""
    for no in range(first, last):
        name = f"r{no}"
        id_ = named_id("bench contract", name)
        given = {"contract_id": id_}
        yield DraftContract.model_validate({
            **given, "client_id": CLIENT, "name": name, "currency": "EUR", "value": "2400",
            "starts_on": "2024-01-01", "ends_on": END, "billing_model": "fixed_fee",
            "payment_terms_days": 30, "recognition": "by_run",
        })  # fmt: skip
        yield ActivateContract(contract_id=id_, approved_by="bench")
        criteria = dict.fromkeys(ContractCriteria.__dataclass_fields__, True)
        yield IdentifyContract.model_validate({**given, **criteria})
        yield IdentifyPerformanceObligation.model_validate({
            **given, "obligation": "care", "name": "care", "measure": "straight_line_monthly",
            "ssp": "2400", "starts_on": "2024-01-01", "ends_on": END,
        })  # fmt: skip
        yield DetermineTransactionPrice.model_validate({
            **given, "determined_on": "2024-01-02", "fixed": "2400",
        })  # fmt: skip
        yield AllocateTransactionPrice.model_validate({**given, "allocated_on": "2024-01-02"})
