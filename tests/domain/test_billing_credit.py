"""Credit memos: shares of discount and tax, the last one, refund and offset."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.credit import (
    CreditableLine,
    CreditAboveLine,
    CreditAsked,
    CreditedLine,
    CreditUse,
    OverRefunded,
    UnknownCreditLine,
    credit,
    credit_pro_rata,
    credit_unused,
    invoice_figures,
    use_credit,
)
from domain.money import quantize


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def line(name: str, amount: int | str, pct: int, discount: int | str = 0) -> CreditableLine:
    return CreditableLine(name, Decimal(amount), Decimal(pct), Decimal(discount))


def use(total: int, open_: int, refundable: int, refund: int) -> CreditUse:
    return use_credit(Decimal(total), Decimal(open_), Decimal(refundable), Decimal(refund), "EUR")


def asked(name: str, amount: int | str) -> CreditAsked:
    return CreditAsked(name, Decimal(amount))


def after(before: CreditableLine, memo: CreditedLine) -> CreditableLine:
    return replace(
        before,
        credited_amount=before.credited_amount + memo.amount,
        credited_discount=before.credited_discount + memo.discount,
        credited_tax=before.credited_tax + memo.tax,
    )


def test_a_part_takes_its_share_of_the_discount() -> None:
    """Published by Lago (credit notes): 262.60 of a line with a coupon of 250.00."""
    lines = [line("p1", "179.00", 10), line("p2", "399.00", 20, "250.00")]

    figures = invoice_figures(lines, "EUR")
    found = credit(lines, [asked("p2", "262.60")], "EUR")

    assert (figures.tax, figures.total) == d("47.70", "375.70")
    assert round(figures.effective_tax_rate_pct, 5) == Decimal("14.54268")
    assert (found.discount, found.net, found.tax, found.total) == d(
        "164.54", "98.06", "19.61", "117.67"
    )


def test_the_last_memo_takes_the_tax_that_is_left() -> None:
    """Published by Lago: two lines of 68.33 at 20 % were taxed 27.33, not 27.34."""
    lines = [line("a", "68.33", 20), line("b", "68.33", 20)]

    first = credit(lines, [asked("a", "68.33")], "EUR")
    last = credit([after(lines[0], first.lines[0]), lines[1]], [asked("b", "68.33")], "EUR")

    assert (first.tax, last.tax, last.total) == d("13.67", "13.66", "81.99")
    assert last.steps[-1].rule == "credit.last"


@pytest.mark.parametrize(
    ("paid", "unused", "whole", "rate", "figures"),
    [
        ("200.00", 29, 30, "25", "193.33 48.33 241.66"),
        ("160.00", 29, 30, "25", "154.67 38.67 193.34"),
        ("29.99", 6, 7, "23.33", "25.71 6.00 31.71"),
    ],
)
def test_unused_time_is_credited_with_its_tax(
    paid: str, unused: int, whole: int, rate: str, figures: str
) -> None:
    """Published by Lago (credit note rounding): the total is never rounded apart."""
    found = credit_unused(Decimal(paid), unused, whole, Decimal(rate), "EUR")

    assert (found.net, found.tax, found.total) == d(*figures.split())


def test_many_small_credits_take_no_more_tax_than_there_is() -> None:
    one, taxes = line("a", "1.00", 20), []
    for _ in range(40):
        memo = credit([one], [asked("a", min("0.03", str(one.left)))], "EUR")
        taxes.append(memo.tax)
        one = after(one, memo.lines[0])
        if not one.left:
            break

    assert sum(taxes) == Decimal("0.20")
    assert min(taxes) >= 0


def test_a_credit_is_shared_over_the_lines_pro_rata() -> None:
    lines = [line("a", 100, 20), line("b", 50, 20), line("c", 50, 20)]

    found = credit_pro_rata(lines, Decimal("10.01"), "EUR")

    assert tuple(one.amount for one in found) == d("5.01", "2.50", "2.50")


def test_a_credit_lowers_what_is_open_then_pays_out_then_stays() -> None:
    found = use(100, 30, 50, 40)

    assert (found.offset, found.refunded, found.credited) == d(30, 40, 30)


@pytest.mark.parametrize("refund", [-1, 51, 71])
def test_more_than_paid_is_not_refunded(refund: int) -> None:
    with pytest.raises(OverRefunded):
        use(100, 30, 50, refund)


@pytest.mark.parametrize("amount", [0, -1, "100.01"])
def test_a_credit_above_its_line_is_refused(amount: int | str) -> None:
    with pytest.raises(CreditAboveLine):
        credit([line("a", 100, 20)], [asked("a", amount)], "EUR")
    with pytest.raises(CreditAboveLine):
        credit_pro_rata([line("a", 100, 20)], Decimal(amount), "EUR")


@pytest.mark.parametrize("names", [[], ["z"], ["a", "a"]])
def test_lines_are_named_once_and_exist(names: list[str]) -> None:
    with pytest.raises(UnknownCreditLine):
        credit([line("a", 100, 20)], [asked(name, 1) for name in names], "EUR")


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(1, 10**5), st.integers(0, 100), st.sampled_from([0, 7, 20])),
        min_size=1, max_size=4,
    ),
    st.lists(st.integers(1, 99), min_size=1, max_size=3),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)  # fmt: skip
def test_credits_of_everything_take_back_the_invoice(
    rows: list[tuple[int, int, int]], shares: list[int], currency: str
) -> None:
    lines = [
        CreditableLine(str(no), Decimal(a), Decimal(pct), quantize(Decimal(a * off) / 100, "JPY"))
        for no, (a, off, pct) in enumerate(rows)
    ]
    whole = invoice_figures(lines, currency)
    taken = []
    for share in shares:
        parts = [CreditAsked(n.name, quantize(n.left * share / 100, currency)) for n in lines]
        if wanted := [part for part in parts if part.amount]:
            taken.append(credit(lines, wanted, currency))
            memos = {memo.name: memo for memo in taken[-1].lines}
            lines = [after(n, memos[n.name]) if n.name in memos else n for n in lines]

    if rest := [CreditAsked(n.name, n.left) for n in lines if n.left]:
        taken.append(credit(lines, rest, currency))

    assert all(memo.tax >= 0 for memo in taken)
    assert sum(memo.net for memo in taken) == whole.net
    assert sum(memo.tax for memo in taken) == whole.tax
    assert all(memo.total == memo.net + memo.tax for memo in taken)
