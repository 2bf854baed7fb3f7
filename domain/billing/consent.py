"""Consent of a paying client: its money may settle what another client owes."""

from dataclasses import dataclass
from uuid import UUID

from domain.errors import Refusal


class OtherClient(Refusal):
    """The payment is another client's, who has not consented."""

    code = "OTHER_CLIENT"


@dataclass(frozen=True)
class Consent:
    """``client_code`` owes the invoice; ``by`` says who of the payer agreed, on what evidence."""

    client_code: str
    by: str
    evidence: str


@dataclass(frozen=True)
class Side:
    """A client of an entity: whose money it is, or who owes an invoice."""

    entity: str
    client_id: UUID
    client_code: str


def consented(payer: Side, debtor: Side, by: str, evidence: str) -> Consent | None:
    """None where the payer itself owes. Raises OtherClient without consent, or across entities."""
    if payer.client_id == debtor.client_id:
        return None
    if payer.entity != debtor.entity:
        raise OtherClient("the invoice is another entity's", field="invoice_id")
    if not (by and evidence):
        raise OtherClient(
            f"{debtor.client_code} owes the invoice: say who of {payer.client_code} consents, "
            "and where that is written", field="consent_by",
        )  # fmt: skip
    return Consent(debtor.client_code, by, evidence)
