"""Invoices of a fictional firm as facts, for e-invoices: any lines, taxes and retainage."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.exports.einvoice.billed import credit_note, invoice
from adapters.exports.einvoice.document import EInvoice
from domain.billing.invoice import Invoice
from domain.billing.issuing import totals_of
from domain.billing.line_taxes import CodeRates, tax_lines
from domain.billing.lines import InvoiceLine, lines_of
from domain.billing.tax import Tax
from domain.billing.totals import Held, Party
from domain.consumption import Share
from domain.organisation.client import Client
from domain.organisation.details import FirmDetails
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.pricing.fx import Quote
from domain.pricing.tax_code import TaxCode, TaxRates, tax_code_id
from tests.domain.named import new

DAY, DUE = date(2025, 3, 3), date(2025, 4, 2)
BEGIN = date(2025, 1, 1)
NUMBER, MEMO = "DE01-INV-2025-00001", "DE01-CM-2025-00001"
SELLER = FirmDetails("DE", "Nordstrasse 1", "Kiel", "24103", "", "DE999999999", "HRB 0",
                     "DE999999999", "9930")  # fmt: skip
BUYER = FirmDetails("NL", "Verzonnen 2", "Utrecht", "3500", "", "NL999999999B99", "",
                    "NL999999999B99", "9944")  # fmt: skip
VAT, REDUCED = Tax("VAT", Decimal(19)), Tax("VAT", Decimal(7))
ZERO_RATED = Tax("VAT")
EXEMPT = Tax("VAT", exempt_reason="Teaching")
REVERSED = Tax("VAT", Decimal(19), reverse_charge=True)
TAXES = {"S19": VAT, "S07": REDUCED, "Z": ZERO_RATED, "E": EXEMPT, "AE": REVERSED}


def seller(details: FirmDetails = SELLER) -> LegalEntity:
    """The entity that bills."""
    found = LegalEntity(entity_id("DE01"), "DE01", "Nordlicht GmbH", "EUR", "DE", "UTC")
    found.set_details(BEGIN, details)
    return found


def buyer(details: FirmDetails = BUYER, reference: str = "R-1") -> Client:
    """The client who is billed."""
    found = Client(new("c"), "C1", "Fictional BV", "DE01", "EUR", 30, "", "")
    found.set_details(BEGIN, details, reference)
    return found


def codes(**more: tuple[Tax, ...]) -> dict[str, TaxCode]:
    """Tax codes by name."""
    given = {name: (tax,) for name, tax in TAXES.items()} | more
    return {
        name: TaxCode(tax_code_id("DE01", name), "DE01", name, name, "DE", "",
                      TaxRates(BEGIN, taxes))
        for name, taxes in given.items()
    }  # fmt: skip


def share(amount: str, no: int = 1, **fields: Any) -> Share:
    """A billable thing worth an amount; an hour unless told."""
    worth = Decimal(amount)
    told = {"kind": "time", "text": f"Advice {no}", "quantity": Decimal(1), "unit_price": worth,
            "amount": worth, "carried": worth, **fields}  # fmt: skip
    return Share(new("sheet"), new(f"entry {no}"), **told)


def taxed(
    shares: Sequence[Share], named: Sequence[str], known: dict[str, TaxCode], currency: str,
    *, per_document: bool = False, defer: bool = False,
) -> tuple[InvoiceLine, ...]:  # fmt: skip
    """Lines, each taxed by the code of its place."""
    found: list[InvoiceLine] = []
    lines = lines_of(shares, currency, Decimal(0), defer=defer)
    by_no = {line.no: named[(line.no - 1) % len(named)] for line in lines}
    for name in dict.fromkeys(by_no.values()):
        rates = CodeRates(name, known[name].rates_on(DAY))
        own = [line for line in lines if by_no[line.no] == name]
        found += tax_lines(own, lambda _, rates=rates: rates, currency,  # type: ignore[misc]
                           per_document=per_document, defer=defer)  # fmt: skip
    return tuple(sorted(found, key=lambda line: line.no))


def issued(lines: tuple[InvoiceLine, ...], currency: str = "EUR", order: str = "") -> Invoice:
    """The invoice of the lines, in books of EUR."""
    per_euro = Decimal(1) if currency == "EUR" else Decimal("1.25")
    rate = Quote(currency, "EUR", per_euro, Decimal(1), "ECB", DAY)
    held = sum((line.retained for line in lines), Decimal(0))
    totals = totals_of(lines, rate, Held(held, rate.convert(held), rate.convert(held)))
    party = Party("DE01", new("c"), new("k"), "C1", "Fictional BV")
    return Invoice(UUID(int=1), NUMBER, 1, "DE01-INV-2025", party, DAY, DUE, currency, rate,
                   lines, totals, purchase_order=order)  # fmt: skip


def said(
    made: Invoice, known: dict[str, TaxCode] | None = None, by: LegalEntity | None = None,
    to: Client | None = None,
) -> EInvoice:  # fmt: skip
    """The e-invoice of an invoice."""
    fact: Any = made.pending_events[0]
    return invoice(fact, by or seller(), to or buyer(), known or codes())


def credited(made: Invoice, net: str | None = None, no: int = 1) -> EInvoice:
    """The credit note of a memo that takes back some of a line, or all of it."""
    line = made.credit_line(no, None if net is None else Decimal(net), restore=False)
    held = made.quote.convert(line.retained)
    made.credit(new("m"), MEMO, 1, "DE01-CM-2025", DAY, "less", (line,),
                held=Held(line.retained, held, held))  # fmt: skip
    facts: list[Any] = made.pending_events
    return credit_note(facts[-1], facts[0], seller(), buyer(), codes())


def without(details: FirmDetails, *names: str) -> FirmDetails:
    """The same, some of it not known."""
    return replace(details, **dict.fromkeys(names, ""))
