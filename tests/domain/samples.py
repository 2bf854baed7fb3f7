"""One acceptable use of every command, on a stage where each of them has something to do."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.identity import named_id
from domain.policies import milestone_id
from tests.domain import (
    samples_allocation,
    samples_assets,
    samples_books,
    samples_clauses,
    samples_close,
    samples_consolidated,
    samples_corrections,
    samples_currencies,
    samples_group,
    samples_outlook,
    samples_payables,
    samples_plans,
    samples_progress,
    samples_rebates,
    samples_receivables,
    samples_retainers,
    samples_revenue,
    samples_runs,
    samples_sales,
    samples_templates,
    samples_usage,
)
from tests.domain.named import new
from tests.firm import WORKER, Firm

__all__ = [
    "DATED", "DEAL_SALE", "KEY", "MORE", "UNKNOWN", "Stage", "api_key", "approved_expense", "deal",
    "draft", "eur", "journal", "new", "note", "pay", "prepare", "samples", "set_up", "spend",
    "usd",
]  # fmt: skip
KEY = "0f" * 32
UNKNOWN = named_id("nothing", "nobody made this")
MORE = (
    samples_sales, samples_clauses, samples_plans, samples_revenue, samples_receivables,
    samples_runs, samples_corrections, samples_usage, samples_rebates,
    samples_templates, samples_outlook, samples_retainers, samples_progress,
    samples_payables, samples_assets, samples_currencies, samples_group,
    samples_close,
    samples_consolidated,
    samples_allocation,
    samples_books,
)  # fmt: skip
"""Samples of the contexts that have a file of their own: DATED, CREATED, prepare, samples."""
DATED = {
    **{name: field for more in MORE for name, field in more.DATED.items()},
    "IssueInvoice": "issued_on", "IssueCreditMemo": "issued_on", "RecordPayment": "received_on",
    "ApplyPayment": "applied_on", "PostJournal": "accounting_date",
    "ReverseJournal": "accounting_date",
}  # fmt: skip
"""Documents, and the field that says in which month they are booked."""
DEAL_SALE = named_id("opportunity", "Fixed")


@dataclass(frozen=True)
class Stage:
    """What a firm in full swing has at hand; pairs are holder and thing."""

    contract: UUID
    project: UUID
    fixed_contract: UUID
    fixed_project: UUID
    logged: tuple[UUID, UUID]
    submitted: tuple[UUID, UUID]
    approved: tuple[UUID, UUID]
    billed: tuple[UUID, UUID]
    invoice: UUID
    payment: UUID
    expense: UUID
    approved_expense: UUID
    draft: UUID
    planned: UUID
    completed: UUID
    deal: UUID
    journal: UUID
    key: UUID


def usd(amount: str) -> dict[str, str]:
    """An amount of US dollars as a command takes it."""
    return {"amount": amount, "currency": "USD"}


def eur(amount: str) -> dict[str, str]:
    """An amount of euros as a command takes it."""
    return {"amount": amount, "currency": "EUR"}


def set_up(firm: Firm) -> Stage:
    """Play a founded firm to where every sample below is acceptable."""
    prepare(firm)
    for more in MORE:
        more.prepare(firm)
    contract, project = firm.win()
    fixed_contract, fixed_project = firm.win(
        "Fixed", value="500", billing_model="fixed_fee", rate_card_id=None,
        milestones=[{"name": "First", "amount": "200", "due_on": "2025-03-31"},
                    {"name": "Second", "amount": "300", "due_on": "2025-06-30"}],
    )  # fmt: skip
    first, second = milestone_id(DEAL_SALE, 1), milestone_id(DEAL_SALE, 2)
    firm.do("CompleteMilestone", project_id=fixed_project, milestone_id=first,
            completed_on=date(2025, 1, 3))  # fmt: skip
    billed = firm.work(project, date(2025, 1, 3))
    approved = firm.work(project, date(2025, 1, 6))
    submitted = note(firm, project, date(2025, 1, 14))
    firm.do("SubmitTimesheet", WORKER, person_id=firm.person, week=date(2025, 1, 14))
    at = Stage(
        contract, project, fixed_contract, fixed_project, note(firm, project, date(2025, 1, 21)),
        submitted, approved, billed, firm.bill("one", contract, date(2025, 1, 7), billed),
        pay(firm, "100", "B1"), spend(firm, project, "e1"), approved_expense(firm, project),
        draft(firm), second, first, deal(firm), journal(firm), api_key(firm),
    )  # fmt: skip
    samples_runs.stage(firm, at)
    return at


def prepare(firm: Firm) -> None:
    """Rates of two more days, a second entity with a soft-closed month, internal work."""
    firm.rates(date(2025, 1, 10), USD="1.0304", GBP="0.8384")
    firm.rates(date(2025, 1, 17), USD="1.0298", GBP="0.8448")
    firm.do("RegisterLegalEntity", code="DE02", name="Suedlicht GmbH", currency="EUR",
            country="DE")  # fmt: skip
    firm.do("OpenPeriod", entity="DE02", month=date(2025, 1, 1))
    firm.do("SoftClosePeriod", entity="DE02", month=date(2025, 1, 1))
    firm.do("CreateProject", project_id=new("bare"), code="BARE", name="internal", entity="DE01")


def note(firm: Firm, project: UUID, on: date, minutes: int = 60) -> tuple[UUID, UUID]:
    """Log time; ids of its timesheet and entry."""
    answer: Any = firm.do("LogTime", WORKER, person_id=firm.person, project_id=project,
                          work_date=on, minutes=minutes).answer  # fmt: skip
    return answer.id, answer.entry_id


def pay(firm: Firm, amount: str, reference: str, currency: str = "USD") -> UUID:
    """Record a payment of 3 January; its id."""
    money = {"amount": amount, "currency": currency}
    return firm.do("RecordPayment", payment_id=new(reference), client_id=firm.client,
                   received_on=date(2025, 1, 3), amount=money,
                   bank_reference=reference).answer.id  # fmt: skip


def spend(firm: Firm, project: UUID, name: str, **fields: Any) -> UUID:
    """Record a worker's expense of 3 January; its id."""
    given = {"net": usd("50.00"), "tax": usd("0.00"), "category": "travel",
             "spent_on": date(2025, 1, 3), **fields}  # fmt: skip
    return firm.do("RecordExpense", WORKER, expense_id=new(name), person_id=firm.person,
                   project_id=project, **given).answer.id  # fmt: skip


def approved_expense(firm: Firm, project: UUID, name: str = "e2", **fields: Any) -> UUID:
    """Record a worker's expense and approve it; its id."""
    id_ = spend(firm, project, name, **fields)
    firm.do("ApproveExpense", expense_id=id_)
    return id_


def draft(firm: Firm, name: str = "draft", **fields: Any) -> UUID:
    """Draft a contract; its id."""
    given = {"client_id": firm.client, "name": name, "currency": "USD", "value": "1000",
             "starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31),
             "billing_model": "time_and_materials", "rate_card_id": firm.card,
             "payment_terms_days": 30, **fields}  # fmt: skip
    return firm.do("DraftContract", contract_id=new(name), **given).answer.id


def deal(firm: Firm, name: str = "open deal", **fields: Any) -> UUID:
    """Open a deal that could be won; its id."""
    given = {"value": "9000", "currency": "USD", "package": "advice",
             "billing_model": "time_and_materials", "rate_card_id": firm.card,
             "starts_on": "2025-01-01", "ends_on": "2025-03-31", "payment_terms_days": 30,
             "roles": [{"role": "consultant", "hours": "60", "cost": "3300"}],
             **fields}  # fmt: skip
    return firm.do("OpenOpportunity", opportunity_id=new(name), client_id=firm.client, name=name,
                   **given).answer.id  # fmt: skip


def journal(firm: Firm, name: str = "rent", on: date = date(2025, 1, 8)) -> UUID:
    """Post a manual journal of 100 EUR; its id."""
    lines = [{"account": "6010", "currency": "EUR", "debit": "100"},
             {"account": "2010", "currency": "EUR", "credit": "100"}]  # fmt: skip
    return firm.do("PostJournal", journal_id=new(name), entity="DE01", accounting_date=on,
                   description=name, lines=lines).answer.id  # fmt: skip


def api_key(firm: Firm) -> UUID:
    """Hand out a key; its id."""
    return firm.do("IssueApiKey", key_id=new("key"), holder="robot", roles=["billing"],
                   entities=["DE01"], secret_sha256=KEY,
                   expires_on=date(2026, 1, 1)).answer.id  # fmt: skip


def samples(firm: Firm, at: Stage) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    person, week = {"person_id": firm.person}, date(2025, 1, 14)
    fixed = {"project_id": at.fixed_project}
    entity: dict[str, Any] = {"entity": "DE01"}
    time = {**person, "project_id": at.project, "minutes": 30}
    return {
        **{name: fields for more in MORE for name, fields in more.samples(firm, at).items()},
        "IssueApiKey": {"key_id": new("k2"), "holder": "robot", "roles": ["billing"],
                        "entities": ["DE01"], "secret_sha256": KEY, "expires_on": "2026-01-01"},
        "RevokeApiKey": {"key_id": at.key},
        "RegisterLegalEntity": {"code": "JP01", "name": "Fictional KK", "currency": "JPY",
                                "country": "JP", "zone": "Asia/Tokyo"},
        "RegisterClient": {"client_id": new("c2"), "code": "C2", "name": "Second Fictional",
                           **entity, "currency": "EUR"},
        "DeactivateClient": {"client_id": firm.client},
        "RegisterPerson": {"person_id": new("p2"), "code": "P2", **entity, "role": "consultant"},
        "SetCostRate": {**person, "from_date": "2025-06-01", "hourly_rate": "60"},
        "OpenPeriod": {**entity, "month": "2026-01-01"},
        "SoftClosePeriod": {**entity, "month": "2025-02-01"},
        "HardClosePeriod": {"entity": "DE02", "month": "2025-01-01"},
        "PostJournal": {
            "journal_id": new("j2"), **entity, "accounting_date": "2025-01-09",
            "description": "rent",
            "lines": [{"account": "6010", "currency": "EUR", "debit": "1"},
                      {"account": "2010", "currency": "EUR", "credit": "1"}]},
        "ReverseJournal": {"journal_id": at.journal, "reversal_id": new("j3"),
                           "accounting_date": "2025-01-10"},
        "PostDerivedJournal": {
            "journal_id": new("j4"), **entity, "functional_currency": "EUR",
            "accounting_date": "2025-01-09", "description": "derived", "document": "",
            "lines": [{"account": a, "currency": "EUR", "amount": v, "functional": v}
                      for a, v in (("1100", "5"), ("1200", "-5"))],
            "source_position": 1, "rule": "invoice", "rule_version": 1},
        "IssueInvoice": {"invoice_id": new("i2"), "contract_id": at.contract,
                         "issued_on": "2025-01-10",
                         "sources": [{"kind": "time", "holder_id": at.approved[0],
                                      "ids": [at.approved[1]]},
                                     {"kind": "expense", "holder_id": at.approved_expense,
                                      "ids": [at.approved_expense]}]},
        "IssueCreditMemo": {"memo_id": new("m1"), "invoice_id": at.invoice,
                            "issued_on": "2025-01-11", "why": "a gesture",
                            "lines": [{"no": 1, "net": "10.00"}]},
        "RecordPayment": {"payment_id": new("pay2"), "client_id": firm.client,
                          "received_on": "2025-01-09", "amount": usd("5.00"),
                          "bank_reference": "B2"},
        "ApplyPayment": {"payment_id": at.payment, "invoice_id": at.invoice,
                         "amount": usd("60.00"), "applied_on": "2025-01-09"},
        "DraftContract": {"contract_id": new("d2"), "client_id": firm.client, "name": "d2",
                          "currency": "USD", "value": "1", "starts_on": "2025-01-01",
                          "ends_on": "2025-02-01", "billing_model": "fixed_fee",
                          "payment_terms_days": 14},
        "ActivateContract": {"contract_id": at.draft, "approved_by": "order 7"},
        "LogTime": {**time, "work_date": "2025-01-28", "note": "a note"},
        "AmendTime": {**time, "entry_id": at.logged[1], "work_date": "2025-01-22"},
        "WithdrawTime": {**person, "week": "2025-01-21", "entry_id": at.logged[1]},
        "SubmitTimesheet": {**person, "week": "2025-01-21"},
        "ApproveTime": {**person, "week": week},
        "RejectTime": {**person, "week": week, "why": "wrong project"},
        "RecordExpense": {"expense_id": new("e3"), **person, "project_id": at.project,
                          "spent_on": "2025-01-06", "category": "hotel", "net": eur("80.00"),
                          "tax": eur("5.60"), "receipt_sha256": "ab" * 32},
        "ApproveExpense": {"expense_id": at.expense},
        "RejectExpense": {"expense_id": at.expense, "why": "not ours"},
        "CreateProject": {"project_id": new("pr2"), "code": "INT", "name": "internal", **entity},
        "BaselineBudget": {"project_id": new("bare"),
                           "lines": [{"role": "any", "month": "2025-01-01", "hours": "1",
                                      "cost": "55", "revenue": "0"}]},
        "PlanMilestone": {**fixed, "milestone_id": new("ms"), "name": "Third", "amount": "10",
                          "due_on": "2025-09-30"},
        "CompleteMilestone": {**fixed, "milestone_id": at.planned, "completed_on": "2025-01-09"},
        "AcceptMilestone": {**fixed, "milestone_id": at.completed, "accepted_on": "2025-01-09",
                            "evidence": "a signed paper"},
        "RecordDelivery": {"connection": "books", "key": "k", "kind": "invoice", **entity,
                           "external_id": "7"},
        "PublishRateCard": {"rate_card_id": new("card"), "name": "other", **entity,
                            "currency": "EUR",
                            "lines": [{"hourly_rate": "90", "from_date": "2025-01-01"}]},
        "AddRateCardLines": {"rate_card_id": firm.card,
                             "lines": [{"hourly_rate": "160", "from_date": "2025-07-01"}]},
        "ImportFxRates": {"quoted_on": "2025-01-09", "rates": [{"currency": "USD", "rate": "1"}]},
        "OpenOpportunity": {"opportunity_id": new("o2"), "client_id": firm.client, "name": "o2",
                            "external_ref": "CRM-2"},
        "UpdateOpportunity": {"opportunity_id": at.deal, "value": "8000"},
        "CloseOpportunityWon": {"opportunity_id": at.deal, "closed_on": "2025-01-09"},
        "CloseOpportunityLost": {"opportunity_id": at.deal, "closed_on": "2025-01-09"},
    }  # fmt: skip
