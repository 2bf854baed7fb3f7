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
    SALES_MANAGER,
    SELLER,
)
from domain.actor import Actor

MARGIN_READERS = FINANCE_READERS | {PROJECT_MANAGER, CONTRACT_MANAGER}
BILL_READERS = FINANCE_READERS | {CONTRACT_MANAGER, SELLER}
PLAN_READERS = BILL_READERS | {PROJECT_MANAGER}
SALES_READERS = MARGIN_READERS | {SELLER, SALES_MANAGER}
"""Who writes or approves a price sees what it leaves."""

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
    "Billable": PLAN_READERS,
    "ConsolidatedInvoice": BILL_READERS,
    "Invoice": BILL_READERS,
    "InvoiceLine": BILL_READERS,
    "CreditMemo": BILL_READERS,
    "Payment": FINANCE_READERS,
    "Quote": SALES_READERS,
    "QuoteVersion": SALES_READERS,
    "QuoteLine": SALES_READERS,
    "QuoteStep": SALES_READERS,
    "Handoff": READERS,
    "HandoffItem": READERS,
    "ChangeOrder": SALES_READERS,
    "ChangeOrder.cost": MARGIN_READERS,
    "ChangeOrderStep": SALES_READERS,
    "RecurringPlan": PLAN_READERS,
    "RecurringCharge": PLAN_READERS,
    "Retainer": PLAN_READERS,
    "RetainerGrant": PLAN_READERS,
    "RetainerDraw": PLAN_READERS,
    "RetainerMove": PLAN_READERS,
    "PayApplication": PLAN_READERS,
    "PayApplicationLine": PLAN_READERS,
    "UsageMeter": PLAN_READERS,
    "UsageReading": PLAN_READERS,
    "UsageCharge": PLAN_READERS,
    "MinimumCharge": PLAN_READERS,
    "RevenueContract": MARGIN_READERS,
    "RevenueObligation": MARGIN_READERS,
    "ProjectTemplate": READERS,
    "TemplatePhase": READERS,
    "ProjectPlan": READERS,
    "ProjectPhase": READERS,
    "ProjectPhase.cost": MARGIN_READERS,
    "ProjectPhase.price": PLAN_READERS,
    "Dispute": BILL_READERS,
    "Reminder": BILL_READERS,
}
REPORTS: dict[str, frozenset[str]] = {
    "budget-vs-actual": MARGIN_READERS,
    "change-orders": MARGIN_READERS,
    "quote-register": SALES_READERS,
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
