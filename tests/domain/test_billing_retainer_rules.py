"""Retainers are closed, expire, are adjusted and taken back by their terms; nothing is lost."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as draws
from hypothesis import strategies as st

from domain.actor import Actor
from domain.billing.holders import OtherContract
from domain.billing.minimum_commands import MonthNotOver
from domain.billing.recurring_commands import EarnedOverTime
from domain.billing.retainer_account import Retainer, retainer_id
from domain.billing.retainer_commands import BadRetainerTerms, NoRatedWork, NothingAdjusted
from domain.billing.retainer_rules import (
    AllowanceDrawn,
    OverAdjusted,
    PeriodGranted,
    RetainerExhausted,
    RollOutOfOrder,
    TermsMidPeriod,
    UnitFixed,
    UnknownGrant,
)
from domain.consumption import BilledElsewhere
from domain.contracts.account import BillableHeld, ContractAccount
from domain.contracts.contract import ContractNotActive, OutsideTerm
from domain.delivery.timesheet import OwnWork, Timesheet, UnknownEntry
from domain.money import AmountTooFine
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.retainer_stage import (
    FEBRUARY,
    JANUARY,
    Retained,
    agreed,
    change,
    fee,
    hours,
    invoice,
    left,
)
from tests.domain.samples_retainers import retained, source, terms, worked
from tests.firm import CHIEF


@pytest.fixture
def at(paper: PaperFirm) -> Retained:
    """Ten hours a month for 1,200 at 150 an hour above; five live on for a month."""
    return agreed(paper)


def test_a_closed_period_hands_on_what_the_terms_let_live(at: Retained) -> None:
    paper, contract, _ = at
    hours(at, "first", JANUARY, "2")

    answer: Any = paper.do("RollRetainerPeriod", contract_id=contract, day="2025-01-31").answer

    assert answer.left == 5
    assert answer.steps == (
        "5 h carried on from 2025-01-31",
        "3 h of Retainer, 2025-01-01 to 2025-01-31 is above the carry limit",
    )
    hours(at, "second", FEBRUARY, "4")
    rolled: Any = paper.do("RollRetainerPeriod", contract_id=contract, day="2025-02-28").answer
    assert rolled.left == 5
    assert [one.quantity for one in paper.last(Retainer.Rolled).lapsed] == [60, 300]


def test_work_of_the_next_period_does_not_change_what_a_period_hands_on(at: Retained) -> None:
    paper, contract, _ = at
    hours(at, "later", FEBRUARY, "4")

    paper.do("RollRetainerPeriod", contract_id=contract, day="2025-01-31")

    assert [one.quantity for one in paper.last(Retainer.Rolled).carried] == [300]
    assert [one.quantity for one in paper.last(Retainer.Rolled).lapsed] == [300]
    assert left(at) == 1 + 10


def test_a_period_closed_again_takes_in_what_came_back(at: Retained) -> None:
    paper, contract, _ = at
    hours(at, "first", JANUARY, "10")
    close = {"contract_id": contract, "day": "2025-01-31"}
    paper.do("RollRetainerPeriod", **close)
    paper.do("UnapproveTime", person_id=paper.person, week=JANUARY, entry_ids=[new("first")],
             why="x")  # fmt: skip

    paper.do("RollRetainerPeriod", **close)
    before = len(paper.facts)
    paper.do("RollRetainerPeriod", **close)

    assert left(at) == 5
    assert len(paper.facts) == before


def test_what_can_no_longer_be_drawn_expires(at: Retained) -> None:
    paper, contract, _ = at
    paper.do("FundRetainer", contract_id=contract, through="2025-02-01")

    for _ in range(2):
        paper.do("ExpireRetainer", contract_id=contract, on="2025-02-28")

    assert left(at) == 10
    assert [fact.expired_on for fact in paper.all(Retainer.Expired)] == [date(2025, 2, 28)]


def test_the_end_of_the_contract_ends_every_right(at: Retained) -> None:
    paper, contract, _ = at
    paper.do("FundRetainer", contract_id=contract, through="2025-03-01")
    paper.do("TerminateContract", contract_id=contract, on="2025-03-10", why="moved away")

    paper.do("ExpireRetainer", contract_id=contract, on="2025-03-31")

    assert left(at) == 0


def test_a_credited_fee_takes_its_allowance_with_it(at: Retained) -> None:
    paper, contract, _ = at
    paper.do("FundRetainer", contract_id=contract, through="2025-01-01")
    invoice(at, "i", "2025-01-02", fee(at))
    memo = {"invoice_id": new("i"), "issued_on": "2025-01-20", "why": "x"}

    paper.do("IssueCreditMemo", memo_id=new("m1"), **memo, lines=[{"no": 1, "net": "300"}])
    assert left(at) == Decimal("7.5")
    hours(at, "first", JANUARY, "4")
    paper.refuses(AllowanceDrawn, "IssueCreditMemo", memo_id=new("m2"), **memo,
                  lines=[{"no": 1}])  # fmt: skip
    paper.do("IssueCreditMemo", memo_id=new("m2"), **memo, lines=[{"no": 1, "net": "420"}])

    assert left(at) == 0
    taken = paper.all(Retainer.TakenBack)
    assert [fact.quantity for fact in taken] == [150, 210]
    assert [fact.fee for fact in taken] == [300, 420]


def test_a_fee_that_is_billed_again_keeps_its_allowance(at: Retained) -> None:
    paper, contract, _ = at
    paper.do("FundRetainer", contract_id=contract, through="2025-01-01")
    invoice(at, "i", "2025-01-02", fee(at))

    paper.do("RebillInvoice", invoice_id=new("i"), memo_id=new("m"), new_invoice_id=new("j"),
             issued_on="2025-01-03", why="wrong address")  # fmt: skip

    assert left(at) == 10
    assert -paper.balances()["1200", "EUR"][0] == 1200


def test_terms_change_with_a_period_that_is_not_granted(at: Retained) -> None:
    paper, contract, _ = at
    paper.do("FundRetainer", contract_id=contract, through="2025-02-10")
    of = {"contract_id": contract}

    paper.refuses(TermsMidPeriod, "SetRetainerTerms", **of, **terms(from_date="2025-03-15"))
    paper.refuses(PeriodGranted, "SetRetainerTerms", **of, **terms(from_date="2025-02-01"))
    paper.refuses(UnitFixed, "SetRetainerTerms", **of,
                  **terms(from_date="2025-03-01", unit="money"))  # fmt: skip
    paper.do("SetRetainerTerms", **of,
             **terms(from_date="2025-03-01", period="quarter", allowance="40"))  # fmt: skip
    paper.do("FundRetainer", contract_id=contract, through="2025-06-01")

    assert [fact.granted.quantity for fact in paper.all(Retainer.Funded)] == [600, 600, 2400, 2400]
    assert paper.last(Retainer.Funded).granted.ends_on == date(2025, 8, 31)


def test_in_arrears_the_fee_is_due_as_the_period_ends(at: Retained) -> None:
    change(at, in_advance=False)
    at[0].do("FundRetainer", contract_id=at[1], through="2025-02-10")

    assert [fact.granted.due_on for fact in at[0].all(Retainer.Funded)] == [
        date(2025, 1, 1), date(2025, 2, 28)
    ]  # fmt: skip


def test_a_contract_that_earns_at_once_or_by_milestones_has_no_retainer(paper: PaperFirm) -> None:
    at_once, _ = retained(paper, "at once", recognition="as_earned")
    fixed, _ = retained(paper, "fixed", billing_model="fixed_fee")
    draft = paper.do("DraftContract", contract_id=new("draft"), client_id=paper.client, name="d",
                     currency="USD", value="1", starts_on="2025-01-01", ends_on="2025-12-31",
                     billing_model="fixed_fee", payment_terms_days=30).answer.id  # fmt: skip

    paper.refuses(EarnedOverTime, "SetRetainerTerms", contract_id=at_once, **terms())
    paper.refuses(NoRatedWork, "SetRetainerTerms", contract_id=fixed, **terms())
    paper.refuses(ContractNotActive, "SetRetainerTerms", contract_id=draft, **terms())


def test_terms_that_contradict_themselves_are_refused(paper: PaperFirm) -> None:
    contract, _ = retained(paper, "retained")
    of = {"contract_id": contract}

    paper.refuses(BadRetainerTerms, "SetRetainerTerms", **of, **terms(expenses=True))
    paper.refuses(BadRetainerTerms, "SetRetainerTerms", **of,
                  **terms(overage="absorbed", overage_rate="1"))  # fmt: skip
    paper.refuses(BadRetainerTerms, "SetRetainerTerms", **of,
                  **terms(unit="money", overage_rate="1"))  # fmt: skip
    paper.refuses(AmountTooFine, "SetRetainerTerms", **of, **terms(fee="0.001"))
    paper.refuses(OutsideTerm, "SetRetainerTerms", **of, **terms(from_date="2024-12-31"))
    paper.refuses(OutsideTerm, "SetRetainerTerms", **of, **terms(from_date="2026-01-01"))
    paper.refuses(AmountTooFine, "SetRetainerTerms", **of,
                  **terms(unit="money", carry_limit="0.001"))  # fmt: skip


def test_who_draws_names_approved_unheld_work_of_the_contract(at: Retained) -> None:
    paper, contract, _ = at
    _, other = retained(paper, "other")
    worked(paper, other, JANUARY, new("strange"))
    before = {"contract_id": contract}
    hours(at, "short", JANUARY, "11")

    def refs(*names: str) -> list[dict[str, Any]]:
        return [source(paper, JANUARY, *map(new, names))]

    paper.refuses(OtherContract, "DrawRetainer", **before, sources=refs("strange"))
    paper.refuses(UnknownEntry, "DrawRetainer", **before, sources=refs("nothing"))
    paper.do("HoldBillable", kind="time", holder_id=source(paper, JANUARY)["holder_id"],
             item_id=new("short"), why="disputed")  # fmt: skip
    paper.do("AdjustRetainer", contract_id=contract, quantity="1", on="2025-01-01", why="x",
             approved_by="a director")  # fmt: skip
    paper.refuses(BillableHeld, "DrawRetainer", **before, sources=refs("short"))
    paper.do("ReleaseBillable", kind="time", holder_id=source(paper, JANUARY)["holder_id"],
             item_id=new("short"))  # fmt: skip
    invoice(at, "i", "2025-01-31", *refs("short"))
    paper.refuses(BilledElsewhere, "DrawRetainer", **before, sources=refs("short"))


def test_periods_are_closed_in_order_once_they_are_over(at: Retained) -> None:
    paper, contract, _ = at
    of = {"contract_id": contract}
    paper.do("FundRetainer", **of, through="2025-03-31")

    paper.refuses(RollOutOfOrder, "RollRetainerPeriod", **of, day="2025-02-28")
    paper.refuses(UnknownGrant, "RollRetainerPeriod", **of, day="2024-12-31")
    paper.refuses(MonthNotOver, "RollRetainerPeriod", **of, day="2025-12-01")
    paper.refuses(MonthNotOver, "ExpireRetainer", **of, on="2025-12-31")


def test_an_adjustment_says_how_much_and_who_approved_it(at: Retained) -> None:
    paper, contract, _ = at
    given = {"contract_id": contract, "on": "2025-01-10", "why": "x", "approved_by": "a director"}

    paper.refuses(NothingAdjusted, "AdjustRetainer", **given, quantity="0")
    paper.refuses(OverAdjusted, "AdjustRetainer", **given, quantity="-10.5")
    paper.refuses(OwnWork, "AdjustRetainer", **{**given, "approved_by": "chief"}, quantity="1")
    paper.refuses(BadRetainerTerms, "AdjustRetainer", **given, quantity="1",
                  expires_on="2025-01-09")  # fmt: skip
    paper.refuses(UnknownGrant, "AdjustRetainer", **{**given, "on": "2024-12-01"}, quantity="1")
    answer: Any = paper.do("AdjustRetainer", **given, quantity="-2.5").answer
    assert (answer.left, answer.unit) == (Decimal("7.5"), "hours")


@pytest.fixture
def in_money(paper: PaperFirm) -> Retained:
    """1,000 of work and expenses a month for 900; what is above is refused."""
    contract, project = retained(paper, "money")
    paper.do("SetRetainerTerms", contract_id=contract, **terms(
        unit="money", allowance="1000", fee="900", expenses=True, overage="refused"))  # fmt: skip
    return paper, contract, project


def test_money_is_drawn_by_work_and_expenses(in_money: Retained) -> None:
    paper, contract, project = in_money
    hours(in_money, "first", JANUARY, "5")
    euro = {"currency": "EUR"}
    spent = {"person_id": paper.person, "project_id": project, "spent_on": JANUARY,
             "category": "travel", "tax": {"amount": "0", **euro}}  # fmt: skip
    worker = Actor("worker", CHIEF.roles, CHIEF.entities)
    for name, amount in (("small", "250.00"), ("large", "0.01")):
        paper.do("RecordExpense", worker, expense_id=new(name), net={"amount": amount, **euro},
                 **spent)  # fmt: skip
    paper.do("ApproveExpense", expense_id=new("small"))

    assert paper.replayed(retainer_id(contract)).left == 0
    paper.refuses(RetainerExhausted, "ApproveExpense", expense_id=new("large"))
    paper.do("SetTimeTerms", contract_id=contract, from_date="2025-01-01", blended_rate="151")
    paper.refuses(RetainerExhausted, "ReRateTime", person_id=paper.person, week=JANUARY,
                  entry_ids=[new("first")], why="x")  # fmt: skip
    paper.refuses(AmountTooFine, "AdjustRetainer", contract_id=contract, quantity="0.001",
                  on="2025-01-10", why="x", approved_by="a director")  # fmt: skip
    paper.do("ReverseExpense", expense_id=new("small"), why="private")
    assert paper.replayed(retainer_id(contract)).left == 250


def test_work_from_before_the_terms_is_refused_where_too_little_is_left(
    paper: PaperFirm,
) -> None:
    contract, project = retained(paper, "late")
    worked(paper, project, JANUARY, new("early"), 11 * 60)
    paper.do("SetRetainerTerms", contract_id=contract, **terms(overage="refused"))

    paper.refuses(RetainerExhausted, "DrawRetainer", contract_id=contract,
                  sources=[source(paper, JANUARY, new("early"))])  # fmt: skip


STEP = st.tuples(st.sampled_from(["work", "undo", "roll", "adjust"]), st.integers(1, 900))


STEP = st.tuples(st.sampled_from(["work", "undo", "roll", "adjust"]), st.integers(1, 900))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@draws(st.lists(STEP, min_size=1, max_size=12))
def test_granted_is_drawn_lapsed_and_left_and_work_is_covered_or_billable(
    steps: list[tuple[str, int]],
) -> None:
    paper = PaperFirm()
    paper.found()
    contract, project = retained(paper, "random")
    paper.do("SetRetainerTerms", contract_id=contract, **terms())
    entries: list[UUID] = []
    month = 1
    for no, (what, number) in enumerate(steps):
        day = date(2025, month, 3 + no)
        if what == "work":
            entries.append(worked(paper, project, day, new(f"r{no}"), number)[1])
        elif what == "undo" and entries:
            week = max(f.work_date for f in paper.all(Timesheet.TimeLogged)
                       if f.entry_id == entries[-1])  # fmt: skip
            paper.do("ReverseTime", person_id=paper.person, week=week, why="x",
                     entry_ids=[entries.pop()])  # fmt: skip
        elif what == "roll" and month < 11:
            paper.do("RollRetainerPeriod", contract_id=contract, day=date(2025, month, 28))
            month += 1
        elif what == "adjust":
            paper.do("AdjustRetainer", contract_id=contract, quantity=str(number), on=day, why="x",
                     approved_by="a director")  # fmt: skip

    found = paper.replayed(retainer_id(contract))
    for one in found.grants.values() if found else ():
        assert one.granted.quantity == one.drawn + one.lapsed + one.left
        assert min(one.drawn, one.lapsed, one.left) >= 0
    assert set(found.draws) == set(entries)
    covered: dict[UUID, Decimal] = {}
    for fact in paper.all(ContractAccount.Covered):
        covered[fact.part.item_id] = covered.get(fact.part.item_id, Decimal(0)) + fact.part.amount
    assert {id_: one for id_, one in covered.items() if one} == {
        id_: draw.covered for id_, draw in found.draws.items() if draw.covered
    }
