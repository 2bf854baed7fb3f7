"""Bills and the orders they come of: what is billed is no longer committed."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.delivery.outlook import Outlook, outlook_id
from domain.identity import named_id
from domain.payables.bill import Bill
from domain.payables.cost_line import CostLine
from domain.pricing.fx import quote
from domain.unit_of_work import UnitOfWork


def source_of(bill_id: UUID, line: CostLine) -> UUID:
    """What an order knows a bill's line by."""
    return named_id("bill line", f"{bill_id}:{line.no}")


def consume_orders(work: UnitOfWork, bill_id: UUID, lines: Iterable[CostLine], bill: Bill) -> None:
    """Take lines off the orders they bill, on the bill's day. Raises MissingRate."""
    for line in lines:
        if line.commitment_id is None or line.project_id is None or not line.net:
            continue
        outlook = work.load(Outlook, outlook_id(line.project_id))
        order = outlook.commitment(line.commitment_id).order
        rate = quote(work, bill.currency, order.quote.of, bill.billed_on)
        outlook.consume(order.commitment_id, source_of(bill_id, line), rate.convert(line.net),
                        bill.billed_on)  # fmt: skip


def restore_orders(work: UnitOfWork, bill_id: UUID, lines: Iterable[CostLine], on: date) -> None:
    """Open the orders again that lines had taken from."""
    for line in lines:
        if line.commitment_id is not None and line.project_id is not None:
            outlook = work.load(Outlook, outlook_id(line.project_id))
            outlook.restore(line.commitment_id, source_of(bill_id, line), on)
