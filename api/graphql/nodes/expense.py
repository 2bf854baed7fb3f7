"""Expenses: money spent for projects."""

from datetime import date
from uuid import UUID

from api.graphql.listing import listing
from api.graphql.nodes.person import Person
from api.graphql.nodes.project import Project
from api.graphql.noun import Money, Node, money, noun, one, said
from api.graphql.words import ExpenseState


@noun("expenses")
class Expense(Node):
    """Money spent for a project."""

    entity: str = said("Code of the person's home entity")
    spent_on: date
    category: str
    net: Money | None = money("net", description="Without tax, as on the receipt")
    tax: Money | None = money("tax")
    state: ExpenseState
    reimbursed_on: date | None = said("When the spender got the money back")
    person: Person | None = one("person_id")
    project: Project | None = one("project_id")


expenses = listing(
    "Expenses.",
    project_id=UUID,
    person_id=UUID,
    state=ExpenseState,
)
