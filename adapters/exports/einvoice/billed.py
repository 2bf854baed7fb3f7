"""From the facts of an invoice or a credit memo to the e-invoice that says them.

Tax that is asked for with a release is on what is released: what the client keeps is then no
part of the document. Tax on all of it at once: what is kept is payable as the rest, only later,
and its release is no document of its own. Either way all documents of a contract sum to its price.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from adapters.exports.einvoice.document import (
    ZERO,
    Change,
    EInvoice,
    EInvoiceIncomplete,
    EInvoiceUnsayable,
    Firm,
    Line,
    Part,
    Vat,
)
from domain.billing.invoice import Invoice
from domain.billing.lines import InvoiceLine, TaxBasis
from domain.billing.tax import Tax
from domain.billing.totals import CreditLine, Totals
from domain.money import quantize
from domain.organisation.client import Client
from domain.organisation.legal_entity import LegalEntity
from domain.pricing.tax_code import TaxCode

ONE, HALF_CENT = Decimal(1), Decimal("0.005")
HOUR, PIECE = "HUR", "C62"
DISCOUNT, LATER = "Discount", "Retainage, taxed with its release"
REVERSE_CHARGE = "Reverse charge"
Codes = Mapping[str, TaxCode]


@dataclass(frozen=True)
class Amounts:
    """What a document says of an invoice line: all of it, or what a memo takes back."""

    net: Decimal
    tax: Decimal
    retained: Decimal
    discount: Decimal = ZERO
    whole: bool = True


def invoice(fact: Invoice.Issued, seller: LegalEntity, client: Client, codes: Codes) -> EInvoice:
    """An invoice as issued. Raises EInvoiceIncomplete, EInvoiceUnsayable."""
    billed = [(line, Amounts(line.net, line.tax, line.retained, line.discount))
              for line in fact.lines]  # fmt: skip
    details, reference = client.details_on(fact.issued_on)
    return EInvoice(
        said_number(fact), fact.issued_on, fact.due_on, fact.currency, fact.quote.to,
        Firm(seller.name, seller.details_on(fact.issued_on)),
        Firm(fact.party.client_name, details), reference,
        (part(fact, fact.totals, billed, codes),),
    )  # fmt: skip


def credit_note(
    memo: Invoice.Credited, of: Invoice.Issued, seller: LegalEntity, client: Client, codes: Codes
) -> EInvoice:
    """A credit memo as issued. Raises EInvoiceIncomplete, EInvoiceUnsayable."""
    lines = {line.no: line for line in of.lines}
    credited = [(lines[one.no], _taken_back(lines[one.no], one)) for one in memo.lines]
    details, reference = client.details_on(memo.issued_on)
    return EInvoice(
        memo.number, memo.issued_on, None, memo.currency, memo.quote.to,
        Firm(seller.name, seller.details_on(memo.issued_on)),
        Firm(memo.party.client_name, details), reference,
        (part(of, memo.totals, credited, codes),), (said_number(of), of.issued_on),
    )  # fmt: skip


def said_number(fact: Invoice.Issued) -> str:
    """The number that the client knows it by: of a part, the whole document's."""
    return fact.part_of.number if fact.part_of else fact.number


def _taken_back(line: InvoiceLine, credit: CreditLine) -> Amounts:
    whole = credit.net == line.net
    discount = line.discount if whole else ZERO
    return Amounts(credit.net, credit.tax, credit.retained, discount, whole)


def part(
    fact: Invoice.Issued, totals: Totals, billed: Iterable[tuple[InvoiceLine, Amounts]],
    codes: Codes,
) -> Part:  # fmt: skip
    """One billing with the figures given. Raises EInvoiceIncomplete, EInvoiceUnsayable."""
    listed = list(billed)
    lines = tuple(said(line, amounts, fact.currency, codes) for line, amounts in listed)
    kept = sum((a.retained for line, a in listed if not taxed_later(line, fact.currency)), ZERO)
    asked = sum((line.net + line.tax for line in lines), ZERO)
    if not any(line.net for line in lines):
        raise EInvoiceUnsayable(
            "it asks only for retainage that was taxed, and is payable, by an earlier document"
        )
    if asked - kept != totals.due:
        raise EInvoiceUnsayable(f"{asked} less {kept} retained is not the {totals.due} due")
    notes = tuple(_notes(kept, asked, fact.currency))
    return Part(fact.purchase_order, lines, totals.functional_tax, notes)


def _notes(kept: Decimal, asked: Decimal, currency: str) -> Iterator[str]:
    """What figures cannot say of retainage that is taxed already."""
    if kept > 0:
        yield (f"{kept} {currency} of it are retained as agreed and due with their release;"
               f" {asked - kept} {currency} are due now.")  # fmt: skip
    if kept < 0:
        yield f"Beside it, {-kept} {currency} retained of earlier documents are due."


def said(line: InvoiceLine, amounts: Amounts, currency: str, codes: Codes) -> Line:
    """A line with a price that leads to its net."""
    later = taxed_later(line, currency)
    kept = amounts.retained if later else ZERO
    net, vat = amounts.net - kept, vat_of(line, codes)
    if line.asks_for_retainage:
        return _line(line, (ONE, net, ONE), net, vat, amounts.tax)
    priced, changes = _priced(line, amounts, currency)
    if kept:
        changes = (*changes, Change(kept, LATER))
    return _line(line, priced, net, vat, amounts.tax, changes)


def _line(
    line: InvoiceLine, priced: tuple[Decimal, Decimal, Decimal], net: Decimal, vat: Vat,
    tax: Decimal, changes: tuple[Change, ...] = (),
) -> Line:  # fmt: skip
    quantity, price, base = priced
    if price < 0:
        quantity, price = -quantity, -price
    unit = HOUR if line.kind == "time" else PIECE
    return Line(
        line.text.strip() or line.kind, quantity, unit, price, base, net, vat, tax, changes
    )


def _priced(
    line: InvoiceLine, amounts: Amounts, currency: str
) -> tuple[tuple[Decimal, Decimal, Decimal], tuple[Change, ...]]:
    """Quantity, price and how many it is for, and the discount where one leads to the net.

    Where frozen amounts, caps, taxes inside prices or a currency without cents make unit prices
    not lead to it, the price is that of the whole quantity.
    """
    if not (amounts.whole and line.quantity):
        return (ONE, amounts.net, ONE), ()
    listed = quantize(line.quantity * line.unit_price, currency)
    for discount in dict.fromkeys((amounts.discount, ZERO)):
        if listed - discount == amounts.net:
            exact = abs(line.quantity * line.unit_price - listed) <= HALF_CENT
            price, base = (line.unit_price, ONE) if exact else (listed, abs(line.quantity))
            changes = (Change(discount, DISCOUNT),) if discount else ()
            return (line.quantity, price, base), changes
    return (line.quantity, amounts.net, abs(line.quantity)), ()


def taxed_later(line: InvoiceLine, currency: str) -> bool:
    """Whether what is retained of a line is taxed with its release."""
    if not line.retained:
        return False
    asked = line.net - line.retained
    if line.tax_basis and line.tax_basis.taxes:
        return line.tax_basis.taxes[0].base == asked
    now, later = (quantize(base * line.tax_rate_pct / 100, currency) for base in (line.net, asked))
    return line.tax == later != now


def vat_of(line: InvoiceLine, codes: Codes) -> Vat:
    """The category of a line. Raises EInvoiceIncomplete, EInvoiceUnsayable.

    Source: EN 16931 BT-151; an untaxed line says by its tax code why it is not taxed.
    """
    basis = line.tax_basis
    if basis is None and line.tax_rate_pct > 0:
        return Vat("S", line.tax_rate_pct)
    if basis is None or not basis.taxes:
        raise EInvoiceIncomplete(f"line {line.no} needs a tax code that says why it is not taxed")
    if len(basis.taxes) > 1:
        raise EInvoiceUnsayable(f"line {line.no} has several taxes; a line has one VAT category")
    return _category(line.no, _rule(basis, codes[basis.code]))


def _rule(basis: TaxBasis, code: TaxCode) -> Tax:
    [found] = [rates for rates in code.rates if rates.from_date == basis.rates_from]
    return found.taxes[0]


def _category(no: int, tax: Tax) -> Vat:
    if tax.withheld:
        raise EInvoiceUnsayable(f"line {no}: tax that the client withholds is no VAT")
    if tax.reverse_charge:
        return Vat("AE", ZERO, tax.exempt_reason or REVERSE_CHARGE)
    if tax.exempt_reason:
        return Vat("E", ZERO, tax.exempt_reason)
    return Vat("S" if tax.rate_pct else "Z", tax.rate_pct)
