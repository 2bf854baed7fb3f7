"""What a contract promises, what it sells for, and who takes which share of the price."""

from decimal import Decimal
from uuid import UUID

import pytest

from domain.billing.holders import OtherContract
from domain.contracts.account import AlreadyMoved
from domain.contracts.contract import ContractNotActive
from domain.money import AmountTooFine, CurrencyMismatch
from domain.pricing.bounds import NegativeFigure
from domain.request import AlreadyTaken
from domain.revenue.allocation import AllocationMismatch, NothingToAllocateTo, UnknownObligation
from domain.revenue.commands import EarnsAtOnce, NotAContract, NotOneContract
from domain.revenue.contract import RevenueContract, revenue_id
from domain.revenue.obligation import InvalidSellingPrice, MeasureDoesNotFit, ObligationExists
from domain.revenue.policy import PolicyBackdated, policy_id
from domain.revenue.price import AlreadyAllocated, PriceNotDetermined
from domain.revenue.progress import TermReversed
from domain.revenue.variable import EstimateTooHigh, ProbabilitiesDoNotSum
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import draft
from tests.domain.samples_revenue import (
    ACCOUNTANT,
    ALL_FIVE,
    CONTROLLER,
    DAY,
    allocated,
    by_run,
    identified,
    new,
    promise,
    ready,
    run,
)

D = Decimal


@pytest.fixture
def firm(paper: PaperFirm) -> PaperFirm:
    """A firm with a rate for the end of each month that is run."""
    for month, day in ((1, 31), (2, 28), (3, 31)):
        paper.rates(DAY.replace(month=month, day=day), USD="1.05", GBP="0.84")
    return paper


def shares(firm: PaperFirm, contract: UUID) -> dict[str, Decimal]:
    held: RevenueContract = firm.replayed(revenue_id(contract))
    return {name: promise.allocated for name, promise in held.promises.items()}


@pytest.mark.parametrize("missing", sorted(ALL_FIVE))
def test_a_contract_meets_all_five_criteria(firm: PaperFirm, missing: str) -> None:
    contract = by_run(firm, "care")

    firm.refuses(NotAContract, "IdentifyContract", ACCOUNTANT, contract_id=contract,
                 **{**ALL_FIVE, missing: False})  # fmt: skip


def test_only_a_contract_in_force_that_a_run_earns_is_identified_once(firm: PaperFirm) -> None:
    asleep = draft(firm, "asleep", recognition="by_run")
    at_once, _ = firm.win()
    found = identified(firm, "care")

    firm.refuses(ContractNotActive, "IdentifyContract", contract_id=asleep, **ALL_FIVE)
    firm.refuses(EarnsAtOnce, "IdentifyContract", contract_id=at_once, **ALL_FIVE)
    firm.refuses(AlreadyTaken, "IdentifyContract", contract_id=found, **ALL_FIVE)


def test_a_price_is_shared_by_selling_prices_to_the_cent(firm: PaperFirm) -> None:
    # ASC 606-10-55-256 (example 33): 100 over selling prices of 50, 25 and 75.
    contract = identified(firm, "bundle")
    for name, ssp in (("A", "50"), ("B", "25"), ("C", "75")):
        promise(firm, contract, name, ssp=ssp)

    allocated(firm, contract, "100")

    assert shares(firm, contract) == {"A": D("33.33"), "B": D("16.67"), "C": D("50.00")}


def test_the_whole_discount_goes_where_it_was_observed(firm: PaperFirm) -> None:
    # ASC 606-10-55-259 (example 34): A at 40, B and C together at 60 of 100.
    contract = identified(firm, "bundle")
    for name, ssp in (("A", "40"), ("B", "55"), ("C", "45")):
        promise(firm, contract, name, ssp=ssp)

    allocated(firm, contract, "100", discounted=["B", "C"])

    assert shares(firm, contract) == {"A": D(40), "B": D("33.00"), "C": D("27.00")}


def test_the_residual_takes_what_the_others_leave(firm: PaperFirm) -> None:
    contract = identified(firm, "bundle")
    promise(firm, contract, "A", ssp="40")
    promise(firm, contract, "B", ssp="0", ssp_basis="residual")

    allocated(firm, contract, "100")

    assert shares(firm, contract) == {"A": D(40), "B": D(60)}


def test_a_variable_part_goes_to_what_it_is_about(firm: PaperFirm) -> None:
    contract = identified(firm, "licences")
    promise(firm, contract, "X", ssp="800")
    promise(firm, contract, "Y", ssp="1000")
    firm.do("DetermineTransactionPrice", contract_id=contract, determined_on=DAY, fixed="800",
            variable="1000")  # fmt: skip

    firm.do("AllocateTransactionPrice", contract_id=contract, allocated_on=DAY, variable_to=["Y"])

    assert shares(firm, contract) == {"X": D(800), "Y": D(1000)}


def test_shares_by_hand_sum_to_the_price(firm: PaperFirm) -> None:
    contract = identified(firm, "care")
    promise(firm, contract)
    given = {"contract_id": contract, "allocated_on": DAY}
    firm.refuses(PriceNotDetermined, "AllocateTransactionPrice", **given)
    firm.do("DetermineTransactionPrice", contract_id=contract, determined_on=DAY, fixed="100")
    off = [{"obligation": "support", "amount": "99.99"}]
    stranger = [{"obligation": "other", "amount": "100"}]

    firm.refuses(AllocationMismatch, "AllocateTransactionPrice", **given, shares=off)
    firm.refuses(UnknownObligation, "AllocateTransactionPrice", **given, shares=stranger)

    firm.do("AllocateTransactionPrice", **given,
            shares=[{"obligation": "support", "amount": "100"}])  # fmt: skip
    firm.refuses(AlreadyAllocated, "AllocateTransactionPrice", **given)


def test_a_price_needs_something_to_be_allocated_to(firm: PaperFirm) -> None:
    contract = identified(firm, "empty")
    firm.do("DetermineTransactionPrice", contract_id=contract, determined_on=DAY, fixed="100")

    firm.refuses(NothingToAllocateTo, "AllocateTransactionPrice", contract_id=contract,
                 allocated_on=DAY)  # fmt: skip


def test_a_price_is_what_its_parts_come_to(firm: PaperFirm) -> None:
    contract = identified(firm, "parts")

    firm.do("DetermineTransactionPrice", contract_id=contract, determined_on=DAY, fixed="1000",
            variable="50", financing="-20", noncash="30", payable_to_customer="60")  # fmt: skip

    assert firm.last(RevenueContract.PriceDetermined).price.total == 1000
    firm.refuses(AmountTooFine, "DetermineTransactionPrice", contract_id=contract,
                 determined_on=DAY, fixed="0.001")  # fmt: skip


def test_a_price_below_nothing_has_no_shares(firm: PaperFirm) -> None:
    contract = ready(firm, "care")

    firm.refuses(NegativeFigure, "DetermineTransactionPrice", contract_id=contract,
                 determined_on=DAY, fixed="0", payable_to_customer="1")  # fmt: skip


def test_a_changed_price_goes_the_way_it_went_at_inception(firm: PaperFirm) -> None:
    contract = identified(firm, "bundle")
    promise(firm, contract, "A", ssp="300")
    promise(firm, contract, "B", ssp="100")
    allocated(firm, contract, "200")

    firm.do("DetermineTransactionPrice", contract_id=contract, determined_on=DAY, fixed="240")

    assert shares(firm, contract) == {"A": D(180), "B": D(60)}


def test_an_estimate_counts_as_far_as_it_will_not_reverse(firm: PaperFirm) -> None:
    contract = identified(firm, "bonus")
    given = {"contract_id": contract, "estimated_on": DAY, "method": "most_likely"}
    likely = [{"amount": "100", "probability": "0.8"}, {"amount": "0", "probability": "0.2"}]
    firm.refuses(PriceNotDetermined, "EstimateVariableConsideration", **given, outcomes=likely)
    firm.do("DetermineTransactionPrice", contract_id=contract, determined_on=DAY, fixed="1000")

    firm.refuses(ProbabilitiesDoNotSum, "EstimateVariableConsideration", **given,
                 outcomes=likely[:1])  # fmt: skip
    firm.refuses(EstimateTooHigh, "EstimateVariableConsideration", **given, outcomes=likely,
                 supported="101")  # fmt: skip
    firm.do("EstimateVariableConsideration", **given, outcomes=likely, confidence="0.75")
    assert firm.last(RevenueContract.PriceDetermined).price.total == 1100
    firm.do("EstimateVariableConsideration", **given, outcomes=likely, confidence="0.9")
    assert firm.last(RevenueContract.PriceDetermined).price.total == 1000
    firm.do("EstimateVariableConsideration", **given, outcomes=likely, supported="40",
            reason="half is disputed")  # fmt: skip
    assert firm.last(RevenueContract.PriceDetermined).price.total == 1040


def test_a_promise_is_named_once_and_makes_sense(firm: PaperFirm) -> None:
    contract = identified(firm, "care")
    promise(firm, contract)
    given = {"contract_id": contract, "obligation": "more", "name": "more", "ssp": "1",
             "measure": "hours", "starts_on": "2025-01-01", "ends_on": "2025-12-31"}  # fmt: skip

    firm.refuses(ObligationExists, "IdentifyPerformanceObligation",
                 **{**given, "obligation": "support"})  # fmt: skip
    firm.refuses(MeasureDoesNotFit, "IdentifyPerformanceObligation", **{**given, "measure": None})
    firm.refuses(InvalidSellingPrice, "IdentifyPerformanceObligation", **{**given, "ssp": "0"})
    firm.refuses(TermReversed, "IdentifyPerformanceObligation",
                 **{**given, "ends_on": "2024-12-31"})  # fmt: skip


def test_a_promise_is_delivered_by_the_contracts_own_work(firm: PaperFirm) -> None:
    main, other = identified(firm, "main"), by_run(firm, "other")
    firm.do("CreateProject", project_id=new("work"), code="W", name="work", contract_id=other)
    given = {"contract_id": main, "obligation": "more", "name": "more", "ssp": "1",
             "measure": "hours", "project_id": new("work"), "starts_on": "2025-01-01",
             "ends_on": "2025-12-31"}  # fmt: skip
    firm.refuses(OtherContract, "IdentifyPerformanceObligation", **given)

    firm.do("CombineContracts", contract_id=main, other_id=other, near_the_same_time=True,
            single_obligation=True)  # fmt: skip
    firm.do("IdentifyPerformanceObligation", **given)


@pytest.mark.parametrize(
    ("fields", "account"),
    [({"role": "agent"}, "4040"), ({"kind": "series"}, "4020"), ({"measure": "hours"}, "4010"),
     ({"measure": "as_invoiced"}, "4000"), ({"revenue_account": "4030"}, "4030")],
)  # fmt: skip
def test_what_is_promised_says_which_account_earns(
    firm: PaperFirm, fields: dict[str, str], account: str
) -> None:
    promise(firm, identified(firm, "care"), **fields)

    assert firm.last(RevenueContract.ObligationIdentified).delivery.account == account


def test_a_selling_price_is_not_read_again_once_the_price_is_shared(firm: PaperFirm) -> None:
    contract = identified(firm, "care")
    promise(firm, contract)
    given = {"contract_id": contract, "obligation": "support", "ssp": "900",
             "basis": "cost_plus_margin", "from_on": DAY}  # fmt: skip
    firm.do("SetStandaloneSellingPrice", **given)

    firm.refuses(InvalidSellingPrice, "SetStandaloneSellingPrice", **{**given, "ssp": "0"})
    firm.refuses(UnknownObligation, "SetStandaloneSellingPrice", **{**given, "obligation": "x"})
    allocated(firm, contract)
    firm.refuses(AlreadyAllocated, "SetStandaloneSellingPrice", **given)


def test_contracts_are_one_for_one_customer_near_one_time_with_a_tie(firm: PaperFirm) -> None:
    main, other = identified(firm, "main"), by_run(firm, "other")
    euro = by_run(firm, "euro", currency="EUR")
    tie = {"contract_id": main, "near_the_same_time": True, "single_obligation": True}
    name = "CombineContracts"

    firm.refuses(NotOneContract, "CombineContracts",
                 **{**tie, "near_the_same_time": False, "other_id": other})  # fmt: skip
    firm.refuses(NotOneContract, "CombineContracts", **{**tie, "other_id": main})
    firm.refuses(CurrencyMismatch, "CombineContracts", **{**tie, "other_id": euro})
    firm.refuses(AlreadyTaken, "CombineContracts", **{**tie, "other_id": identified(firm, "own")})
    third = identified(firm, "third")
    firm.do(name, **tie, other_id=other)
    firm.refuses(AlreadyMoved, "CombineContracts", **{**tie, "contract_id": third,
                                                      "other_id": other})  # fmt: skip
    before = len(firm.facts)
    firm.do(name, **tie, other_id=other)
    assert len(firm.facts) == before


def test_a_policy_holds_from_its_day_and_runs_cite_it(firm: PaperFirm) -> None:
    given = {"entity": "DE01", "from_on": "2025-02-01", "onerous": "us_gaap"}
    firm.do("AdoptRevenuePolicy", CONTROLLER, **given)
    firm.do("AdoptRevenuePolicy", CONTROLLER, **given)
    contract = ready(firm, "care")

    run(firm, contract, "2025-01")
    assert firm.last(RevenueContract.Recognized).run.policy == "main@0"
    run(firm, contract, "2025-02")
    assert firm.last(RevenueContract.Recognized).run.policy == "main@1"

    assert len(firm.replayed(policy_id("DE01", "main")).choices) == 1
    firm.refuses(PolicyBackdated, "AdoptRevenuePolicy", CONTROLLER,
                 **{**given, "from_on": "2025-01-01", "onerous": "off"})  # fmt: skip
