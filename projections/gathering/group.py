"""What intercompany and consolidation commands need of the projections."""

from collections.abc import Mapping
from typing import Any

from domain.group.clearing_commands import ClearingCommand, MatchIntercompany
from domain.group.consolidation_commands import RunEliminations, RunTranslation
from domain.group.final_commands import FinalizeConsolidation
from domain.ledger.journal import MAIN_BOOK
from projections.group_balances import days_of, end_of, held, members_of, pairs
from projections.reports.trial_balance import TRIAL_BALANCE
from projections.table import Conn

READS = ("ledger", "consolidations", "intercompany", "posting")
MOST_CHARGES = 5000
OPEN = """
SELECT id FROM intercompany_charges
WHERE provider = ANY(%(pair)s) AND receiver = ANY(%(pair)s) AND currency = %(currency)s
    AND open <> 0 AND status <> 'disputed'
ORDER BY first_on, id LIMIT %(most)s
"""


def to_translate(conn: Conn, command: RunTranslation, known: int) -> Mapping[str, Any]:
    """The gathered fields of a translation."""
    days = days_of(conn, command.group, command.last, known)
    balances = held(conn, command.group, days, command.last, known)
    return {"balances": balances, "days": days, "position": known}


def to_eliminate(conn: Conn, command: RunEliminations, known: int) -> Mapping[str, Any]:
    """The gathered fields of eliminations."""
    members = list(members_of(conn, command.group, command.last, known))
    return {"pairs": pairs(conn, members, command.last, known), "position": known}


def to_match(conn: Conn, command: MatchIntercompany, known: int) -> Mapping[str, Any]:
    """The gathered fields of a matching."""
    entities = [command.entity, command.counterparty]
    found = pairs(conn, entities, end_of(command.month), known)
    return {"balances": found, "position": known}


def to_clear(conn: Conn, command: ClearingCommand, known: int) -> Mapping[str, Any]:
    """The gathered field of netting and payment."""
    del known
    pair = [command.entity, command.counterparty]
    asked = {"pair": pair, "currency": command.currency, "most": MOST_CHARGES}
    return {"open_charges": tuple(row[0] for row in conn.execute(OPEN, asked))}


def to_finalize(conn: Conn, command: FinalizeConsolidation, known: int) -> Mapping[str, Any]:
    """The gathered fields of a final month."""
    asked = {"effective": command.last, "entity": command.group, "book": MAIN_BOOK}
    balance = TRIAL_BALANCE.packet(conn, TRIAL_BALANCE.asked(asked), known)
    return {"trial_balance": balance.digest, "position": known}
