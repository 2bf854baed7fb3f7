"""Retainage of invoices: held, given back, released, asked for, taken back by memos."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.billing.documents import NothingToBill
from domain.billing.invoice import OverCredited
from domain.billing.retainage import BadRetainage, OverReleased, ReleaseNotDue
from domain.billing.retainage_account import retainage_id
from domain.billing.settlement import CreditLimitExceeded
from domain.contracts.contract import ContractSuspended, TaxInsidePrice
from domain.money import AmountTooFine
from domain.pricing.fx import MissingRate
from domain.receivables.reduction import TooEarly
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_progress import (
    HALL,
    TEN_PCT,
    applied,
    certificate,
    certified,
    charged,
    enlarged,
    eur,
    freed,
    hall,
    work,
)

BILL = {**HALL, "invoice_id": new("i kept"), "issued_on": "2025-01-08"}
FREE = {**HALL, "release_id": new("free"), "released_on": "2025-01-06", "evidence": "a protocol",
        "met": ["handover"]}  # fmt: skip


@pytest.fixture
def site(paper: PaperFirm) -> PaperFirm:
    """A hall of 10,000 EUR of which 2,500 are billed and 250 kept."""
    hall(paper)
    bill(paper, "one", "2025-01-05", work("walls", "2000.00", "500.00"))
    return paper


def bill(firm: PaperFirm, name: str, day: str, *lines: Any, on: str = "hall") -> Any:
    """Apply for work, have it certified and bill it, all in a day."""
    applied(firm, name, day, *lines, on=on)
    certified(firm, name, day, on=on)
    return charged(firm, name, day, on=on)


def books(firm: PaperFirm, *accounts: str, currency: str = "EUR") -> list[Decimal]:
    """Balances by account, debit positive."""
    found = firm.balances()
    return [found.get((account, currency), (Decimal(0),))[0] for account in accounts]


def credit(firm: PaperFirm, invoice: str, day: str = "2025-01-09", **line: Any) -> Any:
    return firm.do("IssueCreditMemo", memo_id=new(f"memo of {invoice}"), invoice_id=new(invoice),
                   issued_on=day, why="agreed", lines=[{"no": 1, **line}]).answer  # fmt: skip


def standing(firm: PaperFirm, on: str = "hall") -> Any:
    """What is held, and what is released and not billed."""
    account = firm.replayed(retainage_id(new(on)))
    return account.standing("held"), account.standing("released")


def test_what_is_kept_is_an_asset_and_revenue_is_whole(site: PaperFirm) -> None:
    assert books(site, "1100", "1210", "1200", "2300", "4010") == [
        Decimal("2725.00"), Decimal("250.00"), 0, Decimal("-475.00"), Decimal("-2500.00"),
    ]  # fmt: skip


def test_a_release_makes_it_a_receivable_and_an_invoice_asks_for_it(site: PaperFirm) -> None:
    freed(site, "100.00")
    assert books(site, "1120", "1210") == [Decimal("100.00"), Decimal("150.00")]

    answer: Any = site.do("BillRetainage", **BILL).answer

    assert (answer.retainage, answer.tax, answer.due) == (Decimal("100.00"), 0, Decimal("100.00"))
    assert books(site, "1100", "1120", "1210", "1200") == [
        Decimal("2825.00"), 0, Decimal("150.00"), 0,
    ]  # fmt: skip
    assert standing(site) == (Decimal("150.00"), 0)


def test_tax_comes_with_the_release_where_the_terms_say_so(paper: PaperFirm) -> None:
    hall(paper)
    paper.do("SetRetainageTerms", **HALL, **TEN_PCT, tax_on="release")

    answer = bill(paper, "one", "2025-01-05", work("walls", "2000.00"))
    assert (answer.net, answer.tax, answer.due) == (
        Decimal("2000.00"), Decimal("342.00"), Decimal("2142.00"),
    )  # fmt: skip
    freed(paper, None)
    kept: Any = paper.do("BillRetainage", **BILL).answer

    assert (kept.tax, kept.due) == (Decimal("38.00"), Decimal("238.00"))
    assert books(paper, "1100", "1120", "1210", "2300") == [
        Decimal("2380.00"), 0, 0, Decimal("-380.00"),
    ]  # fmt: skip


def test_tax_inside_a_price_is_not_deferred(paper: PaperFirm) -> None:
    hall(paper, recognition="by_run", tax_rate_pct="0")
    paper.do("SetRetainageTerms", **HALL, **TEN_PCT, tax_on="release")
    paper.do("DefineTaxCode", entity="DE01", code="IN", name="inside", country="DE",
             from_date="2025-01-01",
             taxes=[{"name": "VAT", "rate_pct": "19", "included": True}])  # fmt: skip
    paper.do("SetContractTax", **HALL, tax_code="IN")
    applied(paper, "one", "2025-01-03", work("walls", "2000.00"))
    certified(paper, "one", "2025-01-04")

    with pytest.raises(TaxInsidePrice):
        charged(paper, "one", "2025-01-05")


def test_no_more_is_released_than_is_held_nor_before_its_conditions(site: PaperFirm) -> None:
    site.refuses(ReleaseNotDue, "ReleaseRetainage", **{**FREE, "met": []})
    site.refuses(OverReleased, "ReleaseRetainage", **FREE, amount="250.01")
    site.refuses(AmountTooFine, "ReleaseRetainage", **FREE, amount="1.001")
    site.do("ReleaseRetainage", **FREE)
    site.refuses(OverReleased, "ReleaseRetainage", **{**FREE, "release_id": new("more")})
    site.refuses(OverReleased, "ReleaseRetainage", **FREE, amount="1.00")


def test_a_release_is_made_once_and_not_before_its_invoice(site: PaperFirm) -> None:
    early = {**FREE, "released_on": "2025-01-04", "amount": "1.00"}
    site.refuses(TooEarly, "ReleaseRetainage", **early)
    site.do("ReleaseRetainage", **FREE, amount="1.00")

    site.refuses(AlreadyTaken, "ReleaseRetainage", **FREE, amount="1.00")


def test_no_more_is_billed_than_was_released(site: PaperFirm) -> None:
    site.refuses(NothingToBill, "BillRetainage", **BILL)
    site.refuses(OverReleased, "BillRetainage", **BILL, amount="1.00")
    freed(site, "100.00")
    site.refuses(AmountTooFine, "BillRetainage", **BILL, amount="1.001")
    site.refuses(TooEarly, "BillRetainage", **{**BILL, "issued_on": "2025-01-04"})
    site.do("SuspendContract", **HALL, why="a dispute")
    site.refuses(ContractSuspended, "BillRetainage", **BILL)
    site.do("ResumeContract", **HALL)
    site.do("SetCreditLimit", client_id=site.client, limit=eur("0"))
    site.do("SetCreditControl", entity="DE01", control="refuse")
    site.refuses(CreditLimitExceeded, "BillRetainage", **BILL, amount="40.00")
    answer: Any = site.do("BillRetainage", **BILL, amount="40.00",
                          over_limit_why="a good client").answer  # fmt: skip

    assert len(answer.warnings) == 1

    assert standing(site) == (Decimal("150.00"), Decimal("60.00"))


def test_a_lower_rate_for_all_work_gives_back_with_the_next_invoice(site: PaperFirm) -> None:
    site.do("SetRetainageTerms", **HALL, on_total=True,
            steps=[{"rate_pct": "10"}, {"from_pct": "50", "rate_pct": "4"}])  # fmt: skip

    answer = bill(site, "two", "2025-01-31", work("walls", "2500.00", "0.00"),
                  work("roof", "500.00"))  # fmt: skip

    assert (answer.net, answer.retained) == (Decimal("2500.00"), Decimal("-50.00"))
    assert answer.due == Decimal("2500.00") * Decimal("1.19") + 50
    assert standing(site)[0] == books(site, "1210")[0] == Decimal("200.00")


def test_what_was_released_is_not_given_back_again(site: PaperFirm) -> None:
    freed(site, "200.00")
    site.do("SetRetainageTerms", **HALL, steps=[{"rate_pct": "1"}])

    answer = bill(site, "two", "2025-01-31", work("walls", "2000.00", "500.00"))

    assert (answer.net, answer.retained) == (Decimal("2000.00"), Decimal("-50.00"))
    assert standing(site) == (0, Decimal("200.00"))


def test_what_a_price_cut_took_is_not_given_back(site: PaperFirm) -> None:
    credit(site, "bill one", net="500.00")
    site.do("SetRetainageTerms", **HALL, steps=[])

    answer = bill(site, "two", "2025-01-31", work("walls", "100.00", "500.00"))

    assert (answer.net, answer.retained) == (Decimal("100.00"), Decimal("-200.00"))
    assert standing(site) == (0, 0)


def test_what_a_void_took_is_kept_again_before_it_is_given_back(site: PaperFirm) -> None:
    site.do("SetRetainageTerms", **HALL, steps=[])
    applied(site, "two", "2025-01-31", work("walls", "100.00", "500.00"))
    certified(site, "two", "2025-01-31")
    credit(site, "bill one", restore=True)
    two = {**HALL, "issued_on": "2025-01-31", "invoice_id": new("i"),
           "sources": [certificate("two")]}  # fmt: skip

    site.refuses(OverReleased, "IssueInvoice", **two)
    site.do("IssueInvoice", **{**two, "sources": [certificate("one"), certificate("two")]})
    assert standing(site) == (0, 0)


def test_a_memo_takes_back_retainage_in_proportion(site: PaperFirm) -> None:
    answer = credit(site, "bill one", net="500.00")

    assert (answer.gross, answer.retained) == (Decimal("595.00"), Decimal("50.00"))
    assert books(site, "1100", "1210", "4010") == [
        Decimal("2180.00"), Decimal("200.00"), Decimal("-2000.00"),
    ]  # fmt: skip


def test_an_invoice_taken_back_and_billed_again_keeps_the_same(site: PaperFirm) -> None:
    before = books(site, "1100", "1210", "1200", "2300")
    site.do("RebillInvoice", invoice_id=new("bill one"), memo_id=new("m"), issued_on="2025-01-09",
            why="another address", new_invoice_id=new("bill one again"))  # fmt: skip

    assert books(site, "1100", "1210", "1200", "2300") == before
    assert standing(site) == (Decimal("250.00"), 0)


def test_a_memo_leaves_what_was_released(site: PaperFirm) -> None:
    freed(site, "200.00")

    answer = credit(site, "bill one", restore=True)

    assert answer.retained == Decimal("50.00")
    assert books(site, "1100", "2230", "1210", "1120", "1200") == [
        0, Decimal("-200.00"), 0, Decimal("200.00"), Decimal("2500.00"),
    ]  # fmt: skip


def test_an_invoice_of_retainage_is_voided_and_billed_again(site: PaperFirm) -> None:
    freed(site, "100.00")
    site.do("BillRetainage", **BILL)
    again = {"invoice_id": new("i kept"), "memo_id": new("m"), "issued_on": "2025-01-09",
             "why": "another address"}  # fmt: skip

    site.refuses(NothingToBill, "RebillInvoice", **again, new_invoice_id=new("i2"))
    site.do("VoidInvoice", **again)
    assert standing(site) == (Decimal("150.00"), Decimal("100.00"))
    assert books(site, "1100", "1120") == [Decimal("2725.00"), Decimal("100.00")]
    site.refuses(OverCredited, "IssueCreditMemo", memo_id=new("m2"), invoice_id=new("i kept"),
                 issued_on="2025-01-09", why="x", lines=[{"no": 1}])  # fmt: skip
    site.refuses(AlreadyTaken, "BillRetainage", **BILL)
    site.do("BillRetainage", **{**BILL, "invoice_id": new("i kept again")})


def test_a_given_back_part_is_kept_again_by_a_memo(site: PaperFirm) -> None:
    site.do("SetRetainageTerms", **HALL, steps=[{"rate_pct": "5"}])
    bill(site, "two", "2025-01-31", work("walls", "100.00", "500.00"))
    assert standing(site)[0] == Decimal("130.00")

    credit(site, "bill two", "2025-01-31", restore=True)

    assert standing(site)[0] == books(site, "1210")[0] == Decimal("250.00")


def test_retainage_in_another_currency_leaves_the_books_at_its_rates(paper: PaperFirm) -> None:
    hall(paper, currency="USD", recognition="by_run", tax_rate_pct="0")
    bill(paper, "one", "2025-01-03", work("walls", "1000.00"))
    paper.rates(date(2025, 1, 10), USD="1.1000")
    bill(paper, "two", "2025-01-10", work("walls", "1000.00"))

    freed(paper, "150.00", "2025-01-10")
    paper.do("BillRetainage", **{**BILL, "issued_on": "2025-01-10"})
    credit(paper, "bill two", "2025-01-10", restore=True)

    balances = paper.balances()
    assert all(not any(balances[code, "USD"]) for code in ("1210", "1120"))


def test_whole_yen_are_kept(paper: PaperFirm) -> None:
    paper.rates(date(2025, 1, 3), USD="1.0321", JPY="162.37")
    hall(paper, currency="JPY", tax_rate_pct="10")

    answer = bill(paper, "one", "2025-01-05", work("walls", "1005"))

    assert (answer.retained, answer.tax, answer.due) == (101, 101, 1005)


def test_terms_are_percentages(site: PaperFirm) -> None:
    site.do("SetRetainageTerms", **HALL, steps=[])
    assert bill(site, "two", "2025-01-31", work("walls", "1000.00")).retained == Decimal("-250.00")
    site.refuses(BadRetainage, "SetRetainageTerms", **HALL,
                 steps=[{"rate_pct": "10"}, {"rate_pct": "5"}])  # fmt: skip


def test_a_foreign_release_is_billed_at_a_rate_there_is(paper: PaperFirm) -> None:
    hall(paper, currency="USD")
    bill(paper, "one", "2025-01-03", work("walls", "1000.00"))
    freed(paper, None)

    paper.refuses(MissingRate, "BillRetainage", **{**BILL, "issued_on": "2025-06-30"})


def test_retainage_of_a_change_order_counts_to_the_step(paper: PaperFirm) -> None:
    hall(paper)
    paper.do("SetRetainageTerms", **HALL, limit_pct="5", steps=[{"rate_pct": "10"}])
    enlarged(paper, "10000.00")

    answer = bill(paper, "one", "2025-01-31", work("CO 7", "10000.00"), work("walls", "6000.00"))

    assert answer.retained == Decimal("1000.00")
