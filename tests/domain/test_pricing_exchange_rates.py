"""Exchange rates: the direction each is quoted in, averages, inverses, crosses and sources."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import minor_unit
from domain.organisation.legal_entity import entity_id
from domain.pricing.average_rate import average, average_of_month
from domain.pricing.fx import MissingRate, Quote, crossed, quote
from domain.pricing.published_rate import Direction, Published
from domain.unit_of_work import UnitOfWork
from tests.domain.paper_firm import PaperFirm
from tests.firm import CHIEF

DAY = date(2025, 1, 3)
BANK = "Fictional Bank"


def publish(firm: PaperFirm, on: date, source: str = BANK, **rates: tuple[str, str]) -> None:
    """Figures of a source against the euro, each with its direction."""
    listed = [{"currency": c, "rate": r, "direction": d} for c, (r, d) in rates.items()]
    firm.do("ImportFxRates", quoted_on=on, source=source, rates=listed)


def rate_on(firm: PaperFirm, of: str, to: str, on: date, entity: str = "DE01") -> Quote:
    """The quote that a command of an entity would book at."""
    work = UnitOfWork(CHIEF, on, firm)
    work.enter(entity)
    return quote(work, of, to, on)


@pytest.mark.parametrize(("figure", "direction"), [
    ("185.72", "per_base"), ("0.0053844497", "per_unit"), ("0.53844497", "per_100"),
])  # fmt: skip
def test_a_figure_means_the_same_in_each_direction(figure: str, direction: Direction) -> None:
    yen = Published(Decimal(figure), direction)

    there = crossed("EUR", "JPY", (Published(Decimal(1)), yen), "x", DAY)
    back = crossed("JPY", "EUR", (yen, Published(Decimal(1))), "x", DAY)

    assert there.convert(Decimal("100.00")) == Decimal(18572)
    assert back.convert(Decimal(18572)) == Decimal("100.00")
    assert back == there.inverse()


def test_a_source_may_quote_in_another_direction(paper: PaperFirm) -> None:
    paper.do("SetRateSource", entity="DE01", source=BANK)
    publish(
        paper, DAY, JPY=("0.6158", "per_100"), USD=("0.96", "per_unit"), GBP=("0.83", "per_base")
    )

    assert rate_on(paper, "JPY", "EUR", DAY).convert(Decimal(1000)) == Decimal("6.16")
    assert rate_on(paper, "EUR", "USD", DAY).convert(Decimal(96)) == Decimal("100.00")
    assert rate_on(paper, "JPY", "USD", DAY).shown == Decimal("0.0064145833")
    assert rate_on(paper, "GBP", "USD", DAY).shown == Decimal("1.2550200803")


def test_an_entity_takes_the_source_it_prefers_and_others_do_not(paper: PaperFirm) -> None:
    publish(paper, DAY, USD=("1.10", "per_base"))
    paper.rates(DAY, USD="1.03")
    paper.do("RegisterLegalEntity", code="DE02", name="x", currency="EUR", country="DE")
    before = rate_on(paper, "USD", "EUR", DAY)

    paper.do("SetRateSource", entity="DE01", source=BANK)
    paper.do("SetRateSource", entity="DE01", source=BANK)

    assert (before.source, before.of_per_base) == ("ECB", Decimal("1.03"))
    assert rate_on(paper, "USD", "EUR", DAY).source == BANK
    assert rate_on(paper, "USD", "EUR", DAY, "DE02").source == "ECB"
    assert paper.replayed(entity_id("DE01")).version == 2


def test_where_the_preferred_source_is_silent_for_a_week_the_banks_rate_counts(
    paper: PaperFirm,
) -> None:
    paper.do("SetRateSource", entity="DE01", source=BANK)
    publish(paper, DAY, USD=("1.10", "per_base"))
    for no in (5, 8):
        paper.rates(DAY + timedelta(days=no), USD="1.03")

    assert rate_on(paper, "USD", "EUR", DAY + timedelta(days=7)).source == BANK
    assert rate_on(paper, "USD", "EUR", DAY + timedelta(days=8)).source == "ECB"
    with pytest.raises(MissingRate, match="no Fictional Bank or ECB rate"):
        rate_on(paper, "SEK", "EUR", DAY)


def test_a_month_is_averaged_over_the_days_that_were_published(paper: PaperFirm) -> None:
    for day, rate in ((3, "1.1"), (10, "1.2"), (17, "1.3")):
        paper.rates(date(2025, 3, day), USD=rate)
    work = UnitOfWork(CHIEF, DAY, paper)

    found = average_of_month(work, "USD", "EUR", date(2025, 3, 1))

    assert found.convert(Decimal("120.00")) == Decimal("100.00")
    assert found.inverse().shown == Decimal("1.2")
    assert (found.source, found.quoted_on) == ("ECB, average of 3", date(2025, 3, 17))
    assert average_of_month(work, "EUR", "EUR", date(2025, 3, 1)).rate == 1
    with pytest.raises(MissingRate):
        average_of_month(work, "USD", "EUR", date(2025, 4, 1))
    with pytest.raises(MissingRate):
        average([])


FIGURES = st.builds(
    Published, st.decimals("0.0001", "99999", places=6),
    st.sampled_from(["per_base", "per_unit", "per_100"]),
)  # fmt: skip


@given(FIGURES, FIGURES, st.integers(-(10**13), 10**13))
def test_conversion_rounds_once_whatever_the_directions(
    first: Published, second: Published, cents: int
) -> None:
    amount = Decimal(cents).scaleb(-2)
    found = crossed("USD", "JPY", (first, second), "x", DAY)
    (of_units, of_base), (to_units, to_base) = first.pair, second.pair

    exact = Fraction(amount) * Fraction(to_units) * Fraction(of_base)
    exact /= Fraction(to_base) * Fraction(of_units)
    if abs(exact) < 10**13:
        off = Fraction(found.convert(amount)) - exact
        half = Fraction(minor_unit("JPY")) / 2
        assert abs(off) < half or (abs(off) == half and off * exact > 0)
