"""Deals of a CRM: each becomes an opportunity with terms, won or lost where the CRM says so.

An export of a later day is taken in over an earlier one: the deal is opened once, its terms and
its close follow when they come. A deal whose account nobody entered cannot be opened, whatever
its stage: it is refused (``missing_client``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from adapters.imports.crm import ProductRow
from adapters.imports.deal import DealOptions, DealRow
from adapters.imports.plans.accounts import Accounts, NewClients
from adapters.imports.plans.deal_export import open_export
from adapters.imports.plans.deal_steps import (
    check_complete,
    close_steps,
    open_step,
    opportunity_id,
    update_step,
)
from adapters.imports.plans.deal_terms import TermsOptions, rate_card, rate_card_id
from adapters.imports.plans.directory import Directory
from adapters.imports.plans.name_map import NameMap
from adapters.imports.plans.names import Names
from adapters.imports.plans.planned import Plan, Planned, Spot, column_with, unfit
from adapters.imports.plans.window import Window
from adapters.imports.verdict import Broken, CellError, broken
from domain.command import Command
from domain.sales.opportunity import Opportunity

CHUNK = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DealChoices:
    """What whoever imports says about the deals.

    ``with_sellers`` adds the seller's name to each deal's name, where it stays in clear for ever.
    """

    reading: DealOptions
    terms: TermsOptions
    window: Window = field(default_factory=Window)
    create_missing: bool = False
    exact_names: bool = False
    with_sellers: bool = False

    @property
    def new_clients(self) -> NewClients:
        """How accounts become clients."""
        terms, currency = self.terms, self.reading.currency
        return NewClients(self.create_missing, terms.entity, currency, terms.payment_terms_days)


class DealPlan:
    """The plan of one export. ``notes`` tells afterwards what was taken for what."""

    def __init__(
        self, path: Path, choices: DealChoices, directory: Directory, names: NameMap
    ) -> None:
        self._choices, self._directory = choices, directory
        self._export = open_export(path, choices.reading)
        listed, exact = self._export.accounts, choices.exact_names
        clients = Names(names["clients"], listed or (), exact=exact)
        self._products = Names(names["products"], self._export.products or (), exact=exact)
        self._accounts = Accounts(
            directory, clients, choices.new_clients, None if listed is None else frozenset(listed)
        )
        self._cards: set[UUID] = set()
        self._strangers: set[str] = set()

    def steps(self) -> Plan:
        """Every row's commands or what is wrong with it, in the order of the file."""
        for chunk in _chunks(self._export.deals, CHUNK):
            ids = [opportunity_id(row) for row in chunk if isinstance(row, DealRow)]
            known = self._directory.deals(ids)
            for row in chunk:
                yield from [row] if isinstance(row, Broken) else self._row(row, known)

    @property
    def notes(self) -> list[str]:
        """What was taken for what by likeness, and what was odd beside the deals."""
        pairs = [*self._products.taken.items(), *self._accounts.names.taken.items()]
        likened = [f"{a!r} was taken for {b!r} in {count} rows" for (a, b), count in pairs]
        odd = [f"the seller {name!r} is in no team" for name in sorted(self._strangers)]
        return [*self._export.notes, *likened, *odd]

    def _row(self, row: DealRow, known: Mapping[UUID, Opportunity]) -> Plan:
        try:
            self._choices.window.check(row.closed_on or row.engaged_on or row.expected_on)
            product = self._product(row)
            client_id = self._accounts.client(row)
            commands = self._commands(row, client_id, product, known.get(opportunity_id(row)))
        except CellError as trouble:
            yield broken(row, trouble)
            return
        except ValidationError as error:
            yield broken(row, unfit(error))
            return
        self._note_seller(row)
        if new_client := self._accounts.needed.pop(client_id, None):
            yield new_client
        yield from self._card(row, commands)
        yield Planned(opportunity_id(row), commands, (Spot(row.line),))

    def _product(self, row: DealRow) -> ProductRow | None:
        """The catalogue's product; None where there is no catalogue. Raises CellError."""
        listed = self._export.products
        if row.product is None or listed is None:
            return None
        name = self._products.ours(row.product)
        if name is None or name not in listed:
            reason = f"{row.product!r} is not in the list of products; map it to one that is."
            raise CellError("unknown_product", reason, column_with(row.raw, row.product))
        return listed[name]

    def _commands(
        self, row: DealRow, client_id: UUID, product: ProductRow | None, known: Opportunity | None
    ) -> tuple[Command, ...]:
        """The steps of one deal; all are sure to be accepted once the first is. CellError."""
        if known and known.client_id != client_id:
            reason = "The deal is known with another client and stays with that one."
            raise CellError("changed_deal", reason, column_with(row.raw, row.account))
        begin = open_step(row, client_id, product, with_seller=self._choices.with_sellers)
        update = update_step(row, product, self._choices.terms)
        if row.outcome == "won":
            check_complete(update, begin.package)
        return (*(() if known else (begin,)), update, *close_steps(row))

    def _card(self, row: DealRow, commands: tuple[Command, ...]) -> Iterator[Planned]:
        """Publish the standard rate card before the first deal that needs it."""
        id_ = rate_card_id(self._choices.terms.entity, row.currency)
        needs = id_ in {getattr(command, "rate_card_id", None) for command in commands}
        if not needs or id_ in self._cards:
            return
        self._cards.add(id_)
        if not self._directory.has(id_):
            yield Planned(id_, (rate_card(self._choices.terms, row.currency),))

    def _note_seller(self, row: DealRow) -> None:
        agents = self._export.agents
        if agents is not None and row.owner and row.owner not in agents:
            self._strangers.add(row.owner)


def _chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
