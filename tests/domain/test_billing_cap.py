"""Limits of what may be billed, and who funds it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.cap import (
    BadLimit,
    BadShares,
    CapLine,
    FundedLine,
    FundingLimit,
    FundingRule,
    FundingShare,
    Limit,
    NegativeLine,
    cap_lines,
    fund,
)
from domain.money import quantize

HALF = Decimal("0.5")
LIMITS = [
    FundingLimit("f1", Decimal(10000)),
    FundingLimit("f2", Decimal(500)),
    FundingLimit("f3", Decimal(750)),
]
RULES = [
    FundingRule((FundingShare("f2", HALF), FundingShare("f3", HALF))),
    FundingRule((FundingShare("f3", Decimal(1)),)),
    FundingRule((FundingShare("f1", Decimal(1)),)),
]
AMOUNTS = st.decimals(0, 10**5, places=2)


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def test_a_line_across_the_cap_is_split() -> None:
    found = cap_lines(
        [Limit("cap", Decimal(10000), Decimal(9000))], [CapLine("labour", Decimal(1500))], "USD"
    )

    (line,) = found.lines
    assert (line.billable, line.written_down) == d(1000, 500)
    assert line.reason == "cap"
    assert found.limits[0].left == 0
    assert found.steps[0].rule == "cap.hard"


def test_a_soft_cap_only_says_what_was_passed() -> None:
    soft = Limit("budget", Decimal(10000), Decimal(7000), hard=False)

    found = cap_lines(
        [soft], [CapLine("labour", Decimal(2000)), CapLine("", Decimal(1500))], "USD"
    )

    assert found.written_down == 0
    assert [reached.threshold_pct for reached in found.reached] == [75, 90, 100]


def test_a_threshold_is_told_once() -> None:
    limit = Limit("budget", Decimal(100), Decimal(75), hard=False)

    assert not cap_lines([limit], [CapLine("", Decimal(10))], "USD").reached


def test_a_cap_counts_only_its_cost_types() -> None:
    """Dynamics 365 billing rule: materials not to exceed 10,000; labour is free of it."""
    limit = Limit("materials", Decimal(10000), cost_types=("materials",))
    lines = [CapLine("labour", Decimal(120000), Decimal(800)), CapLine("materials", Decimal(2000))]

    found = cap_lines([limit], lines, "USD")

    assert (found.billable, found.limits[0].left) == d(122000, 8000)


def test_a_cap_over_hours_cuts_hours_and_their_amount() -> None:
    limit = Limit("hours", Decimal(100), Decimal(97), measure="hours")

    (line,) = cap_lines([limit], [CapLine("labour", Decimal(800), Decimal(8))], "USD").lines

    assert (line.billable_hours, line.written_down_hours) == d(3, 5)
    assert (line.billable, line.written_down) == d(300, 500)


def test_the_tightest_of_several_caps_decides() -> None:
    limits = [
        Limit("contract", Decimal(1000)),
        Limit("labour", Decimal(5), measure="hours", cost_types=("labour",)),
    ]

    found = cap_lines(limits, [CapLine("labour", Decimal(1600), Decimal(8))], "USD")

    assert (found.billable, found.lines[0].billable_hours) == d(1000, 5)


def test_funding_goes_down_the_rules() -> None:
    """Published by Microsoft (Dynamics 365, project contracts, complex funding example)."""
    found = fund(LIMITS, RULES, [FundedLine(Decimal(100)), FundedLine(Decimal(5000))], "USD")

    assert [(p.line, p.rule, p.limit) for p in found.portions] == [
        (1, 1, "f2"), (1, 1, "f3"), (2, 1, "f2"), (2, 1, "f3"), (2, 2, "f3"), (2, 3, "f1"),
    ]  # fmt: skip
    assert tuple(p.amount for p in found.portions) == d(50, 50, 450, 450, 250, 3850)
    assert tuple(found.of(name) for name in ("f1", "f2", "f3")) == d(3850, 500, 750)
    assert found.uncovered == d(0, 0)


def test_what_no_rule_covers_is_left_open() -> None:
    found = fund(LIMITS, RULES, [FundedLine(Decimal(12000))], "USD")

    assert found.uncovered == d(750)
    assert found.steps[-1].rule == "cap.uncovered"


def test_a_rule_may_take_a_part_and_leave_the_rest_to_the_next() -> None:
    """The same source, simple example: the first 25 percent to one, the rest to another."""
    limits = [FundingLimit("a", Decimal(200)), FundingLimit("b", None)]
    rules = [
        FundingRule((FundingShare("a", Decimal("0.25")),)),
        FundingRule((FundingShare("b", Decimal(1)),)),
    ]

    found = fund(limits, rules, [FundedLine(Decimal(1000))], "USD")

    assert (found.of("a"), found.of("b")) == d(200, 800)


def test_a_rule_of_other_cost_types_is_skipped() -> None:
    rules = [FundingRule((FundingShare("f1", Decimal(1)),), ("travel",))]

    assert fund(LIMITS, rules, [FundedLine(Decimal(5), "labour")], "USD").uncovered == d(5)


@pytest.mark.parametrize(
    "limits",
    [
        [Limit("a", Decimal(-1))],
        [Limit("a", Decimal(1))] * 2,
        [Limit("a", Decimal(1), Decimal(-1))],
    ],
)
def test_a_limit_that_is_none_is_refused(limits: list[Limit]) -> None:
    with pytest.raises(BadLimit):
        cap_lines(limits, [], "USD")


def test_negative_lines_are_refused() -> None:
    with pytest.raises(NegativeLine):
        cap_lines([], [CapLine("", Decimal(-1))], "USD")
    with pytest.raises(NegativeLine):
        fund(LIMITS, RULES, [FundedLine(Decimal(-1))], "USD")
    with pytest.raises(BadLimit):
        fund([FundingLimit("f1", Decimal(-1))], [], [], "USD")


@pytest.mark.parametrize(
    "shares",
    [
        (),
        (FundingShare("f9", Decimal(1)),),
        (FundingShare("f1", Decimal("1.1")),),
        (FundingShare("f1", Decimal(0)),),
    ],
)
def test_shares_that_cannot_be_are_refused(shares: tuple[FundingShare, ...]) -> None:
    with pytest.raises(BadShares):
        fund(LIMITS, [FundingRule(shares)], [], "USD")


@given(AMOUNTS, st.lists(AMOUNTS, max_size=6))
def test_a_hard_cap_is_never_passed_and_nothing_is_lost(
    limit: Decimal, lines: list[Decimal]
) -> None:
    found = cap_lines([Limit("cap", limit)], [CapLine("", line) for line in lines], "EUR")

    assert found.billable <= limit
    assert found.billable + found.written_down == sum(lines)
    assert found.billable == min(limit, sum(lines))


@settings(max_examples=60)
@given(
    st.lists(AMOUNTS, min_size=3, max_size=3),
    st.lists(st.integers(1, 99), min_size=2, max_size=2),
    st.lists(AMOUNTS, max_size=4),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_portions_and_the_uncovered_rest_are_the_line(
    limits: list[Decimal], shares: list[int], lines: list[Decimal], currency: str
) -> None:
    sources = [FundingLimit(f"f{no}", quantize(a, currency)) for no, a in enumerate(limits)]
    split_rule = FundingRule(tuple(
        FundingShare(f"f{no}", Decimal(share) / sum(shares)) for no, share in enumerate(shares)
    ))  # fmt: skip
    rules = [split_rule, FundingRule((FundingShare("f2", Decimal(1)),))]
    whole = [quantize(line, currency) for line in lines]

    found = fund(sources, rules, [FundedLine(line) for line in whole], currency)

    for number, line in enumerate(whole, 1):
        funded = sum(found.of(source.name, number) for source in sources)
        assert funded + found.uncovered[number - 1] == line
        assert found.uncovered[number - 1] >= 0
    assert all(source.limit is None or source.limit >= 0 for source in found.left)
