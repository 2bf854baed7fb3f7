from decimal import Decimal

import pytest

from tests.golden.comparison import LeftOpen, differences, left_open
from tests.golden.topics import TOPICS, answer


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


def test_of_a_figure_left_open_what_is_known_is_compared() -> None:
    found = {"assets": LeftOpen("which contracts?", "liabilities", Decimal(90)),
             "liabilities": LeftOpen("which contracts?", "assets", Decimal(-90))}  # fmt: skip

    assert not list(differences(found, {"assets": "150", "liabilities": "60"}, None))
    assert list(differences(found, {"assets": "150", "liabilities": "61"}, None))
    assert list(left_open({"a": found})) == ["which contracts?"] * 2


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("billing.withholding_tax", "billing.tax_withholding"),
        ("billing.retainer_rollover_limit", "billing.retainer_rollover"),
        ("revenue.cost_to_cost+anything", "revenue.cost_to_cost"),
        ("revenue.constraint", "revenue.variable_consideration_constraint"),
        ("kpi.utilization", "kpi.utilisation"),
    ],
)
def test_a_topic_is_found_under_another_name(name: str, topic: str) -> None:
    assert answer(name) is TOPICS[topic]


@pytest.mark.parametrize("name", ["allocation.unheard", "billing.unheard", "revenue.license", "x"])
def test_a_topic_that_nobody_answers_is_not_guessed(name: str) -> None:
    assert answer(name) is None
