"""What a month lacks to its minimum is charged, once, and given back where use comes later."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.minimum import MinimumCommitment, MinimumTerm, UnknownTrueUp, whole_month
from domain.billing.minimum_commands import MonthNotOver
from domain.billing.proration import Span
from domain.consumption import BilledElsewhere
from domain.contracts.contract import ContractNotActive
from domain.delivery.time_entry import timesheet_id
from domain.money import AmountTooFine
from domain.organisation.person import OverlappingRate
from domain.policies import contract_id
from domain.pricing.fx import MissingRate, Quote
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, draft, new, set_up
from tests.domain.samples_clauses import DEAL, WEEK
from tests.firm import Firm

CONTRACT = contract_id(DEAL)
EURO = Quote("EUR", "EUR", Decimal(1), Decimal(1), "same currency", WEEK)
FOREVER = Span(date(2020, 1, 1), date(2040, 1, 1))


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing; a contract in EUR promised 500 a month, 800 of it are unbilled."""
    return set_up(paper)


def worked(paper: Firm) -> dict[str, Any]:
    """The unbilled time of the contract."""
    return {"kind": "time", "holder_id": timesheet_id(paper.person, WEEK),
            "ids": [new("dear entry")]}  # fmt: skip


def bill(paper: Firm, name: str, on: str, *sources: dict[str, Any]) -> Any:
    """Bill under the contract; the answer."""
    return paper.do("IssueInvoice", invoice_id=new(name), contract_id=CONTRACT, issued_on=on,
                    sources=sources).answer  # fmt: skip


def true_up(paper: Firm, month: str = "2025-03-01") -> Any:
    """Charge what a month lacks; the answer."""
    return paper.do("TrueUpCommitment", contract_id=CONTRACT, month=month).answer


def charges(paper: PaperFirm) -> list[Decimal]:
    """What was charged, in order."""
    return [fact.charge.amount for fact in paper.all(MinimumCommitment.TruedUp)]


def last_charge(paper: PaperFirm) -> dict[str, Any]:
    """A source of the last charge."""
    fact = paper.last(MinimumCommitment.TruedUp)
    return {"kind": "commitment", "holder_id": fact.originator_id, "ids": [fact.charge.id]}


def test_a_month_is_charged_up_to_its_minimum(paper: PaperFirm, at: Stage) -> None:
    del at
    paper.do("WriteDownBillable", kind="time", holder_id=worked(paper)["holder_id"],
             item_id=new("dear entry"), amount="480.00", on="2025-03-01", why="x")  # fmt: skip
    bill(paper, "i", "2025-03-10", worked(paper))

    answer = true_up(paper)

    assert (answer.minimum, answer.used, answer.missing) == (500, 320, 180)
    assert charges(paper) == [180]


def test_it_is_earned_with_the_end_of_the_month_and_billed(paper: PaperFirm, at: Stage) -> None:
    del at
    before = paper.balances()

    true_up(paper)

    after = paper.balances()
    assert after["1200", "EUR"][0] - before["1200", "EUR"][0] == 500
    assert after["4020", "EUR"] == (Decimal(-500), Decimal(-500))
    assert bill(paper, "i", "2025-04-02", last_charge(paper)).net == 500
    assert paper.balances()["1200", "EUR"] == before["1200", "EUR"]
    given = {"invoice_id": new("again"), "contract_id": CONTRACT, "issued_on": "2025-04-02"}
    paper.refuses(BilledElsewhere, "IssueInvoice", **given, sources=[last_charge(paper)])
    unknown = {**last_charge(paper), "ids": [new("nothing")]}
    paper.refuses(UnknownTrueUp, "IssueInvoice", **given, sources=[unknown])


def test_a_month_is_charged_once(paper: PaperFirm, at: Stage) -> None:
    del at
    true_up(paper)
    before = len(paper.facts)

    answer = true_up(paper)

    assert answer.missing == 500
    assert len(paper.facts) == before


def test_use_that_comes_later_is_given_back(paper: PaperFirm, at: Stage) -> None:
    del at
    true_up(paper)
    bill(paper, "i", "2025-03-31", worked(paper))

    true_up(paper)

    assert charges(paper) == [500, -500]


def test_what_a_memo_takes_back_is_missing_again(paper: PaperFirm, at: Stage) -> None:
    del at
    bill(paper, "i", "2025-03-10", worked(paper))
    assert true_up(paper).missing == 0
    paper.do("VoidInvoice", invoice_id=new("i"), memo_id=new("m"), issued_on="2025-03-11",
             why="x")  # fmt: skip

    assert true_up(paper).missing == 500


def test_what_a_commitment_charges_is_no_use_of_it(paper: PaperFirm, at: Stage) -> None:
    del at
    true_up(paper, "2025-02-01")
    bill(paper, "i", "2025-03-10", last_charge(paper))

    assert true_up(paper).used == 0


def test_a_freed_charge_is_billed_again(paper: PaperFirm, at: Stage) -> None:
    del at
    true_up(paper)
    bill(paper, "i", "2025-04-02", last_charge(paper))

    paper.do("RebillInvoice", invoice_id=new("i"), memo_id=new("m"), issued_on="2025-04-03",
             new_invoice_id=new("i2"), why="x")  # fmt: skip

    assert paper.replayed(new("i2")).totals.net == 500


def test_an_early_end_lowers_the_last_minimum(paper: PaperFirm, at: Stage) -> None:
    del at
    paper.do("TerminateContract", contract_id=CONTRACT, on="2025-04-15", why="agreed")

    assert true_up(paper, "2025-04-01").missing == 250
    assert true_up(paper, "2025-05-01").missing == 0


def test_where_a_run_earns_the_books_carry_nothing(paper: PaperFirm, at: Stage) -> None:
    del at
    contract = draft(paper, "by run", currency="EUR", recognition="by_run", value="1000",
                     rate_card_id=new("card in EUR"))  # fmt: skip
    paper.do("ActivateContract", contract_id=contract, approved_by="order 9")
    paper.do("SetMinimumCommitment", contract_id=contract, from_date="2025-01-01", monthly="10")
    before = paper.balances()

    paper.do("TrueUpCommitment", contract_id=contract, month="2025-01-01")

    assert paper.balances() == before


def test_another_minimum_holds_from_its_month_on(paper: PaperFirm, at: Stage) -> None:
    del at
    given = {"contract_id": CONTRACT, "from_date": "2025-03-20"}
    paper.do("SetMinimumCommitment", **given, monthly="600")
    paper.do("SetMinimumCommitment", **given, monthly="600.00")
    paper.refuses(OverlappingRate, "SetMinimumCommitment", **given, monthly="700")
    paper.refuses(AmountTooFine, "SetMinimumCommitment", **given, monthly="0.001")

    assert [true_up(paper, f"2025-0{month}-01").minimum for month in (2, 3, 4)] == [500, 600, 600]
    assert len(paper.all(MinimumCommitment.Changed)) == 1


def test_a_month_that_goes_on_is_not_charged(paper: PaperFirm, at: Stage) -> None:
    given = {"contract_id": CONTRACT, "month": "2025-12-01"}
    paper.refuses(MonthNotOver, "TrueUpCommitment", **given)
    paper.refuses(NotFound, "TrueUpCommitment", contract_id=at.contract, month="2025-01-01")


def test_a_minimum_is_of_a_contract_in_force_and_of_known_worth(
    paper: PaperFirm, at: Stage
) -> None:
    given = {"from_date": "2025-01-01", "monthly": "10"}
    paper.refuses(ContractNotActive, "SetMinimumCommitment", contract_id=at.draft, **given)
    paper.do("SetMinimumCommitment", contract_id=at.contract, **given)

    paper.refuses(MissingRate, "TrueUpCommitment", contract_id=at.contract, month="2025-06-01")


@pytest.mark.parametrize(
    ("from_date", "day", "minimum"),
    [("2025-01-17", "2025-01-31", "300.00"), ("2025-01-17", "2025-02-28", "620.00"),
     ("2025-01-17", "2024-12-31", "0.00"), ("2024-02-29", "2024-02-01", "21.38")],
)  # fmt: skip
def test_a_first_month_is_prorated_by_days(from_date: str, day: str, minimum: str) -> None:
    commitment = promised(date.fromisoformat(from_date), "620")

    found = commitment.missing(date.fromisoformat(day), Decimal(0), FOREVER)

    assert found.minimum == Decimal(minimum)


def promised(from_date: date, monthly: str) -> MinimumCommitment:
    """A commitment of its own."""
    term = MinimumTerm(from_date, Decimal(monthly))
    id_: UUID = new("commitment")
    return MinimumCommitment(id_, new("contract"), "DE01", "EUR", term)


@given(st.lists(st.integers(-2000, 2000).map(Decimal), min_size=1, max_size=8))
def test_charges_and_use_come_to_the_minimum_whatever_comes_in(moves: list[Decimal]) -> None:
    commitment, used = promised(date(2025, 1, 1), "500"), Decimal(0)
    for moved in moves:
        used += moved
        commitment.true_up(date(2025, 2, 1), used, FOREVER, EURO, earned=True)

    charged = sum((share.amount for share in commitment.charges.values()), Decimal(0))
    assert charged == max(Decimal(0), 500 - max(Decimal(0), used))
    assert whole_month(date(2025, 12, 31)) == Span(date(2025, 12, 1), date(2026, 1, 1))
