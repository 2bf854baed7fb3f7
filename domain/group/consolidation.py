"""A month of a group: translation, eliminations and minorities, each run again as often as needed.

Every step keeps cumulative values and posts what they add to those of the month before, so a step
builds on numbered runs of others. Once one of them has run anew, what builds on it is out of date
until it runs again; a month is final only when all is current.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.group.matching import PairBalance
from domain.group.translation import CtaProof, GroupRow, TrialRow
from domain.identity import named_id
from domain.ledger.period import WrongOrder
from domain.pricing.fx import Quote

RULE_VERSION = 1
Step = Literal["translation", "elimination", "minorities"]


class NotTranslated(Refusal):
    """The members of the month are to be translated first."""

    code = "NOT_TRANSLATED"


class NotEliminated(Refusal):
    """What is between members is to be eliminated first."""

    code = "NOT_ELIMINATED"


class OutOfDate(Refusal):
    """The run builds on another that has run anew since."""

    code = "RUN_OUT_OF_DATE"


class ConsolidationFinal(Refusal):
    """The month is final: its figures never change again."""

    code = "CONSOLIDATION_FINAL"


def consolidation_id(group: str, month: date) -> UUID:
    """The stream of a group's month."""
    return named_id("consolidation", f"{group}:{month}")


@dataclass(frozen=True)
class OfMonth:
    """Which books: the group's code and currency, the month and its last day."""

    group: str
    currency: str
    month: date
    on: date


@dataclass(frozen=True)
class Run:
    """A run of a step: its rows, and those of the run it replaces.

    ``number`` counts the runs of the step in the month; ``built_on`` are the numbers of the runs
    it builds on; ``position`` is the one of the log that its figures were read at.
    """

    number: int
    built_on: tuple[int, ...]
    position: int
    version: int
    rows: tuple[GroupRow, ...]
    undone: tuple[GroupRow, ...] = ()


NOTHING = Run(0, (), 0, RULE_VERSION, ())


@dataclass(frozen=True)
class MemberRates:
    """Which rates a member was translated at."""

    member: str
    closing: Quote
    averages: tuple[Quote, ...]
    acquired: Quote


@dataclass(frozen=True)
class Adjustment:
    """A line of an adjustment that only the group makes; debit positive."""

    account: str
    member: str
    amount: Decimal


class Consolidation(Root):
    """``runs`` by step: the latest of each."""

    class Opened(Root.Created):
        """Work on a month began."""

        TOPIC = "group.consolidation_opened"
        of: OfMonth

    class Translated(Root.Event):
        """Members' balances were brought to the group's currency."""

        TOPIC = "group.translated"
        of: OfMonth
        run: Run
        days: tuple[date, ...]
        balances: tuple[TrialRow, ...]
        rates: tuple[MemberRates, ...]
        proofs: tuple[CtaProof, ...]

    class Eliminated(Root.Event):
        """What is between members was taken away."""

        TOPIC = "group.eliminated"
        of: OfMonth
        run: Run
        pairs: tuple[PairBalance, ...]
        moved: dict[str, Decimal]

    class MinoritiesRecorded(Root.Event):
        """Others got their share."""

        TOPIC = "group.minorities_recorded"
        of: OfMonth
        run: Run

    class Adjusted(Root.Event):
        """The group alone sees something otherwise."""

        TOPIC = "group.topside_adjusted"
        of: OfMonth
        adjustment_id: UUID
        text: str
        lines: tuple[Adjustment, ...]

    class Finalized(Root.Event):
        """All members are closed; the figures are sealed."""

        TOPIC = "group.consolidation_finalized"
        of: OfMonth
        trial_balance: str
        position: int
        by: str

    @event(Opened)
    def __init__(self, id: UUID, of: OfMonth) -> None:
        self.of = of
        self.runs: dict[Step, Run] = {}
        self.moved: dict[str, Decimal] = {}
        self.adjustments: set[UUID] = set()
        self.final = False

    def latest(self, step: Step) -> Run:
        """The run of a step that counts; one without rows where there is none."""
        return self.runs.get(step, NOTHING)

    def require_step(self, step: Step) -> Run:
        """Raises NotTranslated, NotEliminated."""
        if step not in self.runs:
            refusal = NotTranslated if step == "translation" else NotEliminated
            raise refusal(f"{self.of.month:%Y-%m} of {self.of.group}: run the {step} first")
        return self.runs[step]

    def require_current(self, step: Step, before: "Consolidation | None") -> Run:
        """The latest run of a step, built on what counts now.

        Raises NotTranslated, NotEliminated, OutOfDate.
        """
        run = self.require_step(step)
        if run.built_on != self.ground(step, before):
            raise OutOfDate(f"{self.of.month:%Y-%m} of {self.of.group}: run the {step} again")
        return run

    def ground(self, step: Step, before: "Consolidation | None") -> tuple[int, ...]:
        """Numbers of the runs that a run of a step builds on."""
        steps: tuple[Step, ...] = ("translation", "elimination", "minorities")
        own = [self.latest(one).number for one in steps[: steps.index(step)]]
        return (before.latest(step).number if before else 0, *own)

    def require_not_final(self) -> None:
        """Raises ConsolidationFinal."""
        if self.final:
            raise ConsolidationFinal(f"{self.of.month:%Y-%m} of {self.of.group} is final")

    def next_run(
        self, step: Step, before: "Consolidation | None", position: int,
        rows: tuple[GroupRow, ...],
    ) -> Run | None:  # fmt: skip
        """A run with these rows; None where they and their ground are what is there.

        Raises ConsolidationFinal.
        """
        self.require_not_final()
        last, ground = self.latest(step), self.ground(step, before)
        if step in self.runs and (last.rows, last.built_on) == (rows, ground):
            return None
        return Run(last.number + 1, ground, position, RULE_VERSION, rows, last.rows)

    def translate(
        self, run: Run, days: tuple[date, ...], balances: tuple[TrialRow, ...],
        rates: tuple[MemberRates, ...], proofs: tuple[CtaProof, ...],
    ) -> None:  # fmt: skip
        """Record a translation."""
        self._translated(self.of, run, days, balances, rates, proofs)

    def eliminate(
        self, run: Run, pairs: tuple[PairBalance, ...], moved: dict[str, Decimal]
    ) -> None:
        """Record eliminations."""
        self._eliminated(self.of, run, pairs, moved)

    def record_minorities(self, run: Run) -> None:
        """Record the share of others."""
        self._minorities_recorded(self.of, run)

    def adjust(self, adjustment_id: UUID, text: str, lines: tuple[Adjustment, ...]) -> None:
        """The same id twice changes nothing. Raises ConsolidationFinal."""
        self.require_not_final()
        if adjustment_id not in self.adjustments:
            self._adjusted(self.of, adjustment_id, text, lines)

    def finalize(
        self, before: "Consolidation | None", trial_balance: str, position: int, by: str
    ) -> None:
        """Raises ConsolidationFinal, NotTranslated, NotEliminated, OutOfDate, WrongOrder."""
        self.require_not_final()
        steps: tuple[Step, ...] = ("translation", "elimination", "minorities")
        for step in steps:
            self.require_current(step, before)
        if before and not before.final:
            raise WrongOrder(f"{before.of.month:%Y-%m} is not final", field="month")
        self._finalized(self.of, trial_balance, position, by)

    @event(Translated)
    def _translated(
        self, of: OfMonth, run: Run, days: tuple[date, ...], balances: tuple[TrialRow, ...],
        rates: tuple[MemberRates, ...], proofs: tuple[CtaProof, ...],
    ) -> None:  # fmt: skip
        del of, days, balances, rates, proofs
        self.runs["translation"] = run

    @event(Eliminated)
    def _eliminated(
        self, of: OfMonth, run: Run, pairs: tuple[PairBalance, ...], moved: dict[str, Decimal]
    ) -> None:
        del of, pairs
        self.runs["elimination"] = run
        self.moved = moved

    @event(MinoritiesRecorded)
    def _minorities_recorded(self, of: OfMonth, run: Run) -> None:
        del of
        self.runs["minorities"] = run

    @event(Adjusted)
    def _adjusted(
        self, of: OfMonth, adjustment_id: UUID, text: str, lines: tuple[Adjustment, ...]
    ) -> None:
        del of, text, lines
        self.adjustments.add(adjustment_id)

    @event(Finalized)
    def _finalized(self, of: OfMonth, trial_balance: str, position: int, by: str) -> None:
        del of, trial_balance, position, by
        self.final = True
