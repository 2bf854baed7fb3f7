"""Templates: how deals of a type are planned."""

from typing import Any

from api.graphql.listing import listing
from api.graphql.noun import Node, many, noun, said


@noun("project_templates")
class ProjectTemplate(Node):
    """The version that deals won from now on are planned by."""

    entity: str = said("Code of the entity")
    deal_type: str = said("The package of its deals")
    version: int
    retired: bool
    checklist: str = said("What delivery needs before it begins, one item a line")
    phases: Any = many("TemplatePhase", "template_id")


project_templates = listing(
    "Templates by type of deal.",
    deal_type=str,
)
