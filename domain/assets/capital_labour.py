"""Labour that makes something that lasts: carried on 1620 until an asset is made of it.

What is approved from the day of its classification on is carried at once; what was expensed
before is moved by a journal of its own, once.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.assets.depreciation import ZERO
from domain.errors import Refusal
from domain.identity import named_id


class AboveExpensed(Refusal):
    """More than the project has as labour, or carries."""

    code = "ABOVE_EXPENSED"


class NothingWaiting(Refusal):
    """No labour of the project waits to become an asset."""

    code = "NOTHING_WAITING"


def labour_id(project_id: UUID) -> UUID:
    """The stream of a project's capital labour; its cost waits under this id."""
    return named_id("capital labour", str(project_id))


class CapitalLabour(Root):
    """``moved`` was expensed before, ``taken`` is in assets by now; in the books of the entity."""

    class Begun(Root.Created):
        """Labour of a project is moved or made an asset for the first time."""

        TOPIC = "assets.capital_labour_begun"
        project_id: UUID
        entity: str
        books: str

    class Reclassified(Root.Event):
        """Labour was expensed and is carried now (``amount`` above zero), or the other way."""

        TOPIC = "assets.labour_reclassified"
        project_id: UUID
        code: str
        name: str
        entity: str
        books: str
        reclassified_on: date
        amount: Decimal
        expensed: Decimal
        position: int
        why: str

    class Taken(Root.Event):
        """All that waited became an asset."""

        TOPIC = "assets.labour_capitalized"
        project_id: UUID
        asset_id: UUID
        amount: Decimal
        incurred: Decimal
        position: int

    @event(Begun)
    def __init__(self, id: UUID, project_id: UUID, entity: str, books: str) -> None:
        self.project_id = project_id
        self.entity = entity
        self.books = books
        self.moved = ZERO
        self.taken = ZERO

    def reclassify(
        self, code: str, name: str, on: date, amount: Decimal, expensed: Decimal,
        incurred: Decimal, position: int, why: str,
    ) -> None:  # fmt: skip
        """Move what was ``expensed`` by its approval, or back what waits. Raises AboveExpensed.

        ``incurred`` is what was carried by its approval; both were read at the position.
        """
        left = expensed - self.moved if amount > 0 else incurred + self.moved - self.taken
        if abs(amount) > left:
            raise AboveExpensed(f"{left} {self.books} can be moved", field="amount")
        self._reclassified(self.project_id, code, name, self.entity, self.books, on, amount,
                           expensed, position, why)  # fmt: skip

    def take(self, asset_id: UUID, incurred: Decimal, position: int) -> Decimal:
        """What waits, for an asset. Raises NothingWaiting."""
        amount = incurred + self.moved - self.taken
        if amount <= 0:
            raise NothingWaiting("no labour of the project waits", field="project_id")
        self._taken(self.project_id, asset_id, amount, incurred, position)
        return amount

    @event(Reclassified)
    def _reclassified(
        self, project_id: UUID, code: str, name: str, entity: str, books: str,
        reclassified_on: date, amount: Decimal, expensed: Decimal, position: int, why: str,
    ) -> None:  # fmt: skip
        del project_id, code, name, entity, books, reclassified_on, expensed, position, why
        self.moved += amount

    @event(Taken)
    def _taken(
        self, project_id: UUID, asset_id: UUID, amount: Decimal, incurred: Decimal, position: int
    ) -> None:
        del project_id, asset_id, incurred, position
        self.taken += amount
