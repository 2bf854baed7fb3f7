"""``throughline run revaluation`` as a person at the command line meets it."""

from contextlib import nullcontext
from datetime import date

import pytest
from click.testing import CliRunner, Result

from api.cli import throughline
from domain.identity import named_id
from tests.firm import Firm


@pytest.fixture
def held(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """A hundred dollars in the bank; January closes at 0.80 euros a dollar."""
    firm.do("RecordPayment", payment_id=named_id("payment", "P1"), client_id=firm.client,
            bank_reference="B1", received_on="2025-01-03",
            amount={"amount": "100.00", "currency": "USD"})  # fmt: skip
    firm.rates(date(2025, 1, 31), USD="1.25")
    monkeypatch.setattr("api.commands.run_revaluation.opened", lambda _: nullcontext(firm.system))
    return firm


def run(month: str = "2025-01", *more: str) -> Result:
    given = ["run", "revaluation", "--entity", "DE01", "--month", month, *more]
    return CliRunner().invoke(throughline, given)


def test_a_month_is_shown_before_it_is_run_and_run_once(held: Firm) -> None:
    assert held.client
    rehearsed, done, again = run("2025-01", "--dry-run"), run("2025-01", "--explain"), run()

    assert rehearsed.output.splitlines()[-1] == "2 lines, gain 0.00 EUR"
    assert "1000 USD: 80.00 less 96.89 booked = -16.89, which stays in the books" in done.output
    assert "2230 USD: -80.00 less -96.89 booked = 16.89, which is put back on the next day" in (
        done.output
    )
    assert "ALREADY_REVALUED" in again.output
    assert [result.exit_code for result in (rehearsed, done, again)] == [0, 0, 1]


@pytest.mark.parametrize("month", ["2025", "January", "2025-13"])
def test_a_month_is_written_as_a_year_and_a_number(month: str) -> None:
    assert run(month).exit_code == 2
