"""The WIP schedule: each contract's progress, earnings, billings and what is still to come.

Owns the row of one contract and the totals of all, over- and underbilling summed apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import ZERO
from domain.revenue.onerous import LossEstimate, Policy, Provision, provide
from domain.revenue.position import position
from domain.revenue.progress import Costs, Progress, cost_to_cost
from domain.revenue.recognition import recognise


class NoContracts(Refusal):
    """A schedule has at least one contract."""

    code = "NO_CONTRACTS"


@dataclass(frozen=True)
class Contract:
    """What the schedule starts from; cost and billing are to date, contract currency.

    Earlier figures are those at the last year's end, for the year's own columns.
    """

    id: str
    price: Decimal
    estimated_cost: Decimal
    cost_to_date: Decimal
    billed_to_date: Decimal
    earlier_revenue: Decimal = ZERO
    earlier_cost: Decimal = ZERO
    construction_type: bool = True


@dataclass(frozen=True)
class Row:
    """One contract; ``backlog`` is price not yet earned, profit before any provision."""

    id: str
    price: Decimal
    estimated_cost: Decimal
    estimated_profit: Decimal
    progress: Progress
    cost_to_date: Decimal
    cost_to_complete: Decimal
    earned: Decimal
    billed: Decimal
    under_billed: Decimal
    over_billed: Decimal
    profit_to_date: Decimal
    revenue_this_year: Decimal
    profit_this_year: Decimal
    backlog: Decimal
    backlog_profit: Decimal
    left_to_bill: Decimal
    loss_provision: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Totals:
    """Sums of the rows."""

    price: Decimal
    estimated_cost: Decimal
    cost_to_date: Decimal
    earned: Decimal
    billed: Decimal
    under_billed: Decimal
    over_billed: Decimal
    profit_to_date: Decimal
    backlog: Decimal
    loss_provision: Decimal


def row(
    contract: Contract, currency: str, decimals: int | None = None, policy: Policy = "us_gaap"
) -> Row:
    """A contract by cost to cost. Source: ASC 606-10-55-21, 605-35-25-45 for the loss.

    Raises what ``cost_to_cost`` raises.
    """
    progress = cost_to_cost(Costs(contract.cost_to_date, contract.estimated_cost), decimals)
    revenue = recognise(contract.price, progress, contract.earlier_revenue, currency)
    earned = revenue.cumulative
    balance = position(contract.id, earned, contract.billed_to_date)
    loss = _loss(contract, progress, currency, policy)
    profit, to_come = earned - contract.cost_to_date, contract.price - earned
    to_spend = max(contract.estimated_cost - contract.cost_to_date, ZERO)
    return Row(
        contract.id, contract.price, contract.estimated_cost,
        contract.price - contract.estimated_cost, progress, contract.cost_to_date, to_spend,
        earned, contract.billed_to_date, balance.under_billed, balance.over_billed, profit,
        revenue.delta, revenue.delta - contract.cost_to_date + contract.earlier_cost,
        to_come, to_come - to_spend, contract.price - contract.billed_to_date, loss.balance,
        (*revenue.steps, *balance.steps, *loss.steps),
    )  # fmt: skip


def _loss(contract: Contract, progress: Progress, currency: str, policy: Policy) -> Provision:
    estimate = LossEstimate(
        contract.price,
        contract.estimated_cost,
        progress,
        construction_type=contract.construction_type,
    )
    return provide(estimate, ZERO, currency, policy)


def totals(rows: Sequence[Row]) -> Totals:
    """Each column summed; over- and underbilling are never netted. Raises NoContracts."""
    if not rows:
        raise NoContracts("the schedule has no contract")
    names = Totals.__dataclass_fields__
    return Totals(*(sum((getattr(each, name) for each in rows), ZERO) for name in names))
