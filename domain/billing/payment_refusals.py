"""Why a payment cannot be used as somebody wants."""

from domain.errors import Refusal


class AlreadyUsed(Refusal):
    """Some of the payment settles invoices or went back."""

    code = "ALREADY_USED"


class PaymentBounced(Refusal):
    """The payment bounced."""

    code = "PAYMENT_BOUNCED"


class NotApplied(Refusal):
    """Nothing of it settles that invoice."""

    code = "NOT_APPLIED"


class ClientUnknown(Refusal):
    """Nobody has said whose money it is."""

    code = "CLIENT_UNKNOWN"
