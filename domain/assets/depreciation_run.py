"""A month's depreciation of an entity: all its assets at once, once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.assets.asset import Asset, AssetKind, Write
from domain.assets.depreciation import ZERO
from domain.delivery.timesheet import WrongState
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.dimensions import Dimensions


class AlreadyRun(Refusal):
    """The month was run; a reversed one may be run again."""

    code = "ALREADY_RUN"


class NothingDue(Refusal):
    """No asset of the entity has anything to write off by then."""

    code = "NOTHING_DUE"


@dataclass(frozen=True)
class RunLine:
    """What assets of a kind take that are used for the same thing."""

    kind: AssetKind
    project_id: UUID | None
    dimensions: Dimensions
    amount: Decimal
    assets: int


@dataclass(frozen=True)
class Ran:
    """A run: ``no`` counts those of its month, ``caught_up`` is of months before it."""

    run_id: UUID
    no: int
    entity: str
    books: str
    month: date
    lines: tuple[RunLine, ...]
    total: Decimal
    caught_up: Decimal


def depreciation_id(entity: str, month: date) -> UUID:
    """The stream of an entity's month."""
    return named_id("depreciation", f"{entity}:{month:%Y-%m}", month)


def gathered(run_id: UUID, no: int, entity: str, books: str, month: date,
             written: list[tuple[Asset, tuple[Write, ...]]]) -> Ran:  # fmt: skip
    """A run from what each asset took, by kind and use, in a fixed order."""
    sums: dict[tuple[AssetKind, UUID | None, Dimensions], list[Decimal]] = {}
    for asset, writes in written:
        of = asset.asset
        amounts = sums.setdefault((of.kind, of.project_id, of.dimensions), [])
        amounts.append(sum((one.amount for one in writes), ZERO))
    lines = tuple(
        RunLine(*key, sum(amounts, ZERO), len(amounts))
        for key, amounts in sorted(sums.items(), key=str)
    )
    earlier = [one.amount for _, writes in written for one in writes if one.month < month]
    total = sum((line.amount for line in lines), ZERO)
    return Ran(run_id, no, entity, books, month, lines, total, sum(earlier, ZERO))


class Depreciation(Root):
    """Runs of one month; the last one counts unless it is reversed."""

    class Begun(Root.Created):
        """The month is run for the first time."""

        TOPIC = "assets.depreciation_begun"
        entity: str
        month: date

    class Recorded(Root.Event):
        """Every asset took what was due."""

        TOPIC = "assets.depreciation_run"
        run: Ran

    class Reversed(Root.Event):
        """A run that was wrong, taken back."""

        TOPIC = "assets.depreciation_reversed"
        run: Ran
        reversed_on: date
        why: str

    @event(Begun)
    def __init__(self, id: UUID, entity: str, month: date) -> None:
        self.entity = entity
        self.month = month
        self.runs = 0
        self.run: Ran | None = None

    @property
    def next_id(self) -> UUID:
        """The id of the next run."""
        return named_id("depreciation run", f"{self.id}:{self.runs + 1}", self.month)

    def require_free(self) -> None:
        """Raises AlreadyRun."""
        if self.run is not None:
            raise AlreadyRun(f"{self.month:%Y-%m} of {self.entity} was run", field="month")

    def record(self, run: Ran) -> None:
        """Note a run."""
        self._recorded(run)

    def reverse(self, on: date, why: str) -> Ran:
        """Take the run back. Raises WrongState where there is none."""
        if self.run is None:
            raise WrongState(f"{self.month:%Y-%m} has no run", field="month")
        run = self.run
        self._reversed(run, on, why)
        return run

    @event(Recorded)
    def _recorded(self, run: Ran) -> None:
        self.runs, self.run = run.no, run

    @event(Reversed)
    def _reversed(self, run: Ran, reversed_on: date, why: str) -> None:
        del run, reversed_on, why
        self.run = None
