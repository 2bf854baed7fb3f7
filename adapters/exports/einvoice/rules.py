"""The calculation rules of EN 16931 over a UBL document, ours or anybody's.

Each rule is as published, with the tolerance of the published check: a tax of a category may be
less than one unit off (BR-CO-17), a line's price 0.02 (PEPPOL-EN16931-R120). A rule is silent
about figures that are not there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element, fromstring

CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"
NAMES = {"cbc": CBC, "cac": CAC}
ZERO, CENT, SLACK = Decimal(0), Decimal("0.01"), Decimal("0.02")
MOST_DECIMALS = 2
TOTALS = "cac:LegalMonetaryTotal"
LINES = "cac:{}Line"
NOT_CHARGED = ("Z", "E", "AE")
EXPLAINED = ("E", "AE")


@dataclass(frozen=True)
class Broken:
    """A rule that a document breaks, by its published name."""

    rule: str
    message: str


class Read:
    """A document's elements and figures by path; ``cbc:`` and ``cac:`` as UBL has them."""

    def __init__(self, root: Element) -> None:
        self.root = root
        kind = root.tag.partition("}")[2]
        self.lines = root.findall(LINES.format(kind), NAMES)
        self.is_invoice = kind == "Invoice"
        self.is_peppol = "peppol" in text(root, "cbc:CustomizationID")
        self.totals = root.find(TOTALS, NAMES)
        self.currency = text(root, "cbc:DocumentCurrencyCode")
        self.tax_currency = text(root, "cbc:TaxCurrencyCode")
        self.taxes = root.findall("cac:TaxTotal", NAMES)
        self.subtotals = root.findall("cac:TaxTotal/cac:TaxSubtotal", NAMES)
        self.changes = root.findall("cac:AllowanceCharge", NAMES)

    def total(self, name: str) -> Decimal | None:
        """A figure of the document's totals."""
        return None if self.totals is None else figure(self.totals, f"cbc:{name}")

    def known(self, name: str) -> Decimal:
        """The same, 0 where it is not there."""
        return self.total(name) or ZERO

    @property
    def tax(self) -> Decimal | None:
        """The tax in the document's currency; None unless it is said once."""
        said = [amount for total in self.taxes
                if (amount := total.find("cbc:TaxAmount", NAMES)) is not None
                and amount.get("currencyID") == self.currency]  # fmt: skip
        return Decimal(said[0].text or "0") if len(said) == 1 else None

    def changed(self, *, charge: bool) -> Decimal:
        """Sum of the charges, or of the allowances, on the whole document."""
        return total_of(self.changes, charge=charge)


Rule = Callable[[Read], Iterable[str]]
RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """List a rule: it yields what is wrong, in words."""

    def listed(found: Rule) -> Rule:
        RULES[name] = found
        return found

    return listed


def broken(content: bytes) -> tuple[Broken, ...]:
    """Every rule that a file breaks. Raises ParseError where it is no XML."""
    return broken_in(parsed(content))


def parsed(content: bytes) -> Element:
    """The document of a file. Raises ParseError."""
    return fromstring(content)  # noqa: S314 -- files of ours and published samples


def broken_in(root: Element) -> tuple[Broken, ...]:
    """Every rule that a document breaks."""
    read = Read(root)
    return tuple(Broken(name, why) for name, found in RULES.items() for why in found(read))


def text(parent: Element, path: str) -> str:
    """The text at a path; empty where nothing is there."""
    return (parent.findtext(path, "", NAMES) or "").strip()


def figure(parent: Element, path: str) -> Decimal | None:
    """The number at a path."""
    said = text(parent, path)
    return Decimal(said) if said else None


def total_of(changes: Iterable[Element], *, charge: bool) -> Decimal:
    """Sum of charges or of allowances."""
    said = ("true", "1") if charge else ("false", "0")
    return sum(
        (figure(one, "cbc:Amount") or ZERO for one in changes
         if text(one, "cbc:ChargeIndicator") in said), ZERO,
    )  # fmt: skip


def equal(said: Decimal | None, due: Decimal | None) -> Iterator[str]:
    """What is wrong where both are known and differ."""
    if said is not None and due is not None and said != due:
        yield f"{said} is not {due}"


@rule("BR-16")
def has_lines(read: Read) -> Iterator[str]:
    """A document has a line."""
    if read.totals is not None and read.currency and not read.lines:
        yield "no line"


@rule("BR-53")
def tax_in_both_currencies(read: Read) -> Iterator[str]:
    """Where an accounting currency is named, the tax is said in it, too."""
    wanted, said = read.tax_currency, {
        amount.get("currencyID") for amount in
        read.root.findall("cac:TaxTotal/cbc:TaxAmount", NAMES)
    }  # fmt: skip
    if wanted and wanted != read.currency and wanted not in said:
        yield f"no tax in {wanted}"


@rule("BR-CO-10")
def lines_add_up(read: Read) -> Iterator[str]:
    """Sum of line net amounts."""
    if read.lines:
        nets = (figure(line, "cbc:LineExtensionAmount") or ZERO for line in read.lines)
        yield from equal(read.total("LineExtensionAmount"), sum(nets, ZERO))


@rule("BR-CO-11")
def allowances_add_up(read: Read) -> Iterator[str]:
    """Sum of allowances on document level."""
    yield from equal(read.total("AllowanceTotalAmount"), read.changed(charge=False))


@rule("BR-CO-12")
def charges_add_up(read: Read) -> Iterator[str]:
    """Sum of charges on document level."""
    yield from equal(read.total("ChargeTotalAmount"), read.changed(charge=True))


@rule("BR-CO-13")
def without_tax(read: Read) -> Iterator[str]:
    """Total without VAT: lines less allowances and charges."""
    if (lines := read.total("LineExtensionAmount")) is not None:
        due = lines - read.known("AllowanceTotalAmount") + read.known("ChargeTotalAmount")
        yield from equal(read.total("TaxExclusiveAmount"), due)


@rule("BR-CO-14")
def taxes_add_up(read: Read) -> Iterator[str]:
    """Total tax is the sum of its breakdown."""
    for total in read.taxes:
        found = total.findall("cac:TaxSubtotal", NAMES)
        if found:
            taxes = (figure(one, "cbc:TaxAmount") or ZERO for one in found)
            yield from equal(figure(total, "cbc:TaxAmount"), sum(taxes, ZERO))


@rule("BR-CO-15")
def with_tax(read: Read) -> Iterator[str]:
    """Total with VAT, in the document's currency."""
    bare, whole = read.total("TaxExclusiveAmount"), read.total("TaxInclusiveAmount")
    if bare is None or whole is None or not read.currency:
        return
    if (tax := read.tax) is None:
        yield f"the tax is not said once in {read.currency}"
    yield from equal(whole, None if tax is None else bare + tax)


@rule("BR-CO-16")
def payable(read: Read) -> Iterator[str]:
    """What is due: with VAT, less what is paid, rounded."""
    if (whole := read.total("TaxInclusiveAmount")) is not None:
        due = whole - read.known("PrepaidAmount") + read.known("PayableRoundingAmount")
        yield from equal(read.total("PayableAmount"), due)


@rule("BR-CO-17")
def tax_of_a_rate(read: Read) -> Iterator[str]:
    """Tax of a category is its rate on its base, less than one unit off."""
    for one in read.subtotals:
        said, base = figure(one, "cbc:TaxAmount"), figure(one, "cbc:TaxableAmount")
        if said is not None and base is not None:
            rate = figure(one, "cac:TaxCategory/cbc:Percent") or ZERO
            due = (base * rate / 100).quantize(CENT, ROUND_HALF_UP)
            if abs(said - due) >= 1 or (said and due and (said < 0) != (due < 0)):
                yield f"{rate} % of {base} is {due}, not {said}"


@rule("BR-CO-18")
def has_a_breakdown(read: Read) -> Iterator[str]:
    """At least one category."""
    if read.totals is not None and read.lines and read.taxes and not read.subtotals:
        yield "no tax category"


@rule("BR-CO-25")
def says_when_to_pay(read: Read) -> Iterator[str]:
    """A due date or terms where an invoice has something payable."""
    told = text(read.root, "cbc:DueDate") or text(read.root, "cac:PaymentTerms/cbc:Note")
    if read.is_invoice and read.known("PayableAmount") > 0 and not told:
        yield "neither due date nor payment terms"


def _of(parent: Element, path: str) -> tuple[str, Decimal]:
    rate = figure(parent, f"{path}/cbc:Percent") or ZERO
    return text(parent, f"{path}/cbc:ID"), rate


def _taxable(read: Read, key: tuple[str, Decimal]) -> Decimal:
    """What lines, charges and allowances have of a category and rate."""
    lines = (figure(line, "cbc:LineExtensionAmount") or ZERO for line in read.lines
             if _of(line, "cac:Item/cac:ClassifiedTaxCategory") == key)  # fmt: skip
    changes = [one for one in read.changes if _of(one, "cac:TaxCategory") == key]
    more = total_of(changes, charge=True) - total_of(changes, charge=False)
    return sum(lines, ZERO) + more


def _each(read: Read, *categories: str) -> Iterator[tuple[Element, tuple[str, Decimal]]]:
    for one in read.subtotals:
        if (key := _of(one, "cac:TaxCategory"))[0] in categories:
            yield one, key


@rule("BR-S-08")
def base_of_a_rate(read: Read) -> Iterator[str]:
    """The base of a category (S, Z, E, AE) is what its lines, charges and allowances have."""
    for one, key in _each(read, "S", *NOT_CHARGED):
        yield from equal(figure(one, "cbc:TaxableAmount"), _taxable(read, key))


@rule("BR-S-01")
def every_rate_is_broken_down(read: Read) -> Iterator[str]:
    """Each category and rate of a line stands in the breakdown."""
    there = {_of(one, "cac:TaxCategory") for one in read.subtotals}
    wanted = {_of(line, "cac:Item/cac:ClassifiedTaxCategory") for line in read.lines}
    if read.subtotals:
        yield from (f"{name} {rate} % is not broken down"
                    for name, rate in sorted(wanted - there) if name)  # fmt: skip


@rule("BR-Z-09")
def nothing_charged(read: Read) -> Iterator[str]:
    """Zero rated, exempt and reverse charge have neither rate nor tax (-05, -09)."""
    for one, (name, rate) in _each(read, *NOT_CHARGED):
        if rate or figure(one, "cbc:TaxAmount"):
            yield f"{name} is charged"


@rule("BR-E-10")
def says_why(read: Read) -> Iterator[str]:
    """Exempt and reverse charge say why; standard and zero rated do not (-10)."""
    for one, (name, _) in _each(read, "S", *NOT_CHARGED):
        said = any(text(one, f"cac:TaxCategory/cbc:TaxExemptionReason{more}")
                   for more in ("", "Code"))  # fmt: skip
        if said != (name in EXPLAINED):
            yield f"{name} has {'a' if said else 'no'} reason"


@rule("BR-S-02")
def seller_is_known_to_tax(read: Read) -> Iterator[str]:
    """A seller of S, Z, E or AE has a tax number (-02)."""
    path = "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID"
    if (
        read.lines
        and any(True for _ in _each(read, "S", *NOT_CHARGED))
        and not (
            text(read.root, path)
            or text(read.root, "cac:TaxRepresentativeParty/cac:PartyTaxScheme/cbc:CompanyID")
        )
    ):
        yield "the seller has no tax number"


@rule("BR-DEC")
def two_decimals(read: Read) -> Iterator[str]:
    """Amounts have at most two decimals (BR-DEC-01 to -28); unit prices may have more."""
    prices = {part for price in read.root.iter(f"{{{CAC}}}Price") for part in price.iter()}
    for one in read.root.iter():
        name, said = one.tag.partition("}")[2], (one.text or "").strip()
        places = len(said.partition(".")[2])
        if name.endswith("Amount") and one not in prices and places > MOST_DECIMALS:
            yield f"{name} {said}"


@rule("BR-27")
def no_price_below_zero(read: Read) -> Iterator[str]:
    """Prices are not negative; quantities may be."""
    for line in read.lines:
        if (figure(line, "cac:Price/cbc:PriceAmount") or ZERO) < 0:
            yield f"line {text(line, 'cbc:ID')}"


@rule("PEPPOL-EN16931-R120")
def a_line_is_its_price(read: Read) -> Iterator[str]:
    """Net of a line: quantity by price, with its charges, less its allowances."""
    for line in read.lines if read.is_peppol else ():
        net = figure(line, "cbc:LineExtensionAmount")
        due = _priced(line, is_invoice=read.is_invoice)
        if net is not None and due is not None and abs(net - due) > SLACK:
            yield f"line {text(line, 'cbc:ID')}: {net} is not {due:.2f}"


def _priced(line: Element, *, is_invoice: bool) -> Decimal | None:
    name = "Invoiced" if is_invoice else "Credited"
    quantity = figure(line, f"cbc:{name}Quantity")
    price = figure(line, "cac:Price/cbc:PriceAmount")
    if price is None or quantity is None:
        return None
    base = figure(line, "cac:Price/cbc:BaseQuantity") or Decimal(1)
    changes = line.findall("cac:AllowanceCharge", NAMES)
    more = total_of(changes, charge=True) - total_of(changes, charge=False)
    return quantity * price / base + more
