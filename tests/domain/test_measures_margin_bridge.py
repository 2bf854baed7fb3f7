"""The margin bridge: worked by hand, and without a residual whatever the figures."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.measures.margin_bridge import Delivered, Sold, bridge

D = Decimal
MONEY = st.decimals(min_value=0, max_value=10**7, places=2)
EXACT = st.decimals(min_value=0, max_value=10**7, places=7)


def test_a_project_delivered_as_sold_has_nothing_to_explain() -> None:
    made = bridge(
        Sold(D(10_000), D(6_000)),
        Delivered(D(10_000), D(10_000), D(10_000), D(0), D(10_000), D(6_000)), D(1), "EUR",
    )  # fmt: skip

    assert (made.sold_margin, made.delivered_margin) == (D(4_000), D(4_000))
    assert not any((made.discount, made.scope, made.volume, made.overrun, made.rate_leak,
                    made.write_off, made.fx, made.residual))  # fmt: skip


def test_each_term_is_what_its_own_cause_did() -> None:
    """100 h sold at 100 for a cost of 60 an hour, and 500 agreed on top for 200 of cost; 120 h
    were worked at a standard of 95 less 10 %, costing 62 an hour; 260 of it were written off."""
    made = bridge(
        Sold(D(10_000), D(6_000), D(500), D(200)),
        Delivered(D(12_000), D(11_400), D(10_260), D(260), D(10_000), D(7_440)), D(1), "EUR",
    )  # fmt: skip

    assert made.sold_margin == D(4_000)
    assert made.scope == D(300)
    assert made.volume == D(1_500)
    assert made.rate_leak == D(-600)
    assert made.discount == D(-1_140)
    assert made.write_off == D(-260)
    assert made.overrun == D(-1_240)
    assert made.delivered_margin == D(2_560) == D(4_000 + 300 + 1_500 - 600 - 1_140 - 260 - 1_240)


def test_what_the_exchange_rate_did_stands_apart() -> None:
    """Sold at 0.95 EUR for a dollar, worked at 0.90."""
    made = bridge(
        Sold(D(1_000), D(500)),
        Delivered(D(1_000), D(1_000), D(1_000), D(0), D(900), D(500)), D("0.95"), "EUR",
    )  # fmt: skip

    assert (made.sold_price, made.fx, made.delivered_margin) == (D(950), D(-50), D(400))


@given(MONEY, MONEY, MONEY, EXACT, EXACT, MONEY, MONEY, EXACT, MONEY,
       st.decimals(min_value="0.0001", max_value=1000, places=6),
       st.sampled_from(["EUR", "JPY", "KWD"]))  # fmt: skip
def test_the_terms_always_sum_to_the_difference(
    price: Decimal, cost: Decimal, scope: Decimal, at_sold: Decimal, standard: Decimal,
    value: Decimal, off: Decimal, functional: Decimal, spent: Decimal, rate: Decimal, books: str,
) -> None:  # fmt: skip
    made = bridge(
        Sold(price, cost, scope), Delivered(at_sold, standard, value, off, functional, spent),
        rate, books,
    )  # fmt: skip

    assert made.residual == 0
    assert made.sold_margin == made.sold_price - made.planned_cost
    assert made.delivered_margin == made.delivered_value - made.delivered_cost
