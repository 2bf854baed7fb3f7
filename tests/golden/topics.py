"""Which calculator answers which topic: each reads a case's input and gives its figures."""

from collections.abc import Callable
from typing import Any

from tests.golden import (
    allocation,
    billing,
    billing_documents,
    exchange_differences,
    exchange_rates,
    kpi,
    kpi_projects,
    ledger_dates,
    pricing,
    recognition,
    revenue,
    revenue_criteria,
    revenue_estimates,
    time,
    time_spans,
)
from tests.golden.aliases import ALIASES
from tests.golden.naming import answer_of

Answer = Callable[[dict[str, Any]], Any]
READERS = (
    time, time_spans, pricing, billing, billing_documents, revenue, revenue_criteria,
    revenue_estimates, recognition, kpi, kpi_projects, allocation,
    exchange_rates, exchange_differences, ledger_dates,
)  # fmt: skip

TOPICS: dict[str, Answer] = {
    topic: answer for reader in READERS for topic, answer in reader.TOPICS.items()
}
TOPICS |= {name: TOPICS[topic] for name, topic in ALIASES.items()}


def answer(topic: str) -> Answer | None:
    """The calculator of a topic, under this or another name of it."""
    found: Answer | None = answer_of(topic, TOPICS)
    return found
