"""What moving labour needs: what of a project was expensed, and what is carried, by approval."""

from collections.abc import Mapping
from typing import Any

from domain.assets.capital_labour import labour_id
from domain.assets.labour_commands import CapitalizeLabour, ReclassifyExpenditure
from projections.capital_labour import EXPENSED, INCURRED
from projections.table import Conn

READS = ("ledger", "assets", "posting")


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
