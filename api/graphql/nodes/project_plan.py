"""Plans: by which version of which template a project was set up."""

from typing import Any

from api.graphql.noun import many, noun, said


@noun("project_plans", key="project_id")
class ProjectPlan:
    """The phases stay as they were laid out, whatever the template becomes."""

    entity: str = said("Code of the entity")
    deal_type: str
    version: int = said("Of the template")
    phases: Any = many("ProjectPhase", "project_id")
