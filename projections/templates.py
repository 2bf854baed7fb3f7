"""Templates by type of deal, and the projects that were laid out by them."""

from domain.delivery.template import ProjectPlan, ProjectTemplate, TemplateVersion
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

TEMPLATES = Table(
    "project_templates",
    {
        "id": "uuid", "entity": "text", "deal_type": "text", "version": "int",
        "retired": "boolean", "checklist": "text",
    },
    key=("id",),
    indexes=("entity, id",),
)  # fmt: skip
PHASES = Table(
    "template_phases",
    {
        "template_id": "uuid", "version": "int", "no": "int", "name": "text",
        "share_pct": "numeric", "lasts_pct": "numeric", "milestone": "text",
        "billing_pct": "numeric",
    },
    key=("template_id", "version", "no"),
)  # fmt: skip
PLANS = Table(
    "project_plans",
    {
        "project_id": "uuid", "entity": "text", "template_id": "uuid", "deal_type": "text",
        "version": "int",
    },
    key=("project_id",),
    indexes=("template_id, version",),
)  # fmt: skip
PLANNED = Table(
    "project_phases",
    {
        "project_id": "uuid", "no": "int", "name": "text", "starts_on": "date", "ends_on": "date",
        "hours": "numeric", "cost": "numeric", "books": "text", "price": "numeric",
        "currency": "text",
    },
    key=("project_id", "no"),
)  # fmt: skip


class Templates(Projection):
    """A template shows its last version; a project keeps the one it was set up by."""

    name = "templates"
    tables = (TEMPLATES, PHASES, PLANS, PLANNED)

    @on(ProjectTemplate.Published)
    def published(self, fact: ProjectTemplate.Published, at: Recorded, fold: Fold) -> None:
        """The first version."""
        fold.put(TEMPLATES, id=at.stream_id, entity=fact.entity, deal_type=fact.deal_type,
                 version=1, retired=False, checklist="")  # fmt: skip
        self._version(fact.version, at, fold)

    @on(ProjectTemplate.Revised)
    def revised(self, fact: ProjectTemplate.Revised, at: Recorded, fold: Fold) -> None:
        """Another one, from now on."""
        self._version(fact.version, at, fold)

    def _version(self, version: TemplateVersion, at: Recorded, fold: Fold) -> None:
        fold.patch(TEMPLATES, at.stream_id, version=version.no, retired=False,
                   checklist="\n".join(version.checklist))  # fmt: skip
        for no, one in enumerate(version.phases, 1):
            fold.append(PHASES, at.stream_id, version.no, no, one.name, one.share_pct,
                        one.lasts_pct, one.milestone, one.billing_pct)  # fmt: skip

    @on(ProjectTemplate.Retired)
    def retired(self, fact: ProjectTemplate.Retired, at: Recorded, fold: Fold) -> None:
        """Not used any more."""
        del fact
        fold.patch(TEMPLATES, at.stream_id, retired=True)

    @on(ProjectPlan.Laid)
    def laid(self, fact: ProjectPlan.Laid, at: Recorded, fold: Fold) -> None:
        """A project was laid out."""
        del at
        fold.put(PLANS, project_id=fact.project_id, entity=fact.entity,
                 template_id=fact.template_id, deal_type=fact.deal_type,
                 version=fact.version)  # fmt: skip
        for no, one in enumerate(fact.phases, 1):
            fold.append(PLANNED, fact.project_id, no, one.name, one.starts_on, one.ends_on,
                        one.hours, one.cost, fact.books, one.price, fact.currency)  # fmt: skip
