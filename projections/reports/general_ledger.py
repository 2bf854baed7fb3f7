"""The general ledger of an account: opening balance, lines of a period, closing balance."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from domain.ledger.chart import account
from projections.as_of import AsOf
from projections.balances import Balance, Scope, balances_at, layers
from projections.packet import Column, Row, text
from projections.report import BOOK, ENTITY, MOST_ROWS, BadParameter, Parameter, Report, skipped
from projections.reports.trial_balance import SIDES, sides
from projections.stored_balances import AccountKey
from projections.table import Conn

# By what the lines say, so that the order is the same wherever the same was done; position and
# number only tell apart what reads the same.
LINES = """
SELECT l.entity, l.accounting_date, l.effective_date, l.document, l.description, l.rule,
       coalesce(p.code, ''), l.currency, l.amount, l.functional_currency, l.functional,
       l.position, l.journal_id
FROM ledger_lines l LEFT JOIN projects p ON p.id = l.project_id
WHERE l.book = ANY(%(books)s) AND l.account = %(account)s
    AND (%(entity)s::text IS NULL OR l.entity = %(entity)s)
    AND l.accounting_date BETWEEN %(from)s AND %(to)s AND l.position <= %(known)s
ORDER BY l.accounting_date, l.effective_date, l.entity COLLATE "C", l.document COLLATE "C",
    l.description COLLATE "C", l.rule COLLATE "C",
    coalesce(p.code, '') COLLATE "C", l.currency COLLATE "C", l.amount, l.functional, l.position,
    l.no
LIMIT %(rows)s OFFSET %(skipped)s
"""


def period(as_of: AsOf, asked: Mapping[str, Any]) -> tuple[date, date]:
    """First and last day: by default the year of the as-of date up to it. Raises BadParameter."""
    last = min(asked["to"] or as_of.effective, as_of.effective)
    first = asked["from"] or date(last.year, 1, 1)
    if first > last:
        raise BadParameter(f"no day from {first} to {last}", field="from")
    return first, last


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """Opening balances, the lines of the page, closing balances."""
    account(asked["account"])
    first, last = period(as_of, asked)
    before = first - timedelta(days=1)
    scope = Scope(asked["book"], asked["entity"], [asked["account"]])
    found = balances_at(conn, [before, last], as_of.known, scope)
    yield from _balances("opening", before, found[before])
    books = layers(conn, asked["book"], asked["entity"], as_of.known)
    given = {**asked, "books": books, "from": first, "to": last, "known": as_of.known}
    yield from _lines(conn, given)
    yield from _balances("closing", last, found[last])


def _balances(what: str, day: date, found: Mapping[AccountKey, Balance]) -> Iterator[Row]:
    for key, balance in found.items():
        yield (
            what, key.entity, day, day, "", "", "", "", key.currency, *sides(balance.amount),
            key.functional_currency, *sides(balance.functional), None, None,
        )  # fmt: skip


def _lines(conn: Conn, asked: Mapping[str, Any]) -> Iterator[Row]:
    for row in conn.execute(LINES, {**asked, "skipped": skipped(asked)}).fetchall():
        *words, currency, amount, books, functional, position, journal = row
        yield (
            "line",
            *words,
            currency,
            *sides(amount),
            books,
            *sides(functional),
            position,
            journal,
        )


GENERAL_LEDGER = Report(
    name="general-ledger",
    title="General ledger",
    description="Lines of an account over a period, between its opening and closing balance.",
    parameters=(
        Parameter("account", str, "Account of the chart", required=True), ENTITY, BOOK,
        Parameter("from", date, "First day; left out: 1 January of the last day's year"),
        Parameter("to", date, "Last day; left out: the effective date"),
        Parameter("page", int, "Page of lines, from 1", default=1),
        Parameter("rows", int, f"Lines a page, up to {MOST_ROWS}", default=1000),
    ),
    columns=(
        *text("row", "entity"), Column("accounting_date", "date"),
        Column("effective_date", "date"),
        *text("document", "description", "rule", "project", "currency"), *SIDES,
        Column("position", "count", beside=True), Column("journal", beside=True),
    ),
    reads=("ledger", "deals"),
    rows=rows,
)  # fmt: skip
