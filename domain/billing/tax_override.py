"""Another tax than the contract agrees, for one invoice to be: by whom, why, on what evidence.

A tax is overridden by a code of the entity and never by an amount: the invoice then says its
rates, bases and notes as it does of every tax, and credit memos take them back the same way.
Given before the invoice is issued, it is used by that invoice alone.
"""

from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.lines import Overridden
from domain.errors import Refusal
from domain.identity import named_id


class OwnOverride(Refusal):
    """A document is issued by somebody else than who overrode its tax."""

    code = "OWN_OVERRIDE"


class InvoiceIssued(Refusal):
    """The invoice is issued: its tax stays; a credit memo or a new invoice puts it right."""

    code = "INVOICE_ISSUED"


def override_id(invoice_id: UUID) -> UUID:
    """The stream of an invoice's override."""
    return named_id("tax override", str(invoice_id))


@dataclass(frozen=True)
class OtherTax:
    """The code in place of what is agreed; ``kinds`` of billable things, all where empty."""

    tax_code_id: UUID
    code: str
    kinds: tuple[str, ...]
    note: Overridden


class TaxOverride(Root):
    """``other`` is what holds; None once it was withdrawn."""

    class Given(Root.Created):
        """Somebody overrode the tax of an invoice to be."""

        TOPIC = "billing.tax_overridden"
        invoice_id: UUID
        contract_id: UUID
        entity: str
        other: OtherTax

    class Changed(Root.Event):
        """By another code, or on other evidence."""

        TOPIC = "billing.tax_override_changed"
        other: OtherTax

    class Withdrawn(Root.Event):
        """The invoice is taxed as its contract agrees."""

        TOPIC = "billing.tax_override_withdrawn"
        why: str

    @event(Given)
    def __init__(
        self, id: UUID, invoice_id: UUID, contract_id: UUID, entity: str, other: OtherTax
    ) -> None:
        self.invoice_id = invoice_id
        self.contract_id = contract_id
        self.entity = entity
        self.other: OtherTax | None = other

    def change(self, other: OtherTax) -> None:
        """The same again changes nothing."""
        if other != self.other:
            self._changed(other)

    def withdraw(self, why: str) -> None:
        """Twice changes nothing."""
        if self.other is not None:
            self._withdrawn(why)

    def of(self, kind: str, issuer: str) -> OtherTax | None:
        """What taxes a kind of thing in place of what is agreed. Raises OwnOverride."""
        if self.other is None or (self.other.kinds and kind not in self.other.kinds):
            return None
        if issuer == self.other.note.by:
            raise OwnOverride("somebody else than who overrode its tax issues an invoice",
                              field="invoice_id")  # fmt: skip
        return self.other

    @event(Changed)
    def _changed(self, other: OtherTax) -> None:
        self.other = other

    @event(Withdrawn)
    def _withdrawn(self, why: str) -> None:
        del why
        self.other = None
