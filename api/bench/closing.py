"""Closing a month: its checklist and seal, with 200,000 journals in it against a tenth."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from api.bench.ground import ENTITY, MONDAY, Ground
from api.bench.line import Line, seconds
from api.bench.projecting import memory_mb
from api.followers import catch_up
from domain.actor import SYSTEM
from domain.command import Command
from domain.identity import named_id
from domain.ledger.close_commands import HardClosePeriod
from domain.ledger.commands import PostDerivedJournal, SoftClosePeriod
from domain.ledger.journal import Line as Posting
from projections.gathering import gathered

SMALL, LARGE = 20_000, 200_000
SECOND = date(2024, 2, 1)


def lines(ground: Ground) -> Iterator[Line]:
    """The rows of the close: of January with a tenth, of February with all of them."""
    small, _ = close(ground, MONDAY, SMALL)
    large, grown = close(ground, SECOND, LARGE)
    yield Line("close of a month, 200,000 journals", LARGE / large, SMALL / small, "a second",
               "of a tenth", 0.8)  # fmt: skip
    yield Line("memory that such a close adds", grown, 64.0, "MB", "the limit set",
               1.0, "at most")  # fmt: skip
    yield Line("seconds of such a close", large, 10.0, "s", "the limit set", 1.0, "at most")


def close(ground: Ground, month: date, count: int) -> tuple[float, float]:
    """Fill a month with journals and close it; seconds and MB of the close alone."""
    ground.load((journal(month, no) for no in range(count)), actor=SYSTEM)
    catch_up(ground.system)
    with ground.system.connect() as conn:
        conn.execute("ANALYZE")
    ground.do(SoftClosePeriod(entity=ENTITY, month=month))
    catch_up(ground.system)
    before = memory_mb()
    return seconds(lambda: hard_close(ground, month)), memory_mb() - before


def hard_close(ground: Ground, month: date) -> None:
    """As a controller does it."""
    with ground.system.connect() as conn:
        command = gathered(conn, HardClosePeriod(entity=ENTITY, month=month))
    ground.do(command)


def journal(month: date, no: int) -> Command:
    """A cost on account."""
    amount = Decimal(100 + no % 9_000) / 100
    return PostDerivedJournal(
        journal_id=named_id("bench close", f"{month} {no}"), entity=ENTITY,
        functional_currency="EUR", accounting_date=month + timedelta(days=no % 28),
        description="bench", document="", source_position=1, rule="bench", rule_version=1,
        lines=(Posting("6010", "EUR", amount, amount), Posting("1000", "EUR", -amount, -amount)),
    )  # fmt: skip
