"""What is held back, and given back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.retainage import (
    BadRetainage,
    Condition,
    OverReleased,
    Progress,
    RateStep,
    ReleaseNotDue,
    RetainageTerms,
    flat,
    release,
    retain,
)

CONTRACT = Decimal(100000)
STEPS = (RateStep(Decimal(0), Decimal(10)), RateStep(Decimal(50), Decimal(5)))
NEVER = Decimal(0)


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def test_a_falling_rate_gives_money_back() -> None:
    """Published by Viewpoint (billing retention by draw request): 10 %, 5 %, none."""
    held, changes, earned = NEVER, [], []
    for work, rate in ((90000, 10), (100000, 5), (100000, 0)):
        found = retain(
            flat("USD", Decimal(rate)), Progress(CONTRACT, Decimal(work)), held
        )  # fmt: skip
        held = found.held_to_date
        changes.append(found.this_period)
        earned.append(found.earned_less)

    assert tuple(changes) == d(9000, -4000, -5000)
    assert tuple(earned) == d(81000, 95000, 100000)


def test_a_step_holds_less_of_its_slice() -> None:
    """Made up: 10 % until half is complete, then 5 %."""
    found = retain(RetainageTerms("USD", STEPS), Progress(CONTRACT, Decimal(80000)), NEVER)

    assert found.held_to_date == 6500


def test_a_step_may_apply_to_the_total() -> None:
    terms = RetainageTerms("USD", STEPS, on_total=True)

    before = retain(terms, Progress(CONTRACT, Decimal(40000)), NEVER)
    after = retain(terms, Progress(CONTRACT, Decimal(60000)), before.held_to_date)

    assert (before.held_to_date, after.held_to_date, after.this_period) == d(4000, 3000, -1000)


def test_nothing_more_is_held_after_a_step_to_zero() -> None:
    terms = RetainageTerms("USD", (STEPS[0], RateStep(Decimal(50), NEVER)))

    assert retain(terms, Progress(CONTRACT, CONTRACT), NEVER).held_to_date == 5000


def test_stored_materials_have_their_own_rate() -> None:
    terms = RetainageTerms("USD", STEPS, stored_rate_pct=Decimal(3))

    found = retain(terms, Progress(CONTRACT, Decimal(10000), Decimal(1000)), NEVER)

    assert (found.on_work, found.on_stored, found.earned_less) == d(1000, 30, 9970)


def test_a_limit_of_the_contract_ends_the_holding() -> None:
    terms = RetainageTerms("USD", STEPS, limit_pct=Decimal(3))

    assert retain(terms, Progress(CONTRACT, Decimal(90000)), NEVER).held_to_date == 3000


def test_a_release_may_be_a_part_or_all() -> None:
    met = [Condition("substantial completion", met=True)]

    assert release(Decimal(9000), met, "USD").released == 9000
    assert release(Decimal(9000), met, "USD", pct=Decimal(50)).held == 4500
    assert release(Decimal(9000), met, "USD", amount=Decimal(1)).held == 8999


def test_a_release_waits_for_its_conditions() -> None:
    with pytest.raises(ReleaseNotDue, match="final inspection"):
        release(Decimal(1), [Condition("final inspection", met=False)], "USD")


@pytest.mark.parametrize("amount", [-1, 9001])
def test_more_than_held_is_not_released(amount: int) -> None:
    with pytest.raises(OverReleased):
        release(Decimal(9000), [], "USD", amount=Decimal(amount))


@pytest.mark.parametrize(
    ("terms", "work"), [(flat("USD", Decimal(101)), 1), (flat("USD", Decimal(10)), -1)]
)
def test_terms_that_cannot_be_are_refused(terms: RetainageTerms, work: int) -> None:
    with pytest.raises(BadRetainage):
        retain(terms, Progress(CONTRACT, Decimal(work)), NEVER)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=4),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=6),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_slices_held_only_grow_and_changes_sum_to_them(
    steps: list[tuple[int, int]], works: list[int], currency: str
) -> None:
    terms = RetainageTerms(
        currency, tuple(RateStep(Decimal(a), Decimal(b)) for a, b in dict(steps).items())
    )
    held, changes = NEVER, []
    for work in sorted(works):
        found = retain(terms, Progress(Decimal(10**7), Decimal(work)), held)
        changes.append(found.this_period)
        held = found.held_to_date

    assert min(changes) >= 0
    assert sum(changes) == held <= max(works)
    assert found.earned_less + held == max(works)
