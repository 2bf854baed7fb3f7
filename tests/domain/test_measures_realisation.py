"""What became of the standard value of work."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.realisation import realisation
from domain.pricing.bounds import NegativeFigure
from tests.domain.figures import figures

AMOUNTS = st.decimals(1, 10**6, places=2)


@pytest.mark.parametrize(
    ("standard", "billed", "pct"),
    [("220", "200", "90.91"), ("100000", "90000", "90"), ("80000", "80000", "100")],
)
def test_billed_is_measured_by_standard(standard: str, billed: str, pct: str) -> None:
    """Published rates of realisation; one source prints 91."""
    found = realisation(Decimal(standard), Decimal(billed), "USD")

    assert found.billing_pct is not None
    assert round(found.billing_pct, 2) == Decimal(pct)
    assert found.collection_pct is None


def test_collected_is_measured_by_billed() -> None:
    found = realisation(Decimal(100000), Decimal(90000), "USD", collected=Decimal(81000))

    assert (found.billing_pct, found.collection_pct, found.overall_pct) == figures("90 90 81")
    assert (found.written_down, found.uncollected) == figures("10000 9000")
    assert [step.rule for step in found.steps] == ["realisation.billing", "realisation.collection"]


def test_more_billed_than_standard_is_written_up() -> None:
    assert realisation(Decimal(100), Decimal(110), "EUR").written_down == -10


def test_nothing_has_no_realisation() -> None:
    found = realisation(Decimal(0), Decimal(0), "JPY", collected=Decimal(0))

    assert (found.billing_pct, found.collection_pct, found.overall_pct) == (None, None, None)


@pytest.mark.parametrize("text", ["-1 1 1", "1 -1 1", "1 1 -1"])
def test_figures_below_zero_are_refused(text: str) -> None:
    standard, billed, collected = figures(text)

    with pytest.raises(NegativeFigure):
        realisation(standard, billed, "EUR", collected)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from(["EUR", "KWD"]))
def test_leaks_add_up(standard: Decimal, billed: Decimal, paid: Decimal, currency: str) -> None:
    found = realisation(standard, billed, currency, paid)

    assert found.uncollected is not None
    assert found.standard - found.written_down - found.uncollected == found.collected
