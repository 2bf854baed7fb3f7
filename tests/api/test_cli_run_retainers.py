"""``throughline run retainers`` as a person at the command line meets it."""

from contextlib import nullcontext

import pytest
from click.testing import CliRunner, Result

from api.cli import throughline
from tests.domain.samples_retainers import retained, terms
from tests.firm import Firm


@pytest.fixture
def kept(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """A retainer with ten hours of January, none of them drawn."""
    contract, _ = retained(firm, "kept")
    firm.do("SetRetainerTerms", contract_id=contract, **terms())
    firm.do("FundRetainer", contract_id=contract, through="2025-01-31")
    firm.settle()
    monkeypatch.setattr("api.commands.run_retainers.opened", lambda _: nullcontext(firm.system))
    return firm


def run(*more: str) -> Result:
    given = ["run", "retainers", "--entity", "DE01", "--through", "2025-01-31", *more]
    return CliRunner().invoke(throughline, given)


def test_a_month_is_shown_before_it_is_closed_and_closed_once(kept: Firm) -> None:
    del kept
    rehearsed, done, again = run("--dry-run"), run(), run()

    assert rehearsed.output == done.output
    assert "kept: 5 h carried on from 2025-01-31" in done.output
    assert (
        "kept: 5 h of Retainer, 2025-01-01 to 2025-01-31 is above the carry limit" in done.output
    )
    assert again.output == ""
    assert [result.exit_code for result in (rehearsed, done, again)] == [0, 0, 0]


def test_a_month_that_still_goes_on_is_refused(kept: Firm) -> None:
    del kept

    result = CliRunner().invoke(
        throughline, ["run", "retainers", "--entity", "DE01", "--through", "2099-12-31"]
    )

    assert "MONTH_NOT_OVER" in result.output
    assert result.exit_code == 1
