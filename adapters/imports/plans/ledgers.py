"""A ledger of another system: its opening balances become one journal, its journals theirs.

Accounts are ours where Throughline wrote the file; otherwise a map says which of ours each is.
An account whose opening balance and movements do not make its closing balance is refused, and
then all opening balances are, for a trial balance without some accounts is none. Journals stand
for themselves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from adapters.imports.plans.planned import Plan, Planned, Spot, unfit, with_content
from adapters.imports.plans.window import Window
from adapters.imports.refusals import UnknownFormat
from adapters.imports.saf_t.books import Balances, Entry, Header, Transaction
from adapters.imports.saf_t.books import balances as read_balances
from adapters.imports.saf_t.books import header as read_header
from adapters.imports.saf_t.books import transaction as read_transaction
from adapters.imports.saf_t.records import Node, records
from adapters.imports.verdict import Broken, CellError
from domain.ledger.chart import CHART
from domain.ledger.commands import JournalLineInput
from domain.ledger.opening_commands import (
    ImportJournal,
    ImportOpeningBalances,
    imported_id,
    opening_id,
)

OURS = "Throughline"
ZERO = Decimal(0)
DIMENSIONS = {
    "DEPT": "department", "COSTCODE": "cost_code", "COSTTYPE": "cost_type", "PHASE": "phase",
    "PARTNER": "counterparty",
}  # fmt: skip
"""Analysis types that are dimensions of ours."""
Projects = Callable[[str], UUID | None]


@dataclass(frozen=True)
class LedgerChoices:
    """``accounts`` says which of ours each of theirs is; ``rest_to`` takes what openings lack."""

    entity: str
    currency: str
    accounts: Mapping[str, str]
    window: Window
    rest_to: str = ""
    project: Projects = lambda _: None


class LedgerPlan:
    """The plan of one SAF-T file; each account with an opening balance is a row, each journal."""

    def __init__(self, path: Path, choices: LedgerChoices) -> None:
        self._path, self._choices = path, choices
        self._header, self._balances, self._moved = self._survey()

    @property
    def notes(self) -> Sequence[str]:
        """Whose ledger it is."""
        return [f"{self._header.company}, {self._header.software}, from {self._header.first}"]

    def steps(self) -> Plan:
        """Opening balances, then journals in the order of the file."""
        yield from self._opening()
        for node in records(self._path):
            if node.name == "Transaction":
                yield self._journal(node)

    def _survey(self) -> tuple[Header, list[Balances], Mapping[str, Decimal]]:
        """A first walk: nothing is given out of a file that is broken at its end."""
        header: Header | None = None
        accounts: list[Balances] = []
        moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for node in records(self._path):
            try:
                if node.name == "Header":
                    header = read_header(node)
                elif node.name == "Account":
                    accounts.append(read_balances(node))
                elif header:
                    for line in read_transaction(node, header.currency).lines:
                        moved[line.account] += line.functional
            except CellError as trouble:
                if node.name != "Transaction":
                    raise UnknownFormat(f"Line {node.line}: {trouble}") from None
        if header is None:
            raise UnknownFormat("The file has no header.")
        if header.currency != self._choices.currency:
            words = f"The books are in {header.currency}, ours in {self._choices.currency}."
            raise UnknownFormat(words)
        return header, accounts, moved

    def _account(self, theirs: str) -> str:
        ours = self._choices.accounts.get(theirs)
        if ours is None and self._header.software == OURS:
            ours = theirs
        if ours not in CHART:
            reason = f"No account of ours is named for {theirs!r}; the map says which it is."
            raise CellError("unknown_account", reason, "AccountID")
        return ours

    def _opening(self) -> Plan:
        broken = [found for one in self._balances if (found := self._untied(one))]
        yield from broken
        lines = {one.line for one in broken}
        sound = [one for one in self._balances if one.opening and one.line not in lines]
        if not sound:
            return
        total = sum((one.opening for one in sound), ZERO)
        if self._choices.rest_to or not (broken or total):
            yield self._opened(sound)
            return
        why = "others are refused" if broken else f"they sum to {total}"
        for one in sound:
            reason = f"Opening balances come in together, and {why}."
            yield Broken(one.line, "unbalanced", reason, "OpeningBalance")

    def _untied(self, one: Balances) -> Broken | None:
        try:
            self._check(one)
        except CellError as trouble:
            return Broken(one.line, trouble.code, trouble.reason, trouble.column)
        return None

    def _check(self, one: Balances) -> None:
        moved = self._moved.get(one.code, ZERO)
        if one.opening + moved != one.closing:
            reason = f"{one.code}: {one.opening} and movements of {moved} are not {one.closing}."
            raise CellError("does_not_tie", reason, "ClosingBalance")
        if one.opening:
            self._account(one.code)

    def _opened(self, sound: Sequence[Balances]) -> Planned:
        books = self._choices.currency
        lines = tuple(
            line_input(self._account(one.code), Entry("", books, one.opening, one.opening, {}))
            for one in sound
        )
        command = ImportOpeningBalances(
            entity=self._choices.entity, currency=books, on=self._header.first, lines=lines,
            rest_to=self._choices.rest_to,
        )  # fmt: skip
        keyed = with_content(command, "opening", self._choices.entity, self._header.source)
        spots = tuple(Spot(one.line, one.code) for one in sound)
        return Planned(opening_id(self._choices.entity, books), (keyed,), spots)

    def _journal(self, node: Node) -> Planned | Broken:
        try:
            found = read_transaction(node, self._header.currency)
            self._choices.window.check(found.posted_on, "GLPostingDate")
            command = self._command(found)
        except CellError as trouble:
            return Broken(node.line, trouble.code, trouble.reason, trouble.column)
        except ValidationError as error:
            unfitting = unfit(error)
            return Broken(node.line, unfitting.code, unfitting.reason)
        entity, source = self._choices.entity, self._header.source
        id_ = imported_id(entity, source, found.key)
        keyed = with_content(command, "journal", entity, source, found.key)
        return Planned(id_, (keyed,), (Spot(found.line, found.key),))

    def _command(self, found: Transaction) -> ImportJournal:
        return ImportJournal(
            entity=self._choices.entity, source=self._header.source, reference=found.key,
            accounting_date=found.posted_on, effective_date=found.effective_on,
            description=found.description, document=found.document,
            lines=tuple(self._lines(found.lines)),
        )  # fmt: skip

    def _lines(self, lines: Sequence[Entry]) -> Iterator[JournalLineInput]:
        for line in lines:
            project = line.axes.get("PROJECT")
            yield line_input(self._account(line.account), line,
                             self._choices.project(project) if project else None)  # fmt: skip


def line_input(account: str, line: Entry, project_id: UUID | None = None) -> JournalLineInput:
    """A line as a command takes it: sides by its own currency, the books' amount signed."""
    said = {name: line.axes[axis] for axis, name in DIMENSIONS.items() if axis in line.axes}
    return JournalLineInput(
        account=account, currency=line.currency, debit=max(line.amount, ZERO),
        credit=max(-line.amount, ZERO), functional=line.functional, project_id=project_id,
        **said,
    )  # fmt: skip
