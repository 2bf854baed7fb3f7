"""Collecting: disputes stop reminders, and reminders follow the policy one by one."""

from decimal import Decimal

import pytest

from domain.billing.dunning import BadDunningPolicy
from domain.money import AmountTooFine, CurrencyMismatch
from domain.receivables.collection import (
    AlreadyDisputed,
    Collection,
    DunningNotDue,
    NotDisputed,
)
from domain.receivables.reduction import TooEarly
from tests.domain.paper_firm import PaperFirm
from tests.domain.receivables_stage import Collecting, invoice_id
from tests.domain.samples import set_up, usd


@pytest.fixture
def at(paper: PaperFirm) -> Collecting:
    """Receivables in every state; all invoices are due on 7 February."""
    return Collecting(paper)


def test_levels_are_sent_when_their_days_are_reached_and_once(at: Collecting) -> None:
    given = at.given["SendDunning"]
    at.firm.refuses(DunningNotDue, "SendDunning", **{**given, "sent_on": "2025-02-16"})

    at.do("SendDunning", sent_on="2025-02-17")
    at.firm.refuses(DunningNotDue, "SendDunning", **{**given, "sent_on": "2025-02-17"})
    at.firm.refuses(TooEarly, "SendDunning", **{**given, "sent_on": "2025-02-16"})
    at.do("SendDunning", sent_on="2025-03-09")

    assert [fact.level for fact in at.firm.all(Collection.DunningSent)] == [1, 2]
    at.firm.refuses(DunningNotDue, "SendDunning", **{**given, "sent_on": "2025-12-09"})


def test_a_reminder_says_what_lateness_costs_and_books_nothing(at: Collecting) -> None:
    at.firm.do("SetDunningPolicy", entity="DE01", annual_rate_pct="9",
               levels=[{"level": 1, "days_overdue": 10, "fee": "5"}])  # fmt: skip
    before = at.firm.balances()

    at.do("SendDunning", sent_on="2025-03-09")

    fact = at.firm.last(Collection.DunningSent)
    assert (fact.open, fact.days_overdue, fact.fee) == (120, 30, 5)
    assert fact.interest == Decimal("0.89")
    assert at.firm.balances() == before


def test_disputed_invoices_are_not_dunned_and_their_days_do_not_count(at: Collecting) -> None:
    rest = {"invoice_id": invoice_id("rest")}
    at.firm.refuses(DunningNotDue, "SendDunning", sent_on="2025-03-09", **rest)
    at.do("ResolveDispute", resolved_on="2025-03-01")

    at.firm.refuses(DunningNotDue, "SendDunning", sent_on="2025-03-09", **rest)
    at.firm.do("SendDunning", sent_on="2025-03-10", **rest)

    assert at.firm.last(Collection.DunningSent).days_overdue == 10


def test_reminders_wait_while_they_are_suspended(at: Collecting) -> None:
    at.do("SuspendDunning", until="2025-03-31")
    at.do("SuspendDunning", until="2025-03-31")
    assert len(at.firm.all(Collection.DunningSuspended)) == 1

    given = at.given["SendDunning"]
    at.firm.refuses(DunningNotDue, "SendDunning", **{**given, "sent_on": "2025-03-31"})
    at.do("SendDunning", sent_on="2025-04-01")


def test_nobody_is_reminded_of_what_is_settled(at: Collecting) -> None:
    given = {"invoice_id": invoice_id("repaid"), "sent_on": "2025-06-01"}

    at.firm.refuses(DunningNotDue, "SendDunning", **given)


def test_nobody_is_reminded_without_a_policy(paper: PaperFirm) -> None:
    given = {"invoice_id": set_up(paper).invoice, "sent_on": "2025-12-01"}

    paper.refuses(DunningNotDue, "SendDunning", **given)


def test_a_dispute_is_opened_and_resolved_in_turn(at: Collecting) -> None:
    rest = {"invoice_id": invoice_id("rest")}
    opening = {**at.given["OpenDispute"], **rest}
    at.firm.refuses(AlreadyDisputed, "OpenDispute", **opening)
    early = {**at.given["ResolveDispute"], "resolved_on": "2025-01-01"}
    at.firm.refuses(TooEarly, "ResolveDispute", **early)

    at.do("ResolveDispute", resolved_on="2025-02-01")

    at.firm.refuses(NotDisputed, "ResolveDispute", **at.given["ResolveDispute"])
    at.firm.refuses(TooEarly, "OpenDispute", **{**opening, "opened_on": "2025-01-31"})
    at.do("OpenDispute", **{**opening, "opened_on": "2025-02-01"})


@pytest.mark.parametrize(
    "levels",
    [
        [{"level": 1, "days_overdue": 10}, {"level": 1, "days_overdue": 20}],
        [{"level": 1, "days_overdue": 10}, {"level": 2, "days_overdue": 10}],
        [{"level": 2, "days_overdue": 10}, {"level": 1, "days_overdue": 20}],
    ],
)
def test_levels_rise_with_their_days(at: Collecting, levels: list[dict[str, int]]) -> None:
    at.firm.refuses(BadDunningPolicy, "SetDunningPolicy", entity="DE01", levels=levels)


def test_a_year_has_360_or_365_days(at: Collecting) -> None:
    given = at.given["SetDunningPolicy"]

    at.firm.refuses(BadDunningPolicy, "SetDunningPolicy", **{**given, "day_count": 366})


def test_limits_are_in_the_entitys_currency(at: Collecting) -> None:
    limit = {**at.given["SetCreditLimit"], "limit": usd("10.00")}
    at.firm.refuses(CurrencyMismatch, "SetCreditLimit", **limit)
    at.firm.refuses(AmountTooFine, "SetTolerance", entity="DE01", amount="0.001")
    at.firm.refuses(AmountTooFine, "SetWriteOffLimit", entity="DE01", amount="0.001")


def test_a_policy_set_twice_is_set_once(at: Collecting) -> None:
    for name in ("SetTolerance", "SetWriteOffLimit", "SetDunningPolicy", "SetCreditLimit",
                 "SetCreditControl", "SetEarlyPaymentTerms"):  # fmt: skip
        at.do(name)
        before = len(at.firm.facts)
        at.do(name)

        assert len(at.firm.facts) == before, name


def test_a_credit_limit_can_be_lifted(at: Collecting) -> None:
    at.do("SetCreditLimit")
    at.do("SetCreditLimit", limit=None)

    assert at.firm.replayed(at.firm.client).credit_limit is None
