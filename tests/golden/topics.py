"""Which calculator answers which topic: each reads a case's input and gives its figures."""

from collections.abc import Callable
from typing import Any

from tests.golden import assets, billing, kpi, pricing, recognition, revenue, time

Answer = Callable[[dict[str, Any]], Any]
READERS = (time, pricing, billing, revenue, recognition, kpi, assets)

TOPICS: dict[str, Answer] = {
    topic: answer for reader in READERS for topic, answer in reader.TOPICS.items()
}
