"""Utilisation by person and month: hours approved for clients over the hours there are.

Available hours are those of a contract on weekdays, as the report is asked; leave and holidays
are not recorded here, so a firm asks with fewer hours a day, or reads the billable hours alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.ledger.period import month_of
from domain.measures.utilisation import Hours, available_hours, utilisation
from projections.as_of import AsOf
from projections.billables_as_of import ITEMS
from projections.packet import Column, Row, text
from projections.report import ENTITY, BadParameter, Parameter, Report
from projections.reports.revenue_by_month import month_ends
from projections.reports.statement_lines import FROM, TO, period
from projections.table import Conn

CENT = Decimal("0.01")
MOST_HOURS = 24
WORKED = f"""
{ITEMS}
SELECT coalesce(w.entity, i.entity), coalesce(w.code, ''),
       date_trunc('month', i.earned_on)::date, sum(i.minutes) / 60
FROM items i LEFT JOIN people w ON w.id = i.person_id
WHERE i.kind = 'time' AND i.earned_on BETWEEN %(from)s AND %(to)s
GROUP BY 1, 2, 3 HAVING sum(i.minutes) <> 0
ORDER BY 1, 2, 3
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a person and month with billable hours. Raises BadParameter."""
    if not 0 < asked["hours"] <= MOST_HOURS:
        raise BadParameter(f"a day has 1 to {MOST_HOURS} hours", field="hours")
    first, last = period(as_of, asked)
    given = {**asked, "from": first, "to": last, "known": as_of.known}
    found = conn.execute(WORKED, given).fetchall()
    there_are = {
        month_of(end): available_hours(Decimal(weekdays(max(first, month_of(end)), end)))
        for end in month_ends(first, last)[1:]
    }
    return _shown(found, there_are, asked["hours"])


def weekdays(first: date, last: date) -> int:
    """Mondays to Fridays from one day to another, both included."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sum(day.isoweekday() <= 5 for day in days)  # noqa: PLR2004 -- Friday


def _shown(found: Iterable[Row], days: Mapping[date, Decimal], hours: int) -> Iterator[Row]:
    for entity, person, month, billable in found:
        made = utilisation(Hours(billable, days[month] * hours))
        share = made.utilisation_pct
        yield (
            entity, person, month, billable.quantize(CENT, ROUND_HALF_UP), made.available_hours,
            None if share is None else share.quantize(CENT, ROUND_HALF_UP),
        )  # fmt: skip


UTILISATION = Report(
    name="utilisation",
    title="Utilisation",
    description="Approved billable hours over available ones by person and month; available are "
                "so many hours on each weekday, leave and holidays not taken off.",
    parameters=(
        ENTITY, FROM, TO, Parameter("hours", int, "Contract hours of a weekday", default=8),
    ),
    columns=(
        *text("entity", "person"), Column("month", "date"), Column("billable_hours", "number"),
        Column("available_hours", "number"), Column("utilisation_pct", "number"),
    ),
    reads=("billable_states", "parties"),
    rows=rows,
)  # fmt: skip
