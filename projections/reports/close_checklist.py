"""The checklist of a month: as it was sealed, or as the books have it now."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from domain.ledger.period import month_of
from projections import close_tasks
from projections.as_of import AsOf
from projections.close_tasks import Closing
from projections.packet import Row, text
from projections.report import Parameter, Report
from projections.table import Conn

SEALED = """
SELECT t.task, t.must, t.left_to_do, t.waived FROM period_tasks t
WHERE t.position = (
    SELECT max(position) FROM period_steps
    WHERE entity = %(entity)s AND month = %(month)s AND step IN ('hard_closed', 'reopened')
        AND position <= %(known)s)
ORDER BY t.no
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a task; of the month that holds the effective date where none is named."""
    month = month_of(asked["month"] or as_of.effective)
    given = {"entity": asked["entity"], "month": month, "known": as_of.known}
    found = conn.execute(SEALED, given).fetchall()
    if not found:
        at = Closing(conn, asked["entity"], month, as_of.known)
        found = [(task.name, task.must, task.left, "") for task in close_tasks.close_tasks(at)]
    for name, must, left, waived in found:
        yield name, "must" if must else "may be waived", _state(left, waived), left, waived


def _state(left: str, waived: str) -> str:
    if not left:
        return "done"
    return "waived" if waived else "open"


CLOSE_CHECKLIST = Report(
    name="close-checklist",
    title="Close checklist",
    description="What must be done before a month closes, computed from the books; once it is"
    " closed, as it was sealed.",
    parameters=(
        Parameter("entity", str, "Legal entity", required=True),
        Parameter("month", date, "Any day of the month; left out: the effective date's"),
    ),
    columns=(*text("task", "kind", "state", "left_to_do", "waived"),),
    reads=("periods", *close_tasks.READS),
    rows=rows,
    live=True,
)  # fmt: skip
