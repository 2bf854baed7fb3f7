"""Deposits: money held for a contract, used for its invoices oldest first, or sent back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.documents import NothingToBill
from domain.billing.holders import OtherContract
from domain.billing.invoice import OverApplied
from domain.billing.payment_refusals import NotApplied
from domain.contracts.contract import ContractNotActive
from domain.errors import Refusal
from domain.money import CurrencyMismatch
from domain.pricing.fx import MissingRate
from domain.receivables.deposit import deposits_id
from domain.receivables.reduction import TooEarly
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import draft
from tests.domain.samples_progress import (
    HALL,
    applied,
    certified,
    charged,
    deposited,
    eur,
    hall,
    work,
)

TAKE = {**HALL, "invoice_id": new("bill one"), "applied_on": "2025-01-08"}
OFF = {**HALL, "invoice_id": new("bill one"), "unapplied_on": "2025-01-08"}
BACK = {**HALL, "refunded_on": "2025-01-08", "bank_reference": "D back"}


@pytest.fixture
def site(paper: PaperFirm) -> PaperFirm:
    """A hall with an invoice that asks for 1,090 EUR, and 300 and 200 EUR held for it."""
    hall(paper)
    applied(paper, "one", "2025-01-03", work("walls", "1000.00"))
    certified(paper, "one", "2025-01-04")
    charged(paper, "one", "2025-01-05")
    deposited(paper, "a", "300.00", "2025-01-03")
    deposited(paper, "b", "200.00", "2025-01-06")
    return paper


def found(firm: PaperFirm, *accounts: str) -> list[Decimal]:
    """Balances in euros, debit positive."""
    return [firm.balances().get((code, "EUR"), (Decimal(0),))[0] for code in accounts]


def held(firm: PaperFirm) -> Any:
    return firm.replayed(deposits_id(new("hall")))


def test_a_deposit_is_owed_back_until_an_invoice_takes_it(site: PaperFirm) -> None:
    assert found(site, "1000", "2210", "2300") == [500, -500, Decimal("-190.00")]

    site.do("ApplyDeposit", **TAKE, amount=eur("350.00"))

    assert found(site, "1100", "2210") == [Decimal("740.00"), Decimal("-150.00")]
    lots = held(site).lots
    assert [lots[new(f"deposit {name}")].amount for name in "ab"] == [0, Decimal("150.00")]


def test_without_an_amount_it_goes_as_far_as_it_can(site: PaperFirm) -> None:
    site.do("ApplyDeposit", **TAKE)

    assert found(site, "1100", "2210") == [Decimal("590.00"), 0]
    site.refuses(NothingToBill, "ApplyDeposit", **TAKE)


def test_no_more_is_used_than_is_held_or_open(site: PaperFirm) -> None:
    site.refuses(OverApplied, "ApplyDeposit", **TAKE, amount=eur("500.01"))
    site.refuses(NothingToBill, "ApplyDeposit", **TAKE, amount=eur("0.00"))
    site.refuses(TooEarly, "ApplyDeposit", **{**TAKE, "applied_on": "2025-01-05"},
                 amount=eur("350.00"))  # fmt: skip
    deposited(site, "c", "5000.00", "2025-01-06")
    site.refuses(OverApplied, "ApplyDeposit", **TAKE, amount=eur("1090.01"))
    site.refuses(CurrencyMismatch, "ApplyDeposit", **TAKE,
                 amount={"amount": "1.00", "currency": "USD"})  # fmt: skip


def test_a_deposit_is_for_its_contract_alone(site: PaperFirm) -> None:
    hall(site, "shed")
    deposited(site, "shed", "1.00", "2025-01-03", on="shed")

    site.refuses(OtherContract, "ApplyDeposit", **{**TAKE, "contract_id": new("shed")})


def test_taken_off_it_is_held_again_at_its_own_rates(site: PaperFirm) -> None:
    site.do("ApplyDeposit", **TAKE, amount=eur("350.00"))
    site.refuses(TooEarly, "UnapplyDeposit", **{**OFF, "unapplied_on": "2025-01-07"})
    site.do("UnapplyDeposit", **OFF)

    assert found(site, "1100", "2210") == [Decimal("1090.00"), Decimal("-500.00")]
    assert [lot.amount for lot in held(site).lots.values()] == [300, 200]
    site.refuses(NotApplied, "UnapplyDeposit", **OFF)


def test_what_is_left_goes_back(site: PaperFirm) -> None:
    site.do("ApplyDeposit", **TAKE, amount=eur("350.00"))
    site.refuses(OverApplied, "RefundDeposit", **BACK, amount=eur("150.01"))
    site.refuses(NothingToBill, "RefundDeposit", **BACK, amount=eur("0.00"))
    site.refuses(CurrencyMismatch, "RefundDeposit", **BACK,
                 amount={"amount": "1.00", "currency": "USD"})  # fmt: skip
    site.refuses(TooEarly, "RefundDeposit", **{**BACK, "refunded_on": "2025-01-02"},
                 amount=eur("1.00"))  # fmt: skip
    site.do("RefundDeposit", **BACK, amount=eur("150.00"))

    assert found(site, "1000", "2210") == [Decimal("350.00"), 0]
    deposited(site, "c", "1.00", "2025-01-06")
    site.refuses(AlreadyTaken, "RefundDeposit", **BACK, amount=eur("1.00"))


def test_a_deposit_comes_once_in_the_money_of_the_contract(site: PaperFirm) -> None:
    given = {**HALL, "deposit_id": new("deposit c"), "received_on": "2025-01-08",
             "bank_reference": "D c"}  # fmt: skip

    site.refuses(NothingToBill, "RecordDeposit", **given, amount=eur("0.00"))
    site.refuses(CurrencyMismatch, "RecordDeposit", **given,
                 amount={"amount": "1.00", "currency": "USD"})  # fmt: skip
    site.refuses(AlreadyTaken, "RecordDeposit", **{**given, "bank_reference": "D a"},
                 amount=eur("1.00"))  # fmt: skip
    site.refuses(AlreadyTaken, "RecordDeposit", **{**given, "deposit_id": new("deposit a")},
                 amount=eur("1.00"))  # fmt: skip
    site.refuses(ContractNotActive, "RecordDeposit", **{**given, "contract_id": draft(site)},
                 amount={"amount": "1.00", "currency": "USD"})  # fmt: skip


def test_a_foreign_deposit_brings_out_what_the_rate_did(paper: PaperFirm) -> None:
    hall(paper, currency="USD", tax_rate_pct="0")
    deposited(paper, "a", "500.00", "2025-01-03", currency="USD")
    applied(paper, "one", "2025-01-03", work("walls", "1000.00"))
    certified(paper, "one", "2025-01-04")
    paper.rates(date(2025, 1, 10), USD="1.1000")
    charged(paper, "one", "2025-01-10")
    paper.do("ApplyDeposit", **{**TAKE, "applied_on": "2025-01-10"},
             amount={"amount": "200.00", "currency": "USD"})  # fmt: skip
    paper.do("RefundDeposit", **{**BACK, "refunded_on": "2025-01-10"},
             amount={"amount": "300.00", "currency": "USD"})  # fmt: skip

    assert not any(paper.balances()["2210", "USD"])
    money = {"amount": "1.00", "currency": "USD"}
    given = {**HALL, "deposit_id": new("d"), "received_on": "2025-06-30", "bank_reference": "x"}
    paper.refuses(MissingRate, "RecordDeposit", **given, amount=money)
    deposited(paper, "b", "500.00", "2025-01-10", currency="USD")
    paper.refuses(MissingRate, "RefundDeposit", **{**BACK, "refunded_on": "2025-06-30",
                                                   "bank_reference": "y"},
                  amount=money)  # fmt: skip


MOVES = st.lists(st.tuples(st.sampled_from(["in", "use", "off", "back"]), st.integers(1, 60000)),
                 max_size=8)  # fmt: skip


@given(MOVES)
@settings(max_examples=20)
def test_what_is_held_is_never_negative_and_is_the_account(moves: list[tuple[str, int]]) -> None:
    paper = PaperFirm()
    paper.found()
    hall(paper)
    applied(paper, "one", "2025-01-03", work("walls", "1000.00"))
    certified(paper, "one", "2025-01-04")
    charged(paper, "one", "2025-01-05")
    deposited(paper, "first", "100.00", "2025-01-03")
    for no, (move, cents) in enumerate(moves):
        amount = f"{cents / 100:.2f}"
        try:
            if move == "in":
                deposited(paper, str(no), amount, "2025-01-06")
            elif move == "use":
                paper.do("ApplyDeposit", **TAKE, amount=eur(amount))
            elif move == "off":
                paper.do("UnapplyDeposit", **OFF)
            else:
                paper.do("RefundDeposit", **{**BACK, "bank_reference": f"b{no}"},
                         amount=eur(amount))  # fmt: skip
        except Refusal:
            continue
        kept = held(paper)
        assert -found(paper, "2210")[0] == kept.held >= 0
        assert all(lot.amount >= 0 for lot in kept.lots.values())
