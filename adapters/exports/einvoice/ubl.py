"""An e-invoice in UBL 2.1, with the customisation of Peppol BIS Billing 3; always the same bytes.

Source: OASIS UBL 2.1 (order of elements), EN 16931-1 (which element says what). No file leaves
that our own rules would not accept.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from adapters.exports.einvoice.document import (
    Change,
    EInvoice,
    EInvoiceIncomplete,
    EInvoiceUnsayable,
    Firm,
    Line,
    Part,
    Subtotal,
    Vat,
    missing,
)
from adapters.exports.einvoice.rules import CAC, CBC, MOST_DECIMALS, UBL, broken
from domain.money import minor_unit

CUSTOMISATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
KINDS = {False: ("Invoice", "InvoiceTypeCode", "380", "InvoicedQuantity"),
         True: ("CreditNote", "CreditNoteTypeCode", "381", "CreditedQuantity")}  # fmt: skip
REASON_CODES = {"AE": "VATEX-EU-AE"}
UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML holds."""
register_namespace("cac", CAC)
register_namespace("cbc", CBC)


def xml(document: EInvoice) -> bytes:
    """The file. Raises EInvoiceIncomplete, EInvoiceUnsayable."""
    if lacks := list(missing(document)):
        raise EInvoiceIncomplete(f"{document.number} needs " + "; ".join(lacks))
    root = Writer(document).root()
    indent(root)
    text: bytes = tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
    if found := broken(text):
        said = "; ".join(f"{one.rule}: {one.message}" for one in found)
        raise EInvoiceUnsayable(f"{document.number} breaks rules of EN 16931: {said}")
    return text


def plain(number: Decimal) -> str:
    """Digits without exponent and without zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Writer:
    """Writes elements in the order that UBL wants them; those without content are left out."""

    def __init__(self, document: EInvoice) -> None:
        self.document = document
        self.kind, self.type_name, self.type_code, self.quantity = KINDS[
            document.corrects is not None
        ]

    def root(self) -> Element:
        """The whole document."""
        root = Element(self.kind, {"xmlns": UBL.format(self.kind)})
        self._head(root)
        self._references(root)
        self._firm(group(root, "AccountingSupplierParty"), self.document.seller)
        self._firm(group(root, "AccountingCustomerParty"), self.document.buyer)
        self._terms(root)
        self._taxes(root)
        self._totals(root)
        self._lines(root)
        return root

    def _head(self, root: Element) -> None:
        told = self.document
        due = told.due_on.isoformat() if told.due_on and not told.corrects else ""
        foreign = told.accounting_currency != told.currency
        for name, text in (
            ("CustomizationID", CUSTOMISATION), ("ProfileID", PROFILE), ("ID", told.number),
            ("IssueDate", told.issued_on.isoformat()), ("DueDate", due),
            (self.type_name, self.type_code), ("DocumentCurrencyCode", told.currency),
            ("TaxCurrencyCode", told.accounting_currency if foreign else ""),
            ("BuyerReference", told.buyer_reference),
        ):  # fmt: skip
            leaf(root, name, text)

    def _references(self, root: Element) -> None:
        told = self.document
        if len(told.orders) == 1:
            leaf(group(root, "OrderReference"), "ID", told.orders[0])
        if told.corrects:
            number, day = told.corrects
            reference = group(group(root, "BillingReference"), "InvoiceDocumentReference")
            leaf(reference, "ID", number)
            leaf(reference, "IssueDate", day.isoformat())

    def _firm(self, parent: Element, firm: Firm) -> None:
        party, known = group(parent, "Party"), firm.details
        leaf(party, "EndpointID", known.endpoint, schemeID=known.endpoint_scheme)
        leaf(group(party, "PartyName"), "Name", firm.name)
        address = group(party, "PostalAddress")
        for name, text in (
            ("StreetName", known.street), ("CityName", known.city),
            ("PostalZone", known.postcode), ("CountrySubentity", known.region),
        ):  # fmt: skip
            leaf(address, name, text)
        leaf(group(address, "Country"), "IdentificationCode", known.country)
        if known.vat_id:
            tax = group(party, "PartyTaxScheme")
            leaf(tax, "CompanyID", known.vat_id)
            leaf(group(tax, "TaxScheme"), "ID", "VAT")
        legal = group(party, "PartyLegalEntity")
        leaf(legal, "RegistrationName", firm.name)
        leaf(legal, "CompanyID", known.registration_id)

    def _terms(self, root: Element) -> None:
        if notes := [note for part in self.document.parts for note in part.notes]:
            leaf(group(root, "PaymentTerms"), "Note", " ".join(notes))

    def _taxes(self, root: Element) -> None:
        told = self.document
        total = group(root, "TaxTotal")
        self._amount(total, "TaxAmount", told.tax)
        for one in told.subtotals:
            self._subtotal(total, one)
        if told.accounting_currency != told.currency:
            money(group(root, "TaxTotal"), "TaxAmount", told.tax_accounting,
                  told.accounting_currency)  # fmt: skip

    def _subtotal(self, total: Element, one: Subtotal) -> None:
        parent = group(total, "TaxSubtotal")
        self._amount(parent, "TaxableAmount", one.taxable)
        self._amount(parent, "TaxAmount", one.tax)
        vat(group(parent, "TaxCategory"), one.vat, explained=True)

    def _totals(self, root: Element) -> None:
        told = self.document
        totals = group(root, "LegalMonetaryTotal")
        self._amount(totals, "LineExtensionAmount", told.net)
        self._amount(totals, "TaxExclusiveAmount", told.net)
        self._amount(totals, "TaxInclusiveAmount", told.net + told.tax)
        if told.prepaid:
            self._amount(totals, "PrepaidAmount", told.prepaid)
        self._amount(totals, "PayableAmount", told.payable)

    def _lines(self, root: Element) -> None:
        numbered = ((part, line) for part in self.document.parts for line in part.lines)
        for no, (part, line) in enumerate(numbered, 1):
            self._line(root, no, part, line)

    def _line(self, root: Element, no: int, part: Part, line: Line) -> None:
        parent = group(root, f"{self.kind}Line")
        leaf(parent, "ID", str(no))
        if part.order and len(self.document.orders) > 1:
            leaf(parent, "Note", f"Order {part.order}")
        leaf(parent, self.quantity, plain(line.quantity), unitCode=line.unit)
        self._amount(parent, "LineExtensionAmount", line.net)
        self._changes(parent, line.changes)
        item = group(parent, "Item")
        leaf(item, "Name", line.text)
        vat(group(item, "ClassifiedTaxCategory"), line.vat)
        price = group(parent, "Price")
        leaf(price, "PriceAmount", plain(line.price), currencyID=self.document.currency)
        if line.base_quantity != 1:
            leaf(price, "BaseQuantity", plain(line.base_quantity), unitCode=line.unit)

    def _changes(self, parent: Element, changes: Iterable[Change]) -> None:
        for change in changes:
            made = group(parent, "AllowanceCharge")
            leaf(made, "ChargeIndicator", "true" if change.amount < 0 else "false")
            leaf(made, "AllowanceChargeReason", change.reason)
            self._amount(made, "Amount", abs(change.amount))

    def _amount(self, parent: Element, name: str, amount: Decimal) -> None:
        money(parent, name, amount, self.document.currency)


def group(parent: Element, name: str) -> Element:
    """An element with others inside."""
    return SubElement(parent, f"{{{CAC}}}{name}")


def leaf(parent: Element, name: str, text: str, **attributes: str) -> None:
    """An element with text; none where there is no text."""
    if writable := UNWRITABLE.sub("", text).strip():
        SubElement(parent, f"{{{CBC}}}{name}", attributes).text = writable


def money(parent: Element, name: str, amount: Decimal, currency: str) -> None:
    """An amount in its currency's decimals: the two of the standard where they say it all."""
    unit = max(minor_unit(currency), Decimal(1).scaleb(-MOST_DECIMALS))
    exact = amount.quantize(unit)
    said = format(exact if exact == amount else amount, "f")
    leaf(parent, name, said, currencyID=currency)


def vat(parent: Element, tax: Vat, *, explained: bool = False) -> None:
    """A category, its rate, and in a subtotal why nothing is charged."""
    leaf(parent, "ID", tax.category)
    leaf(parent, "Percent", plain(tax.rate_pct))
    if explained:
        leaf(parent, "TaxExemptionReasonCode", REASON_CODES.get(tax.category, ""))
        leaf(parent, "TaxExemptionReason", tax.reason)
    leaf(group(parent, "TaxScheme"), "ID", "VAT")
