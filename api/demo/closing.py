"""Closing a month of a demo firm as its controller does: checked, and what may wait is said."""

from collections.abc import Iterator
from datetime import date

from api.wiring import System
from domain.command import Command
from domain.identity import named_id
from domain.ledger.close_commands import HardClosePeriod, WaiverInput
from domain.ledger.commands import OpenPeriod, SoftClosePeriod
from domain.ledger.period import month_after
from domain.ledger.revaluation_commands import RevalueForeignBalances
from projections.gathering import gathered

MAY_WAIT = {
    "unbilled": "billed with the next run",
    "time": "sheets that come later are booked in the next month",
    "revenue": "contracts that began late in the month are caught up",
}


def revaluing(system: System, key: str, entity: str, month: date) -> Iterator[Command]:
    """Value foreign balances at the month's end; the next month takes what is put back."""
    after = month_after(month)
    yield OpenPeriod(
        command_id=named_id(key, f"open {entity} {after:%Y-%m}"), entity=entity, month=after
    )
    run = RevalueForeignBalances(
        command_id=named_id(key, f"revalue {entity} {month:%Y-%m}"), entity=entity, month=month
    )
    with system.connect() as conn:
        yield gathered(conn, run)


def closing(system: System, key: str, entity: str, month: date) -> Iterator[Command]:
    """The two closes of a month; ``key`` makes their ids. Readers must have read everything."""
    words = f"{entity} {month:%Y-%m}"
    yield SoftClosePeriod(
        command_id=named_id(key, f"soft close {words}"), entity=entity, month=month
    )
    hard = HardClosePeriod(
        command_id=named_id(key, f"hard close {words}"), entity=entity, month=month,
        waived=tuple(WaiverInput(task=task, why=why) for task, why in MAY_WAIT.items()),
    )  # fmt: skip
    with system.connect() as conn:
        yield gathered(conn, hard)
