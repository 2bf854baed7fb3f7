"""Taxing the lines of a document by the codes of its contract, at the rates of its date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.billing.lines import InvoiceLine, LineTax, Overridden, TaxBasis, taxable
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
    *, per_document: bool, defer: bool = False,
) -> tuple[InvoiceLine, ...]:  # fmt: skip
    """Lines with net, tax and how they came about; ``of`` gives the rates of a kind of thing.

    A line's price is its net until here. ``defer``: what is retained is taxed when it is
    released. Raises BadTax.
    """
    if not lines:
        return ()
    found = [of(line.kind) for line in lines]
    priced = [
        TaxableLine(taxable(line.net, line.retained, defer=defer), code.rates.taxes, line.quantity)
        for line, code in zip(lines, found, strict=True)
    ]
    taxed = tax_document(priced, currency, per_line=not per_document).lines
    return tuple(
        _taxed(line, code, (given.price, result), per_document=per_document)
        for line, code, given, result in zip(lines, found, priced, taxed, strict=True)
    )


def _taxed(
    line: InvoiceLine, code: CodeRates, found: tuple[Decimal, TaxedLine], *, per_document: bool
) -> InvoiceLine:
    price, result = found
    rules = code.rates.taxes
    taxes = tuple(_line_tax(*pair) for pair in zip(rules, result.taxes, strict=True))
    basis = TaxBasis(
        code.code, code.rates.from_date, "document" if per_document else "line", taxes,
        code.override,
    )  # fmt: skip
    inside = price - result.net
    charged = sum((tax.rate_pct for tax in taxes if not tax.note), Decimal(0))
    return replace(
        line, net=line.net - inside, tax_rate_pct=charged, tax=result.tax, tax_basis=basis
    )


def _line_tax(rule: Tax, found: TaxAmount) -> LineTax:
    note = REVERSE_CHARGE if rule.reverse_charge else ""
    return LineTax(found.name, found.rate_pct, found.base, found.amount, found.charged,
                   rule.exempt_reason or note)  # fmt: skip
