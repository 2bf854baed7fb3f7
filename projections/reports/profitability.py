"""Profitability of projects and of clients over any period, from the ledger.

Revenue and direct cost stand in the ledger by project; what no project is named for is a row of
its own, so the rows add up to the income statement. Absorbed labour (5090) is no cost of a
project: it takes back what payroll has already.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from domain.ledger import chart
from domain.ledger.chart import CHART
from domain.pricing.bounds import pct_of
from projections.as_of import AsOf
from projections.balances import Balance, Scope, balances_at, project_balances_at
from projections.packet import Column, Row, amounts, text
from projections.report import BOOK, ENTITY, Report
from projections.reports.statement_lines import FROM, TO, ZERO, day_before, period
from projections.table import Conn

KINDS = {
    "labour": (chart.LABOUR,),
    "subcontract": (chart.SUBCONTRACTORS, chart.GROUP_COST),
    "expense": (chart.PROJECT_EXPENSES,),
    "overhead": (chart.OVERHEAD_ALLOCATED,),
    "other": (chart.ONEROUS_COST, chart.CONTRACT_COST),
}
KIND_OF = {code: kind for kind, codes in KINDS.items() for code in codes} | {
    code: "revenue" for code, known in CHART.items() if known.type == "revenue"
}
FIGURES = ("revenue", *KINDS)
CENT = Decimal("0.01")
NAMES = """
SELECT p.id, p.code, coalesce(k.code, '') FROM projects p LEFT JOIN clients k ON k.id = p.client_id
WHERE p.id = ANY(%s)
"""
Of = tuple[str, str, UUID | None]
"""Entity, the currency of its books, project; None: no project is named."""
Figures = dict[str, Decimal]


def moved(conn: Conn, days: Sequence[date], known: int, scope: Scope) -> Mapping[Of, Figures]:
    """Revenue and cost between the ends of two days, cost above zero."""
    before, after = days
    sums: dict[Of, Figures] = defaultdict(lambda: dict.fromkeys(FIGURES, ZERO))
    whole = balances_at(conn, days, known, scope)
    parts = project_balances_at(conn, days, known, scope)
    for sign, day in ((-1, before), (1, after)):
        for key, balance in parts[day].items():
            of, rest = (key.entity, key.functional_currency), _figure(key.account, balance, sign)
            sums[*of, key.project_id][KIND_OF[key.account]] += rest
            sums[*of, None][KIND_OF[key.account]] -= rest
        for other, balance in whole[day].items():
            figure = _figure(other.account, balance, sign)
            sums[other.entity, other.functional_currency, None][KIND_OF[other.account]] += figure
    return {of: figures for of, figures in sums.items() if any(figures.values())}


def _figure(code: str, balance: Balance, sign: int) -> Decimal:
    return -sign * balance.functional if KIND_OF[code] == "revenue" else sign * balance.functional


def by_project(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity and project."""
    found = _asked(conn, as_of, asked)
    names = named(conn, found)
    rows = ((of[0], *names.get(of[2], ("", "")), of[1], figures) for of, figures in found.items())
    for entity, project, client, currency, figures in sorted(rows, key=lambda row: row[:4]):
        yield entity, asked["book"], project, client, currency, *shown(figures)


def by_client(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity and client."""
    found = _asked(conn, as_of, asked)
    names = named(conn, found)
    sums: dict[tuple[str, str, str], Figures] = defaultdict(lambda: dict.fromkeys(FIGURES, ZERO))
    for (entity, currency, project), figures in found.items():
        held = sums[entity, names.get(project, ("", ""))[1], currency]
        for kind, figure in figures.items():
            held[kind] += figure
    for (entity, client, currency), figures in sorted(sums.items()):
        yield entity, asked["book"], client, currency, *shown(figures)


def _asked(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Mapping[Of, Figures]:
    first, last = period(as_of, asked)
    scope = Scope(asked["book"], asked["entity"], tuple(KIND_OF))
    return moved(conn, [day_before(first), last], as_of.known, scope)


def named(conn: Conn, found: Iterable[Of]) -> Mapping[UUID | None, tuple[str, str]]:
    """Codes of projects and of their clients."""
    ids = [project for _, _, project in found if project]
    return {id_: (code, client) for id_, code, client in conn.execute(NAMES, [ids]).fetchall()}


def shown(figures: Figures) -> Iterator[Decimal | None]:
    """The figures, all cost, what is left, and that in percent of revenue, two decimals."""
    yield from figures.values()
    cost = sum((figures[kind] for kind in KINDS), ZERO)
    yield cost
    yield figures["revenue"] - cost
    share = pct_of(figures["revenue"] - cost, figures["revenue"])
    yield None if share is None else share.quantize(CENT, ROUND_HALF_UP)


COLUMNS = (*amounts(*FIGURES, "cost", "margin"), Column("margin_pct", "number"))
PROJECT_PROFITABILITY = Report(
    name="project-profitability",
    title="Profitability of projects",
    description="Revenue, labour, subcontractors, expenses, allocated overhead and margin of "
                "projects over a period, in the books of each entity; the row without a project "
                "is what the income statement has besides.",
    parameters=(ENTITY, BOOK, FROM, TO),
    columns=(*text("entity", "book", "project", "client", "currency"), *COLUMNS),
    reads=("ledger", "deals", "parties"),
    rows=by_project,
)  # fmt: skip
CLIENT_PROFITABILITY = Report(
    name="client-profitability",
    title="Profitability of clients",
    description="Revenue, cost by kind and margin of the projects of each client over a period, "
                "in the books of each entity; the row without a client is all other.",
    parameters=(ENTITY, BOOK, FROM, TO),
    columns=(*text("entity", "book", "client", "currency"), *COLUMNS),
    reads=("ledger", "deals", "parties"),
    rows=by_client,
)  # fmt: skip
