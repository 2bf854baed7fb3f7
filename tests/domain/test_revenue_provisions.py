"""Losses still to come, refunds expected, and what a contract cost to win or to set up."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.ledger.period import PeriodNotOpen
from domain.money import AmountTooFine
from domain.pricing.fx import MissingRate
from domain.revenue.cost_asset import NothingToAmortize, NothingToImpair
from domain.revenue.cost_commands import CostIsExpense
from domain.revenue.price import PriceNotDetermined
from domain.revenue.provisions import NothingToProvide, NothingToRelease
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_revenue import CONTROLLER, identified, new, ready

D = Decimal
EURO = {"currency": "EUR"}
JANUARY = date(2025, 1, 31)


def held(firm: PaperFirm, account: str, currency: str = "EUR") -> tuple[Decimal, Decimal]:
    """An account's balance: amount, and in the books."""
    return firm.balances().get((account, currency), (D(0), D(0)))


def loss(contract: UUID, on: date, total: str, to_date: str, **fields: Any) -> dict[str, Any]:
    """An estimate of cost."""
    return {"contract_id": contract, "on": on, "total_cost": total, "cost_to_date": to_date,
            **fields}  # fmt: skip


def test_the_loss_still_to_come_is_provided_and_used_as_work_goes_on(paper: PaperFirm) -> None:
    contract = ready(paper, "loss", price="1000", **EURO)

    paper.do("ProvideForLoss", **loss(contract, JANUARY, "1200", "300"))
    assert held(paper, "2240") == (D(-150), D(-150))
    paper.do("ReleaseLossProvision", **loss(contract, date(2025, 2, 28), "1200", "600"))

    assert held(paper, "2240") == (D(-100), D(-100))
    assert held(paper, "5050") == (D(100), D(100))


def test_a_loss_is_provided_once_and_released_only_where_it_shrank(paper: PaperFirm) -> None:
    bare, contract = identified(paper, "bare", **EURO), ready(paper, "loss", price="1000", **EURO)
    paper.do("ProvideForLoss", **loss(contract, JANUARY, "1200", "300"))

    same = loss(contract, JANUARY, "1200", "300")
    paper.refuses(NothingToProvide, "ProvideForLoss", **same)
    paper.refuses(NothingToRelease, "ReleaseLossProvision", **same)
    paper.refuses(PriceNotDetermined, "ProvideForLoss", **loss(bare, JANUARY, "1", "0"))
    paper.refuses(PriceNotDetermined, "ReleaseLossProvision", **loss(bare, JANUARY, "1", "0"))


def test_leaving_the_contract_limits_the_loss(paper: PaperFirm) -> None:
    contract = ready(paper, "loss", price="1000", **EURO)

    paper.do("ProvideForLoss", **loss(contract, JANUARY, "2000", "0", exit_cost="400"))

    assert held(paper, "2240") == (D(-400), D(-400))


def test_under_us_gaap_only_construction_provides(paper: PaperFirm) -> None:
    paper.do("AdoptRevenuePolicy", entity="DE01", from_on="2025-01-01", onerous="us_gaap")
    contract = ready(paper, "loss", price="1000", **EURO)
    given = loss(contract, JANUARY, "1200", "0")

    paper.refuses(NothingToProvide, "ProvideForLoss", **given)
    paper.do("ProvideForLoss", **given, construction_type=True)

    assert held(paper, "2240") == (D(-200), D(-200))


def test_an_expected_refund_comes_at_its_day_and_goes_at_the_rate_booked(
    paper: PaperFirm,
) -> None:
    paper.rates(JANUARY, USD="1.25")
    paper.rates(date(2025, 2, 28), USD="1.00")
    contract = ready(paper, "dollars")
    given: dict[str, Any] = {"contract_id": contract}

    paper.do("RecordRefundLiability", **given, recorded_on=JANUARY, expected="100")
    assert held(paper, "2220", "USD") == (D(-100), D(-80))
    paper.do("RecordRefundLiability", **given, recorded_on="2025-02-28", expected="50")
    assert held(paper, "2220", "USD") == (D(-50), D(-40))
    paper.do("RecordRefundLiability", **given, recorded_on="2025-02-28", expected="0")

    assert held(paper, "2220", "USD") == held(paper, "4090", "USD") == (D(0), D(0))
    before = len(paper.facts)
    paper.do("RecordRefundLiability", **given, recorded_on="2025-02-28", expected="0")
    assert len(paper.facts) == before


def test_a_refund_fits_its_currency_and_has_a_rate(paper: PaperFirm) -> None:
    given = {"contract_id": ready(paper, "dollars"), "recorded_on": "2025-06-30"}

    paper.refuses(AmountTooFine, "RecordRefundLiability", **given, expected="0.001")
    paper.refuses(MissingRate, "RecordRefundLiability", **given, expected="1")


def capitalize(firm: PaperFirm, amount: str, months: int, **fields: Any) -> UUID:
    """A cost of a contract as an asset; its id."""
    given = {"contract_id": ready(firm, "care", **EURO), "nature": "obtain", "amount": amount,
             "months": months, "capitalized_on": "2025-01-10", **fields}  # fmt: skip
    return firm.do("CapitalizeContractCost", cost_id=new("cost"), **given).answer.id


def amortize(firm: PaperFirm, cost: UUID, month: int) -> None:
    firm.do("AmortizeContractCost", cost_id=cost, month=date(2025, month, 1))


@pytest.mark.parametrize(
    ("nature", "asset", "credit"), [("obtain", "1310", "2100"), ("fulfil", "1300", "5000")]
)
def test_a_cost_is_an_asset_written_off_over_its_benefit(
    paper: PaperFirm, nature: str, asset: str, credit: str
) -> None:
    cost = capitalize(paper, "100", 3, nature=nature)
    assert (held(paper, asset), held(paper, credit)) == ((D(100), D(100)), (D(-100), D(-100)))

    amortize(paper, cost, 1)
    assert held(paper, asset) == (D("66.67"), D("66.67"))
    amortize(paper, cost, 3)

    assert (held(paper, asset), held(paper, "5060")) == ((D(0), D(0)), (D(100), D(100)))


def test_a_month_is_written_off_once_and_none_before_its_time(paper: PaperFirm) -> None:
    cost = capitalize(paper, "120", 12)
    amortize(paper, cost, 2)
    given = {"cost_id": cost}

    paper.refuses(NothingToAmortize, "AmortizeContractCost", **given, month="2025-02-01")
    paper.refuses(NothingToAmortize, "AmortizeContractCost", **given, month="2024-12-01")
    paper.refuses(PeriodNotOpen, "AmortizeContractCost", **given, month="2026-12-01")


def test_what_will_not_come_back_is_lost_and_the_rest_spread(paper: PaperFirm) -> None:
    cost = capitalize(paper, "120", 12)
    amortize(paper, cost, 1)
    given = {"cost_id": cost, "impaired_on": "2025-02-10", "direct_costs": "20"}
    paper.refuses(NothingToImpair, "ImpairContractCost", CONTROLLER, **given,
                  consideration="130")  # fmt: skip

    paper.do("ImpairContractCost", CONTROLLER, **given, consideration="64")
    amortize(paper, cost, 2)

    assert held(paper, "1310") == (D(40), D(40))
    assert held(paper, "5060") == (D(80), D(80))


@pytest.mark.parametrize(
    "fields",
    [{"incremental": False}, {"recoverable": False}, {"months": 12, "one_year_expedient": True},
     {"nature": "fulfil", "future_resource": False}],
)  # fmt: skip
def test_other_costs_are_expenses(paper: PaperFirm, fields: dict[str, Any]) -> None:
    given = {"contract_id": ready(paper, "care", **EURO), "nature": "obtain", "amount": "100",
             "months": 24, "capitalized_on": "2025-01-10", "cost_id": new("cost")}  # fmt: skip

    paper.refuses(CostIsExpense, "CapitalizeContractCost", **{**given, **fields})
    paper.refuses(AmountTooFine, "CapitalizeContractCost", **{**given, "amount": "0.001"})
