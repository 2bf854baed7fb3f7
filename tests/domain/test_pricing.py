"""Rate cards and exchange rates: which price, which rate, and never a guess."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import CurrencyMismatch, UnknownCurrency
from domain.organisation.person import OverlappingRate
from domain.pricing.fx import FxRates, MissingRate, Quote, quote
from domain.pricing.rate_card import NoBillRate, RateCard, RateLine
from domain.pricing.resolution import Work, from_line, resolve_rate
from domain.unit_of_work import UnitOfWork
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import new
from tests.firm import CHIEF

FRIDAY = date(2025, 1, 3)
SCOPES = st.tuples(*[st.sampled_from(["", name]) for name in ("P1", "design", "partner")])
LINES = st.lists(
    st.builds(
        lambda rate, start, scope: RateLine(Decimal(rate), start, *scope),
        st.integers(1, 500),
        st.dates(date(2025, 1, 1), date(2025, 3, 1)),
        SCOPES,
    ),
    min_size=1, max_size=20,
)  # fmt: skip


def resolve(
    lines: tuple[RateLine, ...], *, person: str, activity: str, role: str, on: date
) -> RateLine:
    """The line of a card that prices an hour."""
    candidates = [from_line(line, "EUR") for line in lines]
    won = resolve_rate(candidates, Work(on, person, activity, role)).won
    return RateLine(won.hourly_rate, won.from_date, won.person, won.task, won.role)


def line(rate: str, start: str = "2025-01-01", **scope: str) -> RateLine:
    return RateLine(Decimal(rate), date.fromisoformat(start), **scope)


@pytest.mark.parametrize(
    ("person", "activity", "role", "rate"),
    [
        ("P1", "design", "partner", "1"),
        ("P1", "law", "partner", "2"),
        ("P2", "design", "partner", "3"),
        ("P2", "law", "partner", "4"),
        ("P2", "law", "junior", "5"),
    ],
)
def test_the_most_specific_line_prices_the_hour(
    person: str, activity: str, role: str, rate: str
) -> None:
    lines = (
        line("5"), line("4", role="partner"), line("3", activity="design"), line("2", person="P1"),
        line("1", person="P1", activity="design"),
    )  # fmt: skip

    found = resolve(lines, person=person, activity=activity, role=role, on=date(2025, 1, 1))

    assert found.hourly_rate == Decimal(rate)


@pytest.mark.parametrize(
    ("on", "rate"), [("2025-01-01", "10"), ("2025-01-31", "10"), ("2025-02-01", "20")]
)
def test_a_line_holds_from_its_day_on(on: str, rate: str) -> None:
    lines = (line("20", "2025-02-01"), line("10", "2025-01-01"))

    found = resolve(lines, person="", activity="", role="", on=date.fromisoformat(on))

    assert found.hourly_rate == Decimal(rate)


def test_an_older_specific_line_beats_a_newer_general_one() -> None:
    lines = (line("1", role="partner"), line("2", "2025-06-01"))

    found = resolve(lines, person="P", activity="", role="partner", on=date(2025, 7, 1))

    assert found.hourly_rate == 1


def test_work_before_every_line_has_no_price() -> None:
    with pytest.raises(NoBillRate):
        resolve((line("1"),), person="", activity="", role="", on=date(2024, 12, 31))


@given(LINES, st.dates(date(2025, 1, 1), date(2025, 3, 31)))
def test_no_fitting_line_is_more_specific_than_the_one_that_prices(
    lines: list[RateLine], on: date
) -> None:
    work: dict[str, Any] = {"person": "P1", "activity": "design", "role": "partner", "on": on}
    lines = list({(each.scope, each.from_date): each for each in lines}.values())
    begun = [each for each in lines if each.from_date <= on]
    if not begun:
        with pytest.raises(NoBillRate):
            resolve(tuple(lines), **work)
        return

    found = resolve(tuple(lines), **work)

    def rank(each: RateLine) -> tuple[bool, bool, bool, date]:
        return bool(each.person), bool(each.activity), bool(each.role), each.from_date

    assert found in begun
    assert rank(found) == max(map(rank, begun))


@given(LINES, st.randoms(use_true_random=False))
def test_the_price_does_not_depend_on_the_order_of_the_lines(
    lines: list[RateLine], random: Any
) -> None:
    single = list({(each.scope, each.from_date): each for each in lines}.values())
    mixed = random.sample(single, len(single))
    work: dict[str, Any] = {
        "person": "P1", "activity": "design", "role": "partner", "on": date(2025, 4, 1),
    }  # fmt: skip

    assert resolve(tuple(mixed), **work) == resolve(tuple(single), **work)


def test_added_lines_price_new_work_only(paper: PaperFirm) -> None:
    paper.do("AddRateCardLines", rate_card_id=paper.card,
             lines=[{"hourly_rate": "175", "from_date": "2025-07-01"}])  # fmt: skip

    card = paper.replayed(paper.card)
    for on, rate in ((date(2025, 6, 30), 150), (date(2025, 7, 1), 175)):
        assert resolve(card.lines, person="", activity="", role="", on=on).hourly_rate == rate
    assert len(paper.all(RateCard.LinesAdded)) == 1


def test_two_prices_of_one_scope_never_start_on_one_day(paper: PaperFirm) -> None:
    twice = [{"hourly_rate": rate, "from_date": "2025-01-01"} for rate in ("1", "2")]
    fields = {"rate_card_id": new("card"), "name": "x", "entity": "DE01", "currency": "EUR"}

    paper.refuses(OverlappingRate, "PublishRateCard", **fields, lines=twice)
    paper.refuses(OverlappingRate, "AddRateCardLines", rate_card_id=paper.card, lines=twice[:1])
    paper.refuses(
        UnknownCurrency, "PublishRateCard", **{**fields, "currency": "ZZZ"}, lines=twice[:1]
    )


def test_a_cost_rate_is_set_once_a_day(paper: PaperFirm) -> None:
    fields = {"person_id": paper.person, "from_date": "2025-01-01"}
    before = len(paper.facts)
    paper.do("SetCostRate", **fields, hourly_rate="55")
    assert len(paper.facts) == before

    paper.refuses(OverlappingRate, "SetCostRate", **fields, hourly_rate="56")


@pytest.fixture
def rated(paper: PaperFirm) -> PaperFirm:
    """Friday's rates for one euro."""
    paper.rates(FRIDAY, USD="1.1435", JPY="185.72", GBP="0.85363", KWD="0.33451")
    return paper


def rate_on(firm: PaperFirm, of: str, to: str, on: date) -> Quote:
    """The quote a command of that day would book at."""
    return quote(UnitOfWork(CHIEF, on, firm), of, to, on)


@pytest.mark.parametrize(
    ("of", "to", "amount", "converted"),
    [
        ("EUR", "USD", "100.00", "114.35"),
        ("USD", "EUR", "100.00", "87.45"),
        ("USD", "JPY", "100.00", "16241"),
        ("GBP", "USD", "100.00", "133.96"),
        ("JPY", "EUR", "185.72", "1.00"),
        ("EUR", "KWD", "100.00", "33.451"),
        ("KWD", "JPY", "1.000", "555"),
        ("EUR", "EUR", "12.34", "12.34"),
    ],
)
def test_a_rate_is_read_in_both_directions_and_across(
    rated: PaperFirm, of: str, to: str, amount: str, converted: str
) -> None:
    found = rate_on(rated, of, to, FRIDAY).convert(Decimal(amount))

    assert found == Decimal(converted)


def test_cross_rates_are_as_published() -> None:
    """Published: ECB reference rates of 2026-07-09, to ten decimals."""
    day = date(2026, 7, 9)
    found = {
        "eur_usd": Quote("EUR", "USD", Decimal(1), Decimal("1.1435"), "ECB", day),
        "usd_eur": Quote("USD", "EUR", Decimal("1.1435"), Decimal(1), "ECB", day),
        "usd_jpy": Quote("USD", "JPY", Decimal("1.1435"), Decimal("185.72"), "ECB", day),
        "gbp_usd": Quote("GBP", "USD", Decimal("0.85363"), Decimal("1.1435"), "ECB", day),
    }

    assert {name: str(round(each.rate, 10)) for name, each in found.items()} == {
        "eur_usd": "1.1435000000", "usd_eur": "0.8745080892", "usd_jpy": "162.4136423262",
        "gbp_usd": "1.3395733515",
    }  # fmt: skip


@pytest.mark.parametrize("days", range(8))
def test_a_day_without_a_quote_takes_the_last_one_and_says_so(rated: PaperFirm, days: int) -> None:
    found = rate_on(rated, "USD", "EUR", FRIDAY + timedelta(days=days))

    assert (found.quoted_on, found.source) == (FRIDAY, "ECB")


@pytest.mark.parametrize("days", [8, 30])
def test_a_rate_older_than_a_week_is_refused(rated: PaperFirm, days: int) -> None:
    with pytest.raises(MissingRate):
        rate_on(rated, "USD", "EUR", FRIDAY + timedelta(days=days))


def test_a_later_rate_is_never_used(rated: PaperFirm) -> None:
    with pytest.raises(MissingRate):
        rate_on(rated, "USD", "EUR", date(2025, 1, 1))


def test_both_currencies_are_quoted_on_one_day(rated: PaperFirm) -> None:
    rated.rates(FRIDAY + timedelta(days=3), USD="2")

    found = rate_on(rated, "USD", "JPY", FRIDAY + timedelta(days=3))

    assert found.quoted_on == FRIDAY
    assert rate_on(rated, "USD", "EUR", FRIDAY + timedelta(days=3)).of_per_base == 2


def test_a_currency_nobody_quotes_is_refused(rated: PaperFirm) -> None:
    with pytest.raises(MissingRate):
        rate_on(rated, "USD", "SEK", FRIDAY)


def test_a_correction_replaces_the_rates_of_the_day_for_what_comes_after(
    rated: PaperFirm,
) -> None:
    rated.rates(FRIDAY, USD="1.2")

    assert rate_on(rated, "USD", "EUR", FRIDAY).of_per_base == Decimal("1.2")
    assert len(rated.all(FxRates.Corrected)) == 1
    rated.rates(FRIDAY, USD="1.2")
    assert len(rated.all(FxRates.Corrected)) == 1


def test_a_correction_keeps_the_base(rated: PaperFirm) -> None:
    rates = [{"currency": "EUR", "rate": "0.9"}]

    rated.refuses(CurrencyMismatch, "ImportFxRates", quoted_on=FRIDAY, base="USD", rates=rates)


@given(st.decimals("0.001", 10**6, places=3), st.decimals("0.01", 1000, places=4))
def test_there_and_back_is_off_by_rounding_only(amount: Decimal, rate: Decimal) -> None:
    day = date(2025, 1, 1)
    there = Quote("EUR", "KWD", Decimal(1), rate, "ECB", day)
    back = Quote("KWD", "EUR", rate, Decimal(1), "ECB", day)

    off = back.convert(there.convert(amount)) - amount

    assert abs(off) <= Decimal("0.0005") / rate + Decimal("0.0051")
