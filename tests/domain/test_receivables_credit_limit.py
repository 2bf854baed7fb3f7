"""An invoice beyond its client's credit limit: a warning, or a refusal that a controller lifts."""

from decimal import Decimal
from typing import Any

import pytest

from domain.actor import Actor
from domain.billing.run_commands import run_invoice_id
from domain.billing.settlement import CreditLimitExceeded
from domain.receivables.credit_account import CreditAccount, credit_account_id
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up, usd
from tests.domain.test_contract_taxes import time_of

CLERK = Actor("clerk", frozenset({"billing"}), frozenset({"*"}))
BOSS = Actor("boss", frozenset({"controller"}), frozenset({"*"}))
ASKED = Decimal("1383.59")  # 1,428 USD at 1.0321, net and tax each rounded


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def owed(paper: PaperFirm) -> Decimal:
    """What the client owes in the books."""
    found: Decimal = paper.replayed(credit_account_id(paper.client)).owed
    return found


def limit(paper: PaperFirm, amount: Decimal, control: str = "refuse") -> None:
    """Set the client's limit and the entity's policy."""
    given = {"amount": str(amount), "currency": "EUR"}
    paper.do("SetCreditLimit", client_id=paper.client, limit=given)
    paper.do("SetCreditControl", entity="DE01", control=control)


def invoice(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields that bill the approved hours: 1,200 USD and 19 %."""
    return {"invoice_id": new("i"), "contract_id": at.contract, "issued_on": "2025-01-09",
            "sources": [time_of(at.approved)], **fields}  # fmt: skip


def test_up_to_the_limit_is_within_it(paper: PaperFirm, at: Stage) -> None:
    before = owed(paper)
    limit(paper, before + ASKED)

    answer: Any = paper.do("IssueInvoice", CLERK, **invoice(at)).answer

    assert answer.warnings == ()
    assert owed(paper) == before + ASKED


def test_a_cent_more_is_refused_and_nothing_is_left_half_done(paper: PaperFirm, at: Stage) -> None:
    limit(paper, owed(paper) + ASKED - Decimal("0.01"))

    refusal = paper.refuses(CreditLimitExceeded, "IssueInvoice", CLERK, **invoice(at))

    assert "credit limit of ACME exceeded" in refusal.message
    assert refusal.field == "over_limit_why"


def test_only_a_controller_lifts_it_and_says_why(paper: PaperFirm, at: Stage) -> None:
    limit(paper, Decimal(100))
    why = invoice(at, over_limit_why="they pay tomorrow")
    paper.refuses(CreditLimitExceeded, "IssueInvoice", CLERK, **why)
    paper.refuses(CreditLimitExceeded, "IssueInvoice", BOSS, **invoice(at, reason="I may"))

    paper.do("IssueInvoice", BOSS, **why)

    told = paper.last(CreditAccount.LimitExceeded)
    assert (told.allowed_by, told.why, told.limit) == ("boss", "they pay tomorrow", 100)
    assert told.exposure == owed(paper)


def test_a_policy_that_warns_issues_it_and_says_so(paper: PaperFirm, at: Stage) -> None:
    limit(paper, Decimal(100), "warn")

    answer: Any = paper.do("IssueInvoice", CLERK, **invoice(at)).answer

    assert len(answer.warnings) == 1
    assert paper.last(CreditAccount.LimitExceeded).allowed_by == ""


def test_who_has_no_limit_owes_what_they_like(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCreditControl", entity="DE01", control="refuse")

    paper.do("IssueInvoice", CLERK, **invoice(at))

    assert not paper.all(CreditAccount.LimitExceeded)


def test_what_is_paid_or_credited_makes_room(paper: PaperFirm, at: Stage) -> None:
    limit(paper, owed(paper) + ASKED - 60)
    paper.refuses(CreditLimitExceeded, "IssueInvoice", CLERK, **invoice(at))
    paper.do("ApplyPayment", payment_id=at.payment, invoice_id=at.invoice, amount=usd("100.00"),
             applied_on="2025-01-09")  # fmt: skip

    paper.do("IssueInvoice", CLERK, **invoice(at))


def test_a_run_asks_the_same(paper: PaperFirm, at: Stage) -> None:
    limit(paper, Decimal(100))
    run = {"run_id": new("approved run"), "contract_id": at.contract}
    paper.refuses(CreditLimitExceeded, "IssueFromRun", CLERK, **run)

    paper.do("IssueFromRun", BOSS, **run, over_limit_why="agreed")

    assert paper.replayed(run_invoice_id(new("approved run"), at.contract)).open == 1428


def test_an_invoice_billed_again_needs_no_more_room_than_it_had(
    paper: PaperFirm, at: Stage
) -> None:
    limit(paper, owed(paper))

    paper.do("RebillInvoice", CLERK, invoice_id=at.invoice, memo_id=new("m"), why="wrong order",
             new_invoice_id=new("i"), issued_on="2025-01-09")  # fmt: skip
