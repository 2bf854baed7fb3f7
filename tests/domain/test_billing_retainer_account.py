"""Approved work draws from its contract's retainer first; only what is above is billed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.actor import Actor
from domain.billing.retainer_account import Retainer
from domain.billing.retainer_rules import (
    RetainerExhausted,
    UnknownGrant,
)
from domain.consumption import BilledElsewhere
from domain.contracts.account import ContractAccount
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.retainer_stage import (
    FEBRUARY,
    JANUARY,
    MARCH,
    RATE,
    Retained,
    agreed,
    change,
    fee,
    hours,
    invoice,
    left,
    worth,
    worth_of_all,
)
from tests.domain.samples_retainers import source, terms
from tests.firm import CHIEF


@pytest.fixture
def at(paper: PaperFirm) -> Retained:
    """Ten hours a month for 1,200 at 150 an hour above; five live on for a month."""
    return agreed(paper)


def test_approved_work_draws_what_is_left_and_the_rest_is_billed(at: Retained) -> None:
    hours(at, "first", JANUARY, "8")
    hours(at, "second", date(2025, 1, 9), "5")

    assert left(at) == 0
    drawn = [draw for fact in at[0].all(Retainer.Drawn) for draw in fact.draws]
    assert [str(one.covered) for one in drawn] == ["1200.00", "300.00"]
    assert [one.overage for one in drawn] == [0, 180]
    found = at[0].all(ContractAccount.Covered)
    assert [one.part.amount for one in found] == [1200, 300]
    answer = invoice(at, "i", "2025-01-31", source(at[0], JANUARY, new("second")))
    assert answer.net == 3 * RATE


def test_terms_and_approvals_say_what_they_come_to(at: Retained) -> None:
    paper, contract, _ = at
    hours(at, "first", JANUARY, "12")
    week = {"person_id": paper.person, "week": JANUARY, "entry_ids": [new("first")]}
    paper.do("UnapproveTime", **week, why="x")
    changed: Any = paper.do("SetRetainerTerms", contract_id=contract, **terms(
        from_date="2025-02-01", overage_rate="180")).answer  # fmt: skip
    approved: Any = paper.do("ApproveTime", **week).answer

    assert changed.steps == (
        "what is unused lives on, periods: 1, at most 5 h; what is above is billed at 180 EUR/h",
    )
    assert approved.steps == (
        "10 h of 2025-01-08 drawn, worth 1500.00 EUR", "2 h above, billed: 300.00 to bill"
    )  # fmt: skip


def test_what_is_drawn_is_never_billed(at: Retained) -> None:
    hours(at, "first", JANUARY, "8")

    given = {"invoice_id": new("i"), "contract_id": at[1], "issued_on": "2025-01-31"}
    sources = [source(at[0], JANUARY, new("first"))]
    at[0].refuses(BilledElsewhere, "IssueInvoice", **given, sources=sources)


def test_a_draw_grants_the_periods_that_have_begun(at: Retained) -> None:
    hours(at, "first", FEBRUARY, "12")

    funded = at[0].all(Retainer.Funded)
    assert [fact.granted.period for fact in funded] == [date(2025, 1, 1), date(2025, 2, 1)]
    assert left(at) == 8
    assert funded[0].granted.expires_on == date(2025, 2, 28)
    took = at[0].last(Retainer.Drawn).draws[0].took
    assert [one.quantity for one in took] == [600, 120]


def test_granting_twice_grants_once_and_no_period_after_the_contract(at: Retained) -> None:
    paper, contract, _ = at
    for _ in range(2):
        paper.do("FundRetainer", contract_id=contract, through="2026-06-30")

    assert len(paper.all(Retainer.Funded)) == 12
    assert {fact.granted.fee for fact in paper.all(Retainer.Funded)} == {Decimal(1200)}


def test_a_fee_is_billed_once(at: Retained) -> None:
    paper, contract, _ = at
    paper.do("FundRetainer", contract_id=contract, through="2025-01-01")

    assert invoice(at, "i", "2025-01-02", fee(at)).net == 1200

    given = {"contract_id": contract, "issued_on": "2025-01-31"}
    paper.refuses(BilledElsewhere, "IssueInvoice", **given, invoice_id=new("j"),
                  sources=[fee(at)])  # fmt: skip
    assert -paper.balances()["1200", "EUR"][0] == 1200
    paper.refuses(UnknownGrant, "IssueInvoice", **given, invoice_id=new("k"),
                  sources=[{**fee(at), "ids": [new("nothing")]}])  # fmt: skip


@pytest.mark.parametrize("command", ["UnapproveTime", "ReverseTime"])
def test_time_taken_back_returns_what_it_drew(at: Retained, command: str) -> None:
    paper = at[0]
    hours(at, "first", JANUARY, "8")
    hours(at, "second", date(2025, 1, 9), "5")

    paper.do(command, person_id=paper.person, week=JANUARY, entry_ids=[new("second")], why="x")

    assert left(at) == 2
    assert sum(fact.part.amount for fact in paper.all(ContractAccount.Covered)) == 8 * RATE


def test_time_approved_again_draws_again(at: Retained) -> None:
    paper, week = at[0], {"person_id": at[0].person, "week": JANUARY, "entry_ids": [new("first")]}
    hours(at, "first", JANUARY, "8")

    paper.do("UnapproveTime", **week, why="x")
    paper.do("ApproveTime", **week)

    assert left(at) == 2
    paper.refuses(BilledElsewhere, "WriteDownBillable", kind="time", item_id=new("first"),
                  holder_id=source(paper, JANUARY)["holder_id"], amount="1", on="2025-01-31",
                  why="x")  # fmt: skip


def test_work_priced_anew_draws_as_much_and_is_worth_more(at: Retained) -> None:
    paper, contract, _ = at
    hours(at, "first", JANUARY, "12")
    paper.do("SetTimeTerms", contract_id=contract, from_date="2025-01-01", blended_rate="200")

    paper.do("ReRateTime", person_id=paper.person, week=JANUARY, entry_ids=[new("first")],
             why="the blended rate was forgotten")  # fmt: skip

    assert left(at) == 0
    assert worth(at, "first", JANUARY) == 400
    assert sum(fact.part.amount for fact in paper.all(ContractAccount.Covered)) == 2000


def test_overage_may_have_a_rate_of_its_own(at: Retained) -> None:
    change(at, overage_rate="180", carry_periods=0)
    at[0].do("RollRetainerPeriod", contract_id=at[1], day="2025-01-31")

    hours(at, "first", MARCH, "12")

    assert worth(at, "first", MARCH) == 2 * 180
    assert at[0].last(ContractAccount.WrittenDown).write_down.amount == -2 * 30


def test_overage_may_be_absorbed(at: Retained) -> None:
    change(at, overage="absorbed")

    hours(at, "first", MARCH, "24")

    write_down = at[0].last(ContractAccount.WrittenDown).write_down
    assert (write_down.amount, write_down.why) == (4 * RATE, "overage absorbed by the retainer")
    at[0].do("UnapproveTime", person_id=at[0].person, week=MARCH, entry_ids=[new("first")],
             why="x")  # fmt: skip
    written = at[0].all(ContractAccount.WrittenDown)
    assert sum(fact.write_down.amount for fact in written) == 0


def test_overage_may_be_refused(at: Retained) -> None:
    paper, contract, project = at
    change(at, overage="refused")
    hours(at, "first", MARCH, "20")
    note = {"person_id": paper.person, "project_id": project}
    paper.do("LogTime", command_id=new("more"), work_date=MARCH, minutes=60, **note)
    paper.do("SubmitTimesheet", person_id=paper.person, week=MARCH)
    more = {"person_id": paper.person, "week": MARCH, "entry_ids": [new("more")]}

    approver = Actor("approver", CHIEF.roles, CHIEF.entities)
    paper.refuses(RetainerExhausted, "ApproveTime", approver, **more)
    paper.do("AdjustRetainer", contract_id=contract, quantity="1", on=MARCH, why="a gift",
             approved_by="a director")  # fmt: skip
    paper.do("ApproveTime", approver, **more)

    assert left(at) == 10
    assert worth_of_all(at) == 0


def test_what_was_above_draws_anew_after_an_adjustment(at: Retained) -> None:
    paper, contract, _ = at
    hours(at, "first", JANUARY, "12")
    given = {"contract_id": contract, "sources": [source(paper, JANUARY, new("first"))]}
    before = len(paper.facts)
    paper.do("DrawRetainer", **given)
    assert len(paper.facts) == before

    paper.do("AdjustRetainer", contract_id=contract, quantity="1.5", on="2025-01-01", why="agreed",
             approved_by="a director")  # fmt: skip
    paper.do("DrawRetainer", **given)

    assert left(at) == 0
    assert worth(at, "first", JANUARY) == 75
