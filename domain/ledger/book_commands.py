"""Defining books beside the main one."""

from typing import ClassVar

from pydantic import Field

from domain.command import Answer, Command
from domain.errors import Refusal
from domain.ledger.book import BookPolicies, Books, ContractCost, Onerous, books_id
from domain.ledger.commands import CONTROLLERS
from domain.ledger.journal import MAIN_BOOK
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork


class NotALayer(Refusal):
    """The main book is there from the start."""

    code = "NOT_A_LAYER"


def books_of(work: UnitOfWork, entity: str) -> Books:
    """An entity's books to consult; the main one alone where nothing was defined."""
    id_ = books_id(entity)
    return work.find(Books, id_) or Books(id_, entity)


class DefineBook(Command):
    """Keep another book: the main one's journals, and layers where policies differ from now on."""

    ROLES: ClassVar = CONTROLLERS
    entity: str
    code: str = Field(pattern="^[a-z][a-z0-9_-]{0,19}$")
    name: str = Field(min_length=1, max_length=100)
    onerous: Onerous = Field(
        default="all", description="Contracts whose loss still to come is provided for"
    )
    contract_cost: ContractCost = Field(
        default="capitalise", description="Whether cost to win or set up contracts is an asset"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotALayer, BookDiffers, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        if self.code == MAIN_BOOK:
            raise NotALayer(f"{MAIN_BOOK} is the book that others are layers of", field="code")
        id_ = books_id(self.entity)
        books = work.load_or_none(Books, id_) or work.add(Books(id_, self.entity))
        books.define(self.code, self.name, BookPolicies(self.onerous, self.contract_cost))
        return Answer(id=books.id)
