"""An opportunity: what may be sold, until it is won or lost.

Won means complete: the close is refused while anything is missing that contract, project,
budget and billing start from.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.contracts.contract import Recognition
from domain.delivery.template import TemplateUse, spans
from domain.errors import Refusal
from domain.money import split
from domain.sales.agreed import Agreed

BillingModel = Literal["", "time_and_materials", "fixed_fee"]
Stage = Literal["prospecting", "engaging", "won", "lost"]


class MissingFields(Refusal):
    """The close lacks fields that delivery and finance need."""

    code = "MISSING_FIELDS"


class AlreadyClosed(Refusal):
    """The opportunity is won or lost."""

    code = "ALREADY_CLOSED"


class NotClosed(Refusal):
    """The opportunity is neither won nor lost."""

    code = "NOT_CLOSED"


class Unsigned(Refusal):
    """The deal has quotes, and the client has signed none."""

    code = "UNSIGNED"


class AlreadySigned(Refusal):
    """The client has signed a quote of this deal."""

    code = "ALREADY_SIGNED"


class TermsSigned(Refusal):
    """The client has signed these terms; they change by a change order."""

    code = "TERMS_SIGNED"


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
    agreed: Agreed | None = None
    recognition: Recognition = "as_earned"
    template: TemplateUse | None = None

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
            needed["rate_card_id"] = self.rate_card_id or (self.agreed and self.agreed.roles)
        if self.billing_model == "fixed_fee":
            needed["milestones"] = sum(m.amount for m in self.milestones) == self.value
        return [name for name, value in needed.items() if not value]


def by_template(terms: Terms, template: TemplateUse) -> Terms:
    """Terms with the template, and its milestones where a fixed fee has none of its own."""
    planned = replace(terms, template=template)
    if terms.billing_model != "fixed_fee" or terms.milestones or not terms.value:
        return planned
    if not (terms.starts_on and terms.ends_on and terms.currency):
        return planned
    days = spans(template.phases, terms.starts_on, terms.ends_on)
    paid = [(one, last) for one, (_, last) in zip(template.phases, days, strict=True)
            if one.milestone]  # fmt: skip
    if not paid:
        return planned
    amounts = split(terms.value, [one.billing_pct for one, _ in paid], terms.currency)
    pairs = zip(paid, amounts, strict=True)
    return replace(planned, milestones=tuple(
        PlannedMilestone(one.milestone, amount, last) for (one, last), amount in pairs if amount
    ))  # fmt: skip


SIGNED_TERMS = ("value", "currency", "billing_model", "rate_card_id", "roles", "milestones")
"""What a signature binds."""


@dataclass(frozen=True)
class RoleDemand:
    """Hours of a role wanted in the week that begins on a Monday."""

    role: str
    week: date
    hours: Decimal


class Opportunity(Root):
    """``external_ref`` is its id in the CRM, unique where given.

    ``reopened`` counts how often a close was taken back: each win has a contract of its own.
    """

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
        again: int = 0
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before a close could be taken back, each win was the first."""
            state["again"] = 0

    class ClosedLost(Root.Event):
        """The client said no."""

        TOPIC = "sales.opportunity_closed_lost"
        closed_on: date
        why: str

    class Reopened(Root.Event):
        """A close was taken back, which was the win after ``again`` others taken back before.

        ``was`` is the stage it had, ``terms`` what is left of them.
        """

        TOPIC = "sales.opportunity_reopened"
        reopened_on: date
        why: str
        was: Stage
        external_ref: str
        again: int
        terms: Terms

    class DemandPlanned(Root.Event):
        """Who would be needed when, if the deal is won; replaces the plan before."""

        TOPIC = "sales.opportunity_demand_planned"
        demand: tuple[RoleDemand, ...]

    class Quoted(Root.Event):
        """A quote was begun: the deal is won by a signed one only."""

        TOPIC = "sales.opportunity_quoted"
        quote_id: UUID

    class QuoteWithdrawn(Root.Event):
        """A quote expired or was voided."""

        TOPIC = "sales.opportunity_quote_withdrawn"
        quote_id: UUID

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
        self.quotes: set[UUID] = set()
        self.demand: tuple[RoleDemand, ...] = ()
        self.reopened = 0

    def update(self, stage: Stage, **changed: object) -> None:
        """Change some terms. Raises AlreadyClosed, TermsSigned."""
        self._refuse_closed()
        if self.terms.agreed:
            self._refuse_signed(changed)
        self._updated(stage, replace(self.terms, **changed))  # type: ignore[arg-type]

    def quote(self, quote_id: UUID) -> None:
        """Note a quote. Raises AlreadyClosed, AlreadySigned."""
        self.require_unsigned()
        self._quoted(quote_id)

    def withdraw_quote(self, quote_id: UUID) -> None:
        """Note that a quote counts no more."""
        if quote_id in self.quotes:
            self._quote_withdrawn(quote_id)

    def agree(self, **signed: object) -> None:
        """Take over what the client signed. Raises AlreadyClosed, AlreadySigned."""
        self.require_unsigned()
        self._updated("engaging", replace(self.terms, **signed))  # type: ignore[arg-type]

    def require_unsigned(self) -> None:
        """Raises AlreadyClosed, AlreadySigned."""
        self._refuse_closed()
        if self.terms.agreed:
            raise AlreadySigned(f"{self.name}: quote {self.terms.agreed.quote_id} is signed")

    def plan_demand(self, demand: tuple[RoleDemand, ...]) -> None:
        """The same plan again changes nothing. Raises AlreadyClosed."""
        self._refuse_closed()
        if demand != self.demand:
            self._demand_planned(demand)

    def reopen(self, on: date, why: str) -> None:
        """Take the close back; a signature counts no more. Raises NotClosed."""
        if self.stage not in ("won", "lost"):
            raise NotClosed(f"opportunity {self.name} is open", field="opportunity_id")
        left = replace(self.terms, agreed=None)
        self._reopened(on, why, self.stage, self.external_ref, self.reopened, left)

    def close_won(self, closed_on: date, template: TemplateUse | None = None) -> None:
        """Close it, planned by a template where its type has one; a signed plan stays.

        Raises AlreadyClosed, Unsigned, MissingFields.
        """
        self._refuse_closed()
        if self.quotes and not self.terms.agreed:
            raise Unsigned(f"{self.name} is quoted, and nothing is signed")
        terms = by_template(self.terms, template) if template else self.terms
        if missing := terms.missing():
            raise MissingFields(
                f"missing before the close: {', '.join(missing)}", field=missing[0]
            )
        self._closed_won(
            closed_on, self.client_id, self.entity, self.name, self.external_ref, terms,
            self.reopened,
        )  # fmt: skip

    def close_lost(self, closed_on: date, why: str) -> None:
        """Raises AlreadyClosed."""
        self._refuse_closed()
        self._closed_lost(closed_on, why)

    def _refuse_closed(self) -> None:
        if self.stage in ("won", "lost"):
            raise AlreadyClosed(f"opportunity {self.name} is {self.stage}")

    def _refuse_signed(self, changed: dict[str, object]) -> None:
        for name in SIGNED_TERMS:
            if changed.get(name, getattr(self.terms, name)) != getattr(self.terms, name):
                raise TermsSigned(f"{name} is signed", field=name)

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
        again: int = 0,
    ) -> None:
        del closed_on, client_id, entity, name, external_ref, terms, again
        self.stage = "won"

    @event(ClosedLost)
    def _closed_lost(self, closed_on: date, why: str) -> None:
        del closed_on, why
        self.stage = "lost"

    @event(Reopened)
    def _reopened(
        self, reopened_on: date, why: str, was: Stage, external_ref: str, again: int, terms: Terms
    ) -> None:
        del reopened_on, why, external_ref, again
        if self.terms.agreed:
            self.quotes.discard(self.terms.agreed.quote_id)
        self.stage, self.terms = "engaging", terms
        self.reopened += was == "won"

    @event(DemandPlanned)
    def _demand_planned(self, demand: tuple[RoleDemand, ...]) -> None:
        self.demand = demand

    @event(Quoted)
    def _quoted(self, quote_id: UUID) -> None:
        self.quotes.add(quote_id)

    @event(QuoteWithdrawn)
    def _quote_withdrawn(self, quote_id: UUID) -> None:
        self.quotes.discard(quote_id)
