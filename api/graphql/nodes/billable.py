"""Billables: what can be put on an invoice, each thing once."""

from datetime import date
from uuid import UUID

from api.graphql.connection import Order, Page, chosen, page
from api.graphql.nodes.contract import Contract
from api.graphql.nodes.project import Project
from api.graphql.noun import Money, money, noun, one, said
from api.graphql.words import BillableKind


@noun("billables")
class Billable:
    """Approved time, an approved expense or an accepted milestone: a source for issueInvoice."""

    id: UUID = said("Id of the time entry, expense or milestone")
    kind: BillableKind
    holder_id: UUID = said("Its timesheet, expense or project: what a BillableRef names")
    entity: str = said("Code of the billing entity")
    amount: Money | None = money("amount", description="In the contract's currency")
    earned_on: date
    billed: bool
    project: Project | None = one("project_id")
    contract: Contract | None = one("contract_id")


def billables(
    contract_id: UUID,
    first: int,
    after: str | None = None,
    order: Order = Order.ascending,
    up_to: date | None = None,
    billed: bool | None = False,
) -> Page:
    """What of a contract can be billed, by default what is not billed yet."""
    return chosen(
        page(first, after, order),
        None,
        ("{t}.contract_id = {v}", contract_id),
        ("{t}.earned_on <= {v}", up_to),
        ("{t}.billed = {v}", billed),
    )
