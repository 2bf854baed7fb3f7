"""A contract: parties, currency, term and how it is billed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal

Recognition = Literal["as_earned", "by_run"]
"""When revenue is posted: with the approval of what earned it, or by the period's run."""


class ContractNotActive(Refusal):
    """The contract is not in force."""

    code = "CONTRACT_NOT_ACTIVE"


@dataclass(frozen=True)
class BillingTerms:
    """How the contract is billed; amounts in its currency, tax in percent of net.

    ``recognition`` is the one word of revenue here: billing rules decide no more of it.
    """

    model: Literal["time_and_materials", "fixed_fee"]
    rate_card_id: UUID | None
    payment_terms_days: int
    tax_rate_pct: Decimal
    recognition: Recognition = "as_earned"

    @property
    def earned_at_once(self) -> bool:
        """Whether approval or acceptance earns revenue; else the revenue run does."""
        return self.recognition == "as_earned"


class Contract(Root):
    """``value`` is the agreed price, or the expected one where time is billed."""

    class Drafted(Root.Created):
        """A contract was written down."""

        TOPIC = "contracts.contract_drafted"
        client_id: UUID
        entity: str
        name: str
        currency: str
        value: Decimal
        starts_on: date
        ends_on: date
        terms: BillingTerms
        opportunity_id: UUID | None

    class Activated(Root.Event):
        """Both sides are bound."""

        TOPIC = "contracts.contract_activated"
        approved_by: str

    @event(Drafted)
    def __init__(
        self,
        id: UUID,
        client_id: UUID,
        entity: str,
        name: str,
        currency: str,
        value: Decimal,
        starts_on: date,
        ends_on: date,
        terms: BillingTerms,
        opportunity_id: UUID | None,
    ) -> None:
        self.client_id = client_id
        self.entity = entity
        self.name = name
        self.currency = currency
        self.value = value
        self.starts_on = starts_on
        self.ends_on = ends_on
        self.terms = terms
        self.opportunity_id = opportunity_id
        self.active = False

    def activate(self, approved_by: str) -> None:
        """Twice changes nothing. ``approved_by`` names the enforceable approval."""
        if not self.active:
            self._activated(approved_by)

    def require_active(self) -> None:
        """Raises ContractNotActive."""
        if not self.active:
            raise ContractNotActive(f"contract {self.name} is not active", field="contract_id")

    @event(Activated)
    def _activated(self, approved_by: str) -> None:
        del approved_by
        self.active = True
