from decimal import Decimal

import pytest

from tests.golden.comparison import differences


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (Decimal("10.00"), "10"),
        (Decimal("0.892857"), "0.8929"),
        ({"a": [Decimal(1), "x"], "more": 1}, {"a": ["1.00", "x"]}),
        (True, True),
    ],
)
def test_the_same_figures_in_other_clothes_agree(found: object, wanted: object) -> None:
    assert not list(differences(found, wanted, None))


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (Decimal("10.01"), "10"),
        (Decimal("0.8928"), "0.8929"),
        ({"a": [Decimal(1)]}, {"a": ["1", "2"]}),
        ({}, {"a": "1"}),
        (Decimal(1), {"a": "1"}),
        ("prospective", "catch_up"),
        (True, "1"),
    ],
)
def test_other_figures_are_named(found: object, wanted: object) -> None:
    assert list(differences(found, wanted, None))


def test_a_tolerance_is_the_cases_own() -> None:
    assert not list(differences(Decimal(4480), "4479", Decimal(1)))
    assert list(differences(Decimal(4480), "4478", Decimal(1)))
