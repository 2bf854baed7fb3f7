"""What moving labour needs: what of a project was expensed, and what is carried, by approval."""

from collections.abc import Mapping
from typing import Any

from domain.assets.capital_labour import labour_id
from domain.assets.labour_commands import CapitalizeLabour, ReclassifyExpenditure
from domain.ledger.chart import LABOUR
from projections.table import Conn

READS = ("ledger", "assets", "posting")
# Labour of other entities is in their books.
EXPENSED = f"""
SELECT coalesce(sum(l.functional), 0) FROM ledger_lines l
WHERE l.account = '{LABOUR}' AND l.project_id = %(project)s AND l.rule LIKE 'time%%'
    AND l.entity = (SELECT entity FROM projects WHERE id = %(project)s)
    AND l.position <= %(known)s
"""
INCURRED = """
SELECT coalesce(sum(amount), 0) FROM asset_moves
WHERE asset_id = %(labour)s AND what = 'labour' AND position <= %(known)s
"""


def labour_carried(
    conn: Conn, command: CapitalizeLabour | ReclassifyExpenditure, known: int
) -> Mapping[str, Any]:
    """What approvals carried, less those taken back."""
    given = {"labour": labour_id(command.project_id), "known": known}
    return {"incurred": conn.execute(INCURRED, given).fetchall()[0][0], "position": known}


def labour_expensed(conn: Conn, command: ReclassifyExpenditure, known: int) -> Mapping[str, Any]:
    """What approvals expensed, too."""
    given = {"project": command.project_id, "known": known}
    expensed = conn.execute(EXPENSED, given).fetchall()[0][0]
    return {"expensed": expensed, **labour_carried(conn, command, known)}
