"""Contracts: what was agreed."""

from datetime import date
from typing import Any
from uuid import UUID

from api.graphql.listing import listing
from api.graphql.nodes.client import Client
from api.graphql.noun import Money, Node, many, money, noun, one, said
from api.graphql.words import BillingModel


@noun("contracts")
class Contract(Node):
    """What was agreed with a client."""

    name: str
    entity: str = said("Code of the billing entity")
    currency: str = said("ISO 4217")
    value: Money | None = money("value")
    billing_model: BillingModel
    starts_on: date
    ends_on: date
    active: bool = said("In force")
    client: Client | None = one("client_id")
    projects: Any = many("Project", "contract_id")
    change_orders: Any = many("ChangeOrder", "contract_id")
    recurring_plans: Any = many("RecurringPlan", "contract_id")
    retainers: Any = many("Retainer", "contract_id")
    usage_meters: Any = many("UsageMeter", "contract_id")
    minimum_charges: Any = many("MinimumCharge", "contract_id")
    pay_applications: Any = many("PayApplication", "contract_id")
    invoices: Any = many("Invoice", "contract_id")
    billables: Any = many("Billable", "contract_id", "All that was ever billable, billed or not")


contracts = listing(
    "Contracts.",
    client_id=UUID,
    active=bool,
)
