"""How much of the hours there are is worked for clients."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.utilisation import Hours, available_hours, together, utilisation
from domain.pricing.bounds import NegativeFigure, NothingGiven
from tests.domain.figures import figures

TINY = Decimal("1E-20")
HOURS = st.builds(Hours, st.decimals(0, 200, places=2), st.decimals(1, 200, places=2))


@pytest.mark.parametrize(
    ("billable", "available", "pct"),
    [("32", "40", "80"), ("35", "40", "87.5"), ("40", "50", "80"), ("50", "40", "125")],
)
def test_billable_is_measured_by_available(billable: str, available: str, pct: str) -> None:
    found = utilisation(Hours(Decimal(billable), Decimal(available)))

    assert found.utilisation_pct == Decimal(pct)
    assert found.target_hours is None


def test_a_target_is_missed_by_points_and_hours() -> None:
    found = utilisation(Hours(Decimal(30), Decimal(40), productive=Decimal(6)), Decimal(80))

    assert (found.target_hours, found.variance_hours, found.variance_pct) == figures("32 -2 -5")
    assert found.total_pct == 90
    assert [step.rule for step in found.steps] == ["utilisation.billable", "utilisation.target"]


def test_nobody_there_has_no_utilisation() -> None:
    found = utilisation(Hours(Decimal(0), Decimal(0)), Decimal(80))

    assert (found.utilisation_pct, found.variance_pct) == (None, None)
    assert found.variance_hours == 0


def test_a_team_is_measured_by_its_sums() -> None:
    team = [Hours(Decimal(40), Decimal(40)), Hours(Decimal(0), Decimal(10))]

    assert utilisation(together(team)).utilisation_pct == 80


def test_leave_and_holidays_are_not_available() -> None:
    assert available_hours(Decimal(160), Decimal(16), Decimal(8)) == 136
    with pytest.raises(NegativeFigure):
        available_hours(Decimal(8), Decimal(16))


@pytest.mark.parametrize("hours", [(-1, 1, 0), (1, -1, 0), (1, 1, -1)])
def test_hours_below_zero_are_refused(hours: tuple[int, int, int]) -> None:
    with pytest.raises(NegativeFigure):
        utilisation(Hours(*map(Decimal, hours)))


def test_a_team_has_people() -> None:
    with pytest.raises(NothingGiven):
        together([])


@given(st.lists(HOURS, min_size=1, max_size=6))
def test_a_team_lies_between_its_people(people: list[Hours]) -> None:
    each = [one.billable / one.available for one in people]
    team = utilisation(together(people)).utilisation_pct

    assert team is not None
    assert min(each) * (1 - TINY) <= team / 100 <= max(each) * (1 + TINY)
