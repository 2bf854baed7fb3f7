"""Canonical documents: what is said to external systems, in words of no vendor.

Frozen values, versioned as a family. In JSON an amount is a decimal string beside the document's
currency and a date is ISO 8601 without zone; floats are refused. ``key`` is derived by the caller
from the source event and is the reference the external record carries; ``lane`` names the
external record whose documents go in order, one at a time.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    model_validator,
)


def _not_a_float(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError(  # noqa: TRY004 - pydantic reports a ValueError
            "an amount is a decimal string, never a float"
        )
    return value


Amount = Annotated[
    Decimal,
    BeforeValidator(_not_a_float),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
]
Quantity = Amount
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
# No vendor's reference field is shorter.
Key = Annotated[str, Field(min_length=1, max_length=50)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal["canonical/1"] = "canonical/1"
    key: Key


class Line(BaseModel):
    """One line of an invoice or credit memo; ``net`` is what the line adds before tax."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str
    quantity: Quantity
    unit_price: Amount
    net: Amount
    tax: Amount


class _Billed(_Said):
    entity: str
    client_code: str
    client_name: str
    number: str
    issued_on: date
    currency: Currency
    lines: tuple[Line, ...]
    net: Amount
    tax: Amount
    total: Amount

    @model_validator(mode="after")
    def _adds_up(self) -> "_Billed":
        if self.net + self.tax != self.total:
            raise ValueError(f"{self.number}: net and tax do not make the total")
        return self


class Invoice(_Billed):
    """A sales invoice as issued."""

    kind: Literal["invoice"] = "invoice"
    due_on: date
    consolidated_number: str = Field(
        default="", description="Of the document that the client has, which this is a part of"
    )

    @property
    def lane(self) -> str:
        """An invoice is its own record."""
        return self.key


class CreditMemo(_Billed):
    """A reduction of one invoice; amounts are positive."""

    kind: Literal["credit_memo"] = "credit_memo"
    invoice_key: Key
    reason: str

    @property
    def lane(self) -> str:
        """It follows its invoice."""
        return self.invoice_key


class Payment(_Said):
    """Money received for one invoice, in the invoice's currency."""

    kind: Literal["payment"] = "payment"
    invoice_key: Key
    client_code: str
    received_on: date
    amount: Amount
    currency: Currency
    bank_reference: str

    @property
    def lane(self) -> str:
        """It follows its invoice."""
        return self.invoice_key


class TaxedSale(_Said):
    """What was issued with taxes an engine determined, for its returns; credits are negative.

    ``net`` and ``tax`` are the document's; a credit's ``sale_key`` is its invoice's.
    """

    kind: Literal["taxed_sale"] = "taxed_sale"
    entity: str
    sale_key: Key
    engine_reference: str = ""
    number: str
    issued_on: date
    currency: Currency
    net: Amount
    tax: Amount

    @property
    def lane(self) -> str:
        """A credit follows its sale."""
        return self.sale_key


class DealUpdate(_Said):
    """What became of an opportunity: its project, what it is worth and where it stands."""

    kind: Literal["deal_update"] = "deal_update"
    opportunity_key: Key
    project_code: str
    contract_value: Amount
    currency: Currency
    stage: str

    @property
    def lane(self) -> str:
        """Updates of one deal go in order."""
        return self.opportunity_key


class ProjectActuals(_Said):
    """Where a sold project stands at the end of ``period`` (YYYY-MM), shown on its deal."""

    kind: Literal["project_actuals"] = "project_actuals"
    opportunity_key: Key
    project_code: str
    period: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    currency: Currency
    budget: Amount
    actual_hours_qty: Quantity
    actual_cost: Amount
    billed: Amount
    margin: Amount

    @property
    def lane(self) -> str:
        """They follow their deal."""
        return self.opportunity_key


Document = Annotated[
    Invoice | CreditMemo | Payment | TaxedSale | DealUpdate | ProjectActuals,
    Field(discriminator="kind"),
]
_DOCUMENT: TypeAdapter[Document] = TypeAdapter(Document)


def read(stored: Any) -> Document:
    """Turn the decoded JSON of a document into the document; raises pydantic.ValidationError."""
    return _DOCUMENT.validate_python(stored)
