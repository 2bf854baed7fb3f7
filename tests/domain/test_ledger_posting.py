"""Posting: which fact becomes which journal."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.ledger.posting import RULES, entries_of
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import Stage, approved_expense, eur, new, pay, samples, set_up, usd
from tests.domain.samples_currencies import held, paid_across
from tests.domain.samples_receivables import POSTED

Lines = dict[tuple[str, str], tuple[str, str]]


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def lines_of(paper: PaperFirm, rule: str) -> Lines:
    """Lines of the last journal of a rule: amount and functional, by account and currency."""
    last = [entry for entry in paper.entries() if entry.rule == rule][-1]
    return {
        (line.account, line.currency): (str(line.amount), str(line.functional))
        for line in last.lines
    }


def test_time_is_absorbed_as_cost_and_earned_as_value(paper: PaperFirm, at: Stage) -> None:
    assert at.approved

    assert lines_of(paper, "time_cost") == {
        ("5000", "EUR"): ("440.00", "440.00"), ("5090", "EUR"): ("-440.00", "-440.00"),
    }  # fmt: skip
    assert lines_of(paper, "time_value") == {
        ("1200", "USD"): ("1200.00", "1162.68"), ("4000", "USD"): ("-1200.00", "-1162.68"),
    }  # fmt: skip


def test_an_invoice_relieves_what_was_earned_at_the_rate_it_was_earned_at(
    paper: PaperFirm, at: Stage
) -> None:
    paper.bill("two", at.contract, date(2025, 1, 10), at.approved)

    assert lines_of(paper, "invoice") == {
        ("1100", "USD"): ("1428.00", "1385.87"), ("1200", "USD"): ("-1200.00", "-1162.68"),
        ("2300", "USD"): ("-228.00", "-221.27"), ("7000", "EUR"): ("-1.92", "-1.92"),
    }  # fmt: skip


def test_money_is_a_credit_until_it_is_applied(paper: PaperFirm, at: Stage) -> None:
    payment = pay(paper, "1428.00", "B5")
    assert lines_of(paper, "payment") == {
        ("1000", "USD"): ("1428.00", "1383.59"), ("2230", "USD"): ("-1428.00", "-1383.59"),
    }  # fmt: skip

    paper.do("ApplyPayment", payment_id=payment, invoice_id=at.invoice, amount=usd("1428.00"),
             applied_on="2025-01-08")  # fmt: skip
    assert lines_of(paper, "application") == {
        ("2230", "USD"): ("1428.00", "1383.59"), ("1100", "USD"): ("-1428.00", "-1383.59"),
    }  # fmt: skip


def test_what_the_rate_did_in_between_is_realised(paper: PaperFirm, at: Stage) -> None:
    paper.do("RecordPayment", payment_id=new("late"), client_id=paper.client,
             received_on="2025-01-17", amount=usd("1428.00"), bank_reference="B6")  # fmt: skip

    paper.do("ApplyPayment", payment_id=new("late"), invoice_id=at.invoice,
             amount=usd("1428.00"), applied_on="2025-01-17")  # fmt: skip

    assert lines_of(paper, "application") == {
        ("2230", "USD"): ("1428.00", "1386.68"), ("1100", "USD"): ("-1428.00", "-1383.59"),
        ("7000", "EUR"): ("-3.09", "-3.09"),
    }  # fmt: skip


def test_freed_work_goes_back_to_what_was_earned(paper: PaperFirm, at: Stage) -> None:
    credit(paper, at, restore=True)

    assert lines_of(paper, "credit_memo") == {
        ("1100", "USD"): ("-1428.00", "-1383.59"), ("2300", "USD"): ("228.00", "220.91"),
        ("1200", "USD"): ("1200.00", "1162.68"),
    }  # fmt: skip


def test_a_price_cut_reduces_revenue(paper: PaperFirm, at: Stage) -> None:
    credit(paper, at, net="100.00")

    assert lines_of(paper, "credit_memo") == {
        ("1100", "USD"): ("-119.00", "-115.30"), ("2300", "USD"): ("19.00", "18.41"),
        ("4090", "USD"): ("100.00", "96.89"),
    }  # fmt: skip


def credit(paper: PaperFirm, at: Stage, **line: Any) -> None:
    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=at.invoice, issued_on="2025-01-09",
             why="x", lines=[{"no": 1, **line}])  # fmt: skip


def test_a_cut_of_a_fixed_fee_reduces_its_revenue(paper: PaperFirm, at: Stage) -> None:
    paper.do("AcceptMilestone", project_id=at.fixed_project, milestone_id=at.completed,
             accepted_on="2025-01-09", evidence="signed")  # fmt: skip
    assert lines_of(paper, "milestone_value") == {
        ("1200", "USD"): ("200", "193.78"), ("4010", "USD"): ("-200", "-193.78"),
    }  # fmt: skip
    source = {"kind": "milestone", "holder_id": at.fixed_project, "ids": [at.completed]}
    paper.do("IssueInvoice", invoice_id=new("i"), contract_id=at.fixed_contract,
             issued_on="2025-01-09", sources=[source])  # fmt: skip

    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=new("i"), issued_on="2025-01-09",
             why="late", lines=[{"no": 1, "net": "20.00"}])  # fmt: skip

    assert ("4010", "USD") in lines_of(paper, "credit_memo")


def test_an_expense_is_claimed_and_passed_on(paper: PaperFirm, at: Stage) -> None:
    approved_expense(paper, at.project, "e5", net=eur("100.00"), tax=eur("19.00"))

    assert lines_of(paper, "expense_cost") == {
        ("5020", "EUR"): ("100.00", "100.00"), ("1420", "EUR"): ("19.00", "19.00"),
        ("2110", "EUR"): ("-119.00", "-119.00"),
    }  # fmt: skip
    assert lines_of(paper, "expense_value") == {
        ("1200", "USD"): ("103.21", "100.00"), ("4030", "USD"): ("-103.21", "-100.00"),
    }  # fmt: skip


def test_a_reversed_expense_leaves_nothing_in_the_books(paper: PaperFirm, at: Stage) -> None:
    before = paper.balances()
    expense = approved_expense(paper, at.project, "e5", net=eur("100.00"), tax=eur("19.00"))
    assert paper.balances() != before

    paper.do("ReverseExpense", expense_id=expense, why="of another client")

    left = {key: sums for key, sums in paper.balances().items() if any(sums)}
    assert left == {key: sums for key, sums in before.items() if any(sums)}


def test_a_claim_is_paid_as_it_was_booked_and_the_rate_is_realised(
    paper: PaperFirm, at: Stage
) -> None:
    expense = approved_expense(paper, at.project, "e5", net=usd("100.00"), tax=usd("19.00"))
    paper.do("ReimburseExpense", expense_id=expense, paid_on="2025-01-17", bank_reference="T 1")

    assert lines_of(paper, "reimbursement") == {
        ("2110", "USD"): ("119.00", "115.30"), ("1000", "USD"): ("-119.00", "-115.56"),
        ("7000", "EUR"): ("0.26", "0.26"),
    }  # fmt: skip


@pytest.mark.parametrize(("currency", "tax"), [("JPY", "1900"), ("KWD", "6.789")])
def test_yen_and_dinars_balance_in_the_books(
    paper: PaperFirm, at: Stage, currency: str, tax: str
) -> None:
    paper.rates(date(2025, 1, 2), USD="1.0321", JPY="162.37", KWD="0.3180")
    net = "10001" if currency == "JPY" else "12.345"
    money = {"net": {"amount": net, "currency": currency},
             "tax": {"amount": tax, "currency": currency}}  # fmt: skip
    approved_expense(paper, at.project, "e5", **money)

    cost = lines_of(paper, "expense_cost")
    assert cost["5020", currency][0] == net
    assert sum(Decimal(books) for _, books in cost.values()) == 0


def test_a_firm_in_yen_invoices_in_whole_yen(paper: PaperFirm) -> None:
    paper.rates(date(2025, 1, 2), USD="1.0321", JPY="162.37")
    paper.do("RegisterLegalEntity", code="JP01", name="Fictional KK", currency="JPY",
             country="JP")  # fmt: skip
    paper.do("OpenPeriod", entity="JP01", month="2025-01-01")
    paper.do("RegisterClient", client_id=new("jp"), code="JPC", name="Fictional", entity="JP01",
             currency="JPY")  # fmt: skip
    paper.do("PublishRateCard", rate_card_id=new("yen"), name="yen", entity="JP01", currency="JPY",
             lines=[{"hourly_rate": "12345", "from_date": "2025-01-01"}])  # fmt: skip
    paper.do("DraftContract", contract_id=new("jpc"), client_id=new("jp"), name="yen",
             currency="JPY", value="1000000", starts_on="2025-01-01", ends_on="2025-12-31",
             billing_model="time_and_materials", rate_card_id=new("yen"), payment_terms_days=30,
             tax_rate_pct="10")  # fmt: skip
    paper.do("ActivateContract", contract_id=new("jpc"), approved_by="seal")
    paper.do("CreateProject", project_id=new("jpp"), code="JPP", name="x",
             contract_id=new("jpc"))  # fmt: skip
    work = paper.work(new("jpp"), date(2025, 1, 6), minutes=50)

    paper.bill("yen", new("jpc"), date(2025, 1, 7), work)

    assert lines_of(paper, "invoice") == {
        ("1100", "JPY"): ("11317", "11317"), ("1200", "JPY"): ("-10288", "-10288"),
        ("2300", "JPY"): ("-1029", "-1029"),
    }  # fmt: skip


def test_a_rebate_is_owed_back_before_a_memo_gives_it(paper: PaperFirm, at: Stage) -> None:
    given = samples(paper, at)

    paper.do("AccrueRebate", **given["AccrueRebate"])
    paper.do("SettleRebate", **given["SettleRebate"])

    accrued, settled = lines_of(paper, "rebate_accrued"), lines_of(paper, "rebate_settled")
    assert (accrued["4090", "USD"][0], accrued["2220", "USD"][0]) == ("60.00", "-60.00")
    assert settled == {key: (f"-{a}".replace("--", ""), f"-{b}".replace("--", ""))
                       for key, (a, b) in accrued.items()}  # fmt: skip
    memo = lines_of(paper, "credit_memo")
    assert (memo["4090", "USD"][0], memo["1100", "USD"][0]) == ("60.00", "-60.00")


UNAPPROVED = {"person_id": PaperFirm.person, "week": "2025-01-06", "why": "a second look"}


def test_every_fact_of_a_firm_posts_balanced_journals(paper: PaperFirm, at: Stage) -> None:
    given = samples(paper, at)
    paper.do("UnapproveTime", **UNAPPROVED, entry_ids=[at.approved[1]])
    paper.do("ApproveTime", person_id=paper.person, week="2025-01-06")
    for name in ("WriteDownBillable", "IssueInvoice", "ApproveTime", "ApproveExpense",
                 "AcceptMilestone", "IssueCreditMemo", "ApplyPayment", "ReRateTime",
                 "RecordRefundLiability", "ReleaseLossProvision", "AmortizeContractCost",
                 "ImpairContractCost", "TrueUpCommitment", "ChargeUsage", "AccrueRebate",
                 "SettleRebate", "ReimburseExpense", "CertifyPayApplication",
                 "ReleaseRetainage", "UnapplyDeposit", "RefundDeposit", "ReverseAllocationRun",
                 *POSTED):  # fmt: skip
        paper.do(name, ANYBODY, **given[name])
    paid_across(paper, at.invoice)
    for more in ({}, {"balances": [held("1100", "1000.00", "968.90")]}):
        paper.do("RevalueForeignBalances", **{**given["RevalueForeignBalances"], **more})
    paper.do("ReverseExpense", expense_id=approved_expense(paper, at.project, "e9"), why="x")
    _, entry = paper.work(at.project, date(2025, 1, 8))
    paper.do("ReverseTime", person_id=paper.person, week=date(2025, 1, 8), entry_ids=[entry],
             why="another client's")  # fmt: skip

    entries = list(paper.entries())

    assert {entry.rule for entry in entries} == {
        rule.__name__ for rules in RULES.values() for rule in rules
    }
    assert sum(books for _, books in paper.balances().values()) == 0


def test_a_rule_is_a_function_of_its_fact_alone(paper: PaperFirm, at: Stage) -> None:
    assert at.approved

    for fact in paper.facts:
        assert entries_of(fact.event) == entries_of(fact.event)
