"""A discount that somebody rejected: its version is never signed, another one asks anew."""

from domain.sales.quote import (
    DiscountNotRequested,
    DiscountTurnedDown,
    OwnQuote,
    Quote,
    WrongQuoteState,
)
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_sales import FINANCE, MANAGER, approved, offer
from tests.domain.test_sales_quote import begin


def test_a_version_whose_discount_was_rejected_is_never_signed(paper: PaperFirm) -> None:
    at = begin(paper, discount_pct="8")
    paper.refuses(DiscountNotRequested, "RejectDiscount", MANAGER, **at, why="too much")
    paper.do("RequestDiscountApproval", **at, why="first order")
    paper.refuses(OwnQuote, "RejectDiscount", **at, why="mine")
    paper.do("ApproveDiscount", MANAGER, **at)

    paper.do("RejectDiscount", FINANCE, **at, why="too much")
    paper.do("RejectDiscount", MANAGER, **at, why="again")

    assert [one.why for one in paper.all(Quote.DiscountRejected)] == ["too much"]
    paper.refuses(DiscountTurnedDown, "ApproveDiscount", MANAGER, **at)
    paper.refuses(DiscountTurnedDown, "RequestDiscountApproval", **at, why="please")
    paper.do("SetDiscountPolicy", entity="DE01", seller_pct="9", manager_pct="9", floor_pct="0")
    refusal = paper.refuses(DiscountTurnedDown, "ApproveQuote", MANAGER, **at)
    assert refusal.message == "8 % were rejected: too much"


def test_another_version_asks_anew_after_a_rejection(paper: PaperFirm) -> None:
    at = begin(paper, discount_pct="8")
    paper.do("RequestDiscountApproval", **at, why="first order")
    paper.do("RejectDiscount", MANAGER, **at, why="too much")

    paper.do("ReviseQuote", **at, **offer(discount_pct="5"))

    paper.do("RequestDiscountApproval", **at, why="less")
    paper.do("ApproveDiscount", MANAGER, **at)
    approved(paper, "a")
    paper.refuses(WrongQuoteState, "RejectDiscount", FINANCE, **at, why="late")
