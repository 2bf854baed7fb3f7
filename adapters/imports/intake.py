"""Takes in what a plan gives: batches of commands, each appended as one, a verdict for each row.

Rows are decided in the order of the file, each on top of those before it. What is refused
leaves nothing behind; what was accepted before is answered again and recorded no second time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol
from uuid import UUID

from adapters.imports.plans.planned import Planned
from adapters.imports.verdict import Broken
from adapters.imports.verdicts import Verdict, Word
from domain.command import Command
from domain.errors import Refusal
from domain.request import AlreadyTaken, Outcome

BATCH = 1000
Row = Planned | Broken


class Taker(Protocol):
    """An ``Import`` of the store, or a rehearsal of one."""

    @property
    def refused(self) -> list[tuple[Command, Refusal]]:
        """Commands that a flush had to refuse after all."""

    def expect(self, commands: Sequence[Command]) -> None:
        """Look up which of these were accepted before. Raises KeyReused."""

    def foresee(self, ids: Sequence[UUID]) -> None:
        """Load records in one question, ahead of their commands."""

    def run(self, command: Command) -> Outcome:
        """Decide one command. Raises a Refusal."""

    def flush(self) -> int:
        """Append everything decided so far."""


Begin = Callable[[], Taker]


def take_in(rows: Iterable[Row], begin: Begin, batch: int = BATCH) -> Iterator[Verdict]:
    """Run every planned command, ``batch`` steps an append; verdicts follow each append.

    ``begin`` gives the import of one append. Raises TooBusy where others keep changing the same
    records: what was appended before stays, and running it again goes on from there.
    """
    remaining = iter(rows)
    while part := list(islice(remaining, batch)):
        yield from _part(part, begin)


def _part(rows: Sequence[Row], begin: Begin) -> list[Verdict]:
    """Append rows together, or in halves where a natural key among them is taken."""
    try:
        return _appended(rows, begin())
    except AlreadyTaken as refusal:
        if len(rows) == 1 and isinstance(rows[0], Planned):
            return _refused(rows[0], refusal)
        half = len(rows) // 2
        return _part(rows[:half], begin) + _part(rows[half:], begin)


def _appended(rows: Sequence[Row], taker: Taker) -> list[Verdict]:
    planned = [row for row in rows if isinstance(row, Planned)]
    reused = _expect([command for row in planned for command in row.commands], taker)
    taker.foresee([*{row.stream or row.id for row in planned}])
    verdicts = [_decided(row, taker, reused) for row in rows]
    taker.flush()
    late = {command.command_id: refusal for command, refusal in taker.refused}
    return [
        verdict
        for row, decided in zip(rows, verdicts, strict=True)
        for verdict in _after(row, decided, late)
    ]


def _expect(commands: Sequence[Command], taker: Taker) -> dict[UUID, Refusal]:
    """Look up earlier answers; give back the refused: their key stands for other content."""
    try:
        taker.expect(commands)
    except Refusal as refusal:
        if len(commands) == 1:
            return {commands[0].command_id: refusal}
        half = len(commands) // 2
        return _expect(commands[:half], taker) | _expect(commands[half:], taker)
    return {}


def _decided(row: Row, taker: Taker, reused: dict[UUID, Refusal]) -> list[Verdict]:
    if isinstance(row, Broken):
        return [Verdict(row.line, "refused", row.code, row.field or "", row.reason)]
    try:
        repeated = [_run(command, taker, reused) for command in row.commands]
    except Refusal as refusal:
        return _refused(row, refusal)
    word: Word = "answered" if all(repeated) else "accepted"
    return [Verdict(s.line, word, field=s.field or "", id=str(row.id)) for s in row.spots]


def _run(command: Command, taker: Taker, reused: dict[UUID, Refusal]) -> bool:
    """Decide one command; whether it was answered again. Raises a Refusal."""
    if refusal := reused.get(command.command_id):
        raise refusal
    return taker.run(command).repeated


def _refused(row: Planned, refusal: Refusal) -> list[Verdict]:
    code, field = refusal.code.lower(), refusal.field or ""
    return [
        Verdict(spot.line, "refused", code, spot.field or field, refusal.message, str(row.id))
        for spot in row.spots
    ]


def _after(row: Row, verdicts: list[Verdict], refused: dict[UUID, Refusal]) -> list[Verdict]:
    """Verdicts as they stand once the batch is appended."""
    if isinstance(row, Planned) and refused:
        for command in row.commands:
            if refusal := refused.get(command.command_id):
                return _refused(row, refusal)
    return verdicts
