"""Which calculator answers which topic: each reads a case's input and gives its figures."""

from collections.abc import Callable
from typing import Any

from tests.golden import billing, kpi, revenue, time

Answer = Callable[[dict[str, Any]], Any]

TOPICS: dict[str, Answer] = {**billing.TOPICS, **kpi.TOPICS, **revenue.TOPICS, **time.TOPICS}
