"""Modifications: proposed by the system, confirmed by another person, figures of before kept."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.billing.holders import OtherContract
from domain.delivery.timesheet import OwnWork
from domain.ledger.period import PeriodNotOpen
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from domain.revenue.allocation import UnknownObligation
from domain.revenue.change import AlreadyConfirmed, ChangeOrderNeeded, OtherChangeOrder
from domain.revenue.contract import RevenueContract, revenue_id
from domain.revenue.figures import FigureNotPositive
from domain.revenue.modification import NotApproved, ReasonMissing
from domain.revenue.price import NotAllocated
from domain.revenue.remeasurement import PriceBelowNothing
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_revenue import (
    ACCOUNTANT,
    CONTROLLER,
    agreed,
    by_run,
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


def decided(name: str, **fields: Any) -> dict[str, Any]:
    """A decision on the change of that name, by its own change order."""
    return {"modification_id": new(name), "change_order_id": new(f"order {name}"),
            "why": "as agreed", **fields}  # fmt: skip


def confirm(firm: PaperFirm, name: str, **fields: Any) -> Any:
    """Confirm a change; the answer."""
    return firm.do("ConfirmModification", CONTROLLER, **decided(name, **fields)).answer


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

    answer = confirm(paper, "redesign")

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

    answer = confirm(paper, "more")

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

    confirm(paper, "training")

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

    answer = confirm(paper, "mix")

    held: RevenueContract = paper.replayed(revenue_id(contract))
    assert sum(p.allocated for p in held.promises.values()) == 250000
    assert [(x.obligation, x.catch_up) for x in answer.lines] == [("support", True)]


def test_an_unpriced_change_changes_no_price(paper: PaperFirm) -> None:
    contract = built(paper, price_agreed=False)

    assert confirm(paper, "redesign").lines == ()
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
    given = decided("redesign")
    both = type(ACCOUNTANT)("revenue", CONTROLLER.roles, ACCOUNTANT.entities)

    paper.refuses(OwnWork, "ConfirmModification", both, **given)
    paper.refuses(ReasonMissing, "ConfirmModification", CONTROLLER, **{**given, "why": ""})
    paper.do("ConfirmModification", CONTROLLER, **given)
    paper.refuses(AlreadyConfirmed, "ConfirmModification", CONTROLLER, **given)


def test_a_change_is_confirmed_by_the_approved_order_it_was_described_from(
    paper: PaperFirm,
) -> None:
    contract = built(paper)
    waiting = agreed(paper, contract, "waiting", "350000", "2025-02-01", approved=False)
    twin = agreed(paper, contract, "twin", "350000", "2025-02-01")
    strange = agreed(paper, ready(paper, "care", **EURO), "strange", "120", "2025-02-01")

    paper.refuses(ChangeOrderNeeded, "ConfirmModification", CONTROLLER,
                  **decided("redesign", change_order_id=waiting))  # fmt: skip
    paper.refuses(OtherChangeOrder, "ConfirmModification", CONTROLLER,
                  **decided("redesign", change_order_id=twin))  # fmt: skip
    paper.refuses(OtherContract, "ConfirmModification", CONTROLLER,
                  **decided("redesign", change_order_id=strange))  # fmt: skip
    paper.refuses(OtherContract, "AssessModification", modification_id=new("x"),
                  contract_id=contract, change_order_id=strange, remaining="distinct",
                  changes=[part("support", distinct=True, total="1", remaining="1")])  # fmt: skip


def test_price_day_and_scope_are_the_orders_own(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO)
    more = agreed(paper, contract, "more", "300", "2025-03-01")
    less = agreed(paper, contract, "less", "-100", "2025-04-01")
    given = {"contract_id": contract, "remaining": "distinct", "added_distinct": True,
             "added_at_ssp": True,
             "changes": [part("support", distinct=True, total="1", remaining="1")]}  # fmt: skip

    first, second = (
        paper.do("AssessModification", modification_id=new(f"change {order}"),
                 change_order_id=order, **given).answer.model_dump()
        for order in (more, less)
    )  # fmt: skip

    assert (first["price_change"], first["changed_on"]) == (300, date(2025, 3, 1))
    assert (second["price_change"], second["changed_on"]) == (-100, date(2025, 4, 1))
    assert (first["treatment"], second["treatment"]) == ("separate_contract", "prospective")
    assert second["steps"][0] == (
        "not a contract of its own: something promised before is cut or changed"
    )


def test_what_takes_effect_before_it_is_approved_modifies_on_its_approval(
    paper: PaperFirm,
) -> None:
    contract = ready(paper, "build", price="1000", measure="hours", whole="100", **EURO)
    run(paper, contract, "2025-01", hours="40")
    agreed(paper, contract, "late", "200", "2025-01-15", approved_on="2025-03-10")
    changed = {"modification_id": new("late"), "change_order_id": new("order late"),
               "contract_id": contract, "remaining": "not_distinct",
               "changes": [part("support", distinct=False, total="1200", remaining="720")],
    }  # fmt: skip

    assessed: Any = paper.do("AssessModification", ACCOUNTANT, **changed).answer
    confirm(paper, "late")

    assert assessed.changed_on == date(2025, 3, 10)
    caught_up = paper.last(RevenueContract.Recognized)
    assert (caught_up.run.on, caught_up.run.booked_on) == (date(2025, 3, 10),) * 2
    assert [line.delta for line in caught_up.lines] == [D(80)]


def test_an_order_of_a_combined_contract_changes_the_one_it_is_part_of(
    paper: PaperFirm,
) -> None:
    contract, part_of_it = ready(paper, "care", **EURO), by_run(paper, "add-on", **EURO)
    paper.do("CombineContracts", contract_id=contract, other_id=part_of_it,
             near_the_same_time=True, price_interdependent=True)  # fmt: skip
    order = agreed(paper, part_of_it, "more", "120", "2025-02-01")

    paper.do("AssessModification", contract_id=contract, modification_id=new("more"),
             change_order_id=order, remaining="not_distinct",
             changes=[part("support", distinct=False, total="1320", remaining="1")])  # fmt: skip
    confirm(paper, "more", change_order_id=order)

    assert paper.last(RevenueContract.ModificationConfirmed).change_order == "more"


def test_a_change_order_is_accounted_for_once(paper: PaperFirm) -> None:
    contract = built(paper)
    confirm(paper, "redesign")
    paper.do("AssessModification", ACCOUNTANT, contract_id=contract, modification_id=new("again"),
             change_order_id=new("order redesign"), remaining="not_distinct", changes=[
        part("support", distinct=False, total="1350000", remaining="750000"),
    ])  # fmt: skip

    paper.refuses(AlreadyTaken, "ConfirmModification", CONTROLLER,
                  **decided("again", change_order_id=new("order redesign")))  # fmt: skip


def test_what_is_not_approved_is_not_accounted_for(paper: PaperFirm) -> None:
    built(paper, approved=False)

    paper.refuses(NotApproved, "ConfirmModification", CONTROLLER, **decided("redesign"))


def test_a_change_cannot_take_more_than_the_price(paper: PaperFirm) -> None:
    contract = ready(paper, "care", value="2000", **EURO)
    change(paper, contract, "less", price_change="-1200.01")

    paper.refuses(PriceBelowNothing, "ConfirmModification", CONTROLLER, **decided("less"))


def test_a_separate_contract_needs_something_added(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO)
    change(paper, contract, "more")

    paper.refuses(FigureNotPositive, "ConfirmModification", CONTROLLER,
                  **decided("more", treatment="separate_contract"))  # fmt: skip


def test_a_change_is_about_what_is_promised(paper: PaperFirm) -> None:
    bare, contract = identified(paper, "bare"), ready(paper, "care", **EURO)
    given = {"modification_id": new("x"), "contract_id": contract, "remaining": "not_distinct",
             "change_order_id": agreed(paper, contract, "more", "120", "2025-02-01"),
             "changes": [part("stranger", distinct=False, total="1", remaining="1")]}  # fmt: skip

    paper.refuses(UnknownObligation, "AssessModification", **given)
    other = agreed(paper, bare, "other", "120", "2025-02-01")
    paper.refuses(NotAllocated, "AssessModification",
                  **{**given, "contract_id": bare, "change_order_id": other})  # fmt: skip


def test_a_catch_up_needs_an_open_month_and_a_rate(paper: PaperFirm) -> None:
    paper.rates(date(2025, 1, 31), USD="1.0393")
    contract = ready(paper, "dollars", measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="50")
    for name, on in (("summer", "2025-06-01"), ("later", "2026-06-01")):
        change(paper, contract, name, changed_on=on)

    paper.refuses(MissingRate, "ConfirmModification", CONTROLLER, **decided("summer"))
    paper.refuses(PeriodNotOpen, "ConfirmModification", CONTROLLER, **decided("later"))


def test_a_month_run_again_after_a_change_is_earned_on_the_changed_work(
    paper: PaperFirm,
) -> None:
    contract = ready(paper, "build", price="1000", measure="hours", whole="100", **EURO)
    run(paper, contract, "2025-01", hours="40")
    change(paper, contract, "more", price_change="500", changes=[
        part("support", distinct=False, total="1500", remaining="900", whole="120"),
    ])  # fmt: skip
    confirm(paper, "more")

    late = run(paper, contract, "2025-01", hours="42")

    assert recognised(paper, contract) == D(525)
    assert [(line.delta, line.catch_up) for line in late.lines] == [(D(25), True)]


def test_what_a_person_measured_stays_done_after_a_change(paper: PaperFirm) -> None:
    contract = ready(paper, "build", price="1000", measure="units", whole="10", **EURO)
    paper.do("MeasureProgress", ACCOUNTANT, contract_id=contract, obligation="support",
             measured_on="2025-01-31", whole="10", done="4")  # fmt: skip
    run(paper, contract, "2025-01")
    change(paper, contract, "more", price_change="500", changes=[
        part("support", distinct=False, total="1500", remaining="900", whole="12"),
    ])  # fmt: skip
    confirm(paper, "more")

    assert recognised(paper, contract) == D(500)
    assert run(paper, contract, "2025-02").lines == ()
