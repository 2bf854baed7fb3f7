"""Publishing templates, and setting projects up by them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER, PROJECT_MANAGER, SYSTEM
from domain.command import Answer, Command, Exact, Value
from domain.delivery.project import Project
from domain.delivery.template import (
    Phase,
    ProjectPlan,
    ProjectTemplate,
    TemplateUse,
    TemplateVersion,
    plan_id,
    planned,
    template_id,
)
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.revenue.progress import require_term
from domain.unit_of_work import NotFound, UnitOfWork

PUBLISHERS = frozenset({ADMIN, CONTROLLER, PROJECT_MANAGER})
MANAGERS = frozenset({ADMIN, PROJECT_MANAGER, SYSTEM})
Item = Annotated[str, Field(min_length=1, max_length=200)]
Percent = Annotated[Exact, Field(ge=0, le=100, decimal_places=4)]


class PhaseInput(Value):
    """Part of the work; the phases follow each other and make up the whole."""

    name: str = Field(min_length=1, max_length=100)
    share_pct: Percent = Field(description="Of hours, cost and price")
    lasts_pct: Percent = Field(description="Of the days of the term")
    milestone: str = Field(default="", max_length=100, description="Accepted at its end")
    billing_pct: Percent = Field(
        default=Decimal(0), description="Of a fixed fee, paid by the milestone"
    )

    def phase(self) -> Phase:
        """The phase as the template keeps it."""
        return Phase(self.name, self.share_pct, self.lasts_pct, self.milestone, self.billing_pct)


class PublishTemplate(Command):
    """Say how deals of a type are planned; published again, it is the next version."""

    ROLES: ClassVar = PUBLISHERS
    entity: str
    deal_type: str = Field(min_length=1, max_length=100, description="The package of its deals")
    phases: tuple[PhaseInput, ...] = Field(min_length=1, max_length=100)
    checklist: tuple[Item, ...] = Field(
        default=(), max_length=100, description="What delivery needs before it begins"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnsoundTemplate, NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        id_, phases = template_id(entity.code, self.deal_type), tuple(self._phases())
        if known := work.load_or_none(ProjectTemplate, id_):
            known.revise(phases, self.checklist)
            return Answer(id=id_)
        first = TemplateVersion(1, phases, self.checklist)
        first.require_sound()
        return Answer(id=work.add(ProjectTemplate(id_, entity.code, self.deal_type, first)).id)

    def _phases(self) -> list[Phase]:
        return [one.phase() for one in self.phases]


def template_of(work: UnitOfWork, entity: str, deal_type: str) -> ProjectTemplate | None:
    """The template of a type of deal, to consult it; None without one in use."""
    found = work.find(ProjectTemplate, template_id(entity, deal_type))
    return found if found and not found.retired else None


class RetireTemplate(Command):
    """Plan deals of a type without a template from now on."""

    ROLES: ClassVar = PUBLISHERS
    entity: str
    deal_type: str = Field(min_length=1, max_length=100)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        id_ = template_id(entity.code, self.deal_type)
        template = work.load_or_none(ProjectTemplate, id_)
        if template is None:
            raise NotFound(f"no template for {self.deal_type}", field="deal_type")
        template.retire()
        return Answer(id=id_)


class ApplyTemplate(Command):
    """Lay a project out by a template: its phases with their days, hours, cost and price.

    What a won deal was closed by is applied by itself; a project without a deal takes the version
    of today.
    """

    ROLES: ClassVar = MANAGERS
    project_id: UUID
    deal_type: str = Field(min_length=1, max_length=100)
    version: int | None = Field(default=None, ge=1, description="Left out: the last one")
    starts_on: date
    ends_on: date
    hours: Exact = Field(ge=0, max_digits=12, decimal_places=2)
    cost: Exact = Field(ge=0, max_digits=18, description="Entity's currency")
    price: Exact = Field(ge=0, max_digits=18, description="Contract's currency")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, TemplateRetired, TermReversed, ProjectClosed, AmountTooFine.

        NotFound where the entity has no such template or version; WrongEntity.
        """
        project = work.read(Project, self.project_id)
        books = legal_entity(work, project.entity).currency
        project.require_open()
        require_term(self.starts_on, self.ends_on)
        require_fine(self.price, project.currency, field="price")
        require_fine(self.cost, books, field="cost")
        use = self._use(work, project.entity)
        if work.load_or_none(ProjectPlan, plan_id(project.id)):
            raise AlreadyTaken(f"project {project.code} is laid out", field="project_id")
        phases = planned(use.phases, self.starts_on, self.ends_on, self.hours, self.cost,
                         self.price, books=books, currency=project.currency)  # fmt: skip
        plan = ProjectPlan(
            plan_id(project.id), project.id, project.entity, use.template_id, self.deal_type,
            use.version, project.currency, books, phases,
        )  # fmt: skip
        return Answer(id=work.add(plan).id)

    def _use(self, work: UnitOfWork, entity: str) -> TemplateUse:
        template = work.find(ProjectTemplate, template_id(entity, self.deal_type))
        if template is None:
            raise NotFound(f"no template for {self.deal_type}", field="deal_type")
        if self.version is None:
            return template.use()
        if self.version not in template.versions:
            raise NotFound(f"no version {self.version}", field="version")
        return TemplateUse(template.id, self.version, template.versions[self.version].phases)
