"""Phases of templates."""

from decimal import Decimal

from api.graphql.noun import noun, said

CURRENT = """
(SELECT p.* FROM template_phases p
 JOIN project_templates t ON t.id = p.template_id AND t.version = p.version)
"""


@noun(CURRENT, key="no", key_type="int", entity=None)
class TemplatePhase:
    """A phase of a template's last version."""

    no: int
    name: str
    share_pct: Decimal = said("Of hours, cost and price")
    lasts_pct: Decimal = said("Of the days of the term")
    milestone: str = said("Accepted at its end; empty where none is")
    billing_pct: Decimal = said("Of a fixed fee, paid by the milestone")
