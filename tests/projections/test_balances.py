"""Stored balances against the plainest sum there is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.wiring import System
from domain.identity import named_id
from domain.ledger.book import BookPolicies, Books, UnknownBook, books_id
from domain.ledger.journal import Journal, Line
from domain.money import minor_unit
from projections import stored_balances
from projections.balances import Balance, Scope, balances_at, project_balances_at
from projections.ledger import Ledger
from projections.recorded import Recorded
from projections.scratch import fold, inside, rolled_back, scratch_slot
from projections.stored_balances import AccountKey, ProjectKey
from projections.table import Conn

RECORDED_AT = datetime(2025, 1, 1, tzinfo=UTC)
BOOKS = {"DE01": "EUR", "JP01": "JPY"}
PROJECTS = [named_id("project", name) for name in ("A", "B")]
LAYER = "local"
DAYS = st.dates(date(2024, 11, 28), date(2025, 3, 3))


def lines_of(entity: str) -> st.SearchStrategy[list[Line]]:
    amounts = st.integers(-(10**9), 10**9)
    return st.lists(st.builds(
        lambda account, currency, amount, functional, project: Line(
            account, currency, amount * minor_unit(currency),
            functional * minor_unit(BOOKS[entity]), project),
        st.sampled_from(["1000", "1100", "4000"]), st.sampled_from(["EUR", "JPY", "KWD"]),
        amounts, amounts, st.sampled_from([None, *PROJECTS]),
    ), min_size=1, max_size=3)  # fmt: skip


JOURNALS = st.lists(
    st.sampled_from(list(BOOKS)).flatmap(
        lambda e: st.tuples(st.just(e), DAYS, lines_of(e), st.sampled_from(["main", LAYER]))
    ),
    min_size=1,
    max_size=25,
)


def recorded(
    position: int, entity: str, day: date, lines: Sequence[Line], book: str = "main"
) -> Recorded:
    id_ = named_id("journal", str(position))
    journal = Journal(id_, entity, book, BOOKS[entity], day, "", "", tuple(lines), None,
                      "manual", 1, None)  # fmt: skip
    return at(position, journal.pending_events[0], day)


def at(position: int, fact: Any, day: date) -> Recorded:
    return Recorded(position, fact.originator_id, 1, fact.TOPIC, RECORDED_AT, day, fact.entity,
                    "chief", fact.originator_id, UUID(int=0), None, fact)  # fmt: skip


def defined(entity: str, position: int = 1) -> Recorded:
    books = Books(books_id(entity), entity)
    books.define(LAYER, "Local rules", BookPolicies())
    return at(position, books.pending_events[-1], date(2025, 1, 1))


def summed(
    log: Sequence[Recorded], day: date, known: int, book: str = "main"
) -> dict[AccountKey, Balance]:
    sums: dict[AccountKey, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line, fact in counted(log, day, known, book):
        key = AccountKey(fact.entity, book, line.account, line.currency, fact.functional_currency)
        sums[key][0] += line.amount
        sums[key][1] += line.functional
    return {key: Balance(*both) for key, both in sums.items() if any(both)}


def summed_by_project(
    log: Sequence[Recorded], day: date, known: int, book: str
) -> dict[ProjectKey, Balance]:
    sums: dict[ProjectKey, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line, fact in counted(log, day, known, book):
        if line.project_id and line.account >= "4000":
            key = ProjectKey(fact.entity, book, line.account, line.currency,
                             fact.functional_currency, line.project_id)  # fmt: skip
            sums[key][0] += line.amount
            sums[key][1] += line.functional
    return {key: Balance(*both) for key, both in sums.items() if any(both)}


def counted(
    log: Sequence[Recorded], day: date, known: int, book: str
) -> Iterator[tuple[Line, Journal.Posted]]:
    for at in log:
        fact = at.fact
        if at.position <= known and fact.accounting_date <= day and fact.book in ("main", book):
            yield from ((line, fact) for line in fact.lines)


def folded(conn: Conn, log: Sequence[Recorded], page: int, *, forgetful: bool) -> str:
    slot = scratch_slot(conn, Ledger())
    for start in range(0, len(log), page):
        fold(conn, slot, log[start : start + page])
        if forgetful:
            slot.projection.forget()
    return slot.schema


@pytest.fixture
def conn(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conn]:
    monkeypatch.setattr(stored_balances, "JOURNALS_A_VERSION", 3)
    with system.connect() as conn:
        yield conn


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    journals=JOURNALS, gaps=st.lists(st.integers(1, 5), min_size=25, max_size=25),
    page=st.integers(1, 9), forgetful=st.booleans(), days=st.lists(DAYS, min_size=1, max_size=4),
    share=st.fractions(0, 1),
)  # fmt: skip
def test_a_balance_at_any_date_and_position_is_the_sum_of_the_lines_up_to_both(
    conn: Conn, journals: Any, gaps: list[int], page: int, *, forgetful: bool, days: list[date],
    share: Any,
) -> None:  # fmt: skip
    positions = [1 + sum(gaps[: i + 1]) for i in range(len(journals))]
    log = [recorded(p, *journal) for p, journal in zip(positions, journals, strict=True)]
    known = max(1, int(positions[-1] * share))
    told = [defined("DE01"), *log]

    with rolled_back(conn), inside(conn, [folded(conn, told, page, forgetful=forgetful)]):
        found = balances_at(conn, days, known, Scope("main"))
        layered = balances_at(conn, days, known, Scope(LAYER))
        projects = project_balances_at(conn, days, known, Scope(LAYER))

    assert found == {day: summed(log, day, known) for day in days}
    assert layered == {day: summed(log, day, known, LAYER) for day in days}
    assert projects == {day: summed_by_project(log, day, known, LAYER) for day in days}


def test_a_scope_keeps_to_its_entity_and_accounts(conn: Conn) -> None:
    log = [
        recorded(1, "DE01", date(2025, 1, 1), [Line("1000", "EUR", Decimal(1), Decimal(1))]),
        recorded(2, "DE01", date(2025, 1, 1), [Line("4000", "EUR", Decimal(2), Decimal(2))]),
        recorded(3, "JP01", date(2025, 1, 1), [Line("1000", "JPY", Decimal(3), Decimal(3))]),
        recorded(4, "JP01", date(2025, 1, 1), [Line("1000", "JPY", Decimal(4), Decimal(4))]),
    ]

    with rolled_back(conn), inside(conn, [folded(conn, log, 9, forgetful=False)]):
        found = amounts(conn, Scope("main", "JP01", ["1000"]), 4)

    assert found == {("JP01", "1000"): Decimal(7)}


@pytest.mark.parametrize(
    ("scope", "known"),
    [(Scope("tax"), 2), (Scope(LAYER, "JP01"), 2), (Scope(LAYER, "DE01"), 1)],
)
def test_a_book_the_entity_does_not_keep_by_then_is_refused(
    conn: Conn, scope: Scope, known: int
) -> None:
    with (
        rolled_back(conn),
        inside(conn, [folded(conn, [defined("DE01", 2)], 9, forgetful=False)]),
        pytest.raises(UnknownBook),
    ):
        balances_at(conn, [date(2025, 1, 1)], known, scope)


def test_a_day_that_is_asked_for_twice_counts_once(conn: Conn) -> None:
    day = date(2025, 1, 1)
    log = [recorded(1, "DE01", day, [Line("1000", "EUR", Decimal(1), Decimal(1))])]

    with rolled_back(conn), inside(conn, [folded(conn, log, 9, forgetful=False)]):
        found = balances_at(conn, [day, day], 1, Scope("main"))

    assert found == {day: summed(log, day, 1)}


def amounts(conn: Conn, scope: Scope, known: int) -> Mapping[tuple[str, str], Decimal]:
    day = date(2025, 12, 31)
    found = balances_at(conn, [day], known, scope)[day]
    return {(key.entity, key.account): balance.amount for key, balance in found.items()}
