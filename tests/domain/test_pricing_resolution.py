"""Which rate prices an hour: the most specific that holds on the work date."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import CurrencyMismatch
from domain.pricing.bounds import NegativeFigure
from domain.pricing.rate_card import NoBillRate, RateLine
from domain.pricing.resolution import (
    AmbiguousRate,
    Candidate,
    EmptyRange,
    Work,
    from_line,
    resolve_rate,
)

MARCH = date(2026, 3, 1)
WORK = Work(MARCH, person="ann", task="design", role="senior", client="acme", entry="e1")
SCOPES = st.tuples(*[st.sampled_from(["", name]) for name in ("ann", "design", "senior")])
LINES = st.lists(
    st.builds(
        lambda rate, start, scope: RateLine(Decimal(rate), start, *scope),
        st.integers(1, 500),
        st.dates(date(2026, 1, 1), date(2026, 5, 1)),
        SCOPES,
    ),
    min_size=1, max_size=12, unique_by=lambda line: (line.scope, line.from_date),
)  # fmt: skip


def rate(amount: str, start: str = "2026-01-01", **fields: Any) -> Candidate:
    return Candidate(Decimal(amount), "EUR", date.fromisoformat(start), **fields)


LADDER = (
    rate("1", entry="e1", source="entry"),
    rate("2", person="ann", task="design"),
    rate("3", person="ann"),
    rate("4", task="design"),
    rate("5", role="senior"),
    rate("6", client="acme"),
    rate("7"),
)


@pytest.mark.parametrize("first", range(len(LADDER)))
def test_the_most_specific_of_those_given_wins(first: int) -> None:
    found = resolve_rate(LADDER[: first - 1 : -1] if first else LADDER[::-1], WORK)

    assert found.won == LADDER[first]
    assert found.passed_over == LADDER[first + 1 :]


def test_the_winner_and_the_others_are_explained() -> None:
    found = resolve_rate(LADDER[2:4], WORK, "EUR")

    assert [step.rule for step in found.steps] == ["rate.most_specific", "rate.passed_over"]
    assert found.steps[0].text == (
        "2026-03-01: 3 EUR/h for person ann since 2026-01-01 (rate card)"
    )


def test_in_one_scope_the_nearer_source_wins() -> None:
    card, project = rate("80", role="senior"), rate("95", role="senior", source="project")

    assert resolve_rate([card, project], WORK).hourly_rate == 95


def test_the_rate_begun_last_by_the_work_date_holds() -> None:
    rates = [rate("80"), rate("90", "2026-03-01"), rate("99", "2026-03-02")]

    assert resolve_rate(rates, WORK).hourly_rate == 90


def test_a_rate_does_not_hold_on_the_day_it_ends() -> None:
    rates = [rate("80"), rate("70", "2026-02-01", until=MARCH)]

    assert resolve_rate(rates, WORK).hourly_rate == 80
    before = Work(MARCH - timedelta(days=1))
    assert resolve_rate(rates, before).hourly_rate == 70


@pytest.mark.parametrize(
    "rates",
    [
        [rate("80"), rate("90")],
        [rate("80", until=date(2027, 1, 1)), rate("90", "2026-02-01")],
    ],
)
def test_two_rates_of_one_scope_that_both_hold_are_refused(rates: list[Candidate]) -> None:
    with pytest.raises(AmbiguousRate):
        resolve_rate(rates, WORK)


def test_an_overlap_that_a_more_specific_rate_hides_harms_nobody() -> None:
    assert resolve_rate([rate("80"), rate("90"), LADDER[2]], WORK).hourly_rate == 3


def test_work_that_no_rate_covers_is_refused() -> None:
    with pytest.raises(NoBillRate, match="no rate for ann on 2026-03-01"):
        resolve_rate([rate("80", person="bob"), rate("9", "2026-04-01")], WORK)


def test_a_rate_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(EmptyRange):
        resolve_rate([rate("80", until=date(2026, 1, 1))], WORK)


def test_a_rate_below_zero_is_refused() -> None:
    with pytest.raises(NegativeFigure):
        resolve_rate([rate("-1")], WORK)


def test_a_rate_in_another_currency_than_the_contracts_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        resolve_rate([rate("80")], WORK, "USD")


@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_rates_does_not_matter(lines: list[RateLine], random: Any) -> None:
    rates = [from_line(line, "EUR") for line in [*lines, RateLine(Decimal(1), date.min)]]
    shuffled = random.sample(rates, len(rates))

    assert resolve_rate(rates, WORK) == resolve_rate(shuffled, WORK)
