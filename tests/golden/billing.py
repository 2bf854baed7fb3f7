"""Cases of billing: from published terms to the calculators' and back."""

from collections.abc import Callable
from typing import Any

from tests.golden import (
    billing_limits,
    billing_periods,
    billing_retainers,
    billing_schedules,
    billing_taxes,
)

TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    **billing_limits.TOPICS,
    **billing_periods.TOPICS,
    **billing_retainers.TOPICS,
    **billing_schedules.TOPICS,
    **billing_taxes.TOPICS,
}
