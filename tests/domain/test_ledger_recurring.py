"""Journals that come every month: planned once, posted once a month, ended."""

from datetime import date
from typing import Any

import pytest

from domain.ledger.chart import UnknownAccount
from domain.ledger.commands import ControlAccount
from domain.ledger.journal import Journal, Unbalanced
from domain.ledger.period import PeriodClosed
from domain.ledger.policy import ApprovalNeeded, DimensionMissing
from domain.ledger.recurring import AlreadyPosted, NotScheduled, RecurringJournal
from domain.money import AmountTooFine, CurrencyMismatch
from domain.pricing.fx import MissingRate
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_close import monthly

RENT = {"schedule_id": new("rent")}


@pytest.fixture
def planned(paper: PaperFirm) -> PaperFirm:
    """Rent of every month from January through June."""
    paper.do("ScheduleRecurringJournal", **monthly("rent", through="2025-06-15"))
    return paper


@pytest.mark.parametrize(
    ("month", "on"), [("2025-01-03", date(2025, 1, 31)), ("2025-02-01", date(2025, 2, 28))]
)
def test_a_month_is_posted_once_on_its_day(planned: PaperFirm, month: str, on: date) -> None:
    planned.do("PostScheduledJournal", **RENT, month=month)

    posted = planned.facts[-1]
    assert isinstance(posted.event, Journal.Posted)
    assert (posted.event.accounting_date, posted.effective_date) == (on, on)
    assert (posted.event.rule, posted.event.description) == ("recurring", "rent")
    planned.refuses(AlreadyPosted, "PostScheduledJournal", **RENT, month=month)


def test_months_outside_the_plan_have_none(planned: PaperFirm) -> None:
    planned.refuses(NotScheduled, "PostScheduledJournal", **RENT, month="2024-12-31")
    planned.refuses(NotScheduled, "PostScheduledJournal", **RENT, month="2025-07-01")


def test_a_plan_ends_after_its_last_journal(planned: PaperFirm) -> None:
    planned.do("PostScheduledJournal", **RENT, month="2025-03-01")
    planned.refuses(AlreadyPosted, "EndRecurringJournal", **RENT, through="2025-02-28")

    planned.do("EndRecurringJournal", **RENT, through="2025-03-31")
    before = len(planned.facts)
    planned.do("EndRecurringJournal", **RENT, through="2025-03-01")

    assert len(planned.facts) == before
    planned.refuses(NotScheduled, "PostScheduledJournal", **RENT, month="2025-04-01")


def test_months_without_a_journal_are_due(planned: PaperFirm) -> None:
    planned.do("PostScheduledJournal", **RENT, month="2025-02-01")
    schedule = planned.replayed(new("rent"))

    assert isinstance(schedule, RecurringJournal)
    assert schedule.due(date(2025, 3, 1)) == [date(2025, 1, 1), date(2025, 3, 1)]
    assert schedule.due(date(2024, 12, 1)) == []
    assert len(schedule.due(date(2026, 1, 1))) == 5


def test_a_closed_month_takes_no_planned_journal(planned: PaperFirm) -> None:
    planned.close(date(2025, 1, 1))

    planned.refuses(PeriodClosed, "PostScheduledJournal", **RENT, month="2025-01-01")


def test_a_foreign_line_takes_the_rate_of_each_day(paper: PaperFirm) -> None:
    lines = [{"account": "6010", "currency": "USD", "debit": "103.21"},
             {"account": "1000", "currency": "USD", "credit": "103.21"}]  # fmt: skip
    paper.do("ScheduleRecurringJournal", **monthly("rent", lines=lines, day=2, first="2025-01-02"))
    paper.do("PostScheduledJournal", **RENT, month="2025-01-01")

    assert [line.functional for line in paper.last(Journal.Posted).lines] == [100, -100]
    paper.refuses(MissingRate, "PostScheduledJournal", **RENT, month="2025-06-01")


def test_a_plan_is_of_journals_that_could_be_posted(paper: PaperFirm) -> None:
    def planned(account: str, credit: str = "1", **more: Any) -> dict[str, Any]:
        return monthly("x", lines=[
            {"account": account, "currency": "EUR", "debit": "1", **more},
            {"account": "1000", "currency": "EUR", "credit": credit},
        ])  # fmt: skip

    paper.refuses(Unbalanced, "ScheduleRecurringJournal", **planned("6010", "2"))
    paper.refuses(ControlAccount, "ScheduleRecurringJournal", **planned("1100"))
    paper.refuses(UnknownAccount, "ScheduleRecurringJournal", **planned("9999"))
    paper.refuses(AmountTooFine, "ScheduleRecurringJournal", **planned("6010", "0.001"))
    paper.refuses(CurrencyMismatch, "ScheduleRecurringJournal", **planned("6010", functional="1"))
    paper.do("SetJournalApproval", entity="DE01", above="0.50")
    paper.refuses(ApprovalNeeded, "ScheduleRecurringJournal", **planned("6010"))


def test_rules_set_later_hold_for_the_next_month(planned: PaperFirm) -> None:
    planned.do("SetMandatoryDimensions", entity="DE01", account="6010", dimensions=["department"])

    planned.refuses(DimensionMissing, "PostScheduledJournal", **RENT, month="2025-01-01")
