"""An entity's rules for manual journals: what a line says, what a second person approves."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.chart import account
from domain.ledger.dimensions import NOWHERE
from domain.ledger.journal import Line
from domain.unit_of_work import UnitOfWork

Dimension = Literal["project", "department", "cost_code", "cost_type", "phase", "counterparty"]
COUNTERPARTY: tuple[Dimension, ...] = ("counterparty",)


class DimensionMissing(Refusal):
    """A line does not say what its account must be analysed by."""

    code = "DIMENSION_MISSING"


class ApprovalNeeded(Refusal):
    """The journal is large: one person proposes it, another approves."""

    code = "APPROVAL_NEEDED"


def policy_id(entity: str) -> UUID:
    """The stream of an entity's rules."""
    return named_id("ledger policy", entity)


def says(line: Line, dimension: Dimension) -> bool:
    """Whether a line has a value in a dimension."""
    if dimension == "project":
        return line.project_id is not None
    return bool(getattr(line.dimensions or NOWHERE, dimension))


class LedgerPolicy(Root):
    """``required`` by account; ``approve_above`` in the books' currency, None: never."""

    class Begun(Root.Created):
        """An entity sets rules for its ledger."""

        TOPIC = "ledger.policy_begun"
        entity: str

    class DimensionsRequired(Root.Event):
        """Lines of an account must say these; none: nothing beside what the chart asks."""

        TOPIC = "ledger.dimensions_required"
        entity: str
        account: str
        dimensions: tuple[Dimension, ...]

    class ApprovalRequired(Root.Event):
        """Manual journals above an amount need a second person; None: no more."""

        TOPIC = "ledger.journal_approval_required"
        entity: str
        above: Decimal | None

    @event(Begun)
    def __init__(self, id: UUID, entity: str) -> None:
        self.entity = entity
        self.required: dict[str, tuple[Dimension, ...]] = {}
        self.approve_above: Decimal | None = None

    def require_of(self, code: str, dimensions: tuple[Dimension, ...]) -> None:
        """The same again changes nothing. Raises UnknownAccount."""
        account(code)
        if self.required.get(code, ()) != dimensions:
            self._dimensions_required(self.entity, code, dimensions)

    def require_approval(self, above: Decimal | None) -> None:
        """The same again changes nothing."""
        if above != self.approve_above:
            self._approval_required(self.entity, above)

    def required_of(self, code: str) -> tuple[Dimension, ...]:
        """What a line of an account must say; between entities of a group, with whom."""
        asked = COUNTERPARTY if account(code).group else ()
        return tuple(dict.fromkeys((*asked, *self.required.get(code, ()))))

    def require_dimensions(self, lines: Iterable[Line]) -> None:
        """Raises DimensionMissing."""
        for line in lines:
            missing = [name for name in self.required_of(line.account) if not says(line, name)]
            if missing:
                words = ", ".join(name.replace("_", " ") for name in missing)
                raise DimensionMissing(f"a line of {line.account} needs {words}", field="lines")

    def require_small(self, lines: Iterable[Line], books: str) -> None:
        """Raises ApprovalNeeded."""
        debit = sum((max(line.functional, Decimal(0)) for line in lines), Decimal(0))
        if self.approve_above is not None and debit > self.approve_above:
            raise ApprovalNeeded(
                f"a journal of {debit} {books} is above {self.approve_above}: propose it"
            )

    @event(DimensionsRequired)
    def _dimensions_required(
        self, entity: str, account: str, dimensions: tuple[Dimension, ...]
    ) -> None:
        del entity
        self.required[account] = dimensions

    @event(ApprovalRequired)
    def _approval_required(self, entity: str, above: Decimal | None) -> None:
        del entity
        self.approve_above = above


def policy_of(work: UnitOfWork, entity: str) -> LedgerPolicy:
    """The rules of an entity, to consult; one without any has none but the chart's."""
    id_ = policy_id(entity)
    return work.find(LedgerPolicy, id_) or LedgerPolicy(id_, entity)
