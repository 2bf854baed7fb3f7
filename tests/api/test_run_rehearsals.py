"""A dry run is the run without its append, explanation included; a second one does nothing."""

from collections.abc import Iterator
from copy import copy
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from api.commands.run import due, recognise
from api.commands.run_billing import (
    Proposed,
    issue_all,
    operator,
    prepare,
    propose,
    rehearsal,
    run_id_of,
)
from api.wiring import System
from domain.billing.invoice import Invoice
from domain.billing.run_commands import run_invoice_id
from domain.contracts.account import ContractAccount, account_id
from domain.identity import named_id
from domain.request import Outcome
from domain.revenue.contract import RevenueContract, revenue_id
from domain.revenue.run_commands import RunRecognition
from domain.store import Store
from projections.as_of import snapshot
from projections.billing_inputs import READS, to_bill
from tests.adapters.writers import crowd, store_at
from tests.domain.samples_revenue import new, ready
from tests.firm import CHIEF, Firm

ON, MONTH = date(2025, 1, 31), date(2025, 1, 1)
D = Decimal


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """Work under a cap, work at a discount, and a held thing; and two contracts a run earns."""
    for day in (10, 17, 24, 31):
        firm.rates(date(2025, 1, day), USD=f"1.03{day}", GBP="0.8361")
    capped, project = firm.win("Capped")
    for day in (6, 7, 8):
        pair = firm.work(project, date(2025, 1, day))
    firm.do("SetCap", contract_id=capped, name="all", limit="2000")
    cheap, other = firm.win("Cheap")
    firm.do("SetVolumeDiscount", contract_id=cheap,
            steps=[{"from_volume": "0", "pct": "10"}])  # fmt: skip
    firm.work(other, date(2025, 1, 13))
    firm.do("HoldBillable", kind="time", holder_id=pair[0], item_id=pair[1], why="not yet")
    ready(firm, "even")
    ready(firm, "by hours", measure="hours", whole="100")
    firm.do("CreateProject", project_id=new("hours"), code="HRS", name="x",
            contract_id=new("by hours"))  # fmt: skip
    firm.work(new("hours"), date(2025, 1, 20))
    firm.settle()
    return firm


@pytest.fixture
def other(busy: Firm) -> Iterator[Store]:
    """Another process's store on the same log."""
    with store_at(busy.system.addresses.pooled) as store:
        yield store


def beside(firm: Firm, other: Store) -> System:
    """The firm's system in another process."""
    twin = copy(firm.system)
    twin.__dict__["store"] = other
    return twin


def end(firm: Firm) -> int:
    return firm.store.recorder.max_notification_id() or 0


def proposed(firm: Firm) -> tuple[Any, list[Proposed]]:
    """Rehearse the month's billing; the run's id and what it proposes."""
    found = propose(firm.system, "DE01", ON, ON, named_id("run", "rehearsed"))[1]
    return run_id_of(firm.system, "DE01", ON, ON, found), found


def approved(firm: Firm) -> tuple[Any, list[Proposed]]:
    """Put the rehearsal on record and agree to it."""
    run_id, found = proposed(firm)
    firm.system.store.execute(prepare(run_id, "DE01", ON, ON, end(firm), found), operator())
    firm.do("ApproveRun", CHIEF, run_id=run_id)
    firm.settle()
    return run_id, found


def invoices(firm: Firm, run_id: Any, found: list[Proposed]) -> dict[str, Invoice]:
    """What a run issued, by the name of the contract."""
    ids = {run_invoice_id(run_id, one.given.contract_id): one.name for one in found}
    loaded = firm.store.load_fresh(list(ids))
    return {ids[id_]: one for id_, one in loaded.items() if isinstance(one, Invoice)}


def test_a_billing_run_issues_what_its_rehearsal_says(busy: Firm) -> None:
    run_id, found = approved(busy)

    assert issue_all(busy.system, run_id)[1] == []

    issued = invoices(busy, run_id, found)
    told = {one.name: one.given for one in found if not one.given.blocker}
    assert issued.keys() == told.keys() == {"Capped", "Cheap"}
    for name, given in told.items():
        assert (issued[name].totals.net, issued[name].totals.tax) == (given.net, given.tax)
    assert (told["Capped"].net, told["Capped"].written_down) == (D(2000), D(400))
    assert "400.00" in told["Capped"].text
    assert "1 held: 1200.00 USD" in told["Capped"].text
    assert "120.00" in told["Cheap"].text
    account: Any = busy.store.load_fresh([account_id(told["Capped"].contract_id)])
    [held] = account.values()
    assert isinstance(held, ContractAccount)
    assert sum(amount for amount, _ in held.written.values()) == told["Capped"].written_down


def test_each_invoice_is_the_answer_of_its_rehearsal_word_for_word(busy: Firm) -> None:
    with busy.system.connect() as conn, snapshot(conn, READS):
        commands = [rehearsal(one, ON, named_id("run", "x")) for one in to_bill(conn, "DE01", ON)]

    for command in commands:
        before = end(busy)
        said = busy.store.execute(command.model_copy(update={"dry_run": True}), CHIEF)
        assert (end(busy), said.position) == (before, None)
        assert busy.store.execute(command, CHIEF).answer == said.answer


def test_a_billing_run_twice_records_nothing(busy: Firm) -> None:
    run_id, found = approved(busy)
    issue_all(busy.system, run_id)
    busy.settle()
    before = end(busy)

    assert issue_all(busy.system, run_id) == ([], [])
    assert proposed(busy)[1] == [] or all(one.given.blocker for one in proposed(busy)[1])
    assert end(busy) == before
    assert found


def test_two_who_issue_one_run_at_once_issue_it_once(busy: Firm, other: Store) -> None:
    run_id, found = approved(busy)

    sides = crowd([partial(issue_all, one, run_id) for one in (busy.system, beside(busy, other))])

    numbers = sorted(one.number for one in invoices(busy, run_id, found).values())
    assert len(numbers) == 2
    assert sorted(number for issued, _ in sides for number in issued) == numbers
    assert {why.code for _, refused in sides for _, why in refused} <= {"PROPOSAL_BLOCKED"}
    busy.settle()
    with busy.system.connect() as conn:
        counted = conn.execute(
            "SELECT count(*) FROM events WHERE topic = 'billing.invoice_issued'"
        )
        assert counted.fetchone() == (2,)


def runs(firm: Firm) -> list[RunRecognition]:
    return [run.command for each in due(firm.system, "DE01", MONTH) for run in each]


def test_a_revenue_run_does_what_its_rehearsal_answers_explanation_included(busy: Firm) -> None:
    commands, before = runs(busy), end(busy)

    said: list[Outcome] = [
        busy.store.execute(one.model_copy(update={"dry_run": True}), CHIEF) for one in commands
    ]
    assert end(busy) == before
    done = [busy.store.execute(one, CHIEF) for one in commands]

    assert [one.answer for one in done] == [one.answer for one in said]
    answers: list[Any] = [one.answer for one in done]
    assert all(line.steps for answer in answers for line in answer.lines)
    for answer in answers:
        revenue: Any = busy.store.load_fresh([answer.id])[answer.id]
        assert isinstance(revenue, RevenueContract)
        [(_, _, lines)] = revenue.runs
        recorded = [tuple(step.text for step in line.steps) for line in lines]
        assert recorded == [line.steps for line in answer.lines]


def test_a_months_rehearsal_shows_the_lines_of_the_run(busy: Firm) -> None:
    before = end(busy)
    said = recognise(busy.system, "DE01", MONTH, dry_run=True)
    assert end(busy) == before

    assert recognise(busy.system, "DE01", MONTH, dry_run=False) == said
    assert {line.contract for line in said} == {"even", "by hours"}


def test_a_revenue_run_twice_records_nothing(busy: Firm) -> None:
    recognise(busy.system, "DE01", MONTH, dry_run=False)
    busy.settle()
    before = end(busy)

    assert recognise(busy.system, "DE01", MONTH, dry_run=False) == []
    assert end(busy) == before


def test_two_who_earn_one_month_at_once_earn_it_once(busy: Firm, other: Store) -> None:
    said = recognise(busy.system, "DE01", MONTH, dry_run=True)

    sides = crowd([partial(recognise, one, "DE01", MONTH, dry_run=False)
           for one in (busy.system, beside(busy, other))])  # fmt: skip

    told = [line for lines in sides for line in lines]
    assert sorted(told, key=lambda line: line.contract) == sorted(
        said, key=lambda line: line.contract
    )
    for name in ("even", "by hours"):
        id_ = revenue_id(new(name))
        revenue: Any = busy.store.load_fresh([id_])[id_]
        assert len(revenue.runs) == 1
        earned = sum(promise.recognised for promise in revenue.promises.values())
        assert earned == sum(line.delta for line in said if line.contract == name)
