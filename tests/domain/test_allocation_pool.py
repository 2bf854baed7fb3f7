"""Direct, step-down and reciprocal allocation: published examples, edges, what always holds."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.allocation.plan import allocate, default_order
from domain.allocation.pool import DriverSumNotPositive, NegativeDriver, Pool
from domain.allocation.reciprocal import NeverPassedOn, reciprocal, rounded, solve
from domain.allocation.step_down import direct, least_received_first, step_down
from domain.money import minor_unit


def pool(code: str, amount: str, method: Any = "direct", of: str | None = "", **w: str) -> Pool:
    """A pool that is a cost object of its own name, unless said otherwise."""
    weights = {to: Decimal(weight) for to, weight in w.items()}
    return Pool(code, Decimal(amount), weights, method, code if of == "" else of)


BUILDING = pool("building", "6000000", "step", food="15.5", intensive="10", surgery="20",
                general="40")  # fmt: skip
FOOD = pool("food", "3000000", "step", building="9", intensive="3", surgery="4", general="98")


def figures(found: Any) -> dict[str, str]:
    """Amounts by cost object, as text."""
    return {to: str(amount) for to, amount in found.by_object().items()}


def test_direct_passes_nothing_to_services() -> None:
    assert figures(direct([BUILDING, FOOD], "USD")) == {
        "intensive": "942857.15", "surgery": "1828571.42", "general": "6228571.43",
    }  # fmt: skip


def test_direct_pools_of_a_run_pass_nothing_to_one_another_either() -> None:
    pools = [replace(one, method="direct") for one in (BUILDING, FOOD)]

    assert allocate(pools, "USD").by_object() == direct(pools, "USD").by_object()


def test_step_down_closes_each_pool_behind_it() -> None:
    found = step_down([BUILDING, FOOD], "USD")

    assert found.gross == {"building": Decimal(6000000), "food": Decimal("4087719.30")}
    assert figures(found) == {
        "food": "1087719.30", "intensive": "818546.37", "surgery": "1559231.41",
        "general": "6622222.22",
    }  # fmt: skip
    assert [step.text for step in found.steps] == [
        "building: 6000000 to 4 cost objects, step",
        "food: 3000000 and 1087719.30 received to 3 cost objects, step",
    ]


def test_the_pool_that_receives_least_goes_first() -> None:
    received = {"building": Fraction(3000000 * 9, 114), "food": Fraction(6000000 * 31, 171)}
    assert received["building"] < received["food"]

    assert [one.code for one in least_received_first([FOOD, BUILDING])] == ["building", "food"]


def test_a_tie_goes_by_code() -> None:
    pools = [pool("b", "1", "step", x="1"), pool("a", "1", "step", x="1")]

    assert [one.code for one in least_received_first(pools)] == ["a", "b"]


def test_reciprocal_solves_what_services_do_for_one_another() -> None:
    found = reciprocal(
        [pool("A", "1200", M="1", x="3", y="2"), pool("M", "2400", A="1", x="2", y="2")], "USD"
    )

    assert {code: str(rounded(one, "USD")) for code, one in found.exact.items()} == {
        "A": "1737.93", "M": "2689.66",
    }  # fmt: skip
    assert sum(found.by_object().values()) == 3600
    assert found.by_object().keys() == {"x", "y"}


def test_two_reciprocal_pools_of_one_department_take_in_once() -> None:
    one, two = pool("rent", "60", of="IT", HR="1", x="1"), pool("power", "40", of="IT", x="1")
    found = reciprocal([one, two, pool("HR", "100", IT="1", x="1")], "EUR")

    assert {code: str(rounded(gross, "EUR")) for code, gross in found.exact.items()} == {
        "rent": "146.67", "power": "40.00", "HR": "173.33",
    }  # fmt: skip
    assert sum(found.by_object().values()) == 200
    assert found.by_object().keys() == {"x"}


def test_services_that_only_serve_one_another_are_refused() -> None:
    with pytest.raises(NeverPassedOn):
        reciprocal([pool("A", "1", B="1"), pool("B", "1", A="1")], "EUR")


@pytest.mark.parametrize(
    ("weights", "refusal"),
    [({"x": "0"}, DriverSumNotPositive), ({}, DriverSumNotPositive),
     ({"A": "5"}, DriverSumNotPositive), ({"x": "-1", "y": "3"}, NegativeDriver)],
)  # fmt: skip
def test_a_driver_that_says_nothing_refuses_the_pool(
    weights: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        allocate([pool("A", "1", **weights)], "EUR")


def test_a_pool_of_nothing_needs_no_driver() -> None:
    assert allocate([pool("A", "0")], "EUR").shares == ()


def test_methods_stand_side_by_side_in_their_order() -> None:
    pools = [
        pool("cleaning", "50.01", "direct", IT="1", HR="1", x="1", y="1"),
        pool("IT", "100", "reciprocal", HR="1", x="2"),
        pool("HR", "70", "reciprocal", IT="1", cleaning="1", x="1", y="4"),
        pool("rent", "30", "step", of=None, IT="1", cleaning="2", y="3"),
    ]

    found = allocate(default_order(pools), "EUR")

    assert [step.text.partition(":")[0] for step in found.steps] == [
        "IT", "IT", "HR", "HR", "rent", "cleaning",
    ]  # fmt: skip
    borne = {to: amount for to, amount in found.by_object().items() if to in "xy"}
    assert sum(borne.values()) == Decimal("250.01")
    assert found.gross["cleaning"] > Decimal("50.01") + 12


def test_what_is_received_before_its_turn_is_passed_on_even_by_an_empty_pool() -> None:
    found = allocate([pool("A", "10", "step", B="1"), pool("B", "0", "step", x="1")], "EUR")

    assert found.gross == {"A": 10, "B": 10}
    assert found.by_object()["x"] == 10


def test_a_credit_is_passed_on_as_a_credit() -> None:
    found = allocate([pool("A", "-10.01", x="1", y="1")], "EUR")

    assert figures(found) == {"x": "-5.01", "y": "-5.00"}


def test_a_system_is_solved_whatever_the_order_of_its_rows() -> None:
    zero, one = Fraction(0), Fraction(1)

    assert solve([[zero, one], [one, zero]], [[Fraction(2)], [Fraction(3)]]) == [[3], [2]]


NAMES = ("a", "b", "c", "x", "y", "z")
METHODS: Any = ("direct", "step", "reciprocal")


def random_pools(dice: Random, currency: str) -> list[Pool]:
    """Three pools of any method, amount and driver; something goes to z."""
    unit = minor_unit(currency)
    return [
        Pool(
            name,
            dice.randint(-(10**9), 10**9) * unit,
            {to: Decimal(dice.randrange(9999)).scaleb(-2) for to in NAMES if dice.random() < 0.7}
            | {"z": Decimal(1)},
            dice.choice(METHODS),
            name,
        )
        for name in NAMES[:3]
    ]


@settings(max_examples=20)
@given(seed=st.integers(), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_nothing_is_lost_or_made_by_ten_thousand_rules(seed: int, currency: str) -> None:
    """Three rules at a time: each pool gives away what it has and received."""
    dice = Random(seed)  # noqa: S311 -- no secret
    for _ in range(167):
        pools = random_pools(dice, currency)
        found = allocate(default_order(pools) if dice.random() < 0.5 else pools, currency)

        own = {one.code: one.amount for one in pools}
        assert sum(one.amount for one in found.shares if one.to in "xyz") == sum(own.values())
        assert all(one.amount % minor_unit(currency) == 0 for one in found.shares)
        for code, gross in found.gross.items():
            assert sum(one.amount for one in found.shares if one.pool == code) == gross
            assert sum(one.amount for one in found.shares if one.to == code) == gross - own[code]
            parts = [one.part for one in found.shares if one.pool == code]
            assert sum(parts) <= 1
