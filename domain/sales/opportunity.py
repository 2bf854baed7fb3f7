"""An opportunity: what may be sold, until it is won or lost.

Won means complete: the close is refused while anything is missing that contract, project,
budget and billing start from.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal

BillingModel = Literal["", "time_and_materials", "fixed_fee"]
Stage = Literal["prospecting", "engaging", "won", "lost"]


class MissingFields(Refusal):
    """The close lacks fields that delivery and finance need."""

    code = "MISSING_FIELDS"


class AlreadyClosed(Refusal):
    """The opportunity is won or lost."""

    code = "ALREADY_CLOSED"


@dataclass(frozen=True)
class PlannedRole:
    """Resource assumption: hours of a role, what they should cost in the entity's currency."""

    role: str
    hours: Decimal
    cost: Decimal


@dataclass(frozen=True)
class PlannedMilestone:
    """A fixed-fee milestone: its amount in the deal's currency."""

    name: str
    amount: Decimal
    due_on: date


@dataclass(frozen=True)
class Terms:
    """What is being sold. Empty and zero mean not known yet."""

    value: Decimal = Decimal(0)
    currency: str = ""
    package: str = ""
    billing_model: BillingModel = ""
    rate_card_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    payment_terms_days: int | None = None
    tax_rate_pct: Decimal = Decimal(0)
    roles: tuple[PlannedRole, ...] = ()
    milestones: tuple[PlannedMilestone, ...] = ()

    def missing(self) -> list[str]:
        """Names of the mandatory fields that are empty, in a fixed order."""
        needed = {
            "value": self.value,
            "currency": self.currency,
            "package": self.package,
            "billing_model": self.billing_model,
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "payment_terms_days": self.payment_terms_days is not None,
            "roles": self.roles,
        }
        if self.billing_model == "time_and_materials":
            needed["rate_card_id"] = self.rate_card_id
        if self.billing_model == "fixed_fee":
            needed["milestones"] = sum(m.amount for m in self.milestones) == self.value
        return [name for name, value in needed.items() if not value]


class Opportunity(Root):
    """``external_ref`` is its id in the CRM, unique where given."""

    class Opened(Root.Created):
        """A possible deal came up."""

        TOPIC = "sales.opportunity_opened"
        client_id: UUID
        entity: str
        name: str
        external_ref: str
        terms: Terms

        def claims(self) -> tuple[str, ...]:
            """One opportunity a CRM record."""
            return (f"opportunity {self.external_ref}",) if self.external_ref else ()

    class Updated(Root.Event):
        """Its terms or stage changed."""

        TOPIC = "sales.opportunity_updated"
        stage: Stage
        terms: Terms

    class ClosedWon(Root.Event):
        """The client said yes: delivery may start from this alone."""

        TOPIC = "sales.opportunity_closed_won"
        closed_on: date
        client_id: UUID
        entity: str
        name: str
        external_ref: str
        terms: Terms

    class ClosedLost(Root.Event):
        """The client said no."""

        TOPIC = "sales.opportunity_closed_lost"
        closed_on: date
        why: str

    @event(Opened)
    def __init__(
        self,
        id: UUID,
        client_id: UUID,
        entity: str,
        name: str,
        external_ref: str,
        terms: Terms,
    ) -> None:
        self.client_id = client_id
        self.entity = entity
        self.name = name
        self.external_ref = external_ref
        self.terms = terms
        self.stage: Stage = "prospecting"

    def update(self, stage: Stage, **changed: object) -> None:
        """Change some terms. Raises AlreadyClosed."""
        self._refuse_closed()
        self._updated(stage, replace(self.terms, **changed))  # type: ignore[arg-type]

    def close_won(self, closed_on: date) -> None:
        """Raises AlreadyClosed, MissingFields."""
        self._refuse_closed()
        if missing := self.terms.missing():
            raise MissingFields(
                f"missing before the close: {', '.join(missing)}", field=missing[0]
            )
        self._closed_won(
            closed_on, self.client_id, self.entity, self.name, self.external_ref, self.terms
        )

    def close_lost(self, closed_on: date, why: str) -> None:
        """Raises AlreadyClosed."""
        self._refuse_closed()
        self._closed_lost(closed_on, why)

    def _refuse_closed(self) -> None:
        if self.stage in ("won", "lost"):
            raise AlreadyClosed(f"opportunity {self.name} is {self.stage}")

    @event(Updated)
    def _updated(self, stage: Stage, terms: Terms) -> None:
        self.stage, self.terms = stage, terms

    @event(ClosedWon)
    def _closed_won(
        self,
        closed_on: date,
        client_id: UUID,
        entity: str,
        name: str,
        external_ref: str,
        terms: Terms,
    ) -> None:
        del closed_on, client_id, entity, name, external_ref, terms
        self.stage = "won"

    @event(ClosedLost)
    def _closed_lost(self, closed_on: date, why: str) -> None:
        del closed_on, why
        self.stage = "lost"
