"""Policies: which fact is followed by which commands. One readable table at the end.

Each follow-up has a command id derived from the fact's position and its step, so doing it again
after a crash is answered, not repeated.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Root
from domain.command import Command
from domain.contracts.clause_commands import SetTimeTerms
from domain.contracts.commands import ActivateContract, DraftContract
from domain.delivery.outlook import Outlook
from domain.delivery.project_commands import (
    BaselineBudget,
    BudgetLineInput,
    CreateProject,
    PlanMilestone,
)
from domain.delivery.template import month_weights
from domain.delivery.template_commands import ApplyTemplate
from domain.identity import named_id
from domain.ledger.period import months_between
from domain.money import split
from domain.pricing.commands import PublishRateCard, RateLineInput
from domain.revenue.run_commands import MeasureProgress
from domain.sales.opportunity import Opportunity, Terms


def contract_id(opportunity_id: UUID, again: int = 0) -> UUID:
    """The contract an opportunity becomes, by how often its close was taken back before."""
    return named_id("contract", _win(opportunity_id, again))


def project_id(opportunity_id: UUID, again: int = 0) -> UUID:
    """The project an opportunity becomes."""
    return named_id("project", _win(opportunity_id, again))


def milestone_id(opportunity_id: UUID, no: int, again: int = 0) -> UUID:
    """The ``no``-th planned milestone of an opportunity, from one."""
    return named_id("milestone", f"{_win(opportunity_id, again)}:{no}")


def card_id(contract: UUID) -> UUID:
    """The rate card that belongs to one contract alone."""
    return named_id("contract rate card", str(contract))


def _win(opportunity_id: UUID, again: int) -> str:
    return f"{opportunity_id}/{again}" if again else str(opportunity_id)


def project_code(won: Opportunity.ClosedWon) -> str:
    """The deal's id in the CRM where it has one, else the end of its own; later wins numbered."""
    code = won.external_ref or str(won.originator_id)[-12:]
    return f"{code[:95]}-{won.again + 1}" if won.again else code


def start_delivery(won: Opportunity.ClosedWon) -> Iterable[Command]:
    """A won deal becomes contract, project, baseline budget and billing plan."""
    terms, ours = won.terms, won.originator_id
    contract, project = contract_id(ours, won.again), project_id(ours, won.again)
    yield from own_rates(won, contract)
    yield DraftContract(
        contract_id=contract, client_id=won.client_id, name=won.name,
        currency=terms.currency, value=terms.value, starts_on=terms.starts_on,
        ends_on=terms.ends_on, billing_model=terms.billing_model,
        rate_card_id=card_id(contract) if has_own_rates(terms) else terms.rate_card_id,
        payment_terms_days=terms.payment_terms_days,
        tax_rate_pct=terms.tax_rate_pct, opportunity_id=ours, recognition=terms.recognition,
    )  # fmt: skip
    yield from discount(terms, contract)
    yield ActivateContract(contract_id=contract, approved_by=f"deal won on {won.closed_on}")
    yield CreateProject(
        project_id=project, code=project_code(won), name=won.name, contract_id=contract
    )
    yield BaselineBudget(project_id=project, lines=budget_lines(terms))
    for no, planned in enumerate(terms.milestones, 1):
        yield PlanMilestone(
            project_id=project, milestone_id=milestone_id(ours, no, won.again), name=planned.name,
            amount=planned.amount, due_on=planned.due_on,
        )  # fmt: skip
    yield from layout(terms, project)


def layout(terms: Terms, project: UUID) -> Iterable[Command]:
    """The project by the template the deal was closed by."""
    if terms.template and terms.starts_on and terms.ends_on:
        parts = budget_parts(terms)
        yield ApplyTemplate(
            project_id=project, deal_type=terms.package, version=terms.template.version,
            starts_on=terms.starts_on, ends_on=terms.ends_on,
            hours=sum((hours for _, hours, _, _ in parts), Decimal(0)),
            cost=sum((cost for _, _, cost, _ in parts), Decimal(0)), price=terms.value,
        )  # fmt: skip


def has_own_rates(terms: Terms) -> bool:
    """Whether a signed quote prices the hours."""
    billed = terms.billing_model == "time_and_materials"
    return billed and terms.agreed is not None and bool(terms.agreed.roles)


def own_rates(won: Opportunity.ClosedWon, contract: UUID) -> Iterable[Command]:
    """The quoted rates as a card of the contract's own, before discount."""
    agreed, starts_on = won.terms.agreed, won.terms.starts_on
    if agreed and starts_on and has_own_rates(won.terms):
        yield PublishRateCard(
            rate_card_id=card_id(contract), name=won.name[:100], entity=won.entity,
            currency=won.terms.currency,
            lines=tuple(RateLineInput(**vars(line)) for line in agreed.rates(starts_on)),
        )  # fmt: skip


def discount(terms: Terms, contract: UUID) -> Iterable[Command]:
    """The signed discount reaches each hour from the first day on."""
    if terms.agreed and terms.agreed.discount_pct and terms.starts_on and has_own_rates(terms):
        yield SetTimeTerms(
            contract_id=contract, from_date=terms.starts_on,
            discount_pct=terms.agreed.discount_pct,
        )  # fmt: skip


def budget_lines(terms: Terms) -> tuple[BudgetLineInput, ...]:
    """Hours, cost and price of each part of the deal spread over its months.

    Evenly, or as the phases of its template fall into them. Cents and hundredths of hours go by
    largest remainder, so the lines sum to the deal.
    """
    assert terms.starts_on is not None  # noqa: S101 -- a won deal is complete
    assert terms.ends_on is not None  # noqa: S101
    months = months_between(terms.starts_on, terms.ends_on)
    weights = [Decimal(1)] * len(months)
    if terms.template:
        weights = month_weights(terms.template.phases, terms.starts_on, terms.ends_on, months)
    lines = []
    for role, hours, cost, price in budget_parts(terms):
        figures = zip(
            months,
            split(hours, weights, "EUR"),
            split(cost, weights, "EUR"),
            split(price, weights, terms.currency),
            strict=True,
        )
        lines += [
            BudgetLineInput(role=role, month=m, hours=h, cost=c, revenue=r)
            for m, h, c, r in figures
        ]
    return tuple(lines)


def budget_parts(terms: Terms) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """Role, hours, cost and price: as signed, else the price by hours.

    What is no work stands as its actuals will: ``milestone`` for fixed items, ``expense``. Roles
    that are planned and not quoted have no price.
    """
    if terms.agreed is None:
        prices = split(terms.value, [role.hours for role in terms.roles], terms.currency)
        return [(r.role, r.hours, r.cost, p) for r, p in zip(terms.roles, prices, strict=True)]
    names = {"fixed": "milestone", "expense": "expense"}
    parts = [
        (names.get(line.kind, line.text), line.hours, line.cost, line.price)
        for line in terms.agreed.lines
    ]
    quoted = {line.text for line in terms.agreed.roles}
    unpriced = (role for role in terms.roles if role.role not in quoted)
    return parts + [(role.role, role.hours, role.cost, Decimal(0)) for role in unpriced]


def measure_revenue(said: Outlook.ProgressReported) -> Iterable[Command]:
    """Progress reported measures the obligations that the project delivers by units."""
    for fed in said.fed:
        yield MeasureProgress(
            contract_id=fed.contract_id, obligation=fed.obligation,
            measured_on=said.report.reported_on, whole=fed.whole, done=fed.done,
            estimate=f"progress report {said.version}",
        )  # fmt: skip


POLICIES: dict[type[Root.Event], Callable[[Any], Iterable[Command]]] = {
    Opportunity.ClosedWon: start_delivery,
    Outlook.ProgressReported: measure_revenue,
}


def follow_ups(fact: Any, position: int, effective_date: date) -> list[Command]:
    """The commands that follow a fact: of its day, each with its own idempotency key."""
    policy = POLICIES.get(type(fact))
    return [
        command.model_copy(
            update={
                "command_id": named_id("policy", f"{position}:{step}"),
                "effective_date": effective_date,
            }
        )
        for step, command in enumerate(policy(fact) if policy else ())
    ]
