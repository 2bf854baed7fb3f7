"""The query type: a list and a look-up by id for every noun, any node, the reports, the log."""

from collections.abc import Callable
from inspect import cleandoc
from typing import Any
from uuid import UUID

import strawberry

from api.graphql.connection import Connection
from api.graphql.log import Log, log
from api.graphql.nodes.billable import Billable, billables
from api.graphql.nodes.change_order import ChangeOrder, change_orders
from api.graphql.nodes.client import Client, clients
from api.graphql.nodes.consolidated_invoice import ConsolidatedInvoice, consolidated_invoices
from api.graphql.nodes.contract import Contract, contracts
from api.graphql.nodes.dispute import Dispute, disputes
from api.graphql.nodes.expense import Expense, expenses
from api.graphql.nodes.handoff import Handoff, handoffs
from api.graphql.nodes.invoice import Invoice, invoices
from api.graphql.nodes.legal_entity import LegalEntity, legal_entities
from api.graphql.nodes.minimum_charge import MinimumCharge, minimum_charges
from api.graphql.nodes.opportunity import Opportunity, opportunities
from api.graphql.nodes.pay_application import PayApplication, pay_applications
from api.graphql.nodes.payment import Payment, payments
from api.graphql.nodes.person import Person, people
from api.graphql.nodes.project import Project, projects
from api.graphql.nodes.project_template import ProjectTemplate, project_templates
from api.graphql.nodes.quote import Quote, quotes
from api.graphql.nodes.recurring_plan import RecurringPlan, recurring_plans
from api.graphql.nodes.reminder import Reminder, reminders
from api.graphql.nodes.retainer import Retainer, retainers
from api.graphql.nodes.revenue_contract import RevenueContract, revenue_contracts
from api.graphql.nodes.time_entry import TimeEntry, time_entries
from api.graphql.nodes.usage_meter import UsageMeter, usage_meters
from api.graphql.noun import Node, snake
from api.graphql.reports import (
    AnyReport,
    ReportDescription,
    all_reports,
    any_report,
    report_field,
)
from projections.reports import REPORTS


def listed(kind: Any, resolver: Callable[..., Any]) -> Any:
    """A connection of a noun; the resolver's docstring is the description."""
    return _field(resolver, Connection[kind] | None)


def found(kind: Any) -> Any:
    """One noun by its id; null where the key reaches none."""

    def by_id(id: UUID) -> UUID:  # noqa: A002 -- the argument's name in the schema
        return id

    return _field(by_id, kind | None, f"{kind.__name__} by id; null where your key reaches none.")


def both(name: str, kind: Any, resolver: Callable[..., Any]) -> dict[str, Any]:
    """A connection under a name, and one by its id under the name of the type."""
    return {name: listed(kind, resolver), snake(kind.__name__): found(kind)}


def node(id: strawberry.ID) -> strawberry.ID:  # noqa: A002 -- the argument's name in the schema
    """Anything by its id; null where the key reaches nothing of this id."""
    return id


def _field(resolver: Callable[..., Any], kind: Any, description: str = "") -> Any:
    said = description or cleandoc(resolver.__doc__ or "")
    return strawberry.field(resolver=resolver, graphql_type=kind, description=said)


def queries() -> Any:
    """The type with every way to ask."""
    fields: dict[str, Any] = {
        "node": _field(node, Node | None),
        "legal_entities": listed(LegalEntity, legal_entities),
        **both("clients", Client, clients),
        **both("people", Person, people),
        **both("opportunities", Opportunity, opportunities),
        **both("quotes", Quote, quotes),
        **both("handoffs", Handoff, handoffs),
        **both("contracts", Contract, contracts),
        **both("contract_change_orders", ChangeOrder, change_orders),
        **both("recurring_plans", RecurringPlan, recurring_plans),
        **both("retainers", Retainer, retainers),
        **both("usage_meters", UsageMeter, usage_meters),
        "minimum_charges": listed(MinimumCharge, minimum_charges),
        **both("contract_pay_applications", PayApplication, pay_applications),
        **both("revenue_contracts", RevenueContract, revenue_contracts),
        **both("projects", Project, projects),
        **both("project_templates", ProjectTemplate, project_templates),
        **both("time_entries", TimeEntry, time_entries),
        **both("expenses", Expense, expenses),
        "billables": listed(Billable, billables),
        **both("invoices", Invoice, invoices),
        **both("consolidated_invoices", ConsolidatedInvoice, consolidated_invoices),
        **both("payments", Payment, payments),
        "disputes": listed(Dispute, disputes),
        "reminders": listed(Reminder, reminders),
        "reports": _field(all_reports, list[ReportDescription] | None),
        "report": _field(any_report, AnyReport | None),
        **{name.replace("-", "_"): report_field(report) for name, report in REPORTS.items()},
        "log": _field(log, Log | None),
    }
    content = {"__annotations__": {}, **fields}
    return strawberry.type(type("Query", (), content), description="Everything that can be asked.")
