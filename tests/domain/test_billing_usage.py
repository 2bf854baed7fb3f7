"""Metered use: counted once, charged by the month, adjusted when more comes or some goes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.usage import (
    NegativeUsage,
    NotMetered,
    UnknownUsage,
    UsageMeter,
    UsageTerm,
    meter_id,
)
from domain.consumption import BilledElsewhere
from domain.contracts.contract import ContractNotActive, OutsideTerm
from domain.organisation.person import OverlappingRate
from domain.policies import contract_id
from domain.pricing.fx import MissingRate, Quote
from domain.pricing.tiers import BeyondLastTier, Tier, TiersOutOfOrder, price_tiers
from domain.request import AlreadyTaken
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, draft, new, set_up
from tests.domain.samples_clauses import DEAL
from tests.domain.samples_usage import METER, price, reading

CONTRACT = contract_id(DEAL)
EURO = Quote("EUR", "EUR", Decimal(1), Decimal(1), "same currency", date(2025, 1, 1))
TIERS = (Tier(Decimal(100), Decimal("0.5")), Tier(None, Decimal("0.3"), Decimal(5)))


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing; 80 GB were backed up in January at 0.50, above 100 at 0.30 + 5."""
    return set_up(paper)


def charged(paper: PaperFirm, through: str = "2025-01-31") -> Decimal:
    """Charge what is due; what that came to."""
    answer: Any = paper.do("ChargeUsage", **METER, through=through).answer
    found: Decimal = answer.charged
    return found


def bill(paper: PaperFirm, name: str) -> Any:
    """Invoice the last charge."""
    fact = paper.last(UsageMeter.Charged)
    source = {"kind": "usage", "holder_id": fact.originator_id, "ids": [fact.charge.id]}
    return paper.do("IssueInvoice", invoice_id=new(name), contract_id=CONTRACT,
                    issued_on="2025-02-01", sources=[source]).answer  # fmt: skip


def test_a_month_is_charged_by_its_tiers_once_it_is_over(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("RecordUsage", **reading("more", "50"))

    assert charged(paper, "2025-01-30") == 0
    assert charged(paper) == Decimal("50.00") + Decimal("9.00") + 5
    assert charged(paper, "2025-02-28") == 0


def test_late_and_wrong_readings_bring_their_difference(paper: PaperFirm, at: Stage) -> None:
    assert at
    assert charged(paper) == Decimal("40.00")

    paper.do("RecordUsage", **reading("late", "20"))
    assert charged(paper) == Decimal("10.00")
    paper.do("RecordUsage", **reading("wrong", "-60"))
    assert charged(paper) == Decimal("-30.00")


def test_use_is_earned_with_its_month_and_billed(paper: PaperFirm, at: Stage) -> None:
    assert at
    before = paper.balances()

    charged(paper)

    after = paper.balances()
    assert after["1200", "EUR"][0] - before["1200", "EUR"][0] == 40
    assert after["4020", "EUR"] == (Decimal(-40), Decimal(-40))
    assert bill(paper, "u1").net == 40
    assert paper.balances()["1200", "EUR"] == before["1200", "EUR"]
    with pytest.raises(BilledElsewhere):
        bill(paper, "u2")


def test_a_credited_charge_is_billed_again(paper: PaperFirm, at: Stage) -> None:
    assert at
    charged(paper)
    bill(paper, "u1")
    paper.do("IssueCreditMemo", memo_id=new("um"), invoice_id=new("u1"), issued_on="2025-02-01",
             why="again", lines=[{"no": 1, "restore": True}])  # fmt: skip

    assert bill(paper, "u2").net == 40


def test_other_prices_hold_from_their_month_on(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("SetUsagePrice", **price(from_date="2025-02-10", tiers=[{"rate": "1"}]))
    paper.do("RecordUsage", **reading("february", "7", used_on="2025-02-03"))

    assert charged(paper, "2025-02-28") == Decimal("47.00")


def test_a_reading_counts_once(paper: PaperFirm, at: Stage) -> None:
    assert at

    paper.refuses(AlreadyTaken, "RecordUsage", **reading("first", "80"))
    assert paper.replayed(meter_id(CONTRACT, "backup")).counted == {date(2025, 1, 1): 80}


def test_what_cannot_be_counted_is_refused(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("SetUsagePrice", **price(name="seats", unit="seat", from_date="2025-02-01",
                                      tiers=[{"up_to": "10", "rate": "3"}]))  # fmt: skip
    seats = {"name": "seats", "used_on": "2025-02-03"}

    paper.refuses(NegativeUsage, "RecordUsage", **reading("less", "-80.000001"))
    paper.refuses(BeyondLastTier, "RecordUsage", **reading("much", "11", **seats))
    paper.refuses(NotMetered, "RecordUsage", **reading("early", "1", name="seats"))
    paper.refuses(OutsideTerm, "RecordUsage", **reading("old", "1", used_on="2024-12-31"))
    paper.refuses(NotFound, "RecordUsage", **reading("nowhere", "1", name="nothing"))
    paper.refuses(NotFound, "ChargeUsage", contract_id=CONTRACT, name="nothing",
                  through="2025-01-31")  # fmt: skip


def test_prices_that_are_not_sound_are_refused(paper: PaperFirm, at: Stage) -> None:
    assert at
    drafted = draft(paper, "a draft")
    falling = [{"up_to": "5", "rate": "1"}, {"up_to": "3", "rate": "1"}]

    paper.refuses(TiersOutOfOrder, "SetUsagePrice", **price(name="bad", tiers=falling))
    paper.refuses(OverlappingRate, "SetUsagePrice", **price(tiers=[{"rate": "9"}]))
    paper.refuses(ContractNotActive, "SetUsagePrice", **price(contract_id=drafted))
    paper.refuses(NotFound, "SetUsagePrice", **price(contract_id=new("none")))


def test_a_foreign_month_needs_its_rate(paper: PaperFirm, at: Stage) -> None:
    dollars = {"contract_id": paper.replayed(at.project).contract_id, "name": "calls"}
    paper.do("SetUsagePrice", **price(**dollars, unit="call"))
    paper.do("RecordUsage", **reading("call", "1", **dollars, used_on="2025-03-05"))

    paper.refuses(MissingRate, "ChargeUsage", **dollars, through="2025-03-31")


def test_the_same_prices_again_change_nothing(paper: PaperFirm, at: Stage) -> None:
    assert at
    before = len(paper.facts)

    paper.do("SetUsagePrice", **price())

    assert len(paper.facts) == before


def test_an_unknown_charge_is_not_billed(paper: PaperFirm, at: Stage) -> None:
    assert at
    source = {"kind": "usage", "holder_id": meter_id(CONTRACT, "backup"), "ids": [new("x")]}

    paper.refuses(UnknownUsage, "IssueInvoice", invoice_id=new("u3"), contract_id=CONTRACT,
                  issued_on="2025-02-01", sources=[source])  # fmt: skip


@given(st.lists(st.integers(-50, 200), min_size=1, max_size=12), st.integers(0, 4))
def test_charges_of_a_month_add_up_to_the_price_of_what_it_counted(
    quantities: list[int], every: int
) -> None:
    month = date(2025, 1, 1)
    meter = UsageMeter(new("meter"), CONTRACT, "DE01", "EUR", "calls", "call",
                       UsageTerm(month, "graduated", TIERS))  # fmt: skip
    for no, quantity in enumerate(quantities):
        if meter.counted[month] + quantity >= 0:
            meter.meter(month, Decimal(quantity), str(no))
        if not every or no % every == 0:
            for due in list(meter.due(date(2025, 1, 31))):
                meter.charge_month(due, EURO, earned=True)
    for due in list(meter.due(date(2025, 1, 31))):
        meter.charge_month(due, EURO, earned=True)

    total = sum((share.amount for share in meter.charges.values()), Decimal(0))
    assert total == price_tiers(meter.counted[month], TIERS, "EUR").amount
