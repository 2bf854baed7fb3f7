"""From the possible deal to the contract in force, and everything that follows a win."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.commands import ApprovalMissing, RateCardNeeded
from domain.contracts.contract import Contract
from domain.ledger.period import months_between
from domain.money import AmountTooFine, CurrencyMismatch, UnknownCurrency
from domain.organisation.client import ClientInactive
from domain.policies import (
    budget_lines,
    contract_id,
    follow_ups,
    milestone_id,
    project_id,
)
from domain.request import AlreadyTaken
from domain.revenue.progress import TermReversed
from domain.sales.opportunity import (
    AlreadyClosed,
    MissingFields,
    Opportunity,
    PlannedRole,
    Terms,
)
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import deal, draft, new, set_up

WON = {"closed_on": "2025-01-09"}
HOURS = st.decimals("0.01", 10**5, places=2)
COSTS = st.decimals(0, 10**7, places=2)


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        ("value", "0"), ("package", None), ("billing_model", None), ("starts_on", None),
        ("ends_on", None), ("payment_terms_days", None), ("roles", None), ("rate_card_id", None),
    ],
)  # fmt: skip
def test_a_deal_is_not_won_before_delivery_can_start_from_it(
    paper: PaperFirm, field: str, empty: Any
) -> None:
    id_ = deal(paper, **{field: empty})

    refusal = paper.refuses(MissingFields, "CloseOpportunityWon", opportunity_id=id_, **WON)

    assert refusal.field == field


def test_everything_that_is_missing_is_named_at_once(paper: PaperFirm) -> None:
    paper.do("OpenOpportunity", opportunity_id=new("bare"), client_id=paper.client, name="bare")

    refusal = paper.refuses(
        MissingFields, "CloseOpportunityWon", opportunity_id=new("bare"), **WON
    )

    assert refusal.message == (
        "missing before the close: value, currency, package, billing_model, starts_on, ends_on,"
        " payment_terms_days, roles"
    )


@pytest.mark.parametrize("amounts", [[], ["8999.99"], ["9000", "0.01"]])
def test_the_milestones_of_a_fixed_fee_are_its_price(paper: PaperFirm, amounts: list[str]) -> None:
    milestones = [{"name": "m", "amount": a, "due_on": "2025-02-01"} for a in amounts]
    id_ = deal(paper, billing_model="fixed_fee", milestones=milestones)

    paper.refuses(MissingFields, "CloseOpportunityWon", opportunity_id=id_, **WON)

    right = [{"name": "m", "amount": "9000", "due_on": "2025-02-01"}]
    paper.do("UpdateOpportunity", opportunity_id=id_, milestones=right)
    paper.do("CloseOpportunityWon", opportunity_id=id_, **WON)


@pytest.mark.parametrize("close", ["CloseOpportunityWon", "CloseOpportunityLost"])
def test_a_closed_deal_stays_closed(paper: PaperFirm, close: str) -> None:
    id_ = deal(paper)
    paper.do(close, opportunity_id=id_, **WON)

    paper.refuses(AlreadyClosed, "CloseOpportunityWon", opportunity_id=id_, **WON)
    paper.refuses(AlreadyClosed, "CloseOpportunityLost", opportunity_id=id_, **WON)
    paper.refuses(AlreadyClosed, "UpdateOpportunity", opportunity_id=id_, value="1")


def test_a_record_of_the_crm_is_one_deal(paper: PaperFirm) -> None:
    deal(paper, "one", external_ref="CRM-1")

    paper.refuses(
        AlreadyTaken, "OpenOpportunity", opportunity_id=new("two"), client_id=paper.client,
        name="two", external_ref="CRM-1",
    )  # fmt: skip
    deal(paper, "three")
    deal(paper, "four")


def test_terms_are_exact_in_a_currency_that_exists(paper: PaperFirm) -> None:
    id_ = deal(paper)
    fields = {"opportunity_id": new("x"), "client_id": paper.client, "name": "x"}

    paper.refuses(UnknownCurrency, "OpenOpportunity", **fields, currency="ZZZ")
    paper.refuses(AmountTooFine, "OpenOpportunity", **fields, currency="JPY", value="9.5")
    paper.refuses(UnknownCurrency, "UpdateOpportunity", opportunity_id=id_, currency="ZZZ")
    paper.refuses(AmountTooFine, "UpdateOpportunity", opportunity_id=id_, value="9.001")
    fine = [{"name": "m", "amount": "1.001", "due_on": "2025-02-01"}]
    paper.refuses(AmountTooFine, "UpdateOpportunity", opportunity_id=id_, milestones=fine)


def test_a_rate_card_prices_in_the_currency_of_the_deal(paper: PaperFirm) -> None:
    id_ = deal(paper)

    fields = {"opportunity_id": new("x"), "client_id": paper.client, "name": "x"}
    paper.refuses(
        CurrencyMismatch, "OpenOpportunity", **fields, currency="EUR", rate_card_id=paper.card
    )
    paper.refuses(CurrencyMismatch, "UpdateOpportunity", opportunity_id=id_, currency="EUR")


def contract(paper: PaperFirm, **fields: Any) -> dict[str, Any]:
    """Fields of a draft."""
    return {"contract_id": new("d"), "client_id": paper.client, "name": "d", "currency": "USD",
            "value": "1000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
            "billing_model": "time_and_materials", "rate_card_id": paper.card,
            "payment_terms_days": 30, **fields}  # fmt: skip


def test_time_is_billed_by_a_rate_card_in_the_contracts_currency(paper: PaperFirm) -> None:
    paper.refuses(RateCardNeeded, "DraftContract", **contract(paper, rate_card_id=None))
    paper.refuses(CurrencyMismatch, "DraftContract", **contract(paper, currency="EUR"))
    paper.refuses(UnknownCurrency, "DraftContract", **contract(paper, currency="ZZZ"))
    paper.refuses(AmountTooFine, "DraftContract", **contract(paper, value="1.001"))


def test_there_is_no_new_business_with_an_inactive_client(paper: PaperFirm) -> None:
    id_ = deal(paper)
    paper.do("DeactivateClient", client_id=paper.client)

    paper.refuses(ClientInactive, "DraftContract", **contract(paper))
    fields = {"opportunity_id": new("x"), "client_id": paper.client, "name": "x"}
    paper.refuses(ClientInactive, "OpenOpportunity", **fields)
    paper.refuses(ClientInactive, "CloseOpportunityWon", opportunity_id=id_, **WON)


def test_a_term_ends_after_it_begins(paper: PaperFirm) -> None:
    id_ = deal(paper)
    fields = {"opportunity_id": new("x"), "client_id": paper.client, "name": "x"}

    paper.refuses(TermReversed, "DraftContract", **contract(paper, ends_on="2024-12-31"))
    paper.refuses(TermReversed, "OpenOpportunity", **fields, starts_on="2025-01-02",
                  ends_on="2025-01-01")  # fmt: skip
    paper.refuses(TermReversed, "UpdateOpportunity", opportunity_id=id_, ends_on="2024-12-31")


def test_a_contract_is_activated_by_what_binds_both_sides(paper: PaperFirm) -> None:
    refusal = paper.refuses(ApprovalMissing, "ActivateContract", contract_id=draft(paper),
                            approved_by="  ")  # fmt: skip

    assert refusal.field == "approved_by"


def test_a_contract_is_activated_once(paper: PaperFirm) -> None:
    id_ = draft(paper)
    assert not paper.replayed(id_).active

    paper.do("ActivateContract", contract_id=id_, approved_by="order 7")
    paper.do("ActivateContract", contract_id=id_, approved_by="order 8")

    assert paper.replayed(id_).active
    assert [fact.approved_by for fact in paper.all(Contract.Activated)] == ["order 7"]


def test_a_won_deal_becomes_contract_project_budget_and_milestones(paper: PaperFirm) -> None:
    at = set_up(paper)
    signed = paper.replayed(at.fixed_contract)
    assert (signed.active, signed.value, signed.terms.model) == (True, 500, "fixed_fee")
    project = paper.replayed(at.fixed_project)
    assert (project.code, project.contract_id, project.budgeted) == (
        "Fixed", at.fixed_contract, True,
    )  # fmt: skip
    assert [m.amount for m in project.milestones.values()] == [200, 300]


def test_a_deal_says_how_its_contract_will_earn(paper: PaperFirm) -> None:
    at_once, _ = paper.win("Deal")
    by_run, _ = paper.win("Other", recognition="by_run")

    assert paper.replayed(at_once).terms.recognition == "as_earned"
    assert paper.replayed(by_run).terms.recognition == "by_run"


def test_the_longest_deal_there_may_be_is_followed_up(paper: PaperFirm) -> None:
    id_ = deal(paper, "n" * 200, external_ref="r" * 100)

    paper.do("CloseOpportunityWon", opportunity_id=id_, **WON)
    paper.settle()

    assert paper.replayed(project_id(id_)).code == "r" * 100


def test_following_up_twice_asks_for_the_same_commands(paper: PaperFirm) -> None:
    paper.win()
    position, won = next(
        (no, fact.event)
        for no, fact in enumerate(paper.facts, 1)
        if isinstance(fact.event, Opportunity.ClosedWon)
    )

    day = date(2025, 1, 2)
    first, second = follow_ups(won, position, day), follow_ups(won, position, day)

    assert first == second
    assert len({command.command_id for command in first}) == 4
    assert {c.command_id for c in follow_ups(won, position + 1, day)}.isdisjoint(
        command.command_id for command in first
    )
    assert {command.effective_date for command in first} == {day}
    assert follow_ups(paper.facts[0].event, 1, day) == []


def test_what_follows_a_deal_has_ids_of_its_own() -> None:
    one, other = new("deal one"), new("deal other")
    ids = [make(id_) for id_ in (one, other) for make in (contract_id, project_id)]
    ids += [milestone_id(id_, no) for id_ in (one, other) for no in (1, 2)]

    assert len(set(ids)) == len(ids)


@given(
    st.decimals("0.01", 10**9, places=2),
    st.lists(st.tuples(HOURS, COSTS), min_size=1, max_size=6),
    st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    st.integers(0, 800),
)
def test_budget_lines_sum_to_the_deal(
    value: Decimal, roles: list[tuple[Decimal, Decimal]], starts: date, days: int
) -> None:
    ends = date.fromordinal(starts.toordinal() + days)
    planned = tuple(PlannedRole(f"r{no}", hours, cost) for no, (hours, cost) in enumerate(roles))
    terms = Terms(value, "EUR", "advice", "fixed_fee", None, starts, ends, 30, roles=planned)

    lines = budget_lines(terms)

    assert sum(line.revenue for line in lines) == value
    for role in planned:
        mine = [line for line in lines if line.role == role.role]
        assert sum(line.hours for line in mine) == role.hours
        assert sum(line.cost for line in mine) == role.cost
        assert [line.month for line in mine] == months_between(starts, ends)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2025-01-31", "2025-01-31", ["2025-01-01"]),
        ("2024-12-15", "2025-02-01", ["2024-12-01", "2025-01-01", "2025-02-01"]),
        ("2025-03-01", "2025-01-01", ["2025-03-01"]),
    ],
)
def test_a_budget_covers_every_month_it_touches(first: str, last: str, months: list[str]) -> None:
    found = months_between(date.fromisoformat(first), date.fromisoformat(last))

    assert [day.isoformat() for day in found] == months
