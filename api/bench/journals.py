"""Journals through the command path, single and in batches, against bare SQL."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from api.bench.ground import ACTOR, ENTITY, Ground
from api.bench.line import Line, alternately, seconds
from domain.command import Command
from domain.identity import new_id
from domain.ledger.commands import JournalLineInput, PostJournal

SINGLE, BATCHES, BATCH = 300, 3, 1000

TABLES = """
CREATE TABLE bare_entries (id uuid PRIMARY KEY, booked_on date, text text);
CREATE TABLE bare_lines (entry_id uuid, no int, account text, currency text, amount numeric,
    functional numeric, PRIMARY KEY (entry_id, no));
"""
ENTRY = "INSERT INTO bare_entries VALUES (%s, %s, %s)"
LINE = "INSERT INTO bare_lines VALUES (%s, %s, %s, 'EUR', %s, %s)"


def lines(ground: Ground) -> Iterator[Line]:
    """Single and batched."""
    with ground.system.connect() as conn:
        for statement in filter(str.strip, TABLES.split(";")):
            conn.execute(statement)
        ours, bare = alternately(
            5, lambda: SINGLE / post_singly(ground), lambda: SINGLE / insert_singly(conn)
        )
        yield Line("a journal, durable, single", ours, bare, "a second",
                   "a bare three-statement transaction", 0.3)  # fmt: skip
        total = BATCHES * BATCH
        ours, bare = alternately(
            3, lambda: total / post_batches(ground), lambda: total / insert_batches(conn)
        )
        yield Line("journals, 1,000 a batch", ours, bare, "a second",
                   "executemany of the same rows", 0.25)  # fmt: skip


def journal() -> Command:
    """Two lines that balance."""
    amount = Decimal("125.50")
    sides = (JournalLineInput(account="6010", currency="EUR", debit=amount),
             JournalLineInput(account="1000", currency="EUR", credit=amount))  # fmt: skip
    return PostJournal(journal_id=new_id(), entity=ENTITY, accounting_date=date(2025, 3, 3),
                       description="bench", lines=sides)  # fmt: skip


def post_singly(ground: Ground) -> float:
    """One command, one commit."""
    commands = [journal() for _ in range(SINGLE)]
    return seconds(lambda: [ground.store.execute(command, ACTOR) for command in commands])


def insert_singly(conn: Any) -> float:
    """An entry and its two lines, one commit."""

    def run() -> None:
        for _ in range(SINGLE):
            id_ = new_id()
            with conn.transaction():
                conn.execute(ENTRY, [id_, date(2025, 3, 3), "bench"])
                conn.execute(LINE, [id_, 1, "6010", Decimal("125.50"), Decimal("125.50")])
                conn.execute(LINE, [id_, 2, "1000", Decimal("-125.50"), Decimal("-125.50")])

    return seconds(run)


def post_batches(ground: Ground) -> float:
    """Commands checked one by one, appended a thousand at a time."""
    commands = [journal() for _ in range(BATCHES * BATCH)]
    return seconds(lambda: ground.load(iter(commands), BATCH))


def insert_batches(conn: Any) -> float:
    """The same rows by executemany, a thousand entries a transaction."""

    def run() -> None:
        for _ in range(BATCHES):
            ids = [new_id() for _ in range(BATCH)]
            with conn.transaction(), conn.cursor() as cursor:
                cursor.executemany(ENTRY, [(id_, date(2025, 3, 3), "bench") for id_ in ids])
                cursor.executemany(LINE, [
                    (id_, no, account, amount, amount) for id_ in ids
                    for no, account, amount in ((1, "6010", Decimal("125.50")),
                                                (2, "1000", Decimal("-125.50")))
                ])  # fmt: skip

    return seconds(run)
