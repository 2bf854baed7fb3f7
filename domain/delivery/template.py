"""Templates by type of deal: the phases of the work, what each takes of budget and price, a list.

A template is published version by version and never changed: a project keeps the version it was
set up by, and what that made of its term and budget.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.period import month_end
from domain.money import split

HUNDRED = Decimal(100)


class UnsoundTemplate(Refusal):
    """Shares do not make up the whole, or a name stands twice."""

    code = "UNSOUND_TEMPLATE"


class TemplateRetired(Refusal):
    """The template is not used any more."""

    code = "TEMPLATE_RETIRED"


@dataclass(frozen=True)
class Phase:
    """Part of the work: its share of hours, cost and price, and of the days of the term.

    ``milestone`` is accepted at its end and pays ``billing_pct`` of a fixed fee; empty and zero
    where nothing is. All in percent.
    """

    name: str
    share_pct: Decimal
    lasts_pct: Decimal
    milestone: str = ""
    billing_pct: Decimal = Decimal(0)


@dataclass(frozen=True)
class TemplateVersion:
    """``phases`` one after the other; ``checklist`` is what delivery needs before it begins."""

    no: int
    phases: tuple[Phase, ...]
    checklist: tuple[str, ...]

    def require_sound(self) -> None:
        """Raises UnsoundTemplate."""
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names) or len(set(self.checklist)) < len(self.checklist):
            raise UnsoundTemplate("a name stands twice", field="phases")
        for what in ("share_pct", "lasts_pct"):
            _require_whole(sum(getattr(phase, what) for phase in self.phases), what)
        if any(bool(phase.milestone) != (phase.billing_pct > 0) for phase in self.phases):
            raise UnsoundTemplate("a milestone pays, and only a milestone", field="phases")
        if paid := sum(phase.billing_pct for phase in self.phases):
            _require_whole(paid, "billing_pct")


@dataclass(frozen=True)
class TemplateUse:
    """By which version of a template something is planned."""

    template_id: UUID
    version: int
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class PlannedPhase:
    """A phase in days and figures: cost in the books, price in the contract's currency."""

    name: str
    starts_on: date
    ends_on: date
    hours: Decimal
    cost: Decimal
    price: Decimal


def _require_whole(found: Decimal | int, what: str) -> None:
    if found != HUNDRED:
        raise UnsoundTemplate(f"{what} make up {found} %, not 100", field="phases")


def spans(phases: Sequence[Phase], starts_on: date, ends_on: date) -> list[tuple[date, date]]:
    """First and last day of each phase; one of no day falls on the day of the next."""
    days, done, found = (ends_on - starts_on).days + 1, Fraction(0), []
    for phase in phases:
        first = min(int(days * done / 100), days - 1)
        done += Fraction(phase.lasts_pct)
        last = max(first, int(days * done / 100) - 1)
        found.append((starts_on + timedelta(first), starts_on + timedelta(min(last, days - 1))))
    return found


def planned(
    phases: Sequence[Phase], starts_on: date, ends_on: date, hours: Decimal, cost: Decimal,
    price: Decimal, *, books: str, currency: str,
) -> tuple[PlannedPhase, ...]:  # fmt: skip
    """Each phase with its part of the whole, by largest remainder."""
    weights = [phase.share_pct for phase in phases]
    parts = zip(
        phases, spans(phases, starts_on, ends_on), split(hours, weights, "EUR"),
        split(cost, weights, books), split(price, weights, currency), strict=True,
    )  # fmt: skip
    return tuple(PlannedPhase(p.name, *days, h, c, v) for p, days, h, c, v in parts)


def month_weights(
    phases: Sequence[Phase], starts_on: date, ends_on: date, months: Sequence[date]
) -> list[Decimal]:
    """What each month takes of the whole: the phases' shares by the days they have in it."""
    weights = [Fraction(0)] * len(months)
    pairs = zip(phases, spans(phases, starts_on, ends_on), strict=True)
    for phase, (first, last) in pairs:
        whole = (last - first).days + 1
        for no, month in enumerate(months):
            begun, over = max(first, month), min(last, month_end(month))
            inside = max(0, (over - begun).days + 1)
            weights[no] += Fraction(phase.share_pct) * inside / whole
    return [Decimal(weight.numerator) / weight.denominator for weight in weights]


def template_id(entity: str, deal_type: str) -> UUID:
    """The template of an entity for a type of deal: what the deal's package says."""
    return named_id("project template", f"{entity}:{deal_type}")


class ProjectTemplate(Root):
    """``versions`` by number; the last one is used from now on."""

    class Published(Root.Created):
        """There is a template for a type of deal."""

        TOPIC = "delivery.template_published"
        entity: str
        deal_type: str
        version: TemplateVersion

    class Revised(Root.Event):
        """Deals won from now on are planned by another version."""

        TOPIC = "delivery.template_revised"
        version: TemplateVersion

    class Retired(Root.Event):
        """Deals of this type are planned without a template."""

        TOPIC = "delivery.template_retired"

    @event(Published)
    def __init__(self, id: UUID, entity: str, deal_type: str, version: TemplateVersion) -> None:
        self.entity = entity
        self.deal_type = deal_type
        self.versions = {version.no: version}
        self.retired = False

    @property
    def current(self) -> TemplateVersion:
        """The last version."""
        return self.versions[max(self.versions)]

    def revise(self, phases: tuple[Phase, ...], checklist: tuple[str, ...]) -> None:
        """The same again changes nothing, unless it was retired. Raises UnsoundTemplate."""
        version = TemplateVersion(self.current.no + 1, phases, checklist)
        version.require_sound()
        known = self.current.phases, self.current.checklist
        if known != (phases, checklist) or self.retired:
            self._revised(version)

    def retire(self) -> None:
        """Twice changes nothing."""
        if not self.retired:
            self._retired()

    def use(self) -> TemplateUse:
        """What a deal is planned by. Raises TemplateRetired."""
        if self.retired:
            raise TemplateRetired(f"the template of {self.deal_type} is retired")
        return TemplateUse(self.id, self.current.no, self.current.phases)

    @event(Revised)
    def _revised(self, version: TemplateVersion) -> None:
        self.versions[version.no] = version
        self.retired = False

    @event(Retired)
    def _retired(self) -> None:
        self.retired = True


def plan_id(project_id: UUID) -> UUID:
    """The stream of a project's plan."""
    return named_id("project plan", str(project_id))


class ProjectPlan(Root):
    """By which version of which template a project was set up, and what that made of it."""

    class Laid(Root.Created):
        """A template was applied."""

        TOPIC = "delivery.template_applied"
        project_id: UUID
        entity: str
        template_id: UUID
        deal_type: str
        version: int
        currency: str
        books: str
        phases: tuple[PlannedPhase, ...]

    @event(Laid)
    def __init__(
        self, id: UUID, project_id: UUID, entity: str, template_id: UUID, deal_type: str,
        version: int, currency: str, books: str, phases: tuple[PlannedPhase, ...],
    ) -> None:  # fmt: skip
        del template_id, deal_type, currency, books
        self.project_id = project_id
        self.entity = entity
        self.version = version
        self.phases = phases
