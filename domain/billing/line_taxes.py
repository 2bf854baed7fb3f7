"""Taxing the lines of a document by the codes of its contract, at the rates of its date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.billing.lines import InvoiceLine, LineTax, Overridden, TaxBasis
from domain.billing.tax import Tax, TaxableLine, TaxAmount, TaxedLine, tax_document
from domain.pricing.tax_code import TaxRates

REVERSE_CHARGE = "reverse charge"


@dataclass(frozen=True)
class CodeRates:
    """A code's rates of the document's date; ``override`` says why it is not the one agreed."""

    code: str
    rates: TaxRates
    override: Overridden | None = None


def tax_lines(
    lines: Sequence[InvoiceLine], of: Callable[[str], CodeRates], currency: str,
    *, per_document: bool,
) -> tuple[InvoiceLine, ...]:  # fmt: skip
    """Lines with net, tax and how they came about; ``of`` gives the rates of a kind of thing.

    A line's price is its net until here. Raises BadTax.
    """
    if not lines:
        return ()
    found = [of(line.kind) for line in lines]
    priced = [
        TaxableLine(line.net, code.rates.taxes, line.quantity)
        for line, code in zip(lines, found, strict=True)
    ]
    taxed = tax_document(priced, currency, per_line=not per_document).lines
    return tuple(
        _taxed(line, code, result, per_document=per_document)
        for line, code, result in zip(lines, found, taxed, strict=True)
    )


def _taxed(
    line: InvoiceLine, code: CodeRates, result: TaxedLine, *, per_document: bool
) -> InvoiceLine:
    rules = code.rates.taxes
    taxes = tuple(_line_tax(*pair) for pair in zip(rules, result.taxes, strict=True))
    basis = TaxBasis(
        code.code, code.rates.from_date, "document" if per_document else "line", taxes,
        code.override,
    )  # fmt: skip
    charged = sum((tax.rate_pct for tax in taxes if not tax.note), Decimal(0))
    return replace(line, net=result.net, tax_rate_pct=charged, tax=result.tax, tax_basis=basis)


def _line_tax(rule: Tax, found: TaxAmount) -> LineTax:
    note = REVERSE_CHARGE if rule.reverse_charge else ""
    return LineTax(found.name, found.rate_pct, found.base, found.amount, found.charged,
                   rule.exempt_reason or note)  # fmt: skip
