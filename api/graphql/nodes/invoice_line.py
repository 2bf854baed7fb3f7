"""Lines of invoices: what each amount is for."""

from decimal import Decimal

from api.graphql.noun import Money, money, noun, said
from api.graphql.words import BillableKind


@noun(
    "(SELECT l.*, i.currency FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id)",
    key="no",
    key_type="int",
    entity=None,
)
class InvoiceLine:
    """A line of an invoice."""

    no: int = said("From 1; credit memos name lines by it")
    kind: BillableKind
    text: str
    quantity: Decimal
    unit_price: Decimal = said("Unrounded, in the invoice's currency")
    net: Money | None = money("net")
    tax: Money | None = money("tax")
    discount: Money | None = money("discount", description="Taken off before tax")
    tax_rate_pct: Decimal = said("Sum of the percentages that are charged")
    tax_code: str = said("Empty where the contract's fixed percentage taxes it")
    tax_note: str = said("Reverse charge, or the reason of an exemption")
    tax_evidence: str = said(
        "Why and on what evidence it is taxed other than agreed; or by which engine"
    )
