"""Who may read what: roles by type, by field and by report. Commands carry their own roles.

A field is open to those who may read both the field, where it stands here, and the type it
belongs to. Which rows they see is decided by legal entity, in SQL.
"""

from collections.abc import Iterable

from domain.access.roles import (
    CONTRACT_MANAGER,
    FINANCE_READERS,
    PROJECT_MANAGER,
    READERS,
    SELLER,
)
from domain.actor import Actor

MARGIN_READERS = FINANCE_READERS | {PROJECT_MANAGER, CONTRACT_MANAGER}
BILL_READERS = FINANCE_READERS | {CONTRACT_MANAGER, SELLER}

POLICY: dict[str, frozenset[str]] = {
    "LegalEntity": READERS,
    "Client": READERS,
    "Person": READERS,
    "Opportunity": READERS,
    "Contract": READERS,
    "Project": READERS,
    "Milestone": READERS,
    "TimeEntry": READERS,
    "TimeEntry.cost": MARGIN_READERS,
    "Expense": READERS,
    "ProjectTotals": MARGIN_READERS,
    "Billable": BILL_READERS | {PROJECT_MANAGER},
    "Invoice": BILL_READERS,
    "InvoiceLine": BILL_READERS,
    "CreditMemo": BILL_READERS,
    "Payment": FINANCE_READERS,
}
REPORTS: dict[str, frozenset[str]] = {
    "budget-vs-actual": MARGIN_READERS,
    "change-orders": MARGIN_READERS,
}


def require(actor: Actor, touched: Iterable[str]) -> None:
    """Raise MissingRole unless the actor may read all that an operation touches.

    A type that does not stand here is open to nobody; a field is as open as its type.
    """
    for name in touched:
        allowed = POLICY.get(name, READERS if "." in name else frozenset())
        if not actor.roles & allowed:
            actor.require_role(allowed)


def may(actor: Actor, name: str) -> bool:
    """Whether the actor may read a type."""
    return bool(actor.roles & POLICY.get(name, frozenset()))


def require_report(actor: Actor, name: str) -> None:
    """Raise MissingRole unless the actor may read a report: finance, where nothing else stands."""
    actor.require_role(REPORTS.get(name, FINANCE_READERS))
