"""Quotes: written, approved by somebody else, sent, signed; and what a win takes from them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery.timesheet import Timesheet
from domain.money import AmountTooFine, CurrencyMismatch, UnknownCurrency
from domain.policies import card_id, contract_id, project_id
from domain.pricing.fx import MissingRate
from domain.pricing.fx import Quote as FxQuote
from domain.sales.discount_policy import LimitsCrossed
from domain.sales.offer import MilestonesNeeded, Offer, QuoteLine, RoleTwice, price
from domain.sales.opportunity import AlreadyClosed, AlreadySigned, TermsSigned, Unsigned
from domain.sales.quote import (
    AboveDiscountLimit,
    BelowMarginFloor,
    DiscountNotApproved,
    DiscountNotRequested,
    NothingToApprove,
    OwnQuote,
    Quote,
    QuoteLapsed,
    QuoteStillValid,
    WrongQuoteState,
)
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_sales import (
    FINANCE,
    MANAGER,
    QUOTED_ON,
    approved,
    offer,
    open_deal,
    quoted,
    signed,
)

WON = {"closed_on": "2025-01-09"}
ROLE = {"role": "consultant", "hours": "100", "hourly_rate": "150", "cost": "5500"}
AMOUNTS = st.decimals("0.01", 10**6, places=2)


def begin(paper: PaperFirm, **fields: Any) -> dict[str, Any]:
    """Quote a deal; what names the quote."""
    open_deal(paper, "deal a")
    quoted(paper, "a", **fields)
    return {"quote_id": new("quote a")}


def test_a_quote_says_what_it_comes_to_and_what_is_left_of_it(paper: PaperFirm) -> None:
    open_deal(paper, "deal a")

    answer = quoted(paper, "a", discount_pct="10",
                    expenses=[{"name": "trains", "amount": "500", "cost": "400"}])  # fmt: skip

    # 15,000 - 10 % + 500; 5,900 EUR at 1.0321 are 6,089.39 USD
    assert (answer.version, answer.discount, answer.net) == (1, 1500, 14000)
    assert (answer.margin, answer.margin_pct) == (Decimal("7910.61"), Decimal("56.50"))


def test_a_revision_is_the_next_version_and_asks_for_its_discount_anew(paper: PaperFirm) -> None:
    at = begin(paper, discount_pct="8")
    paper.do("RequestDiscountApproval", **at, why="first order")
    paper.do("ApproveDiscount", MANAGER, **at)

    again: Any = paper.do("ReviseQuote", **at, **offer(discount_pct="9")).answer

    assert (again.version, again.net) == (2, 13650)
    paper.refuses(DiscountNotApproved, "ApproveQuote", MANAGER, **at)


def test_what_is_approved_is_never_changed(paper: PaperFirm) -> None:
    at = begin(paper)
    approved(paper, "a")

    paper.refuses(WrongQuoteState, "ReviseQuote", **at, **offer())
    paper.refuses(WrongQuoteState, "ApproveQuote", MANAGER, **at)
    paper.refuses(WrongQuoteState, "RequestDiscountApproval", **at, why="late")
    paper.refuses(WrongQuoteState, "ApproveDiscount", MANAGER, **at)
    assert paper.last(Quote.Approved).version == paper.replayed(at["quote_id"]).offered


def test_a_quote_takes_its_steps_in_order(paper: PaperFirm) -> None:
    at = begin(paper)

    paper.refuses(WrongQuoteState, "SendQuote", **at, sent_on="2025-01-03")
    approved(paper, "a")
    paper.refuses(WrongQuoteState, "RecordSignature", **at, signed_on="2025-01-03", reference="x")
    paper.do("SendQuote", **at, sent_on="2025-01-03")
    paper.do("RecordSignature", **at, signed_on="2025-01-06", reference="x")
    paper.refuses(WrongQuoteState, "VoidQuote", **at, why="x")
    paper.refuses(WrongQuoteState, "ExpireQuote", **at)


def test_nobody_approves_what_they_wrote_or_asked_for(paper: PaperFirm) -> None:
    at = begin(paper, discount_pct="8")
    paper.refuses(DiscountNotRequested, "ApproveDiscount", MANAGER, **at)
    paper.do("RequestDiscountApproval", MANAGER, **at, why="mine")

    paper.refuses(OwnQuote, "ApproveDiscount", **at)
    paper.refuses(OwnQuote, "ApproveDiscount", MANAGER, **at)
    paper.refuses(OwnQuote, "ApproveQuote", **at)
    paper.do("ApproveDiscount", FINANCE, **at)
    paper.refuses(OwnQuote, "ApproveQuote", MANAGER, **at)
    paper.do("ApproveQuote", FINANCE, **at, effective_date="2025-01-03")


@pytest.mark.parametrize("key", ["a", "b"])
def test_a_sales_manager_approves_up_to_the_limit_a_controller_beyond(
    paper: PaperFirm, key: str
) -> None:
    paper.do("SetDiscountPolicy", entity="DE01", seller_pct="5", manager_pct="20", floor_pct="10")
    at = begin(paper, discount_pct="20" if key == "a" else "20.0001")
    paper.do("RequestDiscountApproval", **at, why="first order")

    if key == "b":
        paper.refuses(AboveDiscountLimit, "ApproveDiscount", MANAGER, **at)
        paper.do("ApproveDiscount", FINANCE, **at)
    else:
        paper.do("ApproveDiscount", MANAGER, **at)


def test_a_seller_gives_a_little_without_asking(paper: PaperFirm) -> None:
    paper.do("SetDiscountPolicy", entity="DE01", seller_pct="5", manager_pct="20", floor_pct="10")
    at = begin(paper, discount_pct="5")

    paper.refuses(NothingToApprove, "RequestDiscountApproval", **at, why="x")
    approved(paper, "a")


def test_below_the_floor_nobody_approves(paper: PaperFirm) -> None:
    """5,676.55 USD of cost are 43.23 % of margin at 10,000, the price after a third."""
    paper.do("SetDiscountPolicy", entity="DE01", seller_pct="0", manager_pct="0",
             floor_pct="43.24")  # fmt: skip
    at = begin(paper, discount_pct="33.3333")
    paper.do("RequestDiscountApproval", **at, why="x")

    refusal = paper.refuses(BelowMarginFloor, "ApproveDiscount", FINANCE, **at)

    assert "43.23" in refusal.message
    cheap = [{**ROLE, "hourly_rate": "100"}]
    paper.do("ReviseQuote", **at, **offer(roles=cheap))
    paper.refuses(BelowMarginFloor, "ApproveQuote", FINANCE, **at)


def test_a_request_keeps_the_limits_it_was_made_under(paper: PaperFirm) -> None:
    at = begin(paper, discount_pct="10")
    paper.do("RequestDiscountApproval", **at, why="x")
    paper.do("RequestDiscountApproval", **at, why="again")
    paper.do("SetDiscountPolicy", entity="DE01", seller_pct="0", manager_pct="1", floor_pct="0")

    paper.do("ApproveDiscount", MANAGER, **at)
    paper.do("ApproveDiscount", FINANCE, **at)

    assert len(paper.all(Quote.DiscountRequested)) == len(paper.all(Quote.DiscountApproved)) == 1


def test_a_seller_never_may_more_than_the_manager(paper: PaperFirm) -> None:
    limits = {"entity": "DE01", "manager_pct": "10", "floor_pct": "0"}

    paper.refuses(LimitsCrossed, "SetDiscountPolicy", **limits, seller_pct="11")
    paper.do("SetDiscountPolicy", **limits, seller_pct="10")
    before = len(paper.facts)
    paper.do("SetDiscountPolicy", **limits, seller_pct="10")
    assert len(paper.facts) == before


def test_a_quote_counts_until_its_last_day(paper: PaperFirm) -> None:
    at = begin(paper, valid_until="2025-01-31")
    paper.refuses(QuoteLapsed, "ApproveQuote", MANAGER, **at, effective_date="2025-02-01")
    paper.do("ApproveQuote", MANAGER, **at, effective_date="2025-01-31")
    paper.refuses(QuoteLapsed, "SendQuote", **at, sent_on="2025-02-01")
    paper.do("SendQuote", **at, sent_on="2025-01-31")
    paper.refuses(
        QuoteLapsed, "RecordSignature", **at, signed_on="2025-02-01", reference="order 7"
    )
    paper.do("ExpireQuote", **at)
    paper.do("ExpireQuote", **at)
    assert len(paper.all(Quote.Expired)) == 1


def test_a_quote_does_not_expire_on_its_last_day(paper: PaperFirm) -> None:
    at = begin(paper, valid_until="2025-12-31")

    paper.refuses(QuoteStillValid, "ExpireQuote", **at)


def test_lines_fit_their_currency_and_are_told_apart(paper: PaperFirm) -> None:
    open_deal(paper, "deal bare", rate_card_id=None)
    at = {"quote_id": new("q"), "opportunity_id": new("deal bare")}
    fine = [{"name": "x", "amount": "1.001", "due_on": "2025-02-01"}]

    paper.refuses(UnknownCurrency, "CreateQuote", **at, **offer(currency="ZZZ"))
    paper.refuses(AmountTooFine, "CreateQuote", **at, **offer(items=fine))
    paper.refuses(RoleTwice, "CreateQuote", **at, **offer(roles=[ROLE, ROLE]))
    paper.refuses(MissingRate, "CreateQuote", **at, **offer(currency="CHF"))
    paper.refuses(MilestonesNeeded, "CreateQuote", **at, **offer(billing_model="fixed_fee"))
    paper.do("CreateQuote", **at, **offer())
    del at["opportunity_id"]
    paper.refuses(UnknownCurrency, "ReviseQuote", **at, **offer(currency="ZZZ"))
    paper.refuses(AmountTooFine, "ReviseQuote", **at, **offer(items=fine))
    paper.refuses(RoleTwice, "ReviseQuote", **at, **offer(roles=[ROLE, ROLE]))
    paper.refuses(MissingRate, "ReviseQuote", **at, **offer(currency="CHF"))
    paper.refuses(MilestonesNeeded, "ReviseQuote", **at, **offer(billing_model="fixed_fee"))


def test_a_quote_is_in_the_currency_of_the_deals_rate_card(paper: PaperFirm) -> None:
    at = begin(paper)
    other = {"quote_id": new("other"), "opportunity_id": new("deal a")}

    paper.refuses(CurrencyMismatch, "CreateQuote", **other, **offer(currency="EUR"))
    paper.refuses(CurrencyMismatch, "ReviseQuote", **at, **offer(currency="EUR"))


def test_a_rate_card_of_another_currency_is_not_signed_over(paper: PaperFirm) -> None:
    open_deal(paper, "deal a", rate_card_id=None)
    quoted(paper, "a", currency="EUR")
    approved(paper, "a")
    at = {"quote_id": new("quote a")}
    paper.do("SendQuote", **at, sent_on="2025-01-03")
    paper.do("UpdateOpportunity", opportunity_id=new("deal a"), rate_card_id=paper.card)

    paper.refuses(
        CurrencyMismatch, "RecordSignature", **at, signed_on="2025-01-06", reference="order 7"
    )


@pytest.mark.parametrize("shares", [["50", "49.9999"], ["100", "0.0001"], ["0.0001", "99.9999"]])
def test_the_shares_of_a_fee_are_its_whole_price(paper: PaperFirm, shares: list[str]) -> None:
    open_deal(paper, "deal a")
    given = [{"name": "m", "share_pct": s, "due_on": "2025-02-01"} for s in shares]
    cheap = [{**ROLE, "hourly_rate": "1"}]

    paper.refuses(
        MilestonesNeeded, "CreateQuote", quote_id=new("q"), opportunity_id=new("deal a"),
        **offer(billing_model="fixed_fee", milestones=given, roles=cheap),
    )  # fmt: skip


def test_only_a_fee_is_shared_out(paper: PaperFirm) -> None:
    open_deal(paper, "deal a")
    share = [{"name": "m", "share_pct": "100", "due_on": "2025-02-01"}]

    paper.refuses(
        MilestonesNeeded, "CreateQuote", quote_id=new("q"), opportunity_id=new("deal a"),
        **offer(milestones=share),
    )  # fmt: skip


def test_a_quoted_deal_is_won_by_a_signature_only(paper: PaperFirm) -> None:
    at = begin(paper)
    deal = {"opportunity_id": new("deal a")}
    paper.refuses(Unsigned, "CloseOpportunityWon", **deal, **WON)

    paper.do("VoidQuote", **at, why="another price")
    paper.do("VoidQuote", **at, why="another price")
    paper.do("UpdateOpportunity", **deal, value="9000", currency="USD",
             billing_model="time_and_materials",
             roles=[{"role": "consultant", "hours": "60", "cost": "3300"}])  # fmt: skip
    paper.do("CloseOpportunityWon", **deal, **WON)


def test_one_quote_of_a_deal_is_signed(paper: PaperFirm) -> None:
    open_deal(paper, "deal a")
    other = {"quote_id": new("other")}
    paper.do("CreateQuote", **other, opportunity_id=new("deal a"), **offer())
    paper.do("ApproveQuote", MANAGER, **other, effective_date="2025-01-03")
    paper.do("SendQuote", **other, sent_on="2025-01-03")
    quoted(paper, "a")
    approved(paper, "a")
    paper.do("SendQuote", quote_id=new("quote a"), sent_on="2025-01-03")
    sign = {"signed_on": "2025-01-06", "reference": "order 7"}
    paper.do("RecordSignature", quote_id=new("quote a"), **sign)

    paper.refuses(AlreadySigned, "RecordSignature", **other, **sign)
    paper.refuses(
        AlreadySigned, "CreateQuote", quote_id=new("third"), opportunity_id=new("deal a"),
        **offer(),
    )  # fmt: skip


def test_a_closed_deal_is_neither_quoted_nor_signed(paper: PaperFirm) -> None:
    begin(paper)
    approved(paper, "a")
    at, deal = {"quote_id": new("quote a")}, {"opportunity_id": new("deal a")}
    paper.do("SendQuote", **at, sent_on="2025-01-03")
    paper.do("CloseOpportunityLost", **deal, **WON)

    paper.refuses(AlreadyClosed, "CreateQuote", quote_id=new("q"), **deal, **offer())
    paper.refuses(AlreadyClosed, "RecordSignature", **at, signed_on="2025-01-06", reference="x")


@pytest.mark.parametrize(
    ("name", "value"),
    [("value", "1"), ("currency", "EUR"), ("billing_model", "fixed_fee"),
     ("roles", [{"role": "x", "hours": "1", "cost": "1"}]),
     ("milestones", [{"name": "m", "amount": "1", "due_on": "2025-02-01"}])],
)  # fmt: skip
def test_signed_terms_stay_as_they_are(paper: PaperFirm, name: str, value: Any) -> None:
    open_deal(paper, "deal a", rate_card_id=None)
    deal = {"opportunity_id": signed(paper, "a")}

    refusal = paper.refuses(TermsSigned, "UpdateOpportunity", **deal, **{name: value})

    assert refusal.field == name
    paper.do("UpdateOpportunity", **deal, value="15000", package="other", payment_terms_days=14)


def test_a_signed_discount_reaches_contract_budget_and_the_first_hour(paper: PaperFirm) -> None:
    open_deal(paper, "deal a")
    deal = signed(paper, "a", discount_pct="8")

    paper.do("CloseOpportunityWon", opportunity_id=deal, **WON)
    paper.settle()

    contract, project = contract_id(deal), project_id(deal)
    found = paper.replayed(contract)
    assert (found.value, found.terms.rate_card_id) == (13800, card_id(contract))
    assert paper.replayed(project).budget == {
        "hours of consultant": 100, "cost": 5500, "revenue": 13800,
    }  # fmt: skip
    paper.work(project, QUOTED_ON, 60)
    (rated,) = paper.last(Timesheet.TimeApproved).rated
    assert (rated.bill.standard_rate, rated.bill.hourly_rate, rated.bill.amount) == (150, 138, 138)


def test_a_role_that_is_not_quoted_keeps_the_rate_of_the_deals_card(paper: PaperFirm) -> None:
    open_deal(paper, "deal a")
    deal = signed(paper, "a", roles=[{**ROLE, "role": "partner", "hourly_rate": "400"}])

    paper.do("CloseOpportunityWon", opportunity_id=deal, **WON)
    paper.settle()

    rates = {line.role: line.hourly_rate for line in paper.replayed(
        card_id(contract_id(deal))).lines}  # fmt: skip
    assert rates == {"partner": 400, "": 150}


def test_a_fee_is_shared_out_after_its_discount(paper: PaperFirm) -> None:
    open_deal(paper, "deal a")
    thirds = [{"name": f"m{no}", "share_pct": s, "due_on": "2025-02-01"}
              for no, s in enumerate(("33.3333", "33.3333", "33.3334"))]  # fmt: skip
    deal = signed(paper, "a", billing_model="fixed_fee", discount_pct="8", milestones=thirds,
                  items=[{"name": "report", "amount": "100", "due_on": "2025-02-01"}])  # fmt: skip

    paper.do("CloseOpportunityWon", opportunity_id=deal, **WON)
    paper.settle()

    project = paper.replayed(project_id(deal))
    amounts = [one.amount for one in project.milestones.values()]
    assert amounts == [Decimal("4630.66"), Decimal("4630.66"), Decimal("4630.68")]
    assert sum(amounts) == paper.replayed(contract_id(deal)).value == 13892
    assert project.budget["revenue"] == 13892


@given(
    st.lists(st.tuples(AMOUNTS, st.booleans()), min_size=1, max_size=6),
    st.decimals(0, 100, places=4),
)
def test_a_price_is_its_lines_and_is_shared_out_whole(
    amounts: list[tuple[Decimal, bool]], discount: Decimal
) -> None:
    same = FxQuote("EUR", "EUR", Decimal(1), Decimal(1), "same currency", QUOTED_ON)
    lines = tuple(
        QuoteLine("expense" if out else "fixed", f"l{no}", Decimal(1), amount, amount, QUOTED_ON)
        for no, (amount, out) in enumerate(amounts)
    )

    found = price(Offer("EUR", "time_and_materials", QUOTED_ON, discount, lines), same)

    assert sum(found.net_lines) == found.net == found.gross - found.discount
    assert all(net >= 0 for net in found.net_lines)
    assert found.margin == found.net - found.cost
    passed = zip(lines, found.net_lines, strict=True)
    assert all(net == line.unit_price for line, net in passed if line.kind == "expense")
