"""Faults planted in a firm's books by somebody with every right, and what verify says of them."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from api.commands.verify import verdicts
from domain.identity import named_id
from domain.policies import project_id
from projections.verify.check import Verdict
from tests.firm import Firm

ADVICE = project_id(named_id("opportunity", "Advice"))
PROJECTIONS = (
    "parties", "deals", "time_entries", "budget_vs_actual", "unbilled", "recurring", "minimums",
    "usage", "retainers", "receivables", "ledger", "collection", "audit_trail", "outbox",
    "contract_position", "revenue_contracts", "billable_states", "sold_contracts",
    "contract_limits", "change_orders", "quotes", "handoffs", "project_outlook", "billing_plan",
    "pay_applications", "retainage", "deposits", "rebates", "templates", "periods",
    "allocations",
    "revaluations",
)  # fmt: skip


def found(firm: Firm) -> Mapping[str, Verdict]:
    return {verdict.name: verdict for verdict in verdicts(firm.system)}


def off(firm: Firm) -> dict[str, tuple[str, ...]]:
    return {name: one.findings for name, one in found(firm).items() if not one.holds}


@contextmanager
def owner(firm: Firm) -> Iterator[psycopg.Connection[Any]]:
    """Somebody with every right and no scruples: triggers do not fire."""
    with psycopg.connect(firm.system.addresses.owner, autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")
        yield conn


def damage(firm: Firm, statement: str) -> None:
    with owner(firm) as conn:
        assert conn.execute(statement).rowcount > 0


def rewrite(firm: Firm, topic: str, change: Callable[[dict[str, Any]], None]) -> int:
    """Change the payload of the last event of a topic; its position."""
    with owner(firm) as conn:
        position, payload = conn.execute(
            "SELECT position, payload FROM events WHERE topic = %s ORDER BY position DESC LIMIT 1",
            [topic],
        ).fetchall()[0]
        facts = json.loads(payload)
        change(facts)
        conn.execute(
            "UPDATE events SET payload = %s WHERE position = %s",
            [json.dumps(facts).encode(), position],
        )
    return int(position)
