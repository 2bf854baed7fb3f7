"""The outbox: which fact becomes which document for which connection.

A projection like any other, so a document is enqueued exactly once with the event it says; the
key of a document is derived from the event, so reading all of history again enqueues nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.delivery import Outgoing, enqueue
from adapters.documents import (
    CreditMemo,
    DealUpdate,
    Document,
    Invoice,
    Line,
    Payment,
    ProjectActuals,
    TaxedSale,
)
from domain.billing import invoice as billing
from domain.billing.payment import Payment as Received
from domain.contracts.contract import Contract
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.timesheet import Timesheet
from domain.ledger.period import Calendar
from domain.policies import contract_id, project_code, project_id
from domain.sales.opportunity import Opportunity
from projections.projection import Projection
from projections.recorded import Recorded
from projections.table import Conn, Table

ACCOUNTING, CRM, TAX = "accounting", "crm", "tax"

SOLD = Table(
    "sold_projects",
    {
        "project_id": "uuid", "contract_id": "uuid", "opportunity_key": "text", "code": "text",
        "entity": "text", "currency": "text", "budget": "numeric", "minutes": "bigint",
        "cost": "numeric", "value": "numeric", "billed": "numeric", "touched": "boolean",
    },
    key=("project_id",),
)  # fmt: skip


@dataclass
class Sold:
    """A sold project's figures so far; ``cost`` and ``value`` in the books of its entity."""

    project_id: UUID
    contract_id: UUID
    opportunity_key: str
    code: str
    entity: str
    currency: str
    budget: Decimal
    minutes: int = 0
    cost: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    touched: bool = False

    def add(
        self, *, minutes: int = 0, cost: Decimal = Decimal(0), value: Decimal = Decimal(0),
        billed: Decimal = Decimal(0),
    ) -> None:  # fmt: skip
        """More of it."""
        self.minutes += minutes
        self.cost += cost
        self.value += value
        self.billed += billed
        self.touched = True


class Outbox(Projection):
    """Documents of issued invoices, credit memos and payments; deals won; actuals a close."""

    name = "outbox"
    tables = (SOLD,)
    writes = ("deliveries", "delivery_lanes")

    def __init__(self) -> None:
        super().__init__()
        self._sold: dict[UUID, Sold] | None = None
        self._by_contract: dict[UUID, Sold] = {}

    def reads(self, fact: Any) -> bool:
        """What becomes a document, or changes one to come."""
        return type(fact) in DOCUMENTS or type(fact) in FIGURES

    def forget(self) -> None:
        """Read the figures again from the table."""
        self._sold = None

    def apply(self, conn: Conn, page: Sequence[Recorded]) -> None:
        """Enqueue the documents of a page with it."""
        sold = self._load(conn)
        rows: list[Outgoing] = []
        changed: set[UUID] = set()
        for at in page:
            for document, connection in self._documents(at, sold):
                rows.append(
                    Outgoing(connection=connection, position=at.position, document=document)
                )
            changed |= self._figures(at, sold)
        if rows:
            with conn.cursor() as cursor:
                enqueue(cursor, rows)
        SOLD.upsert(conn, [list(vars(sold[id_]).values()) for id_ in sorted(changed)])

    def _load(self, conn: Conn) -> dict[UUID, Sold]:
        if self._sold is None:
            rows = conn.execute("SELECT * FROM sold_projects").fetchall()
            self._sold = {row[0]: Sold(*row) for row in rows}
            self._by_contract = {one.contract_id: one for one in self._sold.values()}
        return self._sold

    def _documents(self, at: Recorded, sold: dict[UUID, Sold]) -> Iterable[tuple[Document, str]]:
        if make := DOCUMENTS.get(type(at.fact)):
            yield from make(at, sold)
        elif isinstance(at.fact, Contract.Changed):
            yield from changed(at, self._by_contract.get(at.stream_id))

    def _figures(self, at: Recorded, sold: dict[UUID, Sold]) -> set[UUID]:
        fact = at.fact
        if isinstance(fact, Opportunity.ClosedWon):
            return self._won(fact, sold)
        if isinstance(fact, Calendar.PeriodHardClosed):
            return _told(fact, sold)
        if isinstance(fact, billing.Invoice.Issued | billing.Invoice.Credited):
            sign = 1 if isinstance(fact, billing.Invoice.Issued) else -1
            return _add(self._by_contract.get(fact.party.contract_id), currency=fact.quote.to,
                        billed=sign * fact.totals.functional_net)  # fmt: skip
        if isinstance(fact, Project.BudgetChanged):
            return _rebudgeted(sold.get(fact.originator_id), fact)
        return {id_ for id_, figures in figures_of(fact) for id_ in _add(sold.get(id_), **figures)}

    def _won(self, fact: Opportunity.ClosedWon, sold: dict[UUID, Sold]) -> set[UUID]:
        if not fact.external_ref:
            return set()
        ours, budget = fact.originator_id, sum((r.cost for r in fact.terms.roles), Decimal(0))
        one = Sold(project_id(ours, fact.again), contract_id(ours, fact.again), fact.external_ref,
                   project_code(fact), fact.entity, "", budget)  # fmt: skip
        sold[one.project_id] = self._by_contract[one.contract_id] = one
        return {one.project_id}


def _add(one: Sold | None, **figures: Any) -> set[UUID]:
    if one is None:
        return set()
    one.currency = figures.pop("currency", one.currency)
    one.add(**figures)
    return {one.project_id}


def _rebudgeted(one: Sold | None, fact: Project.BudgetChanged) -> set[UUID]:
    """The budget of now is what the next actuals are told beside."""
    if one is None:
        return set()
    one.budget += sum((line.cost for line in fact.lines), Decimal(0))
    return {one.project_id}


def _told(fact: Calendar.PeriodHardClosed, sold: dict[UUID, Sold]) -> set[UUID]:
    told = {id_ for id_, one in sold.items() if one.touched and one.entity == fact.entity}
    for id_ in told:
        sold[id_].touched = False
    return told


def figures_of(fact: Any) -> Iterable[tuple[UUID, dict[str, Any]]]:
    """What a fact adds to the figures of projects."""
    if isinstance(fact, Timesheet.TimeApproved):
        for one in fact.rated:
            value = one.bill.functional if one.bill else Decimal(0)
            yield one.project_id, {"currency": one.cost.project_currency, "minutes": one.minutes,
                                   "cost": one.cost.project_amount, "value": value}  # fmt: skip
    elif isinstance(fact, Expense.Approved):
        rated = fact.rated
        yield fact.project_id, {"currency": rated.books, "cost": rated.project_cost,
                                "value": rated.bill_functional}  # fmt: skip
    elif isinstance(fact, Project.MilestoneAccepted):
        yield fact.originator_id, {"currency": fact.quote.to, "value": fact.functional}


def invoice_key(id_: UUID) -> str:
    """The key of an invoice's document."""
    return f"invoice-{id_.hex}"


def invoice(at: Recorded, sold: dict[UUID, Sold]) -> Iterable[tuple[Document, str]]:
    """An invoice for accounting."""
    del sold
    fact: billing.Invoice.Issued = at.fact
    lines = tuple(
        Line(description=line.text or line.kind, quantity=line.quantity,
             unit_price=line.unit_price, net=line.net, tax=line.tax)
        for line in fact.lines
    )  # fmt: skip
    held = fact.totals.held.amount
    yield Invoice(
        key=invoice_key(at.stream_id), entity=fact.party.entity,
        client_code=fact.party.client_code, client_name=fact.party.client_name,
        number=fact.number, issued_on=fact.issued_on, due_on=fact.due_on, currency=fact.currency,
        lines=(*lines, *retainage(held)), net=fact.totals.net - held, tax=fact.totals.tax,
        total=fact.totals.due,
        consolidated_number=fact.part_of.number if fact.part_of else "",
    ), ACCOUNTING  # fmt: skip
    yield from sold_with_tax(at)


def retainage(held: Decimal) -> tuple[Line, ...]:
    """What the client keeps of a document, as a line that takes it off; or asks for it."""
    if not held:
        return ()
    return (Line(description="Retainage", quantity=Decimal(1), unit_price=-held, net=-held,
                 tax=Decimal(0)),)  # fmt: skip


def credit_memo(at: Recorded, sold: dict[UUID, Sold]) -> Iterable[tuple[Document, str]]:
    """A credit memo for accounting."""
    del sold
    fact: billing.Invoice.Credited = at.fact
    lines = tuple(
        Line(description=f"line {line.no} of {fact.invoice_number}", quantity=Decimal(1),
             unit_price=line.net, net=line.net, tax=line.tax)
        for line in fact.lines
    )  # fmt: skip
    held = fact.totals.held.amount
    yield CreditMemo(
        key=f"memo-{fact.memo_id.hex}", entity=fact.party.entity,
        client_code=fact.party.client_code, client_name=fact.party.client_name,
        number=fact.number, issued_on=fact.issued_on, currency=fact.currency,
        lines=(*lines, *retainage(held)), net=fact.totals.net - held, tax=fact.totals.tax,
        total=fact.totals.due,
        invoice_key=invoice_key(at.stream_id), reason=fact.why,
    ), ACCOUNTING  # fmt: skip
    if fact.tax_engine:
        yield TaxedSale(
            key=f"taxmemo-{fact.memo_id.hex}", entity=fact.party.entity,
            sale_key=invoice_key(at.stream_id), number=fact.number, issued_on=fact.issued_on,
            currency=fact.currency, net=-fact.totals.net, tax=-fact.totals.tax,
        ), TAX  # fmt: skip


def sold_with_tax(at: Recorded) -> Iterable[tuple[Document, str]]:
    """An invoice for the engine that determined its taxes; none where no engine did."""
    fact: billing.Invoice.Issued = at.fact
    bases = [line.tax_basis.determined for line in fact.lines if line.tax_basis]
    said = [by for by in bases if by]
    if said:
        yield TaxedSale(
            key=invoice_key(at.stream_id), entity=fact.party.entity,
            sale_key=invoice_key(at.stream_id), number=fact.number, issued_on=fact.issued_on,
            engine_reference=said[0].reference, currency=fact.currency,
            net=fact.totals.net, tax=fact.totals.tax,
        ), TAX  # fmt: skip


def payment(at: Recorded, sold: dict[UUID, Sold]) -> Iterable[tuple[Document, str]]:
    """Money applied to an invoice, for accounting."""
    del sold
    fact: Received.Applied = at.fact
    yield Payment(
        key=f"pay-{at.stream_id.hex}-{at.version}", invoice_key=invoice_key(fact.invoice_id),
        client_code=fact.client_code, received_on=fact.applied_on, amount=fact.amount,
        currency=fact.currency, bank_reference=fact.bank_reference,
    ), ACCOUNTING  # fmt: skip


def deal(at: Recorded, sold: dict[UUID, Sold]) -> Iterable[tuple[Document, str]]:
    """A won deal's project, back to the CRM it came from."""
    del sold
    fact: Opportunity.ClosedWon = at.fact
    if fact.external_ref:
        yield DealUpdate(
            key=f"deal-{at.stream_id.hex}" + (f"-{fact.again}" if fact.again else ""),
            opportunity_key=fact.external_ref,
            project_code=project_code(fact), contract_value=fact.terms.value,
            currency=fact.terms.currency, stage="won",
        ), CRM  # fmt: skip


def changed(at: Recorded, one: Sold | None) -> Iterable[tuple[Document, str]]:
    """What a sold contract is worth after a change order, for the CRM its deal came from."""
    fact: Contract.Changed = at.fact
    if one is not None:
        yield DealUpdate(
            key=f"change-{fact.change_order_id.hex}", opportunity_key=one.opportunity_key,
            project_code=one.code, contract_value=fact.value, currency=fact.currency, stage="won",
        ), CRM  # fmt: skip


def reopened(at: Recorded, sold: dict[UUID, Sold]) -> Iterable[tuple[Document, str]]:
    """A close that was taken back, for the CRM."""
    fact: Opportunity.Reopened = at.fact
    one = sold.get(project_id(at.stream_id, fact.again))
    if one is not None and fact.was == "won":
        yield DealUpdate(
            key=f"reopen-{at.stream_id.hex}-{fact.again}", opportunity_key=one.opportunity_key,
            project_code=one.code, contract_value=fact.terms.value, currency=fact.terms.currency,
            stage="engaging",
        ), CRM  # fmt: skip


def actuals(at: Recorded, sold: dict[UUID, Sold]) -> Iterable[tuple[Document, str]]:
    """Where each touched project of the entity stands when a month is closed."""
    fact: Calendar.PeriodHardClosed = at.fact
    for one in sorted(sold.values(), key=lambda one: one.code):
        if one.touched and one.entity == fact.entity:
            yield _actuals(one, fact.month), CRM


def _actuals(one: Sold, month: date) -> ProjectActuals:
    return ProjectActuals(
        key=f"act-{one.project_id.hex}-{month:%Y%m}", opportunity_key=one.opportunity_key,
        project_code=one.code, period=f"{month:%Y-%m}", currency=one.currency, budget=one.budget,
        actual_hours_qty=round(Decimal(one.minutes) / 60, 4), actual_cost=one.cost,
        billed=one.billed, margin=one.value - one.cost,
    )  # fmt: skip


DOCUMENTS: dict[type, Any] = {
    billing.Invoice.Issued: invoice,
    billing.Invoice.Credited: credit_memo,
    Received.Applied: payment,
    Opportunity.ClosedWon: deal,
    Opportunity.Reopened: reopened,
    Calendar.PeriodHardClosed: actuals,
}
FIGURES = (
    Opportunity.ClosedWon, Calendar.PeriodHardClosed, Timesheet.TimeApproved, Expense.Approved,
    Project.MilestoneAccepted, billing.Invoice.Issued, billing.Invoice.Credited,
    Project.BudgetChanged, Contract.Changed,
)  # fmt: skip
