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
from domain.contracts.commands import ActivateContract, DraftContract
from domain.delivery.project_commands import (
    BaselineBudget,
    BudgetLineInput,
    CreateProject,
    PlanMilestone,
)
from domain.identity import named_id
from domain.money import split
from domain.sales.opportunity import Opportunity, Terms


def contract_id(opportunity_id: UUID) -> UUID:
    """The contract an opportunity becomes."""
    return named_id("contract", str(opportunity_id))


def project_id(opportunity_id: UUID) -> UUID:
    """The project an opportunity becomes."""
    return named_id("project", str(opportunity_id))


def milestone_id(opportunity_id: UUID, no: int) -> UUID:
    """The ``no``-th planned milestone of an opportunity, from one."""
    return named_id("milestone", f"{opportunity_id}:{no}")


def project_code(won: Opportunity.ClosedWon) -> str:
    """The deal's id in the CRM where it has one, else the end of its own."""
    return won.external_ref or str(won.originator_id)[-12:]


def start_delivery(won: Opportunity.ClosedWon) -> Iterable[Command]:
    """A won deal becomes contract, project, baseline budget and billing plan."""
    terms, ours = won.terms, won.originator_id
    yield DraftContract(
        contract_id=contract_id(ours), client_id=won.client_id, name=won.name,
        currency=terms.currency, value=terms.value, starts_on=terms.starts_on,
        ends_on=terms.ends_on, billing_model=terms.billing_model,
        rate_card_id=terms.rate_card_id, payment_terms_days=terms.payment_terms_days,
        tax_rate_pct=terms.tax_rate_pct, opportunity_id=ours,
    )  # fmt: skip
    yield ActivateContract(
        contract_id=contract_id(ours), approved_by=f"deal won on {won.closed_on}"
    )
    yield CreateProject(
        project_id=project_id(ours), code=project_code(won), name=won.name,
        contract_id=contract_id(ours),
    )  # fmt: skip
    yield BaselineBudget(project_id=project_id(ours), lines=budget_lines(terms))
    for no, planned in enumerate(terms.milestones, 1):
        yield PlanMilestone(
            project_id=project_id(ours), milestone_id=milestone_id(ours, no), name=planned.name,
            amount=planned.amount, due_on=planned.due_on,
        )  # fmt: skip


def budget_lines(terms: Terms) -> tuple[BudgetLineInput, ...]:
    """Hours and cost of each role spread evenly over the months of the deal; the price by hours.

    Cents and hundredths of hours go by largest remainder, so the lines sum to the deal.
    """
    assert terms.starts_on is not None  # noqa: S101 -- a won deal is complete
    assert terms.ends_on is not None  # noqa: S101
    months = months_between(terms.starts_on, terms.ends_on)
    even = [Decimal(1)] * len(months)
    revenue = split(terms.value, [role.hours for role in terms.roles], terms.currency)
    lines = []
    for role, price in zip(terms.roles, revenue, strict=True):
        figures = zip(
            months,
            split(role.hours, even, "EUR"),
            split(role.cost, even, "EUR"),
            split(price, even, terms.currency),
            strict=True,
        )
        lines += [
            BudgetLineInput(role=role.role, month=m, hours=h, cost=c, revenue=r)
            for m, h, c, r in figures
        ]
    return tuple(lines)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from one day to another, both included; at least one."""
    count = (last.year - first.year) * 12 + last.month - first.month
    starts = [divmod(first.month - 1 + i, 12) for i in range(max(count, 0) + 1)]
    return [date(first.year + years, month + 1, 1) for years, month in starts]


POLICIES: dict[type[Root.Event], Callable[[Any], Iterable[Command]]] = {
    Opportunity.ClosedWon: start_delivery,
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
