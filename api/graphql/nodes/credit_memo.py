"""Credit memos: what was taken back of an invoice."""

from datetime import date

from api.graphql.nodes.invoice import Invoice
from api.graphql.noun import Money, Node, column, money, noun, one, said


@noun("credit_memos")
class CreditMemo(Node):
    """Part of an invoice taken back."""

    number: str
    entity: str = said("Code of the billing entity")
    issued_on: date
    gross: Money | None = money("gross")
    file: str = column("'/e-invoices/' || {t}.number", "Where its e-invoice is: UBL, by this path")
    why: str
    invoice: Invoice | None = one("invoice_id")
