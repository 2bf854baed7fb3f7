"""The books against the log: journals balance, lines are those of the journals, rules repeat."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.ledger.commands import PostDerivedJournal
from domain.ledger.journal import Journal, Unbalanced, check_balance
from projections.ledger import line_row
from projections.posting import Posting
from projections.reactions import Halt
from projections.recorded import Recorded
from projections.unreadable import CannotRead
from projections.verify.check import Check, Evidence

LINES = """
SELECT l.* FROM ledger_lines l WHERE position BETWEEN %(first)s AND %(last)s
ORDER BY position, no
"""
POSTED = """
SELECT DISTINCT journal_id FROM ledger_lines WHERE source_position BETWEEN %(first)s AND %(last)s
"""
JOURNALS = """
SELECT effective_date, topic, stream_id, version, schema_version, recorded_at, payload
FROM events WHERE stream_id = ANY(%(ids)s) AND version = 1
"""
SAME = (
    "entity", "functional_currency", "accounting_date", "description", "document", "lines",
    "source_position", "rule", "book",
)  # fmt: skip


class Balanced(Check):
    """Debits equal credits in every journal: in the books, and in each foreign currency."""

    name = "journals balanced"
    count = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Ask the domain's own rule."""
        for at in page:
            if isinstance(at.fact, Journal.Posted):
                self.count += 1
                try:
                    check_balance(at.fact.lines, at.fact.functional_currency)
                except Unbalanced as unbalanced:
                    self.find(f"event {at.position}, journal {at.stream_id}: {unbalanced}")

    def conclude(self) -> str:
        """How many."""
        return f"{self.count} journals"


class Lines(Check):
    """The ledger's lines are exactly those of the journals in the log."""

    name = "ledger lines are the log's"
    count = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Compare the lines of a stretch of the log."""
        read = self.evidence.readers["ledger"].position
        journals = [at for at in page if type(at.fact) is Journal.Posted and at.position <= read]
        said = [line_row(at, no, line) for at in journals for no, line in enumerate(at.fact.lines)]
        found = self.evidence.rows(LINES, first=page[0].position, last=page[-1].position)
        self.count += len(said)
        if said != found:
            self._name({row[:2]: row for row in said}, {row[:2]: row for row in found})

    def _name(self, said: dict[Any, Any], found: dict[Any, Any]) -> None:
        for key in sorted(said.keys() | found.keys()):
            if said.get(key) != found.get(key):
                words = {True: "differs", False: "is not in the log"}[key in said]
                words = words if key in found else "is missing"
                self.find(f"line {key[1]} of event {key[0]} {words}")

    def conclude(self) -> str:
        """How many."""
        return f"{self.count} lines"


class Rules(Check):
    """The posting rules, run again over all facts, give exactly the journals recorded."""

    name = "posting rules repeat"
    stops_at_facts = True
    count = 0

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._posting = Posting()
        self._posting.begin(evidence.conn, evidence.decode, 0)

    def read(self, page: Sequence[Recorded]) -> None:
        """Derive the journals of a page anew and look up those recorded for it."""
        derived = {command.journal_id: command for at in page for command in self._derive(at)}
        first, last = page[0].position, page[-1].position
        posted = {row[0] for row in self.evidence.rows(POSTED, first=first, last=last)}
        recorded = dict(self._recorded(posted | derived.keys()))
        self.count += len(derived)
        for id_ in posted - derived.keys():
            self.find(f"journal {id_} follows from no rule")
        for id_, command in derived.items():
            for what in differences(command, recorded.get(id_)):
                self.find(f"event {command.source_position}, journal {id_}: {what}")

    def _derive(self, at: Recorded) -> Sequence[PostDerivedJournal]:
        try:
            return self._posting.commands(self.evidence.conn, at)  # type: ignore[return-value]
        except (Halt, CannotRead) as reason:
            self.find(f"event {at.position} was passed, but {reason}")
            return []

    def _recorded(self, ids: Iterable[UUID]) -> Iterator[tuple[UUID, tuple[date, Any]]]:
        for effective, *columns in self.evidence.rows(JOURNALS, ids=list(ids)):
            fact = self.evidence.decode(*columns)
            yield columns[1], (effective, fact)

    def conclude(self) -> str:
        """How many."""
        return f"{self.count} journals derived again"


def differences(command: PostDerivedJournal, recorded: tuple[date, Any] | None) -> Iterator[str]:
    """What a recorded journal says otherwise than the rules do now."""
    if recorded is None or not isinstance(recorded[1], Journal.Posted):
        yield f"{command.rule} was never recorded"
        return
    effective, fact = recorded
    for name in SAME:
        held, wanted = getattr(fact, name), getattr(command, name)
        if held != wanted:
            yield f"{name} is {held} (rules {fact.rule_version}), now {wanted}"
    if effective != command.effective_date:
        yield f"of {effective}, now of {command.effective_date}"
