"""What a payment lets the client off: the discount for paying early, and a small rest."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.billing.invoice import Invoice
from domain.billing.settlement import EarlyDiscount, Settled, Tolerance, settle, write_off_small
from domain.errors import Refusal
from domain.pricing.rebate import EarlyPaymentTerms, early_payment, settled_by


class DiscountNotEarned(Refusal):
    """No terms offer a discount, the money came too late, or all is paid anyway."""

    code = "DISCOUNT_NOT_EARNED"


class AboveTolerance(Refusal):
    """The difference is more than the entity lets go, or nothing."""

    code = "ABOVE_TOLERANCE"


@dataclass(frozen=True)
class LetOff:
    """``reduces_tax``: the discount takes its share of the output tax with it."""

    discount: Decimal = Decimal(0)
    difference: Decimal = Decimal(0)
    reduces_tax: bool = False

    def reduce(self, invoice: Invoice, payment_id: UUID, on: date) -> None:
        """Take it off the invoice, on the account of a payment."""
        if self.discount:
            invoice.reduce(
                "discount", payment_id, on, self.discount, "paid early", tax=self.reduces_tax
            )
        if self.difference:
            invoice.reduce(
                "difference", payment_id, on, self.difference, "small difference", tax=False
            )


def let_off(
    invoice: Invoice,
    received_on: date,
    amount: Decimal,
    terms: tuple[EarlyPaymentTerms, bool] | None,
    tolerance: Tolerance | None,
    *,
    take_discount: bool,
) -> LetOff:
    """Judge a payment of no more than is open, by the day the money came.

    A part payment in time settles its share of the discount, too. Differences let go before count
    against the tolerance of a document. Raises DiscountNotEarned, AboveTolerance.
    """
    offer, reduces_tax = terms or (None, False)
    settled = settle(
        invoice.open, amount, received_on, Tolerance(), invoice.currency,
        _offered(invoice, offer),
    )  # fmt: skip
    discount = settled.discount or _of_part(invoice, received_on, amount, offer, settled)
    if take_discount and not discount:
        raise DiscountNotEarned(f"nothing is offered for {received_on}", field="take_discount")
    rest = invoice.open - amount - discount
    difference = forgiven(invoice, rest, tolerance) if tolerance and rest else Decimal(0)
    return LetOff(discount, difference, reduces_tax)


def _offered(invoice: Invoice, terms: EarlyPaymentTerms | None) -> EarlyDiscount | None:
    if terms is None:
        return None
    until = invoice.issued_on + timedelta(days=terms.days)
    grace = until + timedelta(days=terms.grace_days)
    return EarlyDiscount(terms.discount_pct, until, grace)


def _of_part(
    invoice: Invoice,
    received_on: date,
    amount: Decimal,
    terms: EarlyPaymentTerms | None,
    settled: Settled,
) -> Decimal:
    if terms is None or settled.kind != "partial":
        return Decimal(0)
    offer = early_payment(invoice.open, invoice.issued_on, received_on, terms, invoice.currency)
    share = settled_by(amount, terms.discount_pct, invoice.currency) - amount
    return min(share, offer.discount, invoice.open - amount)


def forgiven(invoice: Invoice, rest: Decimal, tolerance: Tolerance) -> Decimal:
    """The rest of an invoice, where the tolerance has room for it. Raises AboveTolerance."""
    before = sum(
        one.amount
        for each in invoice.reductions.values()
        for one in each
        if one.kind == "difference"
    )
    found = write_off_small(before + rest, invoice.totals.gross, tolerance, invoice.currency)
    if rest <= 0 or not found.written_off:
        raise AboveTolerance(f"{found.allowed} {invoice.currency} are let go", field="invoice_id")
    return rest
