"""Milestones: what a client accepts and pays for."""

from datetime import date

from api.graphql.nodes.project import Project
from api.graphql.noun import Money, Node, money, noun, one, said
from api.graphql.words import MilestoneState


@noun(
    "(SELECT m.*, p.entity, p.currency FROM milestones m JOIN projects p ON p.id = m.project_id)"
)
class Milestone(Node):
    """A fixed-fee milestone of a project."""

    name: str
    amount: Money | None = money("amount", description="In the project's currency")
    due_on: date
    state: MilestoneState
    entity: str = said("Code of the project's entity")
    project: Project | None = one("project_id")
