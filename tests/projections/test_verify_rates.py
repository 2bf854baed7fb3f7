"""Exchange rates in facts: what nobody published is found, what is older than its day counted."""

from datetime import date
from typing import Any

import pytest

from tests.domain.named import new
from tests.firm import Firm
from tests.projections.faults import found, off, rewrite

NAME = "rates used were published"


@pytest.fixture
def paid(firm: Firm) -> Firm:
    """Two payments in dollars, on the day of a rate and the day after; the rate was corrected."""
    for no, day in enumerate((2, 3)):
        firm.do("RecordPayment", payment_id=new(f"p{no}"), client_id=firm.client,
                received_on=date(2025, 1, day), bank_reference=f"p{no}",
                amount={"amount": "100.00", "currency": "USD"})  # fmt: skip
    firm.rates(date(2025, 1, 2), USD="1.05", GBP="0.83")
    firm.settle()
    return firm


def test_rates_that_were_corrected_since_were_published_all_the_same(paid: Firm) -> None:
    verdict = found(paid)[NAME]

    assert verdict.holds
    assert verdict.figures == "2 used, 1 of an earlier day"


def test_a_rate_that_nobody_published_is_named(paid: Firm) -> None:
    def forge(fact: dict[str, Any]) -> None:
        fact["quote"]["of_per_base"] = "1.0322"

    position = rewrite(paid, "billing.payment_recorded", forge)

    assert off(paid)[NAME] == (
        f"event {position}: ECB never said 1 EUR for 1.0322 USD of 2025-01-02",
    )


def test_a_source_that_published_nothing_is_named(paid: Firm) -> None:
    def forge(fact: dict[str, Any]) -> None:
        fact["quote"]["source"] = "Nobody"

    rewrite(paid, "billing.payment_recorded", forge)

    assert "Nobody never said" in off(paid)[NAME][0]


def test_a_year_used_published_rates_alone(year: Firm) -> None:
    assert found(year)[NAME].holds
