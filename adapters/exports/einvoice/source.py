"""An e-invoice by its number: the facts from the log, the number from what clients were billed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from adapters.exports.einvoice.billed import credit_note, invoice, said_number
from adapters.exports.einvoice.document import EInvoice
from adapters.exports.einvoice.ubl import xml
from domain.actor import Actor
from domain.aggregate import Root
from domain.billing.invoice import Invoice
from domain.organisation.client import Client
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.pricing.tax_code import TaxCode, tax_code_id
from domain.store import Store
from domain.unit_of_work import NotFound
from projections.table import Conn

FIND = """
SELECT ARRAY[id], entity FROM invoices WHERE number = %(number)s AND document_id IS NULL
UNION ALL SELECT ARRAY[invoice_id], entity FROM credit_memos WHERE number = %(number)s
UNION ALL SELECT array_agg(i.id ORDER BY length(i.number), i.number), d.entity
FROM consolidated_invoices d JOIN invoices i ON i.document_id = d.id
WHERE d.number = %(number)s GROUP BY d.id, d.entity
"""
R = TypeVar("R", bound=Root)


def file_of(conn: Conn, store: Store, number: str, actor: Actor) -> bytes:
    """The file of an invoice or memo that the actor may see.

    Raises NotFound, EInvoiceIncomplete, EInvoiceUnsayable.
    """
    found = conn.execute(FIND, {"number": number}).fetchone()
    if found is None or not actor.may_see(found[1]):
        raise NotFound(f"no invoice or credit memo has number {number}", field="number")
    first, *others = (document(store, UUID(str(id_)), number) for id_ in found[0])
    return xml(replace(first, parts=sum((one.parts for one in others), first.parts)))


def document(store: Store, invoice_id: UUID, number: str) -> EInvoice:
    """The value; of a consolidated invoice, with the part that this invoice is.

    Raises EInvoiceIncomplete, EInvoiceUnsayable.
    """
    facts: list[Any] = [store.mapper.to_domain_event(stored)
                        for stored in store.log_.select_streams([invoice_id])]  # fmt: skip
    issued: Invoice.Issued = facts[0]
    entity, client = entity_id(issued.party.entity), issued.party.client_id
    codes = _codes(issued)
    loaded = store.load_fresh([entity, client, *codes.values()])
    seller, buyer = _one(LegalEntity, loaded[entity]), _one(Client, loaded[client])
    known = {code: _one(TaxCode, loaded[id_]) for code, id_ in codes.items()}
    if number == said_number(issued):
        return invoice(issued, seller, buyer, known)
    [memo] = [fact for fact in facts
              if isinstance(fact, Invoice.Credited) and fact.number == number]  # fmt: skip
    return credit_note(memo, issued, seller, buyer, known)


def _codes(issued: Invoice.Issued) -> dict[str, UUID]:
    named: Iterable[str] = (line.tax_basis.code for line in issued.lines if line.tax_basis)
    return {code: tax_code_id(issued.party.entity, code) for code in named}


def _one(kind: type[R], found: Root) -> R:
    assert isinstance(found, kind)  # noqa: S101 -- the id is made of its kind
    return found
