"""Labour: its burden, and labour that makes something that lasts."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.assets.capital_labour import AboveExpensed, NothingWaiting
from domain.assets.depreciation import BadLife
from domain.delivery.expense_commands import NotPositive
from domain.delivery.project import ProjectClosed
from domain.money import AmountTooFine
from domain.payables.vendor_bill import NotCapital
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_outlook import prepare as look_ahead
from tests.domain.test_assets_asset import lines_of

PROJECT = {"project_id": new("ahead")}
WHY = {"why": "a product"}
MOVE = {**PROJECT, **WHY, "reclassified_on": "2025-01-31"}
MADE = {**PROJECT, "asset_id": new("product"), "code": "P", "name": "product", "months": 36,
        "capitalized_on": "2025-01-31"}  # fmt: skip


@pytest.fixture
def maker(paper: PaperFirm) -> PaperFirm:
    """A firm with an internal project."""
    look_ahead(paper)
    return paper


def lasts(firm: PaperFirm, on: str, treatment: str = "capex") -> None:
    firm.do("ClassifyExpenditure", **PROJECT, from_date=on, treatment=treatment, **WHY)


def test_an_hour_costs_its_rate_and_the_burden_of_its_day(maker: PaperFirm) -> None:
    for on, pct in (("2025-01-08", "20"), ("2025-01-08", "30"), ("2025-03-01", "99")):
        maker.do("SetLabourBurden", entity="DE01", from_date=on, burden_pct=pct)

    maker.work(new("ahead"), date(2025, 1, 7))
    assert lines_of(maker, "time_cost") == {"5000": "440.00", "5090": "-440.00"}
    maker.work(new("ahead"), date(2025, 1, 14))
    assert lines_of(maker, "time_cost") == {"5000": "572.00", "5090": "-572.00"}
    cost = maker.facts[-1].event.rated[0].cost
    assert (cost.hourly_rate, cost.burden_pct) == (Decimal("71.5"), Decimal(30))


def test_labour_that_lasts_is_carried_from_its_day_on(maker: PaperFirm) -> None:
    lasts(maker, "2025-01-08")
    lasts(maker, "2025-01-15", "opex")

    for day, account in ((7, "5000"), (14, "1620"), (21, "5000")):
        maker.work(new("ahead"), date(2025, 1, day))
        assert lines_of(maker, "time_cost") == {account: "440.00", "5090": "-440.00"}


def test_labour_that_does_not_count_is_not_carried(maker: PaperFirm) -> None:
    lasts(maker, "2025-01-01")
    _, entry = maker.work(new("ahead"), date(2025, 1, 7))

    maker.do("ReverseTime", person_id=maker.person, week=date(2025, 1, 7), entry_ids=[entry],
             why="x")  # fmt: skip

    assert not any(any(sums) for sums in maker.balances().values())


def test_labour_of_another_entity_is_a_cost(maker: PaperFirm) -> None:
    maker.do("RegisterLegalEntity", code="DE03", name="Fictional", currency="EUR", country="DE")
    maker.do("CreateProject", project_id=new("far"), code="FAR", name="far", entity="DE03")
    maker.do("ClassifyExpenditure", project_id=new("far"), from_date="2025-01-01",
             treatment="capex", **WHY)  # fmt: skip

    maker.work(new("far"), date(2025, 1, 7))

    assert lines_of(maker, "time_cost") == {"5000": "440.00", "5090": "-440.00"}


def test_a_closed_project_makes_nothing(maker: PaperFirm) -> None:
    maker.refuses(ProjectClosed, "ClassifyExpenditure", project_id=new("over"),
                  from_date="2025-01-01", treatment="capex", **WHY)  # fmt: skip


def test_what_was_expensed_is_moved_by_a_journal_and_back(maker: PaperFirm) -> None:
    maker.do("ReclassifyExpenditure", **MOVE, amount="400.00")
    assert lines_of(maker, "labour_reclassified") == {"1620": "400.00", "5000": "-400.00"}

    maker.do("ReclassifyExpenditure", **MOVE, amount="700.00", treatment="opex")
    assert lines_of(maker, "labour_reclassified") == {"1620": "-700.00", "5000": "700.00"}


def test_no_more_is_moved_than_there_is(maker: PaperFirm) -> None:
    """440 are expensed and 300 carried."""
    maker.do("ReclassifyExpenditure", **MOVE, amount="400.00")

    maker.refuses(AboveExpensed, "ReclassifyExpenditure", **MOVE, amount="40.01")
    back = {**MOVE, "treatment": "opex"}
    maker.refuses(AboveExpensed, "ReclassifyExpenditure", **back, amount="700.01")
    maker.refuses(NotPositive, "ReclassifyExpenditure", **MOVE, amount="0")
    maker.refuses(AmountTooFine, "ReclassifyExpenditure", **MOVE, amount="0.001")


def test_all_labour_that_waits_becomes_an_asset(maker: PaperFirm) -> None:
    maker.do("ReclassifyExpenditure", **MOVE, amount="400.00")
    before = maker.balances()

    maker.do("CapitalizeLabour", **MADE)

    asset = maker.replayed(new("product")).asset
    assert (asset.cost, asset.kind) == (Decimal("700.00"), "intangible")
    assert maker.balances() == before
    maker.refuses(NothingWaiting, "CapitalizeLabour", **again())


def again() -> dict[str, Any]:
    other: UUID = new("again")
    return {**MADE, "asset_id": other, "code": "Q"}


def test_labour_keeps_to_the_rules_of_an_asset(maker: PaperFirm) -> None:
    maker.refuses(BadLife, "CapitalizeLabour", **MADE, residual="300.01")
    maker.refuses(AmountTooFine, "CapitalizeLabour", **MADE, residual="0.001")
    maker.do("SetCapitalizationPolicy", entity="DE01", threshold="300.01")
    maker.refuses(NotCapital, "CapitalizeLabour", **MADE)
