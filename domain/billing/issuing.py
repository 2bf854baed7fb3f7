"""From lines to an issued invoice: taxed, summed, held against the position, numbered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice
from domain.billing.lines import InvoiceLine
from domain.billing.numbering import Number, next_number
from domain.billing.readiness import require_ready
from domain.billing.totals import NOTHING_HELD, Held, PartOf, Party, Totals
from domain.contracts.commands import settle_document
from domain.contracts.contract import Contract
from domain.organisation.client import Client
from domain.pricing.fx import Quote
from domain.revenue.position import Movement
from domain.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Place:
    """Where an invoice stands in a consolidated one: they share number and due date."""

    document_id: UUID
    number: Number
    no: int
    due_on: date

    @property
    def part_of(self) -> PartOf:
        """As the invoice keeps it."""
        return PartOf(self.document_id, self.number.text, self.no)


def due_on(contract: Contract, issued_on: date) -> date:
    """When an invoice of a contract is to be paid."""
    return issued_on + timedelta(days=contract.terms.payment_terms_days)


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
    lines: tuple[InvoiceLine, ...], totals: Totals, rate: Quote, place: Place | None = None,
) -> Invoice:  # fmt: skip
    """The invoice under the next number, or that of its place. Raises NotExportReady."""
    client = work.read(Client, contract.client_id)
    require_ready(client.code, client.name)
    party = Party(contract.entity, client.id, contract.id, client.code, client.name,
                  by_run=not contract.terms.earned_at_once)  # fmt: skip
    number = place.number if place else next_number(work, "INV", contract.entity, on)
    return work.add(Invoice(
        invoice_id, number.part(place.no) if place else number.text, number.sequence,
        number.series, party, on, place.due_on if place else due_on(contract, on),
        contract.currency, rate, lines, totals,
        purchase_order=contract.order.number if contract.order else "",
        part_of=place.part_of if place else None,
    ))  # fmt: skip
