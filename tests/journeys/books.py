"""What the books and reports of a firm say on a day."""

from datetime import date
from decimal import Decimal
from typing import Any

from api.wiring import System
from projections.reports import REPORTS


def report(system: System, name: str, on: date, **given: Any) -> list[dict[str, Any]]:
    with system.connect() as conn:
        return list(REPORTS[name].run(conn, {"effective": on, **given}).said())


def in_books(system: System, entity: str, account: str, on: date) -> Decimal:
    """An account in the entity's currency, debit positive."""
    rows = report(system, "trial-balance", on, entity=entity)
    return sum(
        (Decimal(row["functional_debit"]) - Decimal(row["functional_credit"])
         for row in rows if row["account"] == account),
        Decimal(0),
    )  # fmt: skip


def rolled_forward(system: System, entity: str, on: date) -> Decimal:
    """The last balance of the contract position's rollforward."""
    rows = report(system, "contract-rollforward", on, entity=entity)
    return Decimal(rows[-1]["closing"]) if rows else Decimal(0)
