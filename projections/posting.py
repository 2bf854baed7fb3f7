"""Posting and policies as reactions: facts become journals and follow-up commands."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.command import Command
from domain.identity import named_id
from domain.ledger.commands import PostDerivedJournal
from domain.ledger.period import Calendar, calendar_id
from domain.ledger.posting import RULES, VERSION, Entry, entries_of
from domain.policies import POLICIES, follow_ups
from projections.reactions import Halt
from projections.recorded import Decode, Recorded
from projections.table import Conn
from projections.unreadable import Unreadable

CALENDAR_FACTS = (
    Calendar.Begun, Calendar.PeriodOpened, Calendar.PeriodSoftClosed, Calendar.PeriodHardClosed,
    Calendar.ReopeningAsked, Calendar.PeriodReopened, Calendar.FiscalYearClosed,
)  # fmt: skip
"""All facts of a calendar: its state follows from every one, in order."""
CALENDAR_TOPICS = f"topic IN ({', '.join(repr(fact.TOPIC) for fact in CALENDAR_FACTS)})"
CALENDARS = f"""
SELECT topic, stream_id, version, schema_version, recorded_at, payload FROM events
WHERE {CALENDAR_TOPICS} AND position > %s AND position <= %s ORDER BY position
"""


class Calendars:
    """The periods of every entity as the log had them at one position."""

    def __init__(self) -> None:
        self._known: dict[UUID, Calendar] = {}

    def see(self, fact: Any) -> None:
        """Move with the log."""
        if isinstance(fact, CALENDAR_FACTS):
            id_ = fact.originator_id
            self._known[id_] = fact.mutate(self._known.get(id_))  # type: ignore[assignment]

    def first_open(self, entity: str, day: date) -> date | None:
        """The day, or the first open day after it; None where no month is open."""
        calendar = self._known.get(calendar_id(entity))
        return calendar.first_open(day) if calendar else None


class Posting:
    """Facts to journals by the rules, dated by the calendar as it stood when they were recorded.

    A fact that finds no open month takes the first one that is opened after it.
    """

    name = "posting"
    halts = True

    def __init__(self) -> None:
        self._calendars = Calendars()
        self._decode: Decode

    def begin(self, conn: Conn, decode: Decode, position: int) -> None:
        """Periods as they stood at the position."""
        self._decode = decode
        self._calendars = Calendars()
        for fact in self._calendar_facts(conn, 0, position):
            self._calendars.see(fact)

    def commands(self, conn: Conn, at: Recorded) -> Sequence[Command]:
        """The journals of a fact. Raises Halt while no month is open for one, CannotRead."""
        if isinstance(at.fact, Unreadable):
            at.fact.refuse((*RULES, *CALENDAR_FACTS))
        self._calendars.see(at.fact)
        return [
            self._command(at, no, entry, self._accounting_date(conn, at, entry))
            for no, entry in enumerate(entries_of(at.fact))
        ]

    def _accounting_date(self, conn: Conn, at: Recorded, entry: Entry) -> date:
        day = self._calendars.first_open(entry.entity, entry.effective_date)
        if day is None:
            day = self._opened_later(conn, at, entry)
        if day is None:
            raise Halt(f"no month of {entry.entity} is open from {entry.effective_date} on")
        return day

    def _opened_later(self, conn: Conn, at: Recorded, entry: Entry) -> date | None:
        first = entry.effective_date.replace(day=1)
        for fact in self._calendar_facts(conn, at.position, 2**62):
            if isinstance(fact, Calendar.PeriodOpened) and fact.entity == entry.entity:
                opened: date = fact.month
                if opened >= first:
                    return max(opened, entry.effective_date)
        return None

    def _calendar_facts(self, conn: Conn, after: int, until: int) -> Iterable[Any]:
        for row in conn.execute(CALENDARS, [after, until]).fetchall():
            yield self._decode(*row)

    def _command(self, at: Recorded, no: int, entry: Entry, day: date) -> PostDerivedJournal:
        return derived_journal(at.position, no, entry, day)


def derived_journal(position: int, no: int, entry: Entry, day: date) -> PostDerivedJournal:
    """The one command of an entry: its ids follow from source event and place."""
    key = f"{position}:{no}"
    return PostDerivedJournal(
        command_id=named_id("post", key, day), journal_id=named_id("journal", key, day),
        entity=entry.entity, functional_currency=entry.currency, accounting_date=day,
        effective_date=entry.effective_date, description=entry.description,
        document=entry.document, lines=entry.lines, source_position=position, rule=entry.rule,
        rule_version=VERSION, book=entry.book,
    )  # fmt: skip


class Policies:
    """Facts to follow-up commands; one that is refused is a dead letter for a person."""

    name = "policies"
    halts = False

    def begin(self, conn: Conn, decode: Decode, position: int) -> None:
        """Nothing is held in memory."""

    def commands(self, conn: Conn, at: Recorded) -> Sequence[Command]:
        """What follows from a fact. Raises CannotRead."""
        del conn
        if isinstance(at.fact, Unreadable):
            at.fact.refuse(POLICIES)
        return follow_ups(at.fact, at.position, at.effective_date)
