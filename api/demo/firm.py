"""The fictional firm: who it is, whom it works for and what it sells. Every name is made up.

Figures follow from an index, so every machine runs the same year; ``scale`` multiplies people,
clients and projects.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.command import Command
from domain.identity import named_id
from domain.organisation.commands import (
    RegisterClient,
    RegisterLegalEntity,
    RegisterPerson,
    SetCostRate,
)
from domain.pricing.commands import PublishRateCard, RateLineInput
from domain.sales.commands import CloseOpportunityWon, OpenOpportunity

YEAR = 2025
PEOPLE_AN_ENTITY = 4
DEALS_AN_ENTITY = 6


@dataclass(frozen=True)
class House:
    """A legal entity of the firm; its second client pays in ``foreign``."""

    code: str
    name: str
    currency: str
    country: str
    zone: str
    foreign: str
    tax_rate_pct: str


HOUSES = (
    House("NL01", "Lumen Harbour Studio B.V.", "EUR", "NL", "Europe/Amsterdam", "USD", "21"),
    House("US01", "Lumen Harbour Inc.", "USD", "US", "America/New_York", "EUR", "0"),
    House("GB01", "Lumen Harbour Ltd", "GBP", "GB", "Europe/London", "USD", "20"),
)
ROLES = (
    ("principal", 95, 210),
    ("consultant", 62, 140),
    ("designer", 55, 120),
    ("analyst", 48, 105),
)
CLIENTS = ("Brightwater Foods", "Quillon Rail", "Marrow & Finch", "Tidepool Energy", "Oxbow Press",
           "Sable Optics")  # fmt: skip


@dataclass(frozen=True)
class Deal:
    """The ``no``-th deal of an entity: every third one is fixed fee, every second one foreign."""

    house: House
    no: int

    @property
    def key(self) -> str:
        """Its id in the fictional CRM."""
        return f"{self.house.code}-D{self.no:04d}"

    @property
    def id(self) -> UUID:
        """Its opportunity."""
        return named_id("demo opportunity", self.key)

    @property
    def fixed(self) -> bool:
        """Billed by milestone."""
        return self.no % 3 == 0

    @property
    def foreign(self) -> bool:
        """In the client's currency."""
        return self.no % 2 == 0

    @property
    def currency(self) -> str:
        """What the client pays in."""
        return self.house.foreign if self.foreign else self.house.currency

    @property
    def starts_on(self) -> date:
        """One of the first days of a quarter's first month."""
        return date(YEAR, 1 + 3 * ((self.no - 1) // 2 % 3), 2 + self.no % 3)

    @property
    def client_id(self) -> UUID:
        """The client that buys."""
        return client_id(self.house, self.no)

    @property
    def milestone(self) -> Decimal:
        """Amount of each of its four milestones."""
        return Decimal(7500 + 500 * (self.no % 7))


def deals(house: House, scale: int) -> list[Deal]:
    """All deals of an entity's year."""
    return [Deal(house, no) for no in range(1, DEALS_AN_ENTITY * scale + 1)]


def client_id(house: House, no: int) -> UUID:
    """The ``no``-th client of an entity."""
    return named_id("demo client", f"{house.code}-C{no:04d}")


def person_id(house: House, no: int) -> UUID:
    """The ``no``-th person of an entity."""
    return named_id("demo person", f"{house.code}-P{no:04d}")


def card_id(house: House, currency: str) -> UUID:
    """An entity's rate card in a currency."""
    return named_id("demo rate card", f"{house.code}-{currency}")


def founding(scale: int) -> Iterator[Command]:
    """Entities, clients, people, cost rates and rate cards."""
    for house in HOUSES:
        yield RegisterLegalEntity(
            command_id=named_id("demo", f"found {house.code}"), code=house.code, name=house.name,
            currency=house.currency, country=house.country, zone=house.zone,
        )  # fmt: skip
        yield from clients(house, scale)
        for no in range(1, PEOPLE_AN_ENTITY * scale + 1):
            yield from person(house, no)
        for currency in (house.currency, house.foreign):
            yield rate_card(house, currency)


def clients(house: House, scale: int) -> Iterator[Command]:
    """One client a deal."""
    for deal in deals(house, scale):
        name = CLIENTS[(deal.no - 1) % len(CLIENTS)]
        yield RegisterClient(
            command_id=named_id("demo", f"client {deal.key}"), client_id=deal.client_id,
            code=f"{house.code}-C{deal.no:04d}", name=f"{name} {deal.no} (fictional)",
            entity=house.code, currency=deal.currency, payment_terms_days=30,
            contact_name=f"Contact of {name} {deal.no}",
        )  # fmt: skip


def person(house: House, no: int) -> Iterator[Command]:
    """A person and two cost rates: one from January, one from July."""
    role, cost, _ = ROLES[(no - 1) % len(ROLES)]
    code = f"{house.code}-P{no:04d}"
    yield RegisterPerson(
        command_id=named_id("demo", f"person {code}"), person_id=person_id(house, no), code=code,
        name=f"Fictional {role} {no}", entity=house.code, role=role, user=f"user {code}",
    )  # fmt: skip
    for month, rate in ((1, cost), (7, cost + 3)):
        yield SetCostRate(
            command_id=named_id("demo", f"cost {code} {month}"), person_id=person_id(house, no),
            from_date=date(YEAR, month, 1), hourly_rate=Decimal(rate),
        )  # fmt: skip


def rate_card(house: House, currency: str) -> Command:
    """A price a role from January, dearer from July."""
    lines = tuple(
        RateLineInput(
            hourly_rate=Decimal(price + extra), from_date=date(YEAR, month, 1), role=role
        )
        for role, _, price in ROLES
        for month, extra in ((1, 0), (7, 5))
    )
    return PublishRateCard(
        command_id=named_id("demo", f"card {house.code} {currency}"),
        rate_card_id=card_id(house, currency), name=f"{house.code} {currency} {YEAR}",
        entity=house.code, currency=currency, lines=lines,
    )  # fmt: skip


def selling(deal: Deal) -> Iterator[Command]:
    """A deal comes up and is won."""
    last = date(YEAR, 12, 31)
    value = deal.milestone * 4 if deal.fixed else Decimal(280_000 + 5_000 * (deal.no % 9))
    roles = [
        {"role": role, "hours": Decimal(120), "cost": Decimal(120 * cost)}
        for role, cost, _ in ROLES
    ]
    milestones = [
        {"name": f"phase {no}", "amount": deal.milestone,
         "due_on": date(YEAR, min(12, deal.starts_on.month + no), 15)}
        for no in range(1, 5)
    ]  # fmt: skip
    yield OpenOpportunity.model_validate({
        "command_id": named_id("demo", f"open {deal.key}"), "opportunity_id": deal.id,
        "client_id": deal.client_id, "name": f"Engagement {deal.key}", "external_ref": deal.key,
        "value": value, "currency": deal.currency, "package": "engagement",
        "billing_model": "fixed_fee" if deal.fixed else "time_and_materials",
        "rate_card_id": None if deal.fixed else card_id(deal.house, deal.currency),
        "starts_on": deal.starts_on, "ends_on": last, "payment_terms_days": 30,
        "tax_rate_pct": deal.house.tax_rate_pct, "roles": roles,
        "milestones": milestones if deal.fixed else (),
    })  # fmt: skip
    yield CloseOpportunityWon(
        command_id=named_id("demo", f"win {deal.key}"), opportunity_id=deal.id,
        closed_on=deal.starts_on,
    )  # fmt: skip
