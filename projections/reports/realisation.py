"""Realisation: what became of work at its standard worth, by project, client or person."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.measures.realisation import realisation
from projections.as_of import AsOf
from projections.billables_as_of import ITEMS, OPEN
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, BadParameter, Parameter, Report
from projections.table import Conn

CENT = Decimal("0.01")
BY = {"project": "p.code", "client": "k.code", "person": "w.code"}
# A retainer's fee is paid ahead for work that stands here itself.
SUMS = f"""
{ITEMS}
SELECT i.entity, coalesce({{by}}, ''), i.currency, sum(i.standard),
       sum(i.standard - i.value + i.discounted), sum(i.written - i.discounted), sum(i.cut),
       coalesce(sum(i.worth - i.cut) FILTER (WHERE i.state = 'billed'), 0),
       coalesce(sum(i.worth) FILTER (WHERE i.{OPEN}), 0),
       sum(i.drawn), coalesce(sum(i.drawn) FILTER (WHERE NOT i.{OPEN}), 0),
       coalesce(sum(i.standard) FILTER (WHERE NOT i.{OPEN}), 0)
FROM items i JOIN contracts c ON c.id = i.contract_id JOIN clients k ON k.id = c.client_id
LEFT JOIN projects p ON p.id = i.project_id
LEFT JOIN expenses x ON x.id = i.item_id
LEFT JOIN people w ON w.id = coalesce(i.person_id, x.person_id)
WHERE i.kind <> 'retainer'
GROUP BY i.entity, coalesce({{by}}, ''), i.currency
ORDER BY i.entity COLLATE "C", coalesce({{by}}, '') COLLATE "C", i.currency COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a project, client or person, and currency. Raises BadParameter."""
    if asked["by"] not in BY:
        raise BadParameter(f"by is one of {', '.join(BY)}", field="by")
    query = SUMS.format(by=BY[asked["by"]])
    return _shown(conn.execute(query, {**asked, "known": as_of.known}).fetchall())


def _shown(found: Iterable[Row]) -> Iterator[Row]:
    for entity, of, currency, *figures, prepaid, settled in found:
        yield entity, of, currency, *figures, _pct(settled, figures[4] + prepaid, currency)


def _pct(settled: Decimal, billed: Decimal, currency: str) -> Decimal | None:
    """Two decimals; None of nothing, and where charges that give back outweigh the rest."""
    if settled < 0 or billed < 0:
        return None
    exact = realisation(settled, billed, currency).billing_pct
    return None if exact is None else exact.quantize(CENT, ROUND_HALF_UP)


REALISATION = Report(
    name="realisation",
    title="Realisation",
    description="Standard worth of approved work less discounts, write-downs and price cuts is "
                "what is billed, what is still unbilled and what retainers paid for; the rate is "
                "billed and drawn of the standard worth of all that is unbilled no more. Fees of "
                "retainers are paid ahead for that work and are not counted once more.",
    parameters=(ENTITY, Parameter("by", str, "project, client or person", "project")),
    columns=(
        *text("entity", "of", "currency"),
        *amounts("standard", "discount", "written_down", "price_cut", "billed", "unbilled",
                 "drawn"),
        Column("realisation_pct", "number"),
    ),
    reads=("billable_states", "deals", "parties", "time_entries"),
    rows=rows,
)  # fmt: skip
