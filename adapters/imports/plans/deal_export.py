"""A CRM's export as it lies on disk: the file of deals and the files beside it.

The sample CRM puts accounts, products and teams beside its pipeline; Salesforce exports one
file. What is wrong in a file beside it is a note: its rows are not rows of the import.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from adapters.imports import crm, salesforce
from adapters.imports.crm import AccountRow, AgentRow, ProductRow
from adapters.imports.deal import DealOptions, DealRow
from adapters.imports.refusals import MissingFile, UnknownFormat
from adapters.imports.tabular import read_header
from adapters.imports.verdict import Broken

PIPELINE, ACCOUNTS = "sales_pipeline.csv", "accounts.csv"
PRODUCTS, TEAMS = "products.csv", "sales_teams.csv"


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


@dataclass(frozen=True, slots=True)
class DealExport:
    """Deals still to be read, and by name what lies beside them; None where no file does."""

    deals: Iterator[DealRow | Broken]
    accounts: Mapping[str, AccountRow] | None = None
    products: Mapping[str, ProductRow] | None = None
    agents: Mapping[str, AgentRow] | None = None
    notes: list[str] = field(default_factory=list)


def file_of_deals(path: Path) -> Path:
    """The file of deals in a folder, or the file itself. Raises MissingFile."""
    found = path / PIPELINE if path.is_dir() else path
    if path.is_dir() and not found.is_file():
        raise MissingFile(f"The folder {path.name} holds no {PIPELINE}.")
    return found


def open_export(path: Path, options: DealOptions) -> DealExport:
    """Open everything there is. Raises Refusal where a file as a whole cannot be read."""
    deals = file_of_deals(path)
    header = read_header(deals)
    if not crm.PIPELINE.missing(header):
        return _sample(deals, options)
    if not salesforce.LAYOUT.missing(header):
        return DealExport(salesforce.read_deals(deals, options))
    have = ", ".join(name for name in header if name)
    raise UnknownFormat(f"No known export of deals has just these columns: {have[:300]}.")


def _sample(deals: Path, options: DealOptions) -> DealExport:
    folder, notes = deals.parent, list[str]()
    prices = partial(crm.read_products, currency=options.currency)
    return DealExport(
        deals=crm.read_deals(deals, options),
        accounts=_named(folder / ACCOUNTS, crm.read_accounts, notes),
        products=_named(folder / PRODUCTS, prices, notes),
        agents=_named(folder / TEAMS, crm.read_teams, notes),
        notes=notes,
    )


def _named(
    path: Path, read: Callable[[Path], Iterable[N | Broken]], notes: list[str]
) -> Mapping[str, N] | None:
    if not path.exists():
        return None
    found: dict[str, N] = {}
    for row in read(path):
        if isinstance(row, Broken):
            notes.append(f"{path.name} line {row.line} was not read ({row.code}): {row.reason}")
        else:
            found[row.name] = row
    return found
