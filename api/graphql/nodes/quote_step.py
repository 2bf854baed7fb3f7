"""Steps of quotes: who wrote, asked, approved, rejected, sent and signed, and why."""

from datetime import date

from api.graphql.noun import noun, said
from api.graphql.sales_words import QuoteStepKind


@noun("quote_steps", key="position", key_type="bigint", entity=None)
class QuoteStep:
    """Something that happened to a quote."""

    step: QuoteStepKind
    effective_date: date
    taken_by: str = said("Who recorded it")
    why: str = said("What was said of it; the paper of a signature")
