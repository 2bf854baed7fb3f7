"""What a deal is taken to promise where the CRM says only its value: roles, hours, billing.

A series of products has a template: which roles share the value, and at what part of the
standard hourly rate. Hours follow from the value, cost from the hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

from domain.identity import named_id
from domain.money import quantize
from domain.pricing.commands import PublishRateCard, RateLineInput
from domain.sales.commands import PlannedMilestoneInput, PlannedRoleInput

Billing = Literal["time_and_materials", "fixed_fee", "mixed"]
EARLIEST = date(2000, 1, 1)
COST_RATE = Decimal(80)
_CENT = Decimal("0.01")
_HOURS_A_MONTH = 40
_LONGEST_MONTHS = 24


class Share(NamedTuple):
    """A role's part of a deal's value, and of the standard hourly rate, in per cent."""

    role: str
    value_pct: int
    rate_pct: int


_ADVICE = (Share("consultant", 100, 100),)
_BUILD = (Share("consultant", 40, 100), Share("engineer", 60, 80))
_PROGRAMME = (Share("lead", 20, 120), Share("consultant", 30, 100), Share("engineer", 50, 80))
TEMPLATES: Mapping[str, tuple[Share, ...]] = {"MG": _ADVICE, "GTX": _BUILD, "GTK": _PROGRAMME}
RATE_PCT = {share.role: share.rate_pct for share in _PROGRAMME}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOptions:
    """``hourly_rate`` is in the deal's currency, ``cost_rate`` of an hour in the entity's."""

    entity: str
    entity_currency: str
    billing: Billing = "time_and_materials"
    hourly_rate: Decimal = Decimal(150)
    cost_rate: Decimal = COST_RATE
    payment_terms_days: int = 30


def terms(
    options: TermsOptions, *, opportunity: UUID, value: Decimal, currency: str, series: str | None,
    starts_on: date | None,
) -> dict[str, Any]:  # fmt: skip
    """Fields of a deal's terms; a deal worth nothing yet has no roles."""
    given: dict[str, Any] = {
        "value": value, "currency": currency, "payment_terms_days": options.payment_terms_days,
    }  # fmt: skip
    if not value:
        return given
    hours = _hours(options, value, series)
    ends_on = _end(starts_on, sum(hours.values(), Decimal(0))) if starts_on else None
    given |= {"starts_on": starts_on, "ends_on": ends_on, "roles": _roles(options, hours)}
    return given | _billing(options, opportunity, value, currency, ends_on)


def _billing(
    options: TermsOptions, opportunity: UUID, value: Decimal, currency: str, ends_on: date | None
) -> dict[str, Any]:
    """How the deal is billed; ``mixed`` makes it depend on the deal's id alone."""
    if options.billing == "fixed_fee" or (options.billing == "mixed" and opportunity.int % 2):
        return {"billing_model": "fixed_fee", "milestones": _milestones(value, ends_on)}
    return {
        "billing_model": "time_and_materials",
        "rate_card_id": rate_card_id(options.entity, currency),
    }


def _milestones(value: Decimal, ends_on: date | None) -> tuple[PlannedMilestoneInput, ...]:
    if ends_on is None:
        return ()
    return (PlannedMilestoneInput(name="Delivery", amount=value, due_on=ends_on),)


def _hours(options: TermsOptions, value: Decimal, series: str | None) -> dict[str, Decimal]:
    """Hours of each role, to the hundredth, at least one hundredth."""
    found = {}
    for role, value_pct, rate_pct in TEMPLATES.get(series or "", _BUILD):
        exact = value * value_pct / (options.hourly_rate * rate_pct)
        found[role] = max(exact.quantize(_CENT, ROUND_HALF_UP), _CENT)
    return found


def _roles(options: TermsOptions, hours: Mapping[str, Decimal]) -> tuple[PlannedRoleInput, ...]:
    """Planned cost is at the cost of a standard hour, and less or more as the role's rate is."""
    return tuple(
        PlannedRoleInput(
            role=role,
            hours=qty,
            cost=quantize(
                qty * options.cost_rate * RATE_PCT[role] / 100, options.entity_currency
            ).quantize(_CENT, ROUND_HALF_UP),
        )
        for role, qty in hours.items()
    )


def _end(starts_on: date, hours: Decimal) -> date:
    """The same day some months later: one for every forty hours begun, at most the 28th."""
    months = min(int((hours / _HOURS_A_MONTH).to_integral_value(ROUND_CEILING)), _LONGEST_MONTHS)
    years, month = divmod(starts_on.month - 1 + max(months, 1), 12)
    return date(starts_on.year + years, month + 1, min(starts_on.day, 28))


def rate_card_id(entity: str, currency: str) -> UUID:
    """The standard rate card of an entity in a currency."""
    return named_id("rate_card", f"{entity} standard {currency}")


def rate_card(options: TermsOptions, currency: str) -> PublishRateCard:
    """The card that prices the roles, and any other at the standard rate."""
    foreign = "" if currency == options.entity_currency else f" {currency}"
    lines = [RateLineInput(hourly_rate=options.hourly_rate, from_date=EARLIEST)]
    lines += [
        RateLineInput(hourly_rate=options.hourly_rate * pct / 100, from_date=EARLIEST, role=role)
        for role, pct in RATE_PCT.items()
    ]
    return PublishRateCard(
        command_id=named_id("import rate_card", f"{options.entity} {currency}"),
        rate_card_id=rate_card_id(options.entity, currency),
        name=f"{options.entity} standard{foreign}",
        entity=options.entity,
        currency=currency,
        lines=tuple(lines),
    )
