"""A contract's own exchange rate: the price is earned at it, the receivable at the day's."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.contracts.fixed_rate import CONTRACT, ContractRates, price_quote
from domain.delivery.timesheet import Timesheet
from domain.money import CurrencyMismatch
from domain.pricing.fx import MissingRate
from domain.unit_of_work import UnitOfWork
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.firm import CHIEF

FIRST = date(2025, 1, 3)


def fixed(paper: PaperFirm, **more: Any) -> Any:
    """A deal whose contract fixes 1.25 dollars for a euro from 6 January on."""
    contract, project = paper.win(**more)
    paper.do("FixContractRate", contract_id=contract, from_date="2025-01-06", rate="1.25")
    return contract, project


def test_work_is_worth_the_contracts_rate_from_its_day_on(paper: PaperFirm) -> None:
    _, project = fixed(paper)
    paper.work(project, FIRST, 60)
    paper.work(project, date(2025, 1, 6), 60)

    before, after = (fact.rated[0].bill for fact in paper.all(Timesheet.TimeApproved))

    assert (before.quote.source, before.functional) == ("ECB", Decimal("145.33"))
    assert (after.quote.source, after.functional) == (CONTRACT, Decimal("120.00"))


def test_what_is_owed_is_booked_at_the_day_and_the_difference_is_realised(
    paper: PaperFirm,
) -> None:
    contract, project = fixed(paper, tax_rate_pct="0")
    work = paper.work(project, date(2025, 1, 6), 60)
    paper.bill("one", contract, date(2025, 1, 7), work)

    balances = paper.balances()

    assert balances["1100", "USD"] == (Decimal("150.00"), Decimal("145.33"))
    assert balances["1200", "USD"] == (Decimal(0), Decimal(0))
    assert balances["7000", "EUR"][1] == Decimal("-25.33")


def test_a_contracts_rate_needs_no_published_one(paper: PaperFirm) -> None:
    contract, _ = fixed(paper)
    work = UnitOfWork(CHIEF, FIRST, paper)

    found = price_quote(work, contract, "USD", "EUR", date(2025, 6, 1))

    assert found.quoted_on == date(2025, 1, 6)
    with pytest.raises(MissingRate):
        price_quote(work, new("another"), "USD", "EUR", date(2025, 6, 1))
    assert price_quote(work, contract, "EUR", "EUR", FIRST).rate == 1


def test_a_later_rate_holds_from_its_day_on_and_may_be_quoted_the_other_way(
    paper: PaperFirm,
) -> None:
    contract, _ = fixed(paper)
    of = {"contract_id": contract, "from_date": "2025-02-01", "direction": "per_100"}
    for rate in ("90", "90", "91"):
        paper.do("FixContractRate", **of, rate=rate)
    work = UnitOfWork(CHIEF, FIRST, paper)

    late = price_quote(work, contract, "USD", "EUR", date(2025, 2, 1))
    early = price_quote(work, contract, "USD", "EUR", date(2025, 1, 31))

    assert [one.convert(Decimal(1000)) for one in (early, late)] == [
        Decimal("800.00"), Decimal("910.00"),
    ]  # fmt: skip
    assert len(paper.all(ContractRates.Fixed)) == 3


def test_a_contract_in_the_books_currency_has_no_rate(paper: PaperFirm) -> None:
    contract, _ = paper.win(
        currency="EUR", rate_card_id=None, billing_model="fixed_fee", value="100",
        milestones=[{"name": "All", "amount": "100", "due_on": "2025-03-31"}],
    )  # fmt: skip

    paper.refuses(CurrencyMismatch, "FixContractRate", contract_id=contract, rate="1",
                  from_date="2025-01-06")  # fmt: skip
