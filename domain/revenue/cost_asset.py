"""A contract cost kept as an asset: capitalised once, written off month by month, impaired."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.explanation import Step
from domain.ledger.period import month_of
from domain.revenue.contract_cost import by_months
from domain.revenue.figures import ZERO
from domain.revenue.progress import month_no

Nature = Literal["obtain", "fulfil"]


class NothingToAmortize(Refusal):
    """The asset has not begun, or the month is written off already."""

    code = "NOTHING_TO_AMORTIZE"


class NothingToImpair(Refusal):
    """What is still to come covers the asset."""

    code = "NOTHING_TO_IMPAIR"


@dataclass(frozen=True)
class CostOf:
    """Whose cost it is: amounts are in ``books``, the functional currency of ``entity``."""

    contract_id: UUID
    entity: str
    books: str
    nature: Nature


class ContractCostAsset(Root):
    """``carrying`` is what is left after ``amortised`` and impairment.

    ``absent_from``: books that took the cost as an expense at once.
    """

    class Capitalized(Root.Created):
        """A cost of a contract became an asset (ASC 340-40-25)."""

        TOPIC = "revenue.contract_cost_capitalized"
        class_version = 2
        cost: CostOf
        amount: Decimal
        capitalized_on: date
        months: int
        steps: tuple[Step, ...]
        absent_from: tuple[str, ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before there were books by other policies."""
            state["absent_from"] = ()

    class Amortized(Root.Event):
        """Months of benefit have passed (35-1)."""

        TOPIC = "revenue.contract_cost_amortized"
        class_version = 2
        cost: CostOf
        month: date
        amortized_on: date
        amount: Decimal
        carrying: Decimal
        absent_from: tuple[str, ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before there were books by other policies."""
            state["absent_from"] = ()

    class Impaired(Root.Event):
        """Less is still to come than the asset says (35-3)."""

        TOPIC = "revenue.contract_cost_impaired"
        class_version = 2
        cost: CostOf
        impaired_on: date
        loss: Decimal
        carrying: Decimal
        steps: tuple[Step, ...]
        absent_from: tuple[str, ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before there were books by other policies."""
            state["absent_from"] = ()

    @event(Capitalized)
    def __init__(
        self, id: UUID, cost: CostOf, amount: Decimal, capitalized_on: date, months: int,
        steps: tuple[Step, ...], absent_from: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        del steps
        self.cost = cost
        self.absent_from = absent_from
        self.carrying = amount
        self.first = month_of(capitalized_on)
        self.months = months
        self.passed = 0

    def due(self, month: date) -> Decimal:
        """What is written off to the end of a month, evenly; the last month takes the rest.

        Raises NothingToAmortize.
        """
        passed = min(self._passed(month), self.months)
        if passed <= self.passed:
            raise NothingToAmortize(f"{month:%Y-%m} has nothing to write off", field="month")
        left = by_months(self.carrying, self.months - self.passed, self.cost.books).amounts
        return sum(left[: passed - self.passed], ZERO)

    def amortize(self, month: date, amortized_on: date) -> Decimal:
        """Write off what is due to the end of a month; how much that is."""
        amount = self.due(month)
        carrying = self.carrying - amount
        self._amortized(self.cost, month, amortized_on, amount, carrying, self.absent_from)
        return amount

    def impair(
        self, impaired_on: date, loss: Decimal, carrying: Decimal, steps: tuple[Step, ...]
    ) -> None:
        """Lower the asset. Raises NothingToImpair."""
        if loss <= 0:
            raise NothingToImpair(f"what is to come covers {self.carrying}", field="consideration")
        self._impaired(self.cost, impaired_on, loss, carrying, steps, self.absent_from)

    def _passed(self, month: date) -> int:
        return month_no(month) - month_no(self.first) + 1

    @event(Amortized)
    def _amortized(
        self, cost: CostOf, month: date, amortized_on: date, amount: Decimal, carrying: Decimal,
        absent_from: tuple[str, ...],
    ) -> None:  # fmt: skip
        del cost, amortized_on, amount, absent_from
        self.passed = min(self._passed(month), self.months)
        self.carrying = carrying

    @event(Impaired)
    def _impaired(
        self, cost: CostOf, impaired_on: date, loss: Decimal, carrying: Decimal,
        steps: tuple[Step, ...], absent_from: tuple[str, ...],
    ) -> None:  # fmt: skip
        del cost, impaired_on, loss, steps, absent_from
        self.carrying = carrying
