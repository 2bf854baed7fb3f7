"""What manual journals must say, and who approves large ones."""

from datetime import date
from typing import Any

import pytest

from domain.actor import Actor, MissingRole
from domain.ledger.attestation import Attestation, DigestDiffers, Given
from domain.ledger.chart import UnknownAccount
from domain.ledger.journal import Journal, Unbalanced
from domain.ledger.period import PeriodClosed
from domain.ledger.policy import ApprovalNeeded, DimensionMissing, LedgerPolicy, policy_id
from domain.ledger.proposal import JournalProposal, NotProposed, OwnProposal
from domain.money import AmountTooFine
from domain.request import AlreadyTaken
from domain.unit_of_work import NotFound
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.firm import CHIEF

OTHER = Actor("other controller", frozenset({"controller"}), frozenset({"*"}))
CLERK = Actor("clerk", frozenset({"accountant"}), frozenset({"*"}))


def rent(amount: str = "100", **cost: Any) -> dict[str, Any]:
    """Fields of a journal of 2 January; ``cost`` is said of its first line."""
    return {
        "journal_id": new("rent"), "entity": "DE01", "accounting_date": "2025-01-02",
        "description": "rent", "lines": [
            {"account": "6010", "currency": "EUR", "debit": amount, **cost},
            {"account": "1000", "currency": "EUR", "credit": amount},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dimension", "said"),
    [
        ("project", {"project_id": new("P")}), ("department", {"department": "ops"}),
        ("cost_code", {"cost_code": "01"}), ("cost_type", {"cost_type": "material"}),
        ("phase", {"phase": "2.1"}), ("counterparty", {"counterparty": "DE02"}),
    ],
)  # fmt: skip
def test_a_line_says_what_its_account_must(
    paper: PaperFirm, dimension: str, said: dict[str, Any]
) -> None:
    paper.do("SetMandatoryDimensions", entity="DE01", account="6010", dimensions=[dimension])

    paper.refuses(DimensionMissing, "PostJournal", **rent())
    paper.do("PostJournal", **rent(**said))

    assert paper.last(Journal.Posted).lines[0].account == "6010"


def test_between_entities_of_a_group_a_line_names_the_other(paper: PaperFirm) -> None:
    given = rent(account="5030")

    paper.refuses(DimensionMissing, "PostJournal", **given)
    paper.do("PostJournal", **rent(account="5030", counterparty="DE02"))


def test_rules_of_an_account_are_set_once_and_lifted(paper: PaperFirm) -> None:
    asked = {"entity": "DE01", "account": "6010", "dimensions": ["department"]}
    paper.do("SetMandatoryDimensions", **asked)
    before = len(paper.facts)
    paper.do("SetMandatoryDimensions", **asked)
    assert len(paper.facts) == before

    paper.do("SetMandatoryDimensions", entity="DE01", account="6010")

    paper.do("PostJournal", **rent())
    paper.refuses(UnknownAccount, "SetMandatoryDimensions", entity="DE01", account="9999")
    policy = paper.replayed(policy_id("DE01"))
    assert isinstance(policy, LedgerPolicy)
    assert policy.required == {"6010": ()}


def test_a_large_journal_takes_two_people(paper: PaperFirm) -> None:
    paper.do("SetJournalApproval", entity="DE01", above="99.99")
    paper.refuses(ApprovalNeeded, "PostJournal", **rent())
    paper.do("PostJournal", **{**rent("99.99"), "journal_id": new("small")})

    paper.do("ProposeJournal", **rent(), effective_date="2025-01-01")
    paper.refuses(OwnProposal, "ApproveJournal", journal_id=new("rent"))
    paper.refuses(MissingRole, "ApproveJournal", CLERK, journal_id=new("rent"))
    paper.do("ApproveJournal", OTHER, journal_id=new("rent"))

    posted = paper.facts[-1]
    assert isinstance(posted.event, Journal.Posted)
    assert posted.effective_date == date(2025, 1, 1)
    assert posted.event.originator_id == new("rent")
    paper.refuses(NotProposed, "ApproveJournal", OTHER, journal_id=new("rent"))
    paper.refuses(NotProposed, "RejectJournal", OTHER, journal_id=new("rent"), why="no")


def test_approval_is_asked_for_no_more(paper: PaperFirm) -> None:
    paper.do("SetJournalApproval", entity="DE01", above="0")
    paper.do("SetJournalApproval", entity="DE01")

    paper.do("PostJournal", **rent())

    paper.refuses(AmountTooFine, "SetJournalApproval", entity="DE01", above="0.001")


def test_a_proposal_is_a_journal_that_could_be_posted(paper: PaperFirm) -> None:
    unbalanced = rent()
    unbalanced["lines"][0]["debit"] = "1"

    paper.refuses(Unbalanced, "ProposeJournal", **unbalanced)
    paper.do("ProposeJournal", **rent())
    paper.refuses(AlreadyTaken, "ProposeJournal", **rent())


def test_what_was_rejected_is_never_posted(paper: PaperFirm) -> None:
    paper.do("ProposeJournal", **rent())
    paper.do("RejectJournal", CHIEF, journal_id=new("rent"), why="wrong month")

    paper.refuses(NotProposed, "ApproveJournal", OTHER, journal_id=new("rent"))
    assert paper.last(JournalProposal.Rejected).why == "wrong month"
    paper.refuses(NotFound, "RejectJournal", journal_id=new("nothing"), why="x")


def test_the_month_may_have_closed_meanwhile(paper: PaperFirm) -> None:
    paper.do("ProposeJournal", **rent())
    paper.close(date(2025, 1, 1))

    paper.refuses(PeriodClosed, "ApproveJournal", OTHER, journal_id=new("rent"))


def test_a_journal_of_the_id_may_have_come_meanwhile(paper: PaperFirm) -> None:
    paper.do("ProposeJournal", **rent())
    paper.do("PostJournal", **rent())

    paper.refuses(AlreadyTaken, "ApproveJournal", OTHER, journal_id=new("rent"))


def test_only_what_the_report_says_is_vouched_for(paper: PaperFirm) -> None:
    asked = {
        "attestation_id": new("audit"), "entity": "DE01", "report": "trial-balance", "known": 9,
        "parameters": [{"name": "effective", "value": "2025-01-31"}], "digest": "1" * 64,
    }  # fmt: skip

    paper.refuses(DigestDiffers, "AttestReport", **asked)
    paper.do("AttestReport", **{**asked, "digest": "0" * 64}, statement="as audited")

    fact = paper.last(Attestation.Made)
    assert fact.said.parameters == (Given("effective", "2025-01-31"),)
    assert (fact.statement, fact.attested_by) == ("as audited", "chief")
