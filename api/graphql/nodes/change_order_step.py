"""Steps of change orders."""

from datetime import date

from api.graphql.noun import column, noun, said
from api.graphql.sales_words import ChangeOrderState


@noun("change_order_steps", key="position", key_type="bigint", entity=None)
class ChangeOrderStep:
    """Where a change order came to."""

    state: ChangeOrderState = column("status")
    counts_from: date = said("An approval counts from the day the change takes effect")
