"""Revaluation: foreign balances at the closing rate, and what is put back the day after."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.commands import ReasonNeeded
from domain.ledger.entry import Entry
from domain.ledger.foreign_balance import ForeignBalance, Residue, explained, monetary, revalue
from domain.ledger.period import PeriodClosed, PeriodNotOpen
from domain.ledger.revaluation import AlreadyRevalued, Revaluation
from domain.ledger.revaluation_commands import RevalueForeignBalances
from domain.pricing.fx import MissingRate, Quote
from domain.revenue.position import Movement, book, carrying
from tests.domain.named import new
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples_currencies import held
from tests.firm import CHIEF

JANUARY: dict[str, Any] = {"entity": "DE01", "month": "2025-01-31", "position": 1}


def usd(rate: str) -> Quote:
    """Euros for a dollar."""
    return Quote("USD", "EUR", Decimal(1), Decimal(rate), "published", date(2025, 1, 31))


@pytest.fixture
def closed(paper: PaperFirm) -> PaperFirm:
    """The firm with the rates of January's last day: 0.80 euros for a dollar."""
    paper.rates(date(2025, 1, 31), USD="1.25", JPY="160", KWD="0.32")
    return paper


def entries(paper: PaperFirm) -> list[tuple[str, str, dict[tuple[str, str], str]]]:
    """Rule, day and lines of every journal so far."""

    def lines(entry: Entry) -> dict[tuple[str, str], str]:
        assert all(line.amount in (0, line.functional) for line in entry.lines)
        return {(line.account, line.currency): str(line.functional) for line in entry.lines}

    return [(one.rule, str(one.effective_date), lines(one)) for one in paper.entries()]


def test_an_open_invoice_is_worth_what_the_closing_rate_says() -> None:
    row = revalue(ForeignBalance("1100", "USD", Decimal(1000), Decimal("1135.45")), usd("1.13225"))

    assert (row.value, row.difference, row.lasting) == (
        Decimal("1132.25"), Decimal("-3.20"), False,
    )  # fmt: skip


def test_a_receivable_goes_back_the_day_after_and_a_bank_account_does_not(
    closed: PaperFirm,
) -> None:
    balances = [held("1000", "100.00", "90.00"), held("1100", "50.00", "39.00")]
    closed.do("RevalueForeignBalances", **JANUARY, balances=balances)

    assert entries(closed) == [
        ("revaluation", "2025-01-31",
         {("1000", "USD"): "-10.00", ("1100", "USD"): "1.00", ("7010", "EUR"): "9.00"}),
        ("revaluation_reversal", "2025-02-01",
         {("1100", "USD"): "-1.00", ("7010", "EUR"): "1.00"}),
    ]  # fmt: skip


def test_a_debt_that_grows_is_a_loss(closed: PaperFirm) -> None:
    answer: Any = closed.do("RevalueForeignBalances", **JANUARY,
                            balances=[held("2000", "-100.00", "-79.00")]).answer  # fmt: skip

    assert (answer.gain, answer.books, answer.lines[0].put_back) == (Decimal("-1.00"), "EUR", True)
    assert "100.00 USD at 1 EUR for 1.25 USD" in answer.lines[0].steps[0]


def test_twice_the_same_is_refused(closed: PaperFirm) -> None:
    once = {**JANUARY, "balances": [held("1100", "50.00", "39.00")]}
    closed.do("RevalueForeignBalances", **once)

    closed.refuses(AlreadyRevalued, "RevalueForeignBalances", **{**once, "position": 99})


def test_late_facts_take_the_run_back_and_post_anew(closed: PaperFirm) -> None:
    closed.do("RevalueForeignBalances", **JANUARY, balances=[held("1100", "50.00", "39.00")])
    before = {key: sums for key, sums in closed.balances().items() if any(sums)}
    assert not before

    balances = [held("1000", "10.00", "9.00"), held("1100", "50.00", "38.00")]
    closed.do("RevalueForeignBalances", **JANUARY, balances=balances)

    assert [(rule, day) for rule, day, _ in entries(closed)[2:]] == [
        ("revaluation_superseded", "2025-01-31"), ("revaluation_superseded", "2025-02-01"),
        ("revaluation", "2025-01-31"), ("revaluation_reversal", "2025-02-01"),
    ]  # fmt: skip
    assert closed.balances()["1100", "USD"] == (Decimal(0), Decimal(0))
    assert closed.balances()["1000", "USD"] == (Decimal(0), Decimal("-1.00"))


def test_a_corrected_rate_runs_again(closed: PaperFirm) -> None:
    closed.do("RevalueForeignBalances", **JANUARY, balances=[held("1100", "50.00", "39.00")])
    closed.rates(date(2025, 1, 31), USD="1.60")

    closed.do("RevalueForeignBalances", **JANUARY, balances=[held("1100", "50.00", "39.00")])

    again = closed.last(Revaluation.Superseded)
    assert [row.value for row in again.rows] == [Decimal("31.25")]
    assert again.quotes[0].of_per_base == Decimal("1.60")


def test_only_contracts_in_debit_are_money(closed: PaperFirm) -> None:
    ahead, behind, kept = new("ahead"), new("behind"), new("kept")

    def of(contract: UUID, account: str, amount: str, booked: str) -> dict[str, Any]:
        return held(account, amount, booked, contract_id=contract)

    balances = [of(ahead, "1200", "-100.00", "-90.00"), of(ahead, "1210", "10.00", "9.00"),
                of(behind, "1200", "100.00", "90.00"), of(kept, "1200", "-5.00", "-4.50"),
                of(kept, "1210", "20.00", "18.00")]  # fmt: skip

    answer: Any = closed.do("RevalueForeignBalances", **JANUARY, balances=balances).answer

    rows = closed.last(Revaluation.Posted).rows
    assert [(row.balance.contract_id, row.balance.account) for row in rows] == [
        (behind, "1200"), (kept, "1200"), (kept, "1210"),
    ]  # fmt: skip
    assert {line.account: line.difference for line in answer.lines} == {
        "1200": Decimal("-9.50"), "1210": Decimal("-2.00"),
    }  # fmt: skip
    assert answer.lines[0].steps[0] == "2 contracts, each for itself"


def test_layers_earned_ahead_are_revalued_and_layers_billed_ahead_are_not() -> None:
    def held_as(kind: Literal["revenue", "invoice"]) -> list[ForeignBalance]:
        moved = Movement(kind, date(2025, 1, 3), Decimal(100), Decimal(110))
        layers = book((), moved, "EUR").layers
        return [ForeignBalance("1200", "USD", *carrying(layers), contract_id=new(kind))]

    (asset,) = monetary(held_as("revenue"))

    assert revalue(asset, usd("1.25")).difference == 15
    assert monetary(held_as("invoice")) == []


def test_what_is_not_money_is_left_alone() -> None:
    both = [ForeignBalance(code, "USD", Decimal(1), Decimal(1)) for code in ("1300", "2000")]

    assert [one.account for one in monetary(both)] == ["2000"]


def test_a_balance_that_is_over_in_its_currency_is_over_in_the_books(closed: PaperFirm) -> None:
    balances = [held("1000", "0", "3.00"), held("2110", "0", "-2.00")]

    answer: Any = closed.do("RevalueForeignBalances", **JANUARY, balances=balances).answer

    assert entries(closed) == [
        ("revaluation", "2025-01-31", {("1000", "USD"): "-3.00", ("2110", "USD"): "2.00",
                                       ("7000", "EUR"): "-2.00", ("7010", "EUR"): "3.00"}),
    ]  # fmt: skip
    assert all("no USD left" in line.steps[0] for line in answer.lines)


def test_a_control_account_never_has_something_of_nothing(closed: PaperFirm) -> None:
    closed.refuses(Residue, "RevalueForeignBalances", **JANUARY, balances=[held("1100", "0", "1")])


def test_something_that_nothing_was_booked_for_is_worth_its_rate() -> None:
    row = revalue(ForeignBalance("1100", "USD", Decimal("0.01"), Decimal(0)), usd("0.80"))

    assert row.difference == Decimal("0.01")


def test_a_currency_without_a_closing_rate_is_refused(paper: PaperFirm) -> None:
    paper.refuses(MissingRate, "RevalueForeignBalances", **JANUARY,
                  balances=[held("1100", "1.00", "1.00")])  # fmt: skip
    paper.do("RevalueForeignBalances", **JANUARY, balances=[held("1000", "0", "1.00")])


def test_a_firm_without_foreign_balances_has_its_run_too(paper: PaperFirm) -> None:
    answer: Any = paper.do("RevalueForeignBalances", **JANUARY, balances=[]).answer

    assert (answer.gain, answer.lines, entries(paper)) == (0, (), [])
    paper.refuses(AlreadyRevalued, "RevalueForeignBalances", **JANUARY, balances=[])


def test_the_month_is_open_and_the_next_one_too(closed: PaperFirm) -> None:
    given = {**JANUARY, "balances": []}
    closed.refuses(PeriodNotOpen, "RevalueForeignBalances", **{**given, "month": "2025-12-01"})
    closed.refuses(PeriodNotOpen, "RevalueForeignBalances", **{**given, "month": "2024-12-01"})
    closed.do("SoftClosePeriod", entity="DE01", month="2025-01-01")
    closed.refuses(ReasonNeeded, "RevalueForeignBalances", **given)
    closed.do("RevalueForeignBalances", CHIEF, reason="the close", **given)
    closed.do("HardClosePeriod", entity="DE01", month="2025-01-01")
    closed.refuses(PeriodClosed, "RevalueForeignBalances", ANYBODY, reason="late",
                   **{**given, "balances": [held("1000", "1.00", "9.00")]})  # fmt: skip


@pytest.mark.parametrize(("month", "last"), [
    ("2028-02-10", date(2028, 2, 29)), ("2025-02-10", date(2025, 2, 28)),
    ("2025-12-31", date(2025, 12, 31)),
])  # fmt: skip
def test_a_month_ends_on_its_last_day(month: str, last: date) -> None:
    command = RevalueForeignBalances.model_validate({"entity": "DE01", "month": month})

    assert command.last == command.effective_on(date(2025, 1, 1)) == last


def test_a_month_that_ends_on_a_sunday_closes_at_fridays_rate(paper: PaperFirm) -> None:
    paper.rates(date(2025, 8, 29), USD="1.25")
    paper.do("RevalueForeignBalances", entity="DE01", month="2025-08-01", position=1,
             balances=[held("1100", "1.00", "1.00")])  # fmt: skip

    fact = paper.last(Revaluation.Posted)
    assert (fact.on, fact.quotes[0].quoted_on) == (date(2025, 8, 31), date(2025, 8, 29))


@pytest.mark.parametrize(("currency", "amount", "value"), [
    ("JPY", "10001", "62.51"), ("KWD", "12.345", "38.58"),
])  # fmt: skip
def test_yen_and_dinars_are_valued_in_cents(
    closed: PaperFirm, currency: str, amount: str, value: str
) -> None:
    closed.do("RevalueForeignBalances", **JANUARY,
              balances=[{**held("1100", amount, "1.00"), "currency": currency}])  # fmt: skip

    assert closed.last(Revaluation.Posted).rows[0].value == Decimal(value)


def test_each_entity_of_a_group_is_a_line_of_its_own(closed: PaperFirm) -> None:
    balances = [held("1500", "10.00", "9.00", counterparty=other) for other in ("UK01", "US01")]

    closed.do("RevalueForeignBalances", **JANUARY, balances=balances)

    first = next(closed.entries())
    assert [line.dimensions and line.dimensions.counterparty for line in first.lines] == [
        "UK01", "US01", None,
    ]  # fmt: skip


AMOUNTS = st.decimals(min_value=-(10**6), max_value=10**6, places=2)


@given(st.lists(st.tuples(AMOUNTS, st.decimals("0.01", "100", places=5)), min_size=1, max_size=9))
def test_a_bank_account_is_worth_its_last_closing_rate_whatever_came_before(
    months: list[tuple[Decimal, Decimal]],
) -> None:
    booked = Decimal(0)

    for amount, rate in months:
        row = revalue(ForeignBalance("1000", "USD", amount, booked), usd(str(rate)))
        booked += row.difference

        assert booked == row.value == usd(str(rate)).convert(amount)
        assert explained(row, usd(str(rate)), "EUR")
