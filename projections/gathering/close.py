"""What the close of a month needs: its checklist, its trial balance, the root of the log."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.ledger.close_commands import HardClosePeriod
from domain.ledger.closing import BooksToClose
from domain.ledger.journal import MAIN_BOOK
from domain.ledger.period import month_after, month_of
from projections.close_tasks import Closing, close_tasks
from projections.reports.trial_balance import TRIAL_BALANCE
from projections.table import Conn

CHECKPOINT = """
SELECT size, encode(merkle_root, 'hex') FROM checkpoints WHERE size <= %s
ORDER BY size DESC LIMIT 1
"""


def books_to_close(conn: Conn, command: HardClosePeriod, known: int) -> Mapping[str, Any]:
    """The month as the books have it."""
    month = month_of(command.month)
    asked = {
        "effective": month_after(month) - timedelta(days=1), "entity": command.entity,
        "book": MAIN_BOOK,
    }  # fmt: skip
    balance = TRIAL_BALANCE.packet(conn, TRIAL_BALANCE.asked(asked), known)
    size, root = conn.execute(CHECKPOINT, [known]).fetchone() or (0, "")
    tasks = close_tasks(Closing(conn, command.entity, month, known))
    return {"books": BooksToClose(known, balance.digest, size, root, tasks)}
