"""Which revenue follows from a report of progress: obligations of the project measured by units.

Nothing is measured here: what a report says is handed to the revenue of the contract, whose own
rules decide. Hours, cost and milestones are gathered by the revenue run and are not reported.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from domain.contracts.account import ContractAccount, account_id
from domain.delivery.outlook import FedObligation, ProgressReport
from domain.delivery.project import Project
from domain.revenue.contract import RevenueContract, revenue_id
from domain.revenue.promised import Promised
from domain.unit_of_work import UnitOfWork

FINE = Decimal("0.0001")
"""As fine as a measurement of progress may be said."""


def fed_by(
    work: UnitOfWork, project: Project, report: ProgressReport
) -> tuple[FedObligation, ...]:
    """What a report says of the obligations that the project delivers, in their own units."""
    revenue = revenue_of(work, project)
    if revenue is None:
        return ()
    return tuple(
        _fed(revenue.contract_id, name, promise, report)
        for name, promise in _delivered(revenue, project)
    )


def revenue_of(work: UnitOfWork, project: Project) -> RevenueContract | None:
    """The revenue of the project's contract, or of the one it was combined into."""
    if project.contract_id is None:
        return None
    contract_id = project.contract_id
    account = work.find(ContractAccount, account_id(contract_id))
    if account and account.into and (main := work.find(ContractAccount, account.into)):
        contract_id = main.contract_id
    return work.find(RevenueContract, revenue_id(contract_id))


def _delivered(revenue: RevenueContract, project: Project) -> Iterator[tuple[str, Promised]]:
    """Those that name the project; where none does, those that name no project."""
    named: set[UUID | None] = {one.delivery.project_id for one in revenue.promises.values()}
    wanted = project.id if project.id in named else None
    for name, promise in revenue.promises.items():
        if promise.terms.measure == "units" and promise.delivery.project_id == wanted:
            yield name, promise


def _fed(contract_id: UUID, name: str, promise: Promised, report: ProgressReport) -> FedObligation:
    if report.measure == "units":
        return FedObligation(contract_id, name, report.done, report.whole)
    whole = promise.known(report.reported_on).whole or report.whole
    done = (whole * report.done / report.whole).quantize(FINE, ROUND_HALF_UP)
    return FedObligation(contract_id, name, done, whole)
