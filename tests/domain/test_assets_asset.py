"""Assets: carried, used, written off month by month, written down, sold."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.assets.asset import (
    DepreciatedAlready,
    DepreciationMissing,
    NothingImpaired,
    NotInService,
    RunSuperseded,
)
from domain.assets.depreciation import BadLife
from domain.assets.depreciation_run import AlreadyRun, NothingDue
from domain.delivery.expense_commands import NotPositive
from domain.delivery.timesheet import WrongState
from domain.ledger.chart import UnknownAccount
from domain.ledger.commands import ControlAccount
from domain.ledger.period import PeriodNotOpen
from domain.money import AmountTooFine
from domain.payables.commands import VendorElsewhere
from domain.payables.vendor_bill import BillUsed, NotCapital, UnknownBillLine
from domain.pricing.fx import MissingRate
from domain.receivables.reduction import TooEarly
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_assets import asset, sold, used
from tests.domain.samples_outlook import AHEAD
from tests.domain.samples_outlook import prepare as look_ahead
from tests.domain.samples_payables import BOSS, cost, desk, noted, vendor

LAPTOP = {"asset_id": new("asset laptop")}
WHY = {"why": "agreed"}
BILL = {"bill_id": new("bill B1")}
Lines = dict[str, str]


@pytest.fixture
def owner(paper: PaperFirm) -> PaperFirm:
    """A firm with a project and a vendor."""
    look_ahead(paper)
    vendor(paper)
    return paper


def depreciate(firm: PaperFirm, *months: int) -> Any:
    answers = [firm.do("RunDepreciation", entity="DE01", month=date(2025, month, 1)).answer
               for month in months]  # fmt: skip
    return answers[-1]


def lines_of(firm: PaperFirm, rule: str) -> Lines:
    last = [entry for entry in firm.entries() if entry.rule == rule][-1]
    return {line.account: f"{line.amount}" for line in last.lines}


def left(firm: PaperFirm) -> dict[str, Decimal]:
    """Balances of the books that are not zero, by account."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (account, _), (_, books) in firm.balances().items():
        sums[account] += books
    return {account: books for account, books in sums.items() if books}


def test_an_amount_becomes_an_asset_out_of_another_account(owner: PaperFirm) -> None:
    owner.do("CapitalizeAsset", **asset("laptop", credit="6010", project_id=AHEAD["project_id"],
                                        department="east"))  # fmt: skip

    entry = next(iter(owner.entries()))

    assert lines_of(owner, "asset_capitalized") == {"1600": "1200.00", "6010": "-1200.00"}
    assert entry.lines[0].project_id == AHEAD["project_id"]
    assert entry.lines[0].dimensions is not None
    assert entry.lines[0].dimensions.department == "east"


def test_what_breaks_a_rule_is_no_asset(owner: PaperFirm) -> None:
    owner.do("RegisterLegalEntity", code="DE03", name="Fictional", currency="EUR", country="DE")
    owner.do("CreateProject", project_id=new("far"), code="FAR", name="far", entity="DE03")

    owner.refuses(ControlAccount, "CapitalizeAsset", **asset("laptop", credit="2000"))
    owner.refuses(UnknownAccount, "CapitalizeAsset", **asset("laptop", credit="9999"))
    owner.refuses(AmountTooFine, "CapitalizeAsset", **asset("laptop", "0.001"))
    owner.refuses(AmountTooFine, "CapitalizeAsset", **asset("laptop", residual="0.001"))
    owner.refuses(NotPositive, "CapitalizeAsset", **asset("laptop", "0"))
    owner.refuses(BadLife, "CapitalizeAsset", **asset("laptop", residual="1200.01"))
    owner.refuses(VendorElsewhere, "CapitalizeAsset", **asset("laptop", project_id=new("far")))


def test_a_policy_says_what_is_an_asset(owner: PaperFirm) -> None:
    policy = {"entity": "DE01", "threshold": "1200.01"}
    owner.refuses(AmountTooFine, "SetCapitalizationPolicy", **{**policy, "threshold": "0.001"})
    owner.do("SetCapitalizationPolicy", **policy)

    owner.refuses(NotCapital, "CapitalizeAsset", **asset("laptop"))
    owner.do("SetCapitalizationPolicy", **{**policy, "threshold": "1000"}, beyond_months=24)
    owner.refuses(NotCapital, "CapitalizeAsset", **asset("laptop", months=24))
    owner.do("CapitalizeAsset", **asset("laptop", months=25))


def test_a_bill_buys_no_asset_below_the_policy(owner: PaperFirm) -> None:
    owner.do("SetCapitalizationPolicy", entity="DE01", threshold="800.00")

    owner.refuses(NotCapital, "RecordVendorBill", **noted("B1", desk("799.99")))
    owner.do("RecordVendorBill", **noted("B1", desk("800.00"), cost("5.00")))


def test_a_line_of_a_bill_becomes_an_asset_without_a_journal(owner: PaperFirm) -> None:
    made = {"asset_id": new("asset desk"), **BILL, "line": 1, "code": "D", "name": "desk",
            "months": 60, "capitalized_on": "2025-01-10"}  # fmt: skip
    owner.do("RecordVendorBill", **noted("B1", desk(tax="456.00"), cost(), currency="USD"))
    owner.refuses(WrongState, "CapitalizeBillLine", **made)
    owner.do("ApproveVendorBill", BOSS, **BILL)
    before = owner.balances()
    owner.refuses(TooEarly, "CapitalizeBillLine", **{**made, "capitalized_on": "2025-01-02"})
    owner.refuses(UnknownBillLine, "CapitalizeBillLine", **{**made, "line": 3})
    owner.refuses(NotCapital, "CapitalizeBillLine", **{**made, "line": 2})
    owner.refuses(BadLife, "CapitalizeBillLine", **made, residual="99999")
    owner.refuses(AmountTooFine, "CapitalizeBillLine", **made, residual="0.001")

    owner.do("CapitalizeBillLine", **made)

    assert owner.balances() == before
    assert owner.replayed(new("asset desk")).asset.cost == Decimal("2325.36")
    again = {**made, "asset_id": new("twice"), "code": "E"}
    owner.refuses(BillUsed, "CapitalizeBillLine", **again)


def test_a_run_takes_every_asset_in_service(owner: PaperFirm) -> None:
    used(owner, "laptop")
    used(owner, "software", kind="intangible", months=12)
    owner.do("CapitalizeAsset", **asset("spare"))

    answer = depreciate(owner, 1)

    assert (answer.assets, answer.total, answer.caught_up) == (2, Decimal("150.00"), 0)
    assert lines_of(owner, "depreciation") == {"6100": "100.00", "1610": "-50.00",
                                               "1630": "-100.00"}  # fmt: skip


def test_a_month_is_run_once(owner: PaperFirm) -> None:
    month = {"entity": "DE01", "month": "2025-01-15"}
    owner.refuses(NothingDue, "RunDepreciation", **month)
    used(owner, "laptop")
    depreciate(owner, 1)

    owner.refuses(AlreadyRun, "RunDepreciation", **month)
    owner.refuses(PeriodNotOpen, "RunDepreciation", **{**month, "month": "2026-01-01"})


def test_late_assets_catch_up_in_the_next_run(owner: PaperFirm) -> None:
    used(owner, "laptop")
    depreciate(owner, 1, 2)
    used(owner, "late", months=12)

    answer = depreciate(owner, 3)

    assert (answer.total, answer.caught_up) == (Decimal("350.00"), Decimal("200.00"))
    writes = owner.replayed(new("asset late")).runs.popitem()[1]
    assert [one.month.month for one in writes] == [1, 2, 3]


def test_an_asset_is_written_off_to_its_residual_and_no_further(owner: PaperFirm) -> None:
    used(owner, "laptop", months=3, cost="100.00", residual="1.00")
    depreciate(owner, 12)

    assert owner.replayed(LAPTOP["asset_id"]).carrying == Decimal("1.00")
    owner.refuses(NothingDue, "RunDepreciation", entity="DE01", month="2025-11-01")


def test_an_asset_is_used_from_when_it_is_carried_and_once(owner: PaperFirm) -> None:
    owner.do("CapitalizeAsset", **asset("laptop"))
    owner.refuses(TooEarly, "PlaceInService", **LAPTOP, in_service_on="2025-01-01")
    owner.do("PlaceInService", **LAPTOP, in_service_on="2025-01-02")

    owner.refuses(WrongState, "PlaceInService", **LAPTOP, in_service_on="2025-01-02")


def test_a_new_estimate_changes_what_comes(owner: PaperFirm) -> None:
    used(owner, "laptop")
    depreciate(owner, 1, 2)
    revision = {**LAPTOP, "from_month": "2025-03-01", "months_left": 10, "residual": "100.00",
                **WHY}  # fmt: skip
    owner.do("ReviseAsset", **revision)

    assert depreciate(owner, 3).total == Decimal("100.00")
    assert owner.replayed(LAPTOP["asset_id"]).accumulated == Decimal("200.00")


def test_an_estimate_holds_from_the_month_after_the_last_one_run(owner: PaperFirm) -> None:
    revision = {**LAPTOP, "months_left": 10, "residual": "0", **WHY}
    owner.do("CapitalizeAsset", **asset("laptop"))
    owner.refuses(NotInService, "ReviseAsset", **revision, from_month="2025-01-01")
    owner.do("PlaceInService", **LAPTOP, in_service_on="2025-01-02")
    depreciate(owner, 1)
    owner.refuses(DepreciatedAlready, "ReviseAsset", **revision, from_month="2025-01-01")
    owner.refuses(DepreciationMissing, "ReviseAsset", **revision, from_month="2025-03-01")
    at = {**revision, "from_month": "2025-02-01"}
    owner.refuses(BadLife, "ReviseAsset", **{**at, "residual": "1150.01"})
    owner.refuses(AmountTooFine, "ReviseAsset", **{**at, "residual": "0.001"})
    owner.do("DisposeAsset", **sold("laptop"))
    owner.refuses(WrongState, "ReviseAsset", **at)


def test_an_impairment_writes_down_and_spreads_the_rest(owner: PaperFirm) -> None:
    used(owner, "laptop")
    depreciate(owner, 1, 2)
    owner.do("ImpairAsset", **LAPTOP, impaired_on="2025-02-28", recoverable="660.00", **WHY)

    assert lines_of(owner, "asset_impaired") == {"6100": "440.00", "1610": "-440.00"}
    assert depreciate(owner, 3).total == Decimal("30.00")
    assert owner.replayed(LAPTOP["asset_id"]).carrying == Decimal("630.00")


def test_an_impairment_follows_the_runs(owner: PaperFirm) -> None:
    loss = {**LAPTOP, "recoverable": "700.00", **WHY}
    owner.do("CapitalizeAsset", **asset("laptop"))
    owner.refuses(NotInService, "ImpairAsset", **loss, impaired_on="2025-01-31")
    owner.do("PlaceInService", **LAPTOP, in_service_on="2025-01-02")
    owner.refuses(DepreciationMissing, "ImpairAsset", **loss, impaired_on="2025-02-28")
    depreciate(owner, 1, 2)
    owner.refuses(DepreciatedAlready, "ImpairAsset", **loss, impaired_on="2025-01-31")
    at = {**loss, "impaired_on": "2025-02-28"}
    owner.refuses(NothingImpaired, "ImpairAsset", **{**at, "recoverable": "1100.00"})
    owner.refuses(AmountTooFine, "ImpairAsset", **{**at, "recoverable": "0.001"})
    owner.do("DisposeAsset", **sold("laptop", on="2025-02-28"))
    owner.refuses(WrongState, "ImpairAsset", **at)


def test_a_sale_takes_cost_and_depreciation_out(owner: PaperFirm) -> None:
    used(owner, "laptop")
    depreciate(owner, 1)

    owner.do("DisposeAsset", **sold("laptop", tax="114.00"))

    assert lines_of(owner, "asset_disposed") == {
        "1000": "714.00", "2300": "-114.00", "1610": "50.00", "1600": "-1200.00",
        "7020": "550.00",
    }  # fmt: skip
    assert left(owner).keys() == {"1000", "2010", "2300", "6100", "7020"}


def test_a_gain_is_in_the_books_and_a_scrapped_asset_is_a_loss(owner: PaperFirm) -> None:
    for name in ("laptop", "press"):
        used(owner, name)
    depreciate(owner, 1)
    owner.do("DisposeAsset", **sold("laptop", proceeds="1200.00", account="1430"))
    assert lines_of(owner, "asset_disposed")["7020"] == "-50.00"
    assert lines_of(owner, "asset_disposed")["1430"] == "1200.00"

    owner.do("DisposeAsset", **sold("press", proceeds="0"))
    assert lines_of(owner, "asset_disposed") == {"1610": "50.00", "1600": "-1200.00",
                                                 "7020": "1150.00"}  # fmt: skip


def test_proceeds_in_another_currency_balance_by_themselves(owner: PaperFirm) -> None:
    used(owner, "laptop")

    owner.do("DisposeAsset", **{**sold("laptop", on="2025-01-08"),
                                "proceeds": {"amount": "600.00", "currency": "USD"}})  # fmt: skip

    assert owner.balances()["7020", "USD"] == (Decimal("-600.00"), Decimal("-581.34"))
    assert sum(left(owner).values()) == 0


def test_a_disposal_follows_the_runs(owner: PaperFirm) -> None:
    owner.do("CapitalizeAsset", **asset("laptop"))
    owner.refuses(NotInService, "DisposeAsset", **sold("laptop"))
    owner.do("PlaceInService", **LAPTOP, in_service_on="2025-01-08")
    owner.refuses(TooEarly, "DisposeAsset", **sold("laptop", on="2025-01-07"))
    owner.refuses(DepreciationMissing, "DisposeAsset", **sold("laptop"))
    depreciate(owner, 1, 2)
    owner.refuses(DepreciatedAlready, "DisposeAsset", **sold("laptop", on="2025-01-31"))
    owner.refuses(ControlAccount, "DisposeAsset", **sold("laptop", account="1100"))
    owner.refuses(UnknownAccount, "DisposeAsset", **sold("laptop", account="9999"))
    owner.refuses(NotPositive, "DisposeAsset", **sold("laptop", proceeds="-1.00"))
    owner.refuses(AmountTooFine, "DisposeAsset", **sold("laptop", tax="0.001"))
    francs = {"proceeds": {"amount": "1.00", "currency": "CHF"}}
    owner.refuses(MissingRate, "DisposeAsset", **{**sold("laptop"), **francs})
    owner.do("DisposeAsset", **sold("laptop"))
    owner.refuses(WrongState, "DisposeAsset", **sold("laptop"))
    owner.refuses(NothingDue, "RunDepreciation", entity="DE01", month="2025-03-01")


def test_a_run_taken_back_leaves_nothing_and_may_be_run_again(owner: PaperFirm) -> None:
    used(owner, "laptop")
    depreciate(owner, 1)
    before = left(owner)
    depreciate(owner, 2)
    back = {"entity": "DE01", "month": "2025-02-01", **WHY}
    owner.refuses(TooEarly, "ReverseDepreciation", **back, reversed_on="2025-01-31")

    owner.do("ReverseDepreciation", **back, reversed_on="2025-02-28")

    assert left(owner) == before
    owner.refuses(WrongState, "ReverseDepreciation", **back, reversed_on="2025-02-28")
    assert depreciate(owner, 2).total == Decimal("50.00")
    assert owner.replayed(LAPTOP["asset_id"]).accumulated == Decimal("100.00")


@pytest.mark.parametrize("what", ["run", "impairment", "disposal"])
def test_a_run_stays_where_its_assets_changed_since(owner: PaperFirm, what: str) -> None:
    used(owner, "laptop")
    depreciate(owner, 1)
    if what == "run":
        depreciate(owner, 2)
    elif what == "impairment":
        owner.do("ImpairAsset", **LAPTOP, impaired_on="2025-01-31", recoverable="1.00", **WHY)
    else:
        owner.do("DisposeAsset", **sold("laptop"))

    owner.refuses(RunSuperseded, "ReverseDepreciation", entity="DE01", month="2025-01-01",
                  reversed_on="2025-02-28", **WHY)  # fmt: skip
