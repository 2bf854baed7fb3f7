"""The books of an entity: the main one, and layers over it that follow other policies.

A layer holds only the journals in which it differs. Which facts a policy treats otherwise is
decided when they are recorded: they name the books they are absent from.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id

Onerous = Literal["all", "construction", "none"]
ContractCost = Literal["capitalise", "expense"]


class UnknownBook(Refusal):
    """The entity keeps no such book."""

    code = "UNKNOWN_BOOK"


class BookDiffers(Refusal):
    """The book is there already, by other policies."""

    code = "BOOK_DIFFERS"


@dataclass(frozen=True)
class BookPolicies:
    """What a book does where standards differ; the main book provides for all and capitalises.

    ``onerous``: which contracts a loss still to come is provided for (IAS 37.66: all; ASC
    605-35-25-45: construction-type ones). ``contract_cost``: an asset or an expense (ASC
    340-40-25).
    """

    onerous: Onerous = "all"
    contract_cost: ContractCost = "capitalise"


MAIN_POLICIES = BookPolicies()


def books_id(entity: str) -> UUID:
    """The stream of an entity's books."""
    return named_id("books", entity)


class Books(Root):
    """Layers by their code."""

    class Begun(Root.Created):
        """An entity keeps more than one book."""

        TOPIC = "ledger.books_begun"
        entity: str

    class Defined(Root.Event):
        """A layer over the main book, by its policies."""

        TOPIC = "ledger.book_defined"
        entity: str
        code: str
        name: str
        policies: BookPolicies

    @event(Begun)
    def __init__(self, id: UUID, entity: str) -> None:
        self.entity = entity
        self.layers: dict[str, tuple[str, BookPolicies]] = {}

    def define(self, code: str, name: str, policies: BookPolicies) -> None:
        """The same again changes nothing: policies of a book do not change. Raises BookDiffers."""
        if (known := self.layers.get(code)) is None:
            self._defined(self.entity, code, name, policies)
        elif known != (name, policies):
            raise BookDiffers(f"{code} is {known[0]}, by other policies", field="code")

    def without_provision(self, *, construction: bool) -> tuple[str, ...]:
        """Codes of the books that provide for no loss of such a contract."""
        absent = {"none"} if construction else {"none", "construction"}
        return tuple(
            code for code, (_, policies) in self.layers.items() if policies.onerous in absent
        )

    def without_cost_assets(self) -> tuple[str, ...]:
        """Codes of the books that expense what a contract costs to obtain or set up."""
        return tuple(
            code
            for code, (_, policies) in self.layers.items()
            if policies.contract_cost == "expense"
        )

    @event(Defined)
    def _defined(self, entity: str, code: str, name: str, policies: BookPolicies) -> None:
        del entity
        self.layers[code] = name, policies
