"""Charges between entities: lent time, both sides equal, cleared at what they were booked at."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.group.charge import ChargeLine, IntercompanyCharge
from domain.group.clearing import parts
from domain.group.intercompany_rule import Accounts, Parties
from domain.group.time_recharge import time_charge_id
from domain.ledger.intercompany_posting import charge_entries
from domain.ledger.journal import check_balance
from domain.pricing.fx import Quote
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_group import charge, prepare, rule

D = Decimal
BETWEEN = Parties("AA", "BB", "USD", "EUR", "GBP", Accounts())
DAY = date(2025, 1, 8)
cents = st.integers(1, 1_000_000).map(lambda n: D(n) / 100)


@pytest.fixture
def firm(paper: PaperFirm) -> PaperFirm:
    """A person of DE01 works for US21, at cost plus a quarter in dollars."""
    prepare(paper)
    paper.do("CreateProject", project_id=new("lent"), code="LENT", name="lent", entity="US21")
    return paper


def between(firm: PaperFirm) -> dict[tuple[str, str], Decimal]:
    """What all time charges of both books sum to, by entity and account, in dollars."""
    found: dict[tuple[str, str], Decimal] = {}
    for entry in firm.entries():
        for line in entry.lines:
            if entry.rule.startswith("intercompany") and line.project_id:
                key = entry.entity, line.account
                found[key] = found.get(key, D(0)) + line.amount
    return {key: amount for key, amount in found.items() if amount}


def test_lent_time_is_charged_with_its_approval(firm: PaperFirm) -> None:
    firm.work(new("lent"), date(2025, 1, 6))

    # 440 euros of cost, 550 with the mark-up, at 1.0321 dollars
    assert between(firm) == {
        ("DE01", "1500"): D("567.66"), ("DE01", "4500"): D("-567.66"),
        ("US21", "5030"): D("567.66"), ("US21", "2400"): D("-567.66"),
    }  # fmt: skip
    lines = [line for entry in firm.entries() for line in entry.lines if line.account == "2400"]
    assert {line.dimensions.counterparty for line in lines if line.dimensions} >= {"DE01"}


def test_work_at_home_or_without_a_rule_is_not_charged(firm: PaperFirm) -> None:
    for entity in ("DE01", "GB21"):
        firm.do("CreateProject", project_id=new(entity), code=entity, name="x", entity=entity)
        firm.work(new(entity), date(2025, 1, 6 if entity == "DE01" else 7))

    assert between(firm) == {}


@pytest.mark.parametrize("command", ["UnapproveTime", "ReverseTime", "TransferTime"])
def test_time_that_is_put_right_is_charged_no_more(firm: PaperFirm, command: str) -> None:
    sheet, entry = firm.work(new("lent"), date(2025, 1, 6))
    firm.work(new("lent"), date(2025, 1, 7), 60)
    firm.do("CreateProject", project_id=new("own"), code="OWN", name="own", entity="DE01")
    more: dict[str, Any] = {"project_id": new("own")} if command == "TransferTime" else {}

    firm.do(command, person_id=firm.person, week=date(2025, 1, 6), entry_ids=[entry], why="x",
            **more)  # fmt: skip

    assert between(firm)["DE01", "1500"] == D("70.96")
    assert firm.replayed(time_charge_id(sheet, new("lent"))).open == D("70.96")


def test_time_priced_anew_is_charged_anew(firm: PaperFirm) -> None:
    _, entry = firm.work(new("lent"), date(2025, 1, 6))
    firm.do("DefineIntercompanyRule", **rule(hourly=[{"role": "consultant",
                                                      "hourly_rate": "100"}]))  # fmt: skip

    for _ in range(2):
        firm.do("ReRateTime", person_id=firm.person, week=date(2025, 1, 6), entry_ids=[entry],
                why="a new price")  # fmt: skip

    assert between(firm)["US21", "5030"] == D("800.00")
    assert len(firm.all(IntercompanyCharge.TakenBack)) == 1


def test_approved_again_it_is_charged_again(firm: PaperFirm) -> None:
    _, entry = firm.work(new("lent"), date(2025, 1, 6))
    week = {"person_id": firm.person, "week": date(2025, 1, 6)}
    firm.do("UnapproveTime", **week, entry_ids=[entry], why="a look")
    assert between(firm) == {}

    firm.do("ApproveTime", **week)

    assert between(firm)["DE01", "1500"] == D("567.66")


def line(no: int, amount: Decimal, rate: str = "1.0321") -> ChargeLine:
    euro = Quote("USD", "EUR", D(rate), D(1), "given", DAY)
    pound = Quote("USD", "GBP", D(rate), D("0.829"), "given", DAY)
    return ChargeLine(new(f"line {no}"), DAY, "x", None, amount, euro, pound)


@given(st.lists(cents, min_size=1, max_size=6))
def test_both_sides_are_equal_and_balance(amounts: list[Decimal]) -> None:
    lines = tuple(line(no, amount) for no, amount in enumerate(amounts))

    one, other = charge_entries("charge", BETWEEN, lines)

    for entry in (one, other):
        check_balance(entry.lines, entry.currency)
    assert sum(x.amount for x in one.lines if x.account == "1500") == sum(amounts)
    assert sum(x.amount for x in other.lines if x.account == "2400") == -sum(amounts)


@given(st.lists(cents, min_size=1, max_size=5), st.integers(1, 99))
def test_what_is_cleared_in_parts_leaves_nothing_in_either_book(
    amounts: list[Decimal], share: int
) -> None:
    charges = [
        IntercompanyCharge(new(f"charge {no}"), BETWEEN, "manual", (line(no, amount),))
        for no, amount in enumerate(amounts)
    ]
    total = sum(amounts, D(0))
    some = max((total * share / 100).quantize(D("0.01")), D("0.01"))

    for amount in (some, total - some):
        for portion in parts(charges, amount) if amount else ():
            charge_of = next(one for one in charges if one.id == portion.charge_id)
            charge_of.clear(new("clearing"), portion)

    assert not any(one.open or one.provided or one.received for one in charges)


def test_netting_and_payment_realise_what_the_rates_did(firm: PaperFirm) -> None:
    firm.do("RaiseIntercompanyCharge", **charge("more", "DE01", "US21", amount="50.00"))
    firm.rates(date(2025, 1, 20), USD="1.1", GBP="0.83")
    pair = {"counterparty": "DE01", "entity": "US21", "currency": "USD", "open_charges": tuple(
        new(f"charge {name}") for name in ("there", "back", "more"))}  # fmt: skip
    netted: Any = firm.do("NetIntercompany", **pair, netting_id=new("n"),
                          netted_on="2025-01-09").answer  # fmt: skip

    paid: Any = firm.do("SettleIntercompany", **pair, settlement_id=new("s"),
                        settled_on="2025-01-20").answer  # fmt: skip

    assert (netted.cleared, netted.left, paid.cleared, paid.left) == (100, 50, 50, 0)
    gains = [
        entry.lines[-1] for entry in firm.entries()
        if (entry.rule, entry.entity) == ("intercompany_settlement", "DE01")
    ]  # fmt: skip
    assert [(one.account, one.functional) for one in gains] == [("7000", D("2.99"))]
