"""Modifications: proposed by the system, confirmed by another person, figures of before kept."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.delivery.timesheet import OwnWork
from domain.ledger.period import PeriodNotOpen
from domain.money import AmountTooFine
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from domain.revenue.allocation import UnknownObligation
from domain.revenue.change import AlreadyConfirmed, ChangeOrderNeeded
from domain.revenue.contract import RevenueContract, revenue_id
from domain.revenue.figures import FigureNotPositive
from domain.revenue.modification import NotApproved, ReasonMissing
from domain.revenue.price import NotAllocated
from domain.revenue.remeasurement import PriceBelowNothing
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_revenue import (
    ACCOUNTANT,
    CONTROLLER,
    change,
    identified,
    new,
    promise,
    ready,
    run,
)

D = Decimal
EURO = {"currency": "EUR"}


def part(
    name: str, *, distinct: bool, total: str, remaining: str, **fields: Any
) -> dict[str, Any]:
    """What a change means for an obligation."""
    return {"obligation": name, "distinct": distinct, "total_ssp": total,
            "remaining_ssp": remaining, **fields}  # fmt: skip


def confirm(firm: PaperFirm, modification: UUID, **fields: Any) -> Any:
    """Confirm a change; the answer."""
    given = {"change_order": f"CO {modification}", "why": "as agreed", **fields}
    return firm.do("ConfirmModification", CONTROLLER, modification_id=modification,
                   **given).answer  # fmt: skip


def built(firm: PaperFirm, **fields: Any) -> UUID:
    """A building at 60 % of 1,000,000 (IFRS 15 example 8), its change of 150,000 described."""
    contract = ready(firm, "build", price="1000000", measure="cost", whole="700000", **EURO)
    run(firm, contract, "2025-01", cost="420000")
    change(firm, contract, "redesign", price_change="350000", changes=[
        part("support", distinct=False, total="1350000", remaining="750000", whole="820000"),
    ], **fields)  # fmt: skip
    return contract


def test_a_change_of_one_service_partly_done_catches_up_on_its_day(paper: PaperFirm) -> None:
    # IFRS 15 example 8: 91,463.41 unrounded (91,200 in print at 51.2 %).
    contract = built(paper)

    answer = confirm(paper, new("redesign"))

    assert [(str(x.delta), x.catch_up) for x in answer.lines] == [("91463.41", True)]
    fact = paper.last(RevenueContract.ModificationConfirmed)
    assert (fact.treatment, fact.price.total) == ("cumulative_catch_up", 1350000)
    assert (fact.obligations[0].before, fact.obligations[0].allocated) == (1000000, 1350000)
    assert paper.last(RevenueContract.Recognized).run.on == date(2025, 2, 1)
    assert [str(x.delta) for x in run(paper, contract, "2025-02", cost="820000").lines] == [
        "658536.59"
    ]


def test_what_remains_distinct_is_blended_from_now_on(paper: PaperFirm) -> None:
    # ASC 606-10-55-114 to 55-116 (example 5 case B): 60 of 120 left at 100, 30 more at 80.
    contract = ready(paper, "units", price="12000", measure="units", whole="120", **EURO)
    run(paper, contract, "2025-01", units="60")
    change(paper, contract, "more", price_change="2400", remaining="distinct", adds=True,
           added_distinct=True, changes=[
               part("support", distinct=True, total="14400", remaining="8400", whole="150"),
           ])  # fmt: skip

    answer = confirm(paper, new("more"))

    assert answer.lines == ()
    assert paper.last(RevenueContract.ModificationConfirmed).treatment == "prospective"
    # (60 x 100 + 30 x 80) / 90 = 93.33 a unit
    assert [str(x.delta) for x in run(paper, contract, "2025-02", units="61").lines] == ["93.33"]
    assert [str(x.delta) for x in run(paper, contract, "2025-03", units="150").lines] == [
        "8306.67"
    ]


def test_what_is_added_at_its_own_price_leaves_the_rest_alone(paper: PaperFirm) -> None:
    contract = ready(paper, "care", price="1200", **EURO)
    run(paper, contract, "2025-01")
    promise(paper, contract, "training", ssp="300", measure="hours", whole="10")
    change(paper, contract, "training", price_change="300", remaining="distinct", adds=True,
           added_distinct=True, added_at_ssp=True,
           changes=[part("training", distinct=True, total="300", remaining="300")])  # fmt: skip

    confirm(paper, new("training"))

    held: RevenueContract = paper.replayed(revenue_id(contract))
    assert {name: p.allocated for name, p in held.promises.items()} == {
        "support": 1200, "training": 300,
    }  # fmt: skip
    assert paper.last(RevenueContract.ModificationConfirmed).treatment == "separate_contract"


def test_some_catches_up_and_some_does_not(paper: PaperFirm) -> None:
    contract = identified(paper, "mixed", **EURO)
    promise(paper, contract, "support", ssp="180000", measure="hours", whole="100")
    promise(paper, contract, "other", ssp="60000", measure="hours", whole="100")
    paper.do("DetermineTransactionPrice", contract_id=contract, determined_on="2025-01-02",
             fixed="200000")  # fmt: skip
    paper.do("AllocateTransactionPrice", contract_id=contract, allocated_on="2025-01-02")
    run(paper, contract, "2025-01", hours="50")
    change(paper, contract, "mix", price_change="50000", remaining="mixed", changes=[
        part("support", distinct=False, total="180000", remaining="90000"),
        part("other", distinct=True, total="80000", remaining="80000"),
    ])  # fmt: skip

    answer = confirm(paper, new("mix"))

    held: RevenueContract = paper.replayed(revenue_id(contract))
    assert sum(p.allocated for p in held.promises.values()) == 250000
    assert [(x.obligation, x.catch_up) for x in answer.lines] == [("support", True)]


def test_an_unpriced_change_changes_no_price(paper: PaperFirm) -> None:
    contract = built(paper, price_agreed=False)

    assert confirm(paper, new("redesign")).lines == ()
    fact = paper.last(RevenueContract.ModificationConfirmed)
    assert (fact.treatment, fact.price.total) == ("variable_consideration", 1000000)
    assert recognised(paper, contract) == 600000


def recognised(firm: PaperFirm, contract: UUID) -> Decimal:
    held: RevenueContract = firm.replayed(revenue_id(contract))
    return sum((promise.recognised for promise in held.promises.values()), D(0))


def test_a_change_is_confirmed_by_another_person_with_its_order_and_a_reason(
    paper: PaperFirm,
) -> None:
    built(paper)
    given = {"modification_id": new("redesign"), "change_order": "CO-7", "why": "agreed"}
    both = type(ACCOUNTANT)("revenue", CONTROLLER.roles, ACCOUNTANT.entities)

    paper.refuses(OwnWork, "ConfirmModification", both, **given)
    paper.refuses(ChangeOrderNeeded, "ConfirmModification", CONTROLLER,
                  **{**given, "change_order": " "})  # fmt: skip
    paper.refuses(ReasonMissing, "ConfirmModification", CONTROLLER, **{**given, "why": ""})
    paper.do("ConfirmModification", CONTROLLER, **given)
    paper.refuses(AlreadyConfirmed, "ConfirmModification", CONTROLLER, **given)


def test_a_change_order_is_accounted_for_once(paper: PaperFirm) -> None:
    contract = built(paper)
    confirm(paper, new("redesign"), change_order="CO-7")
    change(paper, contract, "again", price_change="1", changes=[
        part("support", distinct=False, total="1350000", remaining="750000"),
    ])  # fmt: skip

    paper.refuses(AlreadyTaken, "ConfirmModification", CONTROLLER, modification_id=new("again"),
                  change_order="CO-7", why="agreed")  # fmt: skip


def test_what_is_not_approved_is_not_accounted_for(paper: PaperFirm) -> None:
    built(paper, approved=False)

    paper.refuses(NotApproved, "ConfirmModification", CONTROLLER, change_order="CO-7",
                  modification_id=new("redesign"), why="agreed")  # fmt: skip


def test_a_change_cannot_take_more_than_the_price(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO)
    change(paper, contract, "less", price_change="-1200.01")

    paper.refuses(PriceBelowNothing, "ConfirmModification", CONTROLLER, change_order="CO-7",
                  modification_id=new("less"), why="agreed")  # fmt: skip


def test_a_separate_contract_needs_something_added(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO)
    change(paper, contract, "more")

    paper.refuses(FigureNotPositive, "ConfirmModification", CONTROLLER, change_order="CO-7",
                  modification_id=new("more"), why="agreed",
                  treatment="separate_contract")  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [({"price_change": "0.001"}, AmountTooFine), ({"changes": "stranger"}, UnknownObligation)],
)
def test_a_change_is_about_what_is_promised(
    paper: PaperFirm, fields: dict[str, Any], refusal: Any
) -> None:
    bare, contract = identified(paper, "bare"), ready(paper, "care", **EURO)
    support = part("support", distinct=False, total="1200", remaining="1200")
    given = {"modification_id": new("x"), "contract_id": contract, "changed_on": "2025-02-01",
             "price_change": "10", "approved": True, "remaining": "not_distinct",
             "changes": [support]}  # fmt: skip
    if fields.get("changes"):
        fields = {"changes": [{**support, "obligation": "stranger"}]}

    paper.refuses(NotAllocated, "AssessModification", **{**given, "contract_id": bare})
    if refusal is AmountTooFine:
        paper.refuses(AmountTooFine, "AssessModification", **{**given, **fields})
    else:
        paper.refuses(UnknownObligation, "AssessModification", **{**given, **fields})


def test_a_catch_up_needs_an_open_month_and_a_rate(paper: PaperFirm) -> None:
    paper.rates(date(2025, 1, 31), USD="1.0393")
    contract = ready(paper, "dollars", measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="50")
    for name, on in (("summer", "2025-06-01"), ("later", "2026-06-01")):
        change(paper, contract, name, changed_on=on)
    given = {"change_order": "CO-7", "why": "agreed"}

    paper.refuses(MissingRate, "ConfirmModification", CONTROLLER, **given,
                  modification_id=new("summer"))  # fmt: skip
    paper.refuses(PeriodNotOpen, "ConfirmModification", CONTROLLER, **given,
                  modification_id=new("later"))  # fmt: skip
