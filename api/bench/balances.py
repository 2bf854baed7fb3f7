"""Any-date reports of the ledger: flat from 1e5 to 1e6 lines or more; and against summing them."""

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from api.bench.ground import ENTITY, Ground
from api.bench.line import Line, seconds
from domain.command import Command
from domain.identity import named_id, new_id
from domain.ledger.commands import PostDerivedJournal
from domain.ledger.journal import Line as Posting
from projections.reports import REPORTS

SMALL, LARGE = 100_000, 1_000_000
LINES_A_JOURNAL = 4
PROBES = 15
REPORTS_ASKED = ("trial-balance", "balance-sheet", "project-profitability")
PROJECTS = [named_id("bench project", str(no)) for no in range(60)]
ACCOUNTS = ("1000", "1100", "1420", "2000", "2110", "2300", "4000", "4010", "5000", "5010", "5020",
            "5090", "6000", "6010", "6100", "6210")  # fmt: skip
NAIVE = """
SELECT account, currency, sum(amount), sum(functional) FROM ledger_lines
WHERE entity = %s AND book = 'main' AND accounting_date <= %s AND position <= %s
GROUP BY account, currency
"""


def lines(ground: Ground) -> Iterator[Line]:
    """The as-of rows; ``LARGE`` says up to how many lines."""
    feed = ground.system.feed()
    feed.lead()
    with ground.system.connect() as conn:
        load(ground, SMALL)
        feed.catch_up()
        conn.execute("ANALYZE")
        small, _ = probe(conn)
        load(ground, LARGE - SMALL)
        feed.catch_up()
        conn.execute("ANALYZE")
        large, naive = probe(conn)
    for name in REPORTS_ASKED:
        yield Line(f"any-date {name.replace('-', ' ')}, {LARGE:.0e} lines", large[name],
                   small[name], "ms", "at 1e5 lines", 1.3, "at most")  # fmt: skip
    yield Line(f"summing {LARGE:.0e} lines instead", naive, large["trial-balance"], "ms",
               "the trial balance", 50.0)  # fmt: skip


def load(ground: Ground, lines_: int) -> None:
    """Journals in the order of their dates, one in fifty late, as imports."""
    dice = random.Random(lines_)  # noqa: S311 -- the same load every run
    count = lines_ // LINES_A_JOURNAL
    from domain.actor import SYSTEM

    with ground.store.importing(SYSTEM) as batch:
        for no in range(count):
            batch.run(journal(dice, no, count))
            if no % 2000 == 0:
                batch.flush()


def journal(dice: random.Random, no: int, count: int) -> Command:
    """Four balanced lines in two currencies, two of them on a project."""
    day = date(2024, 1, 1) + timedelta(days=no * 700 // count)
    if no % 50 == 0:
        day = max(date(2024, 1, 1), day - timedelta(days=dice.randrange(60)))
    first, second = (
        Decimal(dice.randrange(1, 10**6)) / 100,
        Decimal(dice.randrange(1, 10**6)) / 100,
    )
    a, b, c, d = dice.sample(ACCOUNTS, 4)
    rate, project = Decimal("0.92"), dice.choice(PROJECTS)
    books = (second * rate).quantize(Decimal("0.01"))
    return PostDerivedJournal(
        journal_id=new_id(), entity=ENTITY, functional_currency="EUR", accounting_date=day,
        description="bench", document="", source_position=1, rule="bench", rule_version=1,
        lines=(Posting(a, "EUR", first, first, project),
               Posting(b, "EUR", -first, -first, project),
               Posting(c, "USD", second, books), Posting(d, "USD", -second, -books)),
    )  # fmt: skip


def probe(conn: Any) -> tuple[dict[str, float], float]:
    """Median ms of the reports and of summing the lines, at the same days and positions."""
    dice = random.Random(7)  # noqa: S311 -- the same questions every run
    last = conn.execute("SELECT max(position) FROM events").fetchone()[0]
    asked = [
        (date(2024, 2, 1) + timedelta(days=dice.randrange(660)), dice.randrange(last // 2, last))
        for _ in range(PROBES)
    ]
    found = {}
    for name in REPORTS_ASKED:  # the first time warms: plans prepared, pages in memory
        found[name] = [median_ms(partial(ask, conn, name), asked) for _ in range(2)][-1]
    return found, [median_ms(partial(add_up, conn), asked) for _ in range(2)][-1]


def median_ms(question: Callable[[date, int], None], asked: Sequence[tuple[date, int]]) -> float:
    """Median of a question at several dates and positions."""
    return 1000 * statistics.median(seconds(partial(question, *one)) for one in asked)


def ask(conn: Any, name: str, day: date, known: int) -> None:
    """A report."""
    REPORTS[name].run(conn, {"entity": ENTITY, "effective": day, "known": known})


def add_up(conn: Any, day: date, known: int) -> None:
    """The same figures from the lines."""
    conn.execute(NAIVE, [ENTITY, day, known]).fetchall()
