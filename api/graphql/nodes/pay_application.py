"""Applications for payment: what was applied for by a schedule of values, and certified."""

from datetime import date
from typing import Any
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.contract import Contract
from api.graphql.noun import Money, Node, column, many, money, noun, one, said
from api.graphql.words import words_of

PayApplicationState = words_of(("submitted", "certified", "withdrawn"), "PayApplicationState")
STANDING = """
(SELECT a.*, s.state, s.effective_date, s.certified, s.withheld, s.retained,
        coalesce(w.billed, false) AS billed
 FROM pay_applications a LEFT JOIN certified_work w ON w.id = a.id CROSS JOIN LATERAL (
    SELECT state, effective_date, certified, withheld, retained FROM pay_application_steps
    WHERE application_id = a.id ORDER BY position DESC LIMIT 1) s)
"""


@noun(STANDING)
class PayApplication(Node):
    """The lines of the usual cover sheet, and what the client certified."""

    no: int = said("From 1, in its contract")
    entity: str = said("Code of the billing entity")
    period_to: date
    state: Any = said("", PayApplicationState)
    since: date = column("effective_date", "Day it came to its state")
    original_sum: Money | None = money("original_sum")
    change_orders: Money | None = money("change_orders")
    contract_sum: Money | None = money("{t}.original_sum + {t}.change_orders")
    completed: Money | None = money("completed", description="To date, with materials stored")
    retainage: Money | None = money("retainage", description="Kept by the client to date")
    previous: Money | None = money("previous", description="Certificates of earlier applications")
    due: Money | None = money("due")
    to_finish: Money | None = money("to_finish", description="With the retainage")
    certified: Money | None = money("certified", description="Null before its certificate")
    withheld: Money | None = money("withheld", description="Of what was due")
    retained: Money | None = money("retained", description="Kept of this certificate")
    billed: bool = said("On an invoice")
    contract: Contract | None = one("contract_id")
    lines: Any = many("PayApplicationLine", "application_id", "The continuation sheet")


pay_applications = listing(
    "Applications for payment.",
    contract_id=UUID,
    state=Choice(PayApplicationState, "{t}.state = {v}"),
)
