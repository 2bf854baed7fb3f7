"""``throughline run depreciation`` as a person at the command line meets it."""

from contextlib import nullcontext

import pytest
from click.testing import CliRunner, Result

from api.cli import throughline
from tests.domain.samples_assets import used
from tests.firm import Firm


@pytest.fixture
def owning(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """An asset of 1,200 EUR over two years."""
    used(firm, "laptop")
    monkeypatch.setattr("api.commands.run_depreciation.opened", lambda _: nullcontext(firm.system))
    return firm


def run(month: str, *more: str) -> Result:
    given = ["run", "depreciation", "--entity", "DE01", "--month", month, *more]
    return CliRunner().invoke(throughline, given)


def test_a_month_is_shown_before_it_is_run_and_run_once(owning: Firm) -> None:
    del owning

    rehearsed, done, again = run("2025-02", "--dry-run"), run("2025-02"), run("2025-02")

    assert (
        rehearsed.output
        == done.output
        == ("1 assets, 100.00 EUR (50.00 of it for months before)\n")
    )
    assert again.output == "ALREADY_RUN: 2025-02 of DE01 was run\n"
    assert [result.exit_code for result in (rehearsed, done, again)] == [0, 0, 1]
