"""From lines to an issued invoice: taxed, summed, held against the position, numbered."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice
from domain.billing.line_taxes import CodeRates, tax_lines
from domain.billing.lines import InvoiceLine, lines_of
from domain.billing.numbering import next_number
from domain.billing.readiness import require_ready
from domain.billing.totals import NOTHING_HELD, Held, Party, Totals
from domain.consumption import Share
from domain.contracts.commands import settle_document
from domain.contracts.contract import Contract, TaxInsidePrice
from domain.organisation.client import Client
from domain.pricing.fx import Quote
from domain.pricing.tax_code import TaxCode
from domain.revenue.position import Movement
from domain.unit_of_work import UnitOfWork


def lines_for(
    work: UnitOfWork, contract: Contract, shares: list[Share], on: date
) -> tuple[InvoiceLine, ...]:
    """Lines taxed by the contract's codes at the rates of the day, or by its percentage.

    Raises NoTaxRate, TaxInsidePrice.
    """
    defer = contract.retainage.defers_tax
    rate = Decimal(0) if contract.tax else contract.terms.tax_rate_pct
    return by_codes(
        work, contract, lines_of(shares, contract.currency, rate, defer=defer), on, defer=defer
    )


def by_codes(
    work: UnitOfWork, contract: Contract, lines: tuple[InvoiceLine, ...], on: date, *, defer: bool
) -> tuple[InvoiceLine, ...]:
    """The lines, taxed where the contract names codes. Raises NoTaxRate, TaxInsidePrice."""
    clause = contract.tax
    if clause is None:
        return lines
    codes = {line.kind: work.read(TaxCode, clause.of(line.kind)) for line in lines}
    rates: dict[str, CodeRates] = {
        kind: CodeRates(code.code, code.rates_on(on)) for kind, code in codes.items()
    }
    inside = any(found.rates.included for found in rates.values())
    contract.require_net_prices(tax_inside=inside)
    if inside and defer and any(line.retained for line in lines):
        raise TaxInsidePrice("retainage that is taxed later is net of tax", field="tax_code")
    return tax_lines(lines, rates.__getitem__, contract.currency,
                     per_document=clause.per_document, defer=defer)  # fmt: skip


def totals_of(lines: Iterable[InvoiceLine], rate: Quote, held: Held = NOTHING_HELD) -> Totals:
    """Sums of the lines; net and tax are converted apart and each rounded once."""
    listed = list(lines)
    net = sum((line.net for line in listed), Decimal(0))
    tax = sum((line.tax for line in listed), Decimal(0))
    carried = sum((line.carried for line in listed), Decimal(0))
    return Totals(net, tax, rate.convert(net), rate.convert(tax), carried, held)


def settled(
    work: UnitOfWork, contract: Contract, invoice_id: UUID, totals: Totals, on: date, books: str
) -> Totals:
    """Where a revenue run earns, what is carried comes from the contract's position.

    Raises NothingToBill.
    """
    if totals.due <= 0:
        raise NothingToBill("an invoice asks for a positive amount", field="sources")
    if contract.terms.earned_at_once:
        return totals
    bill = Movement("invoice", on, totals.net, totals.functional_net)
    return replace(totals, carried=settle_document(work, contract, invoice_id, bill, books))


def issued(
    work: UnitOfWork, contract: Contract, invoice_id: UUID, on: date,
    lines: tuple[InvoiceLine, ...], totals: Totals, rate: Quote,
) -> Invoice:  # fmt: skip
    """The invoice under the next number. Raises NotExportReady."""
    client = work.read(Client, contract.client_id)
    require_ready(client.code, client.name)
    party = Party(contract.entity, client.id, contract.id, client.code, client.name,
                  by_run=not contract.terms.earned_at_once)  # fmt: skip
    number = next_number(work, "INV", contract.entity, on)
    due_on = on + timedelta(days=contract.terms.payment_terms_days)
    return work.add(Invoice(
        invoice_id, number.text, number.sequence, number.series, party, on, due_on,
        contract.currency, rate, lines, totals,
        purchase_order=contract.order.number if contract.order else "",
    ))  # fmt: skip
