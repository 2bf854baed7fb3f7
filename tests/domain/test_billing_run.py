"""Billing runs: prepared, reviewed, approved by somebody else, issued once by contract."""

from decimal import Decimal
from typing import Any

import pytest

from domain.actor import Actor
from domain.billing.run import BillingRun, OwnRun, ProposalBlocked, RunNotApproved, RunNotOpen
from domain.billing.run_commands import run_invoice_id
from domain.consumption import BilledElsewhere
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up
from tests.domain.samples_runs import prepared

CLERK = Actor("clerk", frozenset({"billing"}), frozenset({"*"}))
OPEN, READY = {"run_id": new("open run")}, {"run_id": new("approved run")}


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing, with a run to review and an approved one."""
    return set_up(paper)


def test_an_approved_proposal_becomes_an_invoice(paper: PaperFirm, at: Stage) -> None:
    answer: Any = paper.do("IssueFromRun", **READY, contract_id=at.contract).answer

    invoice = paper.replayed(run_invoice_id(new("approved run"), at.contract))
    assert (invoice.number, invoice.open) == (answer.number, Decimal("1428.00"))
    assert paper.replayed(new("approved run")).issued == {at.contract: invoice.id}


def test_it_is_issued_once(paper: PaperFirm, at: Stage) -> None:
    paper.do("IssueFromRun", **READY, contract_id=at.contract)

    paper.refuses(ProposalBlocked, "IssueFromRun", **READY, contract_id=at.contract)


def test_nothing_is_issued_from_a_run_nobody_approved(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(RunNotApproved, "IssueFromRun", **OPEN, contract_id=at.contract)
    paper.do("DiscardRun", **OPEN, why="a mistake")
    paper.refuses(RunNotApproved, "IssueFromRun", **OPEN, contract_id=at.contract)


def test_who_prepared_a_run_does_not_approve_it(paper: PaperFirm, at: Stage) -> None:
    paper.do("PrepareBillingRun", CLERK, **prepared(at, "mine"))

    paper.refuses(OwnRun, "ApproveRun", CLERK, run_id=new("mine"))
    paper.do("ApproveRun", run_id=new("mine"))


def test_an_excluded_contract_is_left_unbilled(paper: PaperFirm, at: Stage) -> None:
    paper.do("ExcludeFromRun", **OPEN, contract_id=at.contract, why="the client asked")
    paper.do("ExcludeFromRun", **OPEN, contract_id=at.contract, why="again")
    paper.do("ApproveRun", **OPEN)

    refusal = paper.refuses(ProposalBlocked, "IssueFromRun", **OPEN, contract_id=at.contract)

    assert refusal.message == "not billed: the client asked"
    assert len(paper.all(BillingRun.Excluded)) == 1


def test_a_blocked_proposal_says_what_stands_in_the_way(paper: PaperFirm, at: Stage) -> None:
    blocked = prepared(at, "blocked", blocker="CONTRACT_SUSPENDED", text="a dispute")
    paper.do("PrepareBillingRun", CLERK, **blocked)
    paper.do("ApproveRun", run_id=new("blocked"))

    refusal = paper.refuses(ProposalBlocked, "IssueFromRun", run_id=new("blocked"),
                            contract_id=at.contract)  # fmt: skip

    assert refusal.message == "not billed: a dispute"


def test_a_decided_run_takes_no_more_decisions(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(RunNotOpen, "ApproveRun", **READY)
    paper.refuses(RunNotOpen, "DiscardRun", **READY, why="too late")
    paper.refuses(RunNotOpen, "ExcludeFromRun", **READY, contract_id=at.contract, why="too late")
    paper.refuses(NotFound, "ExcludeFromRun", **OPEN, contract_id=at.draft, why="not in it")


def test_what_was_billed_meanwhile_is_not_billed_again(paper: PaperFirm, at: Stage) -> None:
    source = {"kind": "time", "holder_id": at.approved[0], "ids": [at.approved[1]]}
    paper.do("IssueInvoice", invoice_id=new("first"), contract_id=at.contract,
             issued_on="2025-01-09", sources=[source])  # fmt: skip

    paper.refuses(BilledElsewhere, "IssueFromRun", **READY, contract_id=at.contract)
