"""Volume rebates: accrued by the turnover expected, given back by memos once the term is over."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.holders import OtherContract
from domain.billing.invoice import OverCredited
from domain.billing.minimum_commands import MonthNotOver
from domain.billing.rebate import (
    MonthAccrued,
    RebateAgreement,
    RebateNotDue,
    RebateSettled,
    RebateTerms,
    owed_back,
)
from domain.billing.rebate_commands import EarnedByRun
from domain.contracts.contract import ContractNotActive, OutsideTerm
from domain.identity import named_id
from domain.ledger.period import PeriodClosed
from domain.money import AmountTooFine
from domain.policies import project_id
from domain.pricing.fx import MissingRate
from domain.pricing.rebate import VolumeStep, rebate
from domain.pricing.tiers import TiersOutOfOrder
from domain.request import AlreadyTaken
from domain.revenue.figures import ForecastBelowActual
from domain.revenue.progress import TermReversed
from domain.unit_of_work import NotFound
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import draft
from tests.domain.samples_rebates import agreed, rebated

FEBRUARY = date(2025, 2, 3)
NOTHING = Decimal(0), Decimal(0)


@pytest.fixture
def paper(paper: PaperFirm) -> PaperFirm:
    """The small firm, with rates of the end of January and of February."""
    paper.rates(date(2025, 1, 28), USD="1.0321")
    paper.rates(date(2025, 2, 27), USD="1.0400")
    return paper


@pytest.fixture
def sold(paper: PaperFirm) -> tuple[UUID, UUID]:
    """A contract with a rebate of January, 1,200 USD of it billed; it and the invoice."""
    return rebated(paper)


def accrue(paper: PaperFirm, contract: UUID, expected: str = "1200", month: str = "2025-01-01",
           **fields: Any) -> Any:  # fmt: skip
    """Accrue a month's end; the answer."""
    return paper.do("AccrueRebate", contract_id=contract, month=month,
                    expected_turnover=expected, **fields).answer  # fmt: skip


def settle(paper: PaperFirm, contract: UUID, invoice: UUID, name: str = "memo") -> Any:
    """Give back what is due by a memo on an invoice; the answer."""
    return paper.do("SettleRebate", contract_id=contract, invoice_id=invoice, memo_id=new(name),
                    issued_on=FEBRUARY).answer  # fmt: skip


def liability(paper: PaperFirm) -> tuple[Decimal, Decimal]:
    """Account 2220 in dollars, and in the books."""
    return paper.balances().get(("2220", "USD"), NOTHING)


@pytest.mark.parametrize(("expected", "pct", "owed"), [
    ("1200", 5, "60.00"), ("4999.99", 5, "60.00"), ("5000", 10, "120.00"),
])  # fmt: skip
def test_turnover_so_far_owes_back_what_the_expected_turnover_brings(
    paper: PaperFirm, sold: tuple[UUID, UUID], expected: str, pct: int, owed: str
) -> None:
    answer = accrue(paper, sold[0], expected)

    assert (answer.turnover, answer.pct, answer.owed_back) == (1200, pct, Decimal(owed))
    assert liability(paper)[0] == -Decimal(owed)


def test_another_expectation_catches_up_at_once(paper: PaperFirm, sold: tuple[UUID, UUID]) -> None:
    """Illustrative example 24 in small: the price falls for units already sold, too."""
    paper.do("SetRebateAgreement", **agreed(sold[0], through_month="2025-03-01"))
    paper.rates(date(2025, 3, 28), USD="1.0800")
    accrue(paper, sold[0], "1200")
    accrue(paper, sold[0], "6000", "2025-02-01")
    assert liability(paper)[0] == -120

    accrue(paper, sold[0], "2000", "2025-03-01")
    accrue(paper, sold[0], "2000", "2025-03-01")

    amount, books = liability(paper)
    assert amount == -60
    # 60 / 1.0321 = 58.13 and 60 / 1.0400 = 57.69 were booked; half of both is left
    assert books == Decimal("-57.91")
    assert len(paper.all(RebateAgreement.Accrued)) == 3


def test_a_memo_gives_it_back_and_uses_up_the_liability(
    paper: PaperFirm, sold: tuple[UUID, UUID]
) -> None:
    accrue(paper, sold[0])
    before = paper.balances()["4090", "USD"][0]

    answer = settle(paper, *sold)

    assert (answer.net, answer.left) == (60, 0)
    assert liability(paper) == NOTHING
    assert paper.balances()["4090", "USD"][0] == before
    assert paper.replayed(sold[1]).open == 1140
    found = paper.last(RebateAgreement.Settled)
    assert (found.turnover, found.pct, found.amount, found.released) == (1200, 5, 60, 60)


def test_what_was_expected_in_vain_is_revenue_after_all(
    paper: PaperFirm, sold: tuple[UUID, UUID]
) -> None:
    accrue(paper, sold[0], "5000")

    settle(paper, *sold)

    assert liability(paper) == NOTHING
    assert paper.last(RebateAgreement.Settled).released == 120


def test_it_is_given_back_once(paper: PaperFirm, sold: tuple[UUID, UUID]) -> None:
    settle(paper, *sold)
    again = {"contract_id": sold[0], "invoice_id": sold[1], "memo_id": new("again"),
             "issued_on": FEBRUARY}  # fmt: skip

    paper.refuses(RebateNotDue, "SettleRebate", **again)
    paper.refuses(RebateSettled, "AccrueRebate", contract_id=sold[0], month="2025-01-31",
                  expected_turnover="1200")  # fmt: skip
    steps = [{"from_volume": "0", "pct": "50"}]
    paper.refuses(RebateSettled, "SetRebateAgreement", **agreed(sold[0], steps=steps))


def test_another_term_begins_at_nothing(paper: PaperFirm, sold: tuple[UUID, UUID]) -> None:
    settle(paper, *sold)

    paper.do("SetRebateAgreement", **agreed(sold[0], from_month="2025-02-01",
                                            through_month="2025-04-30"))  # fmt: skip

    answer = accrue(paper, sold[0], "2000", "2025-02-01")
    # February took back what the memo credited of January's invoice
    assert (answer.turnover, answer.owed_back) == (0, 0)


def test_several_memos_give_it_back_where_one_invoice_has_too_little(paper: PaperFirm) -> None:
    contract, invoice = rebated(paper)
    steps = [{"from_volume": "0", "pct": "50"}]
    paper.do("SetRebateAgreement", **agreed(contract, steps=steps))
    paper.do("IssueCreditMemo", memo_id=new("cut"), invoice_id=invoice, issued_on=FEBRUARY,
             why="hours", lines=[{"no": 1, "net": "900.00"}])  # fmt: skip
    accrue(paper, contract, "1200")

    first = settle(paper, contract, invoice)

    assert (first.net, first.left) == (300, 300)
    assert liability(paper)[0] == -300
    paper.refuses(OverCredited, "SettleRebate", contract_id=contract, invoice_id=invoice,
                  memo_id=new("more"), issued_on=FEBRUARY)  # fmt: skip


def test_each_memo_has_an_id_of_its_own(paper: PaperFirm, sold: tuple[UUID, UUID]) -> None:
    half = [{"from_volume": "0", "pct": "50"}]
    paper.do("SetRebateAgreement", **agreed(sold[0], steps=half))
    project = project_id(named_id("opportunity", "Rebated"))
    small = paper.bill("small", sold[0], date(2025, 1, 9),
                       paper.work(project, date(2025, 1, 3), 60))  # fmt: skip

    answer = settle(paper, sold[0], small)

    assert (answer.net, answer.left) == (150, 525)
    paper.refuses(AlreadyTaken, "SettleRebate", contract_id=sold[0], invoice_id=sold[1],
                  memo_id=new("memo"), issued_on=FEBRUARY)  # fmt: skip
    assert settle(paper, *sold, "rest").left == 0


def test_nothing_is_due_below_the_first_step(paper: PaperFirm) -> None:
    contract, invoice = rebated(paper, hours=6)

    assert accrue(paper, contract, "900").owed_back == 0
    paper.refuses(RebateNotDue, "SettleRebate", contract_id=contract, invoice_id=invoice,
                  memo_id=new("memo"), issued_on=FEBRUARY)  # fmt: skip


def test_a_rebate_is_settled_after_its_term_on_its_own_contract(
    paper: PaperFirm, sold: tuple[UUID, UUID]
) -> None:
    given_ = {"contract_id": sold[0], "invoice_id": sold[1], "memo_id": new("memo")}
    other, _ = rebated(paper, "Other")
    paper.refuses(RebateNotDue, "SettleRebate", **given_, issued_on="2025-01-31")
    paper.refuses(OtherContract, "SettleRebate", **{**given_, "contract_id": other},
                  issued_on=FEBRUARY)  # fmt: skip
    bare = draft(paper, "bare contract")
    paper.refuses(NotFound, "SettleRebate", **{**given_, "contract_id": bare},
                  issued_on=FEBRUARY)  # fmt: skip


def test_an_estimate_is_of_a_month_of_the_term_and_no_less_than_is_billed(
    paper: PaperFirm, sold: tuple[UUID, UUID]
) -> None:
    given_: dict[str, Any] = {"contract_id": sold[0], "month": "2025-01-31"}
    paper.refuses(ForecastBelowActual, "AccrueRebate", **given_, expected_turnover="1199.99")
    paper.refuses(AmountTooFine, "AccrueRebate", **given_, expected_turnover="1200.001")
    paper.refuses(OutsideTerm, "AccrueRebate", contract_id=sold[0], month="2025-02-01",
                  expected_turnover="1200")  # fmt: skip
    paper.do("SetRebateAgreement", **agreed(sold[0], through_month="2025-12-01"))
    paper.today = date(2025, 2, 15)
    paper.refuses(MonthNotOver, "AccrueRebate", contract_id=sold[0], month="2025-02-01",
                  expected_turnover="1200")  # fmt: skip
    paper.today = date(2025, 12, 31)
    paper.refuses(MissingRate, "AccrueRebate", contract_id=sold[0], month="2025-06-01",
                  expected_turnover="1200")  # fmt: skip
    accrue(paper, sold[0], "2000", "2025-02-01")
    paper.refuses(MonthAccrued, "AccrueRebate", **given_, expected_turnover="1200")
    paper.refuses(MonthAccrued, "SetRebateAgreement", **agreed(sold[0]))
    paper.do("SoftClosePeriod", entity="DE01", month="2025-01-01")
    paper.do("HardClosePeriod", entity="DE01", month="2025-01-01")
    paper.refuses(PeriodClosed, "AccrueRebate", **given_, expected_turnover="1200")


def test_what_is_agreed_is_sound_and_within_the_contract(
    paper: PaperFirm, sold: tuple[UUID, UUID]
) -> None:
    down = [{"from_volume": "10", "pct": "5"}, {"from_volume": "5", "pct": "6"}]
    paper.refuses(TiersOutOfOrder, "SetRebateAgreement", **agreed(sold[0], steps=down))
    paper.refuses(TermReversed, "SetRebateAgreement",
                  **agreed(sold[0], from_month="2025-03-01"))  # fmt: skip
    paper.refuses(OutsideTerm, "SetRebateAgreement",
                  **agreed(sold[0], through_month="2026-01-01"))  # fmt: skip
    bare = draft(paper, "bare contract")
    paper.refuses(ContractNotActive, "SetRebateAgreement", **agreed(bare))
    earned = draft(paper, "earned", recognition="by_run")
    paper.do("ActivateContract", contract_id=earned, approved_by="order 9")
    paper.refuses(EarnedByRun, "SetRebateAgreement", **agreed(earned))
    paper.do("SetRebateAgreement", **agreed(sold[0]))
    assert not paper.all(RebateAgreement.Changed)


STEPS = (VolumeStep(Decimal(1000), Decimal(5)), VolumeStep(Decimal(5000), Decimal(10)))
MONTHS = st.lists(st.decimals(0, 10**5, places=2), min_size=1, max_size=12)


@given(MONTHS, st.sampled_from(["volume", "graduated"]))
def test_the_last_estimate_is_what_is_given_back(months: list[Decimal], mode: Any) -> None:
    terms = RebateTerms(date(2025, 1, 1), date(2025, 12, 31), STEPS, mode)
    whole = sum(months, Decimal(0))
    sold = Decimal(0)
    for month in months:
        sold += month
        found = owed_back(terms, sold, whole, "EUR")
        assert 0 <= found.discount <= sold

    assert found.discount == rebate([whole], STEPS, "EUR", mode=mode).due
