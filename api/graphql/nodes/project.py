"""Projects: the work under a contract, or internal work."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from api.graphql.listing import listing
from api.graphql.nodes.client import Client
from api.graphql.nodes.contract import Contract
from api.graphql.nodes.project_plan import ProjectPlan
from api.graphql.noun import Node, column, many, noun, one, said


@noun("project_totals", key="project_id", entity=None)
class ProjectTotals:
    """The plan of a project beside what was approved so far."""

    budget_hours: Decimal
    actual_hours: Decimal = column("round({t}.minutes / 60.0, 2)")
    budget_cost: Decimal = said("In the entity's currency")
    actual_cost: Decimal = column("cost", "Hours and expenses, in the workers' entities' currency")
    budget_revenue: Decimal = said("In the project's currency")
    earned_value: Decimal = column("value", "At bill rates, in the project's currency")


@noun("projects")
class Project(Node):
    """Work under a contract, or internal work without one."""

    code: str
    name: str
    entity: str = said("Code of the entity whose project it is")
    currency: str = said("The contract's currency, ISO 4217")
    closed: bool = said("No more time or expenses")
    on_hold: bool = said("No time for the days since it was held")
    client: Client | None = one("client_id", "Null for internal work")
    contract: Contract | None = one("contract_id", "Null for internal work")
    budget_versus_actual: ProjectTotals | None = one("id")
    plan: ProjectPlan | None = one("id", "Null where no template laid it out")
    milestones: Any = many("Milestone", "project_id")
    time_entries: Any = many("TimeEntry", "project_id")
    expenses: Any = many("Expense", "project_id")


projects = listing(
    "Projects.",
    client_id=UUID,
    contract_id=UUID,
    code=str,
    closed=bool,
)
