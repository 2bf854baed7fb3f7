"""The revaluation of an entity's foreign balances at a month's end: one run a month.

A run keeps what it read, the rates it used and the position it read at, so the same can be read
again. A run after late facts takes the earlier one back and posts its own figures.
"""

from datetime import date
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.foreign_balance import Revalued
from domain.pricing.fx import Quote

RULE_VERSION = 1


class AlreadyRevalued(Refusal):
    """The month is revalued, and nothing has changed since."""

    code = "ALREADY_REVALUED"


def revaluation_id(entity: str, month: date) -> UUID:
    """The stream of an entity's month (its first day)."""
    return named_id("revaluation", f"{entity}:{month}")


class Revaluation(Root):
    """``rows`` are those of the latest run."""

    class Posted(Root.Created):
        """A month's foreign balances were valued at the closing rate, ``on`` its last day."""

        TOPIC = "ledger.foreign_balances_revalued"
        entity: str
        month: date
        on: date
        books: str
        read_at: int
        rules: int
        quotes: tuple[Quote, ...]
        rows: tuple[Revalued, ...]

        def tags(self) -> tuple[str, ...]:
            """The revaluations of an entity."""
            return (f"revaluation {self.entity}",)

    class Superseded(Root.Event):
        """Late facts changed the month: ``before`` is taken back, ``rows`` take its place."""

        TOPIC = "ledger.foreign_balances_revalued_again"
        entity: str
        month: date
        on: date
        books: str
        read_at: int
        rules: int
        quotes: tuple[Quote, ...]
        rows: tuple[Revalued, ...]
        before: tuple[Revalued, ...]

        def tags(self) -> tuple[str, ...]:
            """The revaluations of an entity."""
            return (f"revaluation {self.entity}",)

    @event(Posted)
    def __init__(
        self, id: UUID, entity: str, month: date, on: date, books: str, read_at: int, rules: int,
        quotes: tuple[Quote, ...], rows: tuple[Revalued, ...],
    ) -> None:  # fmt: skip
        del read_at, rules, quotes
        self.entity = entity
        self.month = month
        self.on = on
        self.books = books
        self.rows = rows

    def run_again(
        self, read_at: int, quotes: tuple[Quote, ...], rows: tuple[Revalued, ...]
    ) -> None:
        """Take the earlier run back for this one. Raises AlreadyRevalued."""
        if rows == self.rows:
            raise AlreadyRevalued(
                f"{self.month:%Y-%m} of {self.entity} is revalued", field="month"
            )
        self._superseded(self.entity, self.month, self.on, self.books, read_at, RULE_VERSION,
                         quotes, rows, self.rows)  # fmt: skip

    @event(Superseded)
    def _superseded(
        self, entity: str, month: date, on: date, books: str, read_at: int, rules: int,
        quotes: tuple[Quote, ...], rows: tuple[Revalued, ...], before: tuple[Revalued, ...],
    ) -> None:  # fmt: skip
        del entity, month, on, books, read_at, rules, quotes, before
        self.rows = rows
