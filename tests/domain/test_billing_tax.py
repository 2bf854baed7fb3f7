"""Net, taxes, gross: in the price or on top, a line or a document."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.tax import (
    BadTax,
    Kind,
    NothingTaxable,
    Tax,
    TaxableLine,
    TaxedLine,
    reverse,
    tax_document,
    tax_line,
)
from domain.money import quantize

PRICES = st.decimals(-(10**6), 10**6, places=2)
RATES = st.decimals(0, 60, places=2)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def rate(pct: int | str, *, included: bool = False, raises_base: bool = False) -> Tax:
    return Tax(f"{pct} %", Decimal(pct), included=included, raises_base=raises_base)


def fixed(amount: int, *, included: bool = False, raises_base: bool = False) -> Tax:
    return Tax(
        "levy", kind="fixed", fixed_amount=Decimal(amount), included=included,
        raises_base=raises_base,
    )  # fmt: skip


def taxed(price: int | str, *taxes: Tax, currency: str = "EUR") -> TaxedLine:
    return tax_line(TaxableLine(Decimal(price), taxes), currency)


def amounts(line: TaxedLine) -> tuple[Decimal, ...]:
    return tuple(tax.amount for tax in line.taxes)


def test_five_taxes_three_in_the_price() -> None:
    """Published by Odoo (test_tax, issue 34471)."""
    ten = rate(10)
    inside = rate(10, included=True)

    found = taxed(132, rate(10, included=True, raises_base=True), ten, inside, ten, inside)

    assert (found.net, found.gross) == d(100, 154)
    assert amounts(found) == d(10, 11, 11, 11, 11)
    assert tuple(tax.base for tax in found.taxes) == d(100, 110, 110, 110, 110)


@pytest.mark.parametrize(
    ("gross", "pct", "currency", "net", "tax"),
    [
        ("200.00", 10, "EUR", "181.82", "18.18"),
        ("7.00", 21, "EUR", "5.79", "1.21"),
        ("52.50", 12, "EUR", "46.88", "5.62"),
        ("399.99", 20, "EUR", "333.33", "66.66"),
        ("10920", 19, "JPY", "9176", "1744"),
    ],
)
def test_a_tax_in_the_price_is_the_price_less_the_rounded_net(
    gross: str, pct: int, currency: str, net: str, tax: str
) -> None:
    """Published by Odoo (test_tax)."""
    found = taxed(gross, rate(pct, included=True), currency=currency)

    assert (found.net, found.tax, found.gross) == d(net, tax, gross)


def test_two_taxes_in_one_price_close_it_together() -> None:
    """Published by Odoo (tax group in the price): the last takes the cent."""
    inside = rate(10, included=True)

    assert amounts(taxed(100, inside, inside)) == d("8.33", "8.34")


def test_each_level_of_taxes_in_the_price_closes_on_its_own() -> None:
    """Made up: 100 is 90.91 and its 10 %, 90.91 is 82.64 and its 10 %."""
    found = taxed(100, rate(10, included=True, raises_base=True), rate(10, included=True))

    assert (found.net, *amounts(found)) == d("82.64", "8.27", "9.09")


def test_a_fixed_tax_may_raise_the_base() -> None:
    """Published by Odoo (group of groups): 10, 21, 10, 22 on 200."""
    levy = fixed(10, raises_base=True)

    found = taxed(200, levy, rate(10), levy, rate(10))

    assert amounts(found) == d(10, 21, 10, 22)
    assert found.gross == 263


def test_a_fixed_tax_is_a_unit() -> None:
    line = TaxableLine(Decimal(200), (fixed(10, included=True),), Decimal(2))

    found = tax_line(line, "EUR")

    assert (found.net, found.tax) == d(180, 20)


def test_a_division_tax_is_a_share_of_the_total() -> None:
    """Published by Odoo: 10 % of the gross, on 180 or inside 200."""
    on_top = Tax("division", Decimal(10), "division")

    assert taxed(180, on_top).gross == 200
    assert taxed(200, replace(on_top, included=True)).net == 180
    assert taxed(200, on_top).tax == Decimal("22.22")


def test_a_tax_on_top_that_raises_the_base_lifts_one_in_the_price() -> None:
    found = taxed(110, rate(10, raises_base=True), rate(10, included=True))

    assert found.net == 100
    assert amounts(found) == d(10, 11)


def test_a_tax_may_ignore_the_raised_base() -> None:
    apart = Tax("apart", Decimal(10), base_affected=False)

    assert amounts(taxed(100, rate(10, raises_base=True), apart)) == d(10, 10)


def test_reverse_charge_is_shown_and_not_asked_for() -> None:
    found = taxed(1000, Tax("reverse", Decimal(20), reverse_charge=True))

    assert (found.taxes[0].amount, found.taxes[0].charged, found.gross) == d(200, 0, 1000)
    assert found.steps[0].rule == "tax.reverse_charge"


def test_an_exempt_line_says_why() -> None:
    found = taxed(1000, Tax("vat", Decimal(20), exempt_reason="education"))

    assert found.gross == 1000
    assert "education" in found.steps[0].text


def test_a_negative_rate_withholds() -> None:
    found = taxed(1000, rate(20), rate(-10))

    assert (found.tax, found.gross, found.withheld, found.due) == d(200, 1200, 100, 1100)


def test_per_document_the_residual_goes_to_the_largest_line() -> None:
    """Made up: 3 x 0.014 rounds to 0.03, 0.042 to 0.04; the larger line carries it."""
    lines = [TaxableLine(price, (rate(10),)) for price in d("0.14", "0.14", "0.15", "0.14")]

    by_line = tax_document(lines, "EUR")
    once = tax_document(lines, "EUR", per_line=False)

    assert (by_line.tax, once.tax) == d("0.05", "0.06")
    assert tuple(line.tax for line in once.lines) == d("0.01", "0.01", "0.03", "0.01")
    assert once.steps[0].rule == "tax.per_document"


def test_a_document_is_summed_up_a_rate() -> None:
    lines = [
        TaxableLine(price, (tax,))
        for price, tax in zip(d(100, 50, 10), (rate(20), rate(10), rate(20)), strict=True)
    ]

    found = tax_document(lines, "EUR")

    assert [(row.rate_pct, row.base, row.charged) for row in found.summary] == [
        (Decimal(20), Decimal(110), Decimal(22)),
        (Decimal(10), Decimal(50), Decimal(5)),
    ]


@pytest.mark.parametrize(
    "tax",
    [
        Tax("all", Decimal(100), "division"),
        Tax("in", Decimal(10), included=True, reverse_charge=True),
        Tax("in", Decimal(10), included=True, base_affected=False),
        Tax("in", Decimal(10), included=True, exempt_reason="none"),
        Tax("in", Decimal(-100), included=True),
    ],
)
def test_a_tax_that_cannot_be_is_refused(tax: Tax) -> None:
    with pytest.raises(BadTax):
        taxed(100, tax)


def test_a_document_without_a_line_is_refused() -> None:
    with pytest.raises(NothingTaxable):
        tax_document([], "EUR")


TAXES = st.lists(
    st.builds(
        lambda kind, pct, amount, included, raises: Tax(
            f"{kind} {pct}", pct if kind != "fixed" else Decimal(0), kind, amount, included, raises
        ),
        st.sampled_from(["percent", "division", "fixed"]),
        RATES, st.integers(0, 5).map(Decimal), st.booleans(), st.booleans(),
    ),
    max_size=4,
)  # fmt: skip


@given(PRICES, TAXES, CURRENCIES)
def test_gross_is_net_and_taxes(price: Decimal, taxes: list[Tax], currency: str) -> None:
    found = tax_line(TaxableLine(quantize(price, currency), tuple(taxes)), currency)

    assert found.gross == found.net + sum(amounts(found))


@given(PRICES, st.lists(st.tuples(RATES, st.booleans()), min_size=1, max_size=4), CURRENCIES)
def test_taxes_in_the_price_never_change_it(
    price: Decimal, rates: list[tuple[Decimal, bool]], currency: str
) -> None:
    whole = quantize(price, currency)
    taxes = tuple(
        Tax(str(no), pct, included=True, raises_base=raises)
        for no, (pct, raises) in enumerate(rates)
    )

    found = tax_line(TaxableLine(whole, taxes), currency)

    assert found.gross == whole


@given(PRICES, RATES, st.booleans(), st.sampled_from(["percent", "division"]), CURRENCIES)
def test_a_credit_mirrors_its_invoice(
    price: Decimal, pct: Decimal, included: bool, kind: Kind, currency: str
) -> None:
    line = TaxableLine(quantize(price, currency), (Tax("t", pct, kind, included=included),))
    turned = replace(line, price=-line.price)

    assert replace(tax_line(turned, currency), steps=()) == replace(
        reverse(tax_line(line, currency)), steps=()
    )


@given(st.lists(PRICES, min_size=1, max_size=6), RATES, st.booleans(), CURRENCIES)
def test_a_document_rounded_once_is_the_tax_of_its_sum(
    prices: list[Decimal], pct: Decimal, included: bool, currency: str
) -> None:
    rounded = [quantize(price, currency) for price in prices]
    tax = Tax("t", pct, included=included)

    found = tax_document(
        [TaxableLine(price, (tax,)) for price in rounded], currency, per_line=False
    )

    exact = sum(rounded) * pct / (100 + pct if included else 100)
    assert found.tax == quantize(exact, currency)
    assert found.gross == found.net + found.tax
    assert (found.gross if included else found.net) == sum(rounded)
