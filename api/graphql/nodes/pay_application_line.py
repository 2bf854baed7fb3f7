"""Lines of applications for payment: the schedule of values, and what was done of each."""

from decimal import Decimal

from api.graphql.noun import Money, column, money, noun, said

WORDED = """
(SELECT l.*, a.currency, i.text
 FROM pay_application_lines l JOIN pay_applications a ON a.id = l.application_id
 JOIN value_items i ON i.values_id = a.values_id AND i.item = l.item)
"""


@noun(WORDED, key="line_no", key_type="int", entity=None)
class PayApplicationLine:
    """The columns of the usual continuation sheet."""

    no: int = column("line_no")
    item: str
    text: str
    change_order: bool = said("Not in the contract's first sum")
    scheduled: Money | None = money("scheduled")
    previous: Money | None = money("previous", description="Work of earlier applications")
    this_period: Money | None = money("this_period")
    stored: Money | None = money("stored", description="Materials that lie there")
    to_date: Money | None = money("to_date", description="Completed and stored")
    percent: Decimal = said("Of the scheduled value")
    balance: Money | None = money("balance", description="To finish")
    retainage: Money | None = money("retainage", description="Its share of what is kept")
