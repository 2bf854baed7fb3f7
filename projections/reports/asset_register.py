"""Asset register: every asset, and how its cost and what is written off moved in a time.

The rows of an entity sum to its accounts 1600 to 1630. What was bought and no asset is made of
yet stands there, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from domain.ledger.chart import AMORTISED, DEPRECIATED, EQUIPMENT, INTANGIBLES
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import EARLIEST, ENTITY, BadParameter, Parameter, Report
from projections.table import Conn

COST = f"account IN ('{EQUIPMENT}', '{INTANGIBLES}')"
OFF = f"account IN ('{DEPRECIATED}', '{AMORTISED}')"
BEFORE, SINCE = "effective_date < %(from)s", "effective_date >= %(from)s"
FIGURES = {
    "opening_cost": f"{COST} AND {BEFORE}",
    "additions": f"{COST} AND {SINCE} AND what <> 'disposed'",
    "cost_disposed": f"{COST} AND {SINCE} AND what = 'disposed'",
    "closing_cost": COST,
    "opening_written_off": f"{OFF} AND {BEFORE}",
    "depreciation": f"{OFF} AND {SINCE} AND what = 'depreciated'",
    "impairment": f"{OFF} AND {SINCE} AND what = 'impaired'",
    "written_off_disposed": f"{OFF} AND {SINCE} AND what = 'disposed'",
    "closing_written_off": OFF,
    "carrying": "true",
}
"""Each figure and the moves it sums; what is written off is below zero."""
SUMS = ", ".join(f"coalesce(sum(amount) FILTER (WHERE {test}), 0)" for test in FIGURES.values())
REGISTER = f"""
SELECT m.entity, coalesce(a.code, w.code), coalesce(a.name, w.name),
       CASE WHEN min(m.account) IN ('{EQUIPMENT}', '{DEPRECIATED}') THEN 'equipment'
            ELSE 'intangible' END,
       CASE WHEN a.id IS NULL THEN 'to capitalize'
            WHEN bool_or(m.what = 'disposed') THEN 'disposed'
            WHEN s.in_service_on IS NOT NULL THEN 'in service' ELSE 'capitalized' END,
       s.in_service_on, a.months, m.currency, {SUMS}
FROM asset_moves m LEFT JOIN assets a ON a.id = m.asset_id AND a.position <= %(known)s
LEFT JOIN assets_to_be w ON w.id = m.asset_id
LEFT JOIN asset_services s ON s.asset_id = m.asset_id AND s.position <= %(known)s
    AND s.in_service_on <= %(effective)s
WHERE m.effective_date <= %(effective)s AND m.position <= %(known)s
    AND (%(entity)s::text IS NULL OR m.entity = %(entity)s)
GROUP BY m.asset_id, m.entity, a.id, a.code, a.name, w.code, w.name, s.in_service_on,
    a.months, m.currency
HAVING bool_or(m.amount <> 0 AND {SINCE}) OR sum(amount) FILTER (WHERE {COST}) <> 0
ORDER BY m.entity COLLATE "C", coalesce(a.code, w.code) COLLATE "C", m.asset_id
"""
ALL_ASSETS = "all"
NAMED = 8


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an asset, then one for the entity."""
    if asked["from"] > as_of.effective:
        raise BadParameter("from is after the last day", field="from")
    found = conn.execute(REGISTER, {**asked, "known": as_of.known}).fetchall()
    for _, group in groupby(found, lambda row: row[0]):
        yield from _of_entity(list(group))


def _of_entity(found: Sequence[Row]) -> Iterator[Row]:
    yield from found
    entity, currency = found[0][0], found[0][NAMED - 1]
    sums = [sum(column, Decimal(0)) for column in list(zip(*found, strict=True))[NAMED:]]
    yield entity, ALL_ASSETS, "", "", "", None, None, currency, *sums


ASSET_REGISTER = Report(
    name="asset-register",
    title="Asset register",
    description="Assets with cost, depreciation, impairment and disposals of a time, and what the "
                "books carry.",
    parameters=(
        ENTITY,
        Parameter("from", date, "First day of the moves; left out: the first of all",
                  default=EARLIEST),
    ),
    columns=(
        *text("entity", "asset", "name", "kind", "state"), Column("in_service_on", "date"),
        Column("months", "count"), *text("currency"), *amounts(*FIGURES),
    ),
    reads=("assets",),
    rows=rows,
)  # fmt: skip
