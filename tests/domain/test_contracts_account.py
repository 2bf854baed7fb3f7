"""The position of a contract in a foreign currency: oldest first, zero in both at the end."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contracts.account import ContractAccount, account_id
from domain.identity import named_id
from domain.revenue.position import Layer, Movement, carrying
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_revenue import (
    allocated,
    by_run,
    identified,
    new,
    promise,
    ready,
    run,
)

D = Decimal
RATES = {1: "1.00", 2: "1.25", 3: "0.80", 4: "1.60"}
"""US dollars for one euro at the end of each month."""


@pytest.fixture
def firm(paper: PaperFirm) -> PaperFirm:
    """A firm whose rate jumps every month."""
    for month, rate in RATES.items():
        day = date(2025, month + 1, 1)
        paper.rates(date.fromordinal(day.toordinal() - 1), USD=rate)
    return paper


def position(firm: PaperFirm, account: str = "1200") -> tuple[Decimal, Decimal]:
    """An account in dollars, and in the books."""
    return firm.balances().get((account, "USD"), (D(0), D(0)))


def milestone(firm: PaperFirm, contract: UUID, name: str, amount: str) -> dict[str, Any]:
    """An accepted milestone of a contract's project, to be billed."""
    project, mark = named_id("project", str(contract)), named_id("mark", name)
    if firm.replayed(project) is None:
        firm.do("CreateProject", project_id=project, code=str(contract), name="project",
                contract_id=contract)  # fmt: skip
    firm.do("PlanMilestone", project_id=project, milestone_id=mark, name=name, amount=amount,
            due_on="2025-03-31")  # fmt: skip
    firm.do("CompleteMilestone", project_id=project, milestone_id=mark, completed_on="2025-01-31")
    firm.do("AcceptMilestone", project_id=project, milestone_id=mark, accepted_on="2025-01-31",
            evidence="mail")  # fmt: skip
    return {"kind": "milestone", "holder_id": project, "ids": [mark]}


def bill(firm: PaperFirm, contract: UUID, name: str, amount: str, on: date) -> UUID:
    """Invoice some of a contract; the invoice's id."""
    source = milestone(firm, contract, name, amount)
    firm.do("IssueInvoice", invoice_id=new(name), contract_id=contract, issued_on=on,
            sources=[source])  # fmt: skip
    return new(name)


def test_billing_an_asset_realises_the_move_of_the_rate(firm: PaperFirm) -> None:
    contract = ready(firm, "care", price="1200")
    run(firm, contract, "2025-01")
    assert position(firm) == (D(100), D(100))

    bill(firm, contract, "one", "100", date(2025, 2, 28))

    assert position(firm) == (D(0), D(0))
    assert position(firm, "1100") == (D(100), D(80))
    assert firm.balances()["7000", "EUR"] == (D(20), D(20))


def test_revenue_billed_ahead_is_earned_at_the_rate_it_was_billed_at(firm: PaperFirm) -> None:
    contract = ready(firm, "care", price="1200")
    bill(firm, contract, "one", "150", date(2025, 1, 31))

    run(firm, contract, "2025-01")
    assert position(firm) == (D(-50), D(-50))
    run(firm, contract, "2025-02")

    # 50 of February's 100 were billed at 1.00, the other 50 are earned at 1.25.
    assert position(firm) == (D(50), D(40))
    assert position(firm, "4010") == (D(-200), D(-190))
    assert ("7000", "EUR") not in firm.balances()


def test_a_memo_gives_back_at_the_rate_it_was_billed_at(firm: PaperFirm) -> None:
    contract = ready(firm, "care", price="1200")
    invoice = bill(firm, contract, "one", "100", date(2025, 1, 31))

    firm.do("IssueCreditMemo", memo_id=new("memo"), invoice_id=invoice, issued_on="2025-03-31",
            why="agreed", lines=[{"no": 1, "restore": True}])  # fmt: skip

    assert position(firm) == position(firm, "1100") == (D(0), D(0))


def test_a_price_cut_after_all_is_earned_is_revenue_once_the_price_says_so(
    firm: PaperFirm,
) -> None:
    contract = ready(firm, "care", price="400", starts_on="2025-01-01", ends_on="2025-01-31")
    run(firm, contract, "2025-01")
    invoice = bill(firm, contract, "one", "400", date(2025, 2, 28))
    firm.do("IssueCreditMemo", memo_id=new("memo"), invoice_id=invoice, issued_on="2025-03-31",
            why="agreed", lines=[{"no": 1, "net": "40"}])  # fmt: skip
    assert position(firm)[0] == 40

    firm.do("DetermineTransactionPrice", contract_id=contract, determined_on="2025-03-31",
            fixed="360")  # fmt: skip
    run(firm, contract, "2025-03")

    assert position(firm) == (D(0), D(0))
    assert position(firm, "4010")[0] == -360


def test_contracts_that_are_one_share_one_position(firm: PaperFirm) -> None:
    main, other = identified(firm, "main"), by_run(firm, "other")
    firm.do("CombineContracts", contract_id=main, other_id=other, near_the_same_time=True,
            single_obligation=True)  # fmt: skip
    promise(firm, main)
    allocated(firm, main)
    run(firm, main, "2025-01")

    bill(firm, other, "one", "100", date(2025, 2, 28))

    assert position(firm) == (D(0), D(0))
    assert firm.replayed(account_id(main)).layers == ()
    assert firm.replayed(account_id(other)).billed == 100


MOVES = st.lists(
    st.tuples(st.sampled_from(["revenue", "invoice"]), st.integers(-5000, 9000),
              st.sampled_from(["0.87", "1.00", "1.13", "1.3337"]), st.integers(1, 28)),
    min_size=1, max_size=15,
)  # fmt: skip


def moved(account: ContractAccount, kind: Any, cents: int, rate: str, day: int) -> None:
    amount = D(cents) / 100
    functional = (amount * D(rate)).quantize(D("0.01"))
    account.settle(account.id, Movement(kind, date(2025, 1, day), amount, functional), "EUR")


@given(MOVES)
@settings(max_examples=80, deadline=None)
def test_layers_are_what_was_booked_and_nothing_is_nothing_in_both(
    drawn: list[tuple[str, int, str, int]],
) -> None:
    account = ContractAccount(account_id(new("x")), new("x"), "DE01", "USD")
    for move in drawn:
        moved(account, *move)
    left = sum((layer.amount for layer in account.layers), D(0))
    account.settle(account.id, Movement("invoice", date(2025, 2, 1), left, left), "EUR")

    facts: list[Any] = [fact for fact in account.pending_events if hasattr(fact, "drawn")]
    booked = sum((f.amount for f in facts), D(0)), sum((f.functional for f in facts), D(0))
    assert carrying(account.layers) == booked == (0, 0)
    assert replayed(account) == account.layers


def replayed(account: ContractAccount) -> tuple[Layer, ...]:
    """The layers as the facts alone make them."""
    found: Any = None
    for fact in account.pending_events:
        found = fact.mutate(found)
    layers: tuple[Layer, ...] = found.layers
    return layers


def test_a_deal_that_a_run_earns_goes_to_zero_once_earned_and_billed(firm: PaperFirm) -> None:
    contract = identified(firm, "deal")
    promise(firm, contract, ends_on="2025-04-30")
    allocated(firm, contract, "1200")
    for month in (1, 2, 3, 4):
        run(firm, contract, f"2025-{month:02}")
        if month % 2:
            bill(firm, contract, f"half {month}", "600", date(2025, month, 31))

    assert position(firm) == (D(0), D(0))
    assert position(firm, "4010")[0] == -1200
