"""Questions, answers and sales in the words of the sandbox tax engine; pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.documents import TaxedSale
from domain.billing.tax_determination import (
    Determination,
    DeterminedLine,
    DeterminedTax,
    TaxQuestion,
)


def question(asked: TaxQuestion) -> dict[str, Any]:
    """Say what is to be taxed."""
    return {
        "place": asked.place,
        "customer": asked.client_code,
        "date": asked.on.isoformat(),
        "currency": asked.currency,
        "lines": [{"no": one.no, "category": one.kind, "text": one.text, "amount": str(one.net)}
                  for one in asked.lines],
    }  # fmt: skip


def answer(asked: TaxQuestion, said: Mapping[str, Any]) -> Determination:
    """Read what it says, in the order of the question.

    Raises ValueError where a line is missing, strange or twice, KeyError and the like for words
    that are not the engine's.
    """
    taxes = {int(line["no"]): line["taxes"] for line in said["lines"]}
    if sorted(int(line["no"]) for line in said["lines"]) != [line.no for line in asked.lines]:
        raise ValueError("it speaks of other lines")
    lines = tuple(
        DeterminedLine(one.no, one.kind, one.net, tuple(_tax(tax) for tax in taxes[one.no]))
        for one in asked.lines
    )
    return Determination(
        asked.engine, str(said["id"]), asked.place, asked.on, asked.currency, lines
    )


def _tax(said: Mapping[str, Any]) -> DeterminedTax:
    figures = (Decimal(str(said[name])) for name in ("rate_pct", "taxable", "tax"))
    found = DeterminedTax(str(said["name"]), str(said["jurisdiction"]), *figures)
    if not all(figure.is_finite() for figure in (found.rate_pct, found.base, found.amount)):
        raise ValueError("a tax is a number")
    return found


def sale(document: TaxedSale, key: str) -> dict[str, Any]:
    """Say what was issued, or credited: then the figures are negative."""
    return {
        "reference": key,
        "sale": document.sale_key,
        "quote": document.engine_reference,
        "number": document.number,
        "date": document.issued_on.isoformat(),
        "currency": document.currency,
        "amount": str(document.net),
        "tax": str(document.tax),
    }
