"""Translation, eliminations and minorities as calculations: cents add up whatever the figures."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.group.elimination import (
    Ownership,
    Unrealised,
    against,
    between_members,
    investment,
    unrealised,
)
from domain.group.minorities import minorities
from domain.group.translation import GroupRow, Rates, TrialRow, fit, translate
from domain.pricing.fx import Quote

D = Decimal
JOINED, PAID = date(2025, 1, 1), date(2025, 1, 2)
ENDS = (date(2025, 1, 31), date(2025, 2, 28))
cents = st.integers(-10_000_000, 10_000_000).map(lambda n: D(n) / 100)
rates = st.integers(5_000, 30_000).map(lambda n: D(n) / 10_000)


def quote(rate: Decimal, on: date = ENDS[0]) -> Quote:
    """Dollars for one euro."""
    return Quote("USD", "EUR", rate, D(1), "given", on)


def books(capital: Decimal, *results: Decimal) -> list[TrialRow]:
    """Capital paid in, cumulative results of months, and the bank at the last month's end."""
    rows = [TrialRow("S", "3000", "", PAID, -capital),
            TrialRow("S", "1000", "", ENDS[len(results) - 1], capital + results[-1])]  # fmt: skip
    return rows + [TrialRow("S", "4000", "", ENDS[no], -one) for no, one in enumerate(results)]


@given(st.lists(cents, min_size=1, max_size=12), rates)
def test_parts_sum_to_the_rounded_sum(amounts: list[Decimal], rate: Decimal) -> None:
    parts = fit(amounts, quote(rate))

    assert sum(parts) == quote(rate).convert(sum(amounts, D(0)))
    for part, amount in zip(parts, amounts, strict=True):
        assert abs(part - amount / rate) < D("0.01")


@given(cents, cents, cents, st.lists(rates, min_size=5, max_size=5))
def test_the_difference_is_explained_to_the_cent_over_two_months(
    capital: Decimal, first: Decimal, second: Decimal, given_rates: list[Decimal]
) -> None:
    spot, average, closing, average_2, closing_2 = map(quote, given_rates)
    months = {JOINED: average, date(2025, 2, 1): average_2}

    one = translate("S", books(capital, first), Rates(closing, months, {PAID: spot}, spot), {},
                    {"S": JOINED})  # fmt: skip
    held = {(row.account, row.counterparty): row for row in one.rows}
    late = [row for row in books(capital, first, second) if row.on != ENDS[0]]
    two = translate("S", late, Rates(closing_2, months, {PAID: spot}, spot), held, {"S": JOINED})

    for found in (one, two):
        assert found.proof.rounding == 0
        assert sum(row.change for row in found.rows) == 0
    value = {row.account: row for row in two.rows}
    assert value["3200"].change == -two.proof.difference
    assert value["3000"].change == 0
    assert value["4000"].change == average_2.convert(first - second)


def test_opening_net_assets_and_result_each_explain_their_part() -> None:
    months = {JOINED: quote(D("1.2"))}
    spot, closing = quote(D("1.1")), quote(D("1.3"))

    found = translate("S", books(D(2000), D(300)), Rates(closing, months, {PAID: spot}, spot), {},
                      {"S": JOINED})  # fmt: skip

    assert (found.proof.from_opening, found.proof.from_result) == (D(0), D("-19.23"))
    assert found.proof.from_equity == D("-279.72")


def test_results_of_before_a_member_joined_are_equity_of_that_day() -> None:
    joined = date(2025, 2, 1)
    months, acquired = {joined: quote(D("1.25"))}, quote(D(1))
    given_rates = Rates(quote(D("1.25")), months, {}, acquired)

    found = translate("S", books(D(1000), D(100), D(150)), given_rates, {}, {"S": joined})

    value = {row.account: row for row in found.rows}
    assert (value["3100"].value, value["3100"].acquired) == (D(-100), D(-100))
    assert value["4000"].value == D(-40)
    assert found.proof.rounding == 0
    assert found.proof.from_result == D(0)


def row(member: str, account: str, value: str, other: str = "", acquired: str = "0") -> GroupRow:
    return GroupRow("translation", member, account, other, D(value), D(value), D(0), D(acquired))


@given(st.lists(st.tuples(st.sampled_from(["1500", "2400", "4500", "5030"]),
                          st.sampled_from(["AB", "BA", "AX"]), cents), max_size=20))  # fmt: skip
def test_nothing_between_members_is_left_and_nothing_else_is_touched(
    listed: list[tuple[str, str, Decimal]],
) -> None:
    rows = [row(ways[0], account, str(amount), ways[1]) for account, ways, amount in listed]

    values = between_members(rows, ["A", "B"])

    left: dict[tuple[str, str, str], Decimal] = {}
    for one in rows:
        key = one.member, one.account, one.counterparty
        left[key] = left.get(key, D(0)) + one.value
    for (_, member, account, other), amount in values.items():
        if account in ("1500", "2400", "4500", "5030"):
            left[member, account, other] += amount
    assert all(not amount for (_, _, other), amount in left.items() if other in ("A", "B"))
    assert sum(values.values(), D(0)) == 0


@given(cents, cents, cents, st.integers(1, 100), cents)
def test_the_investment_leaves_with_a_balance(
    price: Decimal, capital: Decimal, later: Decimal, first: int, moved: Decimal
) -> None:
    rows = [row("S", "3000", str(-capital - later), acquired=str(-capital)),
            row("P", "1700", str(price + later), "S", str(price))]  # fmt: skip
    held = Ownership("S", "P", "1700", D(first) / 100, moved)

    values = investment(held, rows, "EUR")

    assert sum(values.values(), D(0)) == 0
    assert values.get(("investment", "P", "1700", "S"), D(0)) == -price - later


def test_goodwill_minorities_and_shares_bought_later() -> None:
    rows = [row("S", "3000", "-1000", acquired="-1000"), row("P", "1700", "1130", "S", "900")]

    values = investment(Ownership("S", "P", "1700", D("0.8"), D(150)), rows, "EUR")

    assert values == {
        ("investment", "S", "3000", ""): D(1000),
        # a fifth of 1000 belonged to others, who sold 150 of it
        ("investment", "S", "3300", ""): D(-50),
        ("investment", "S", "1620", ""): D(100),
        # 230 paid for 150
        ("investment", "S", "3100", "P"): D(80),
        ("investment", "P", "1700", "S"): D(-1130),
    }


def test_upstream_profit_is_taken_from_the_minorities_of_its_seller() -> None:
    sold = against(unrealised([Unrealised("S", "P", "1300", D(40))]), ())
    rows = (row("S", "4000", "-100"), row("S", "3200", "10"), *sold)

    values = minorities(rows, {"S": D("0.30")}, (), "EUR")

    assert values["minorities", "S", "3100", ""] == D(18)
    assert values["minorities", "S", "3200", ""] == D(-3)
    assert values["minorities", "S", "3300", ""] == D(-15)


def test_what_is_realised_comes_back() -> None:
    before = against(unrealised([Unrealised("S", "P", "1300", D(40))]), ())

    released = against({}, before)

    assert {(one.account, one.change) for one in released} == {("1300", D(40)), ("5090", D(-40))}
