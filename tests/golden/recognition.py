"""Cases of recognition: from published terms to the calculators' and back."""

from collections.abc import Callable
from typing import Any

TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {}
