"""A year of the small firm that leaves nothing out: both billing models, expenses, a second
entity in another currency, foreign payments, a price cut, work billed again, manual journals."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.actor import Actor
from domain.billing.retainer_account import retainer_id
from domain.identity import named_id
from domain.policies import milestone_id
from tests.domain.named import new
from tests.domain.samples_currencies import paid_across
from tests.domain.samples_progress import (
    HALL,
    applied,
    built,
    certified,
    charged,
    deposited,
    enlarged,
    freed,
    hall,
    mark,
    thirds,
    tower,
    work,
)
from tests.domain.samples_retainers import retained, terms, worked
from tests.domain.samples_revenue import ready, run
from tests.domain.samples_sales import (
    FINANCE,
    LEADER,
    approved,
    changeable,
    offer,
    open_deal,
    ordered,
    quoted,
)
from tests.domain.samples_templates import template
from tests.firm import WORKER, Firm
from tests.projections.history_books import keep_books
from tests.projections.overhead import pass_on_overhead

DEAL = named_id("opportunity", "Build")
YEAR_END = date(2025, 12, 31)


def live_a_year(firm: Firm) -> None:
    """Everything once, in order, then followed up, posted and projected."""
    publish_rates(firm)
    contract, project = firm.win("Advice")
    first = firm.bill("one", contract, date(2025, 2, 3), firm.work(project, date(2025, 1, 3)),
                      firm.work(project, date(2025, 1, 6)))  # fmt: skip
    pay(firm, "P1", first, date(2025, 2, 20), "500.01")
    firm.do("OpenDispute", invoice_id=first, opened_on=date(2025, 3, 1), why="hours")
    second = firm.bill("two", contract, date(2025, 3, 3), firm.work(project, date(2025, 2, 10)))
    credit(firm, "m1", first, date(2025, 3, 4), net="100.00")
    credit(firm, "m2", second, date(2025, 3, 5), restore=True)
    spend(firm, project)
    build(firm)
    overpay(firm)
    second_entity(firm)
    firm.work(project, date(2025, 4, 7))
    put_right(firm, project)
    keep_to_clauses(firm)
    recognise(firm)
    change_what_is_sold(firm)
    sell(firm)
    look_ahead(firm, project)
    keep_retainers(firm)
    build_by_values(firm)
    keep_books(firm)
    give_back(firm)
    by_template(firm)
    revalue(firm)
    firm.settle()
    pass_on_overhead(firm)
    firm.settle()


def revalue(firm: Firm) -> None:
    """Foreign balances at three closing rates; one month again after a late journal. Pounds for
    an invoice in dollars."""
    paid_across(firm, named_id("invoice", "one"), "2025-06-12")
    for month in (1, 5, 6):
        firm.do("RevalueForeignBalances", entity="DE01", month=date(2025, month, 1))
    journal(firm, "stamps", "DE01", date(2025, 6, 27), "USD", "41.00")
    firm.do("RevalueForeignBalances", entity="DE01", month=date(2025, 6, 1))
    firm.do("RevalueForeignBalances", entity="UK01", month=date(2025, 6, 1))


def put_right(firm: Firm, project: UUID) -> None:
    """Approved time undone: one entry approved anew, one reversed, one moved elsewhere."""
    firm.do("CreateProject", project_id=named_id("project", "inner"), code="INNER", name="inner",
            entity="DE01")  # fmt: skip
    for day, command in ((5, "UnapproveTime"), (12, "ReverseTime"), (19, "TransferTime")):
        on = date(2025, 5, day)
        _, entry = firm.work(project, on)
        firm.settle()
        more = {"project_id": named_id("project", "inner")} if command == "TransferTime" else {}
        firm.do(command, person_id=firm.person, week=on, entry_ids=[entry], why="put right",
                **more)  # fmt: skip
        if command != "ReverseTime":
            firm.do("ApproveTime", second_chief(), person_id=firm.person, week=on)


def keep_to_clauses(firm: Firm) -> None:
    """A capped contract: time written down, priced anew, cut by the cap, credited and held."""
    contract, project = firm.win("Capped")
    entries = [firm.work(project, date(2025, 6, day)) for day in (2, 9, 16)]
    firm.settle()
    firm.do("SetTimeTerms", contract_id=contract, from_date="2025-01-01", discount_pct="10")
    firm.do("ReRateTime", person_id=firm.person, week="2025-06-02", entry_ids=[entries[0][1]],
            why="terms came late")  # fmt: skip
    things = [{"kind": "time", "holder_id": h, "item_id": i} for h, i in entries]
    firm.do("WriteDownBillable", **things[0], amount="80.00", on="2025-06-20", why="goodwill")
    firm.do("HoldBillable", **things[2], why="not yet")
    firm.do("SetCap", contract_id=contract, name="all", limit="1500.00")
    bill = firm.bill("capped", contract, date(2025, 6, 20), *entries[:2])
    firm.settle()
    credit(firm, "m4", bill, date(2025, 6, 23), restore=True)


def change_what_is_sold(firm: Firm) -> None:
    """A change order that takes effect before it is approved, and one that waits."""
    changeable(firm)
    for name in ("one", "two"):
        ordered(firm, name, takes_effect_on="2025-02-01", effective_date="2025-02-03")
        firm.do("SubmitChangeOrder", change_order_id=new(f"order {name}"),
                effective_date="2025-02-10")  # fmt: skip
    firm.do("ApproveChangeOrder", FINANCE, change_order_id=new("order one"),
            approved_on="2025-05-12", client_reference="PO 9")  # fmt: skip


def look_ahead(firm: Firm, project: UUID) -> None:
    """An order that comes in part, an estimate, progress; budget moved; a project over."""
    ahead = {"project_id": project}
    firm.do("CommitCost", **ahead, commitment_id=new("print"), cost_code="print",
            vendor="Fictional Print", reference="PO 1", committed_on="2025-01-20",
            amount={"amount": "900.00", "currency": "EUR"})  # fmt: skip
    money = {"net": {"amount": "300.00", "currency": "EUR"},
             "tax": {"amount": "0.00", "currency": "EUR"}}  # fmt: skip
    firm.do("RecordExpense", WORKER, expense_id=new("print"), person_id=firm.person, **ahead,
            spent_on=date(2025, 2, 3), category="print", billable=False,
            commitment_id=new("print"), **money)  # fmt: skip
    firm.do("ApproveExpense", expense_id=new("print"))
    firm.do("RecordExpense", WORKER, expense_id=new("misprint"), person_id=firm.person, **ahead,
            spent_on=date(2025, 2, 4), category="print", commitment_id=new("print"),
            receipt_sha256="cd" * 32, **money)  # fmt: skip
    firm.do("ApproveExpense", expense_id=new("misprint"))
    firm.do("ReverseExpense", expense_id=new("misprint"), why="it was free")
    firm.do(
        "ReforecastProject",
        **ahead,
        estimated_on="2025-01-31",
        lines=[{"cost_code": "consultant", "month": "2025-02-01", "hours": "90", "cost": "4950"}],
    )
    firm.do("ReportProgress", **ahead, reported_on="2025-01-31", done="15", evidence="a demo")
    firm.do("TransferBudget", **ahead, from_cost_code="consultant", from_month="2025-12-01",
            to_cost_code="print", to_month="2025-01-01", cost="400", why="to be printed",
            transferred_on="2025-01-20")  # fmt: skip
    firm.do("ReleaseCommitment", **ahead, commitment_id=new("print"), released_on="2025-06-01",
            why="fewer copies")  # fmt: skip
    firm.do("CreateProject", project_id=new("brief"), code="BRIEF", name="brief", entity="DE01")
    firm.do("HoldProject", project_id=new("brief"), held_on="2025-03-01", why="a pause")
    firm.do("ResumeProject", project_id=new("brief"), resumed_on="2025-03-08")
    firm.do("CloseProject", project_id=new("brief"), effective_date="2025-04-01")
    firm.do("ReopenProject", project_id=new("brief"), why="more", effective_date="2025-05-01")


def build_by_values(firm: Firm) -> None:
    """Milestones planned anew; a hall with retainage held, released, billed and taken back."""
    other = firm.do("RegisterClient", client_id=named_id("client", "OTHER"), code="OTHER",
                    name="Other Fictional Corp", entity="DE01", currency="USD")  # fmt: skip
    built(firm, "tower", "1000")
    firm.do("PlanBillingSchedule", **tower(), entries=thirds(), deemed_after_days=10)
    firm.do("PlanBillingSchedule", **tower(), entries=thirds(frame="400.00", roof="600.00"))
    firm.do("CompleteMilestone", **mark("frame"), completed_on="2025-03-03")
    firm.do("RejectMilestone", **mark("frame"), rejected_on="2025-03-06", why="a crack")
    hall(firm, currency="USD", client_id=other.answer.id)
    applied(firm, "one", "2025-03-03", work("walls", "2000.00", "500.00"))
    certified(firm, "one", "2025-03-10", certified="1800.00", why="no proof")
    charged(firm, "one", "2025-03-10")
    enlarged(firm, takes_effect_on="2025-03-12")
    applied(firm, "two", "2025-03-17", work("CO 7", "800.00"))
    certified(firm, "two", "2025-03-20")
    charged(firm, "two", "2025-03-20")
    credit(firm, "m5", new("bill two"), date(2025, 3, 21), restore=True)
    freed(firm, "100.00", "2025-03-24")
    deposited(firm, "first", "500.00", "2025-03-03", currency="USD")
    firm.do("ApplyDeposit", **HALL, invoice_id=new("bill one"), applied_on="2025-03-24",
            amount={"amount": "300.00", "currency": "USD"})  # fmt: skip
    for name in ("sum kept", "sum kept again"):
        firm.do("BillRetainage", **HALL, invoice_id=new(name), issued_on="2025-03-24",
                amount="60.00")  # fmt: skip
        if name == "sum kept":
            firm.do("VoidInvoice", invoice_id=new(name), memo_id=new("void"), why="a slip",
                    issued_on="2025-03-24")  # fmt: skip


def second_chief() -> Actor:
    """Somebody who did not enter the time."""
    return Actor("second chief", frozenset({"admin"}), frozenset({"*"}))


def publish_rates(firm: Firm) -> None:
    """A rate every five days."""
    day = date(2025, 1, 7)
    for step in range(70):
        at = date.fromordinal(day.toordinal() + 5 * step)
        if at.year == day.year:
            firm.rates(at, USD=f"1.0{300 + step}", GBP=f"0.8{200 + step}", JPY=f"16{step % 10}.15")


def pay(firm: Firm, name: str, invoice: UUID, on: date, amount: str) -> None:
    """Receive money from the client and settle some of an invoice."""
    payment, money = named_id("payment", name), {"amount": amount, "currency": "USD"}
    firm.do("RecordPayment", payment_id=payment, client_id=firm.client, received_on=on,
            bank_reference=name, amount=money)  # fmt: skip
    firm.do("ApplyPayment", payment_id=payment, invoice_id=invoice, applied_on=on, amount=money)


def credit(
    firm: Firm,
    name: str,
    invoice: UUID,
    on: date,
    net: str | None = None,
    *,
    restore: bool = False,
) -> None:
    """Take back some of the first line of an invoice, or all of it to be billed again."""
    firm.do("IssueCreditMemo", memo_id=named_id("memo", name), invoice_id=invoice, issued_on=on,
            why="agreed", lines=[{"no": 1, "net": net, "restore": restore}])  # fmt: skip


def spend(firm: Firm, project: UUID) -> None:
    """A billable expense in a third currency."""
    expense = named_id("expense", "train")
    firm.do("RecordExpense", WORKER, expense_id=expense, person_id=firm.person, project_id=project,
            spent_on=date(2025, 3, 6), category="travel", markup_pct="5",
            net={"amount": "8000", "currency": "JPY"},
            tax={"amount": "800", "currency": "JPY"})  # fmt: skip
    firm.do("ApproveExpense", expense_id=expense)


def build(firm: Firm) -> None:
    """A fixed-fee deal with one milestone accepted and billed, one accepted."""
    contract, project = firm.win(
        "Build", billing_model="fixed_fee", value="9000", currency="USD",
        milestones=[{"name": "Design", "amount": "4000", "due_on": "2025-03-31"},
                    {"name": "Launch", "amount": "5000", "due_on": "2025-06-30"}],
    )  # fmt: skip
    for no, month in ((1, 3), (2, 4)):
        mark = {"project_id": project, "milestone_id": milestone_id(DEAL, no)}
        firm.do("CompleteMilestone", **mark, completed_on=date(2025, month, 10))
        firm.do("AcceptMilestone", **mark, accepted_on=date(2025, month, 12), evidence="mail")
    source = {"kind": "milestone", "holder_id": project, "ids": [milestone_id(DEAL, 1)]}
    firm.do("IssueInvoice", invoice_id=named_id("invoice", "three"), contract_id=contract,
            issued_on=date(2025, 3, 20), sources=[source])  # fmt: skip


def overpay(firm: Firm) -> None:
    """An invoice paid in full, then credited: the client has money with us, and some more."""
    invoice = named_id("invoice", "three")
    pay(firm, "P2", invoice, date(2025, 4, 2), "4760.00")
    credit(firm, "m3", invoice, date(2025, 4, 3), net="50.00")
    firm.do("RecordPayment", payment_id=named_id("payment", "P3"), client_id=firm.client,
            received_on=date(2025, 4, 4), bank_reference="P3",
            amount={"amount": "300.00", "currency": "USD"})  # fmt: skip


def second_entity(firm: Firm) -> None:
    """Books in pounds with manual journals, one of them reversed, in yen too."""
    firm.do("RegisterLegalEntity", code="UK01", name="Northlight Ltd", currency="GBP",
            country="GB", zone="Europe/London")  # fmt: skip
    for month in range(1, 13):
        firm.do("OpenPeriod", entity="UK01", month=date(2025, month, 1))
    for name, currency, amount in (("rent", "GBP", "1200.50"), ("desk", "JPY", "90000")):
        journal(firm, name, "UK01", date(2025, 5, 31), currency, amount)
    firm.do("ReverseJournal", journal_id=named_id("journal", "rent"),
            reversal_id=named_id("journal", "rent back"),
            accounting_date=date(2025, 6, 1))  # fmt: skip


def recognise(firm: Firm) -> None:
    """A contract that a revenue run earns: three of twelve months run, nothing billed."""
    contract = ready(firm, "Care", "1200", currency="USD")
    for month in (1, 2, 3):
        run(firm, contract, f"2025-{month:02}")
    plan = named_id("plan", "Care")
    firm.do("SetRecurringPlan", plan_id=plan, contract_id=contract, name="Care",
            starts_on="2025-01-01", price="100")  # fmt: skip
    firm.do("AccrueCharges", plan_id=plan, through="2025-03-31")
    firm.do("SetMinimumCommitment", contract_id=contract, from_date="2025-01-01", monthly="10")
    firm.do("TrueUpCommitment", contract_id=contract, month="2025-01-01")
    firm.do(
        "SetUsagePrice",
        contract_id=contract,
        name="backup",
        unit="GB",
        from_date="2025-01-01",
        tiers=[{"up_to": "100", "rate": "0.50"}, {"rate": "0.30"}],
    )
    for no, quantity in enumerate(("90", "30")):
        firm.do("RecordUsage", contract_id=contract, name="backup", quantity=quantity,
                used_on=f"2025-01-{no + 10}", reference=f"reading {no}")  # fmt: skip
    firm.do("ChargeUsage", contract_id=contract, name="backup", through="2025-01-31")


def keep_retainers(firm: Firm) -> None:
    """A retainer whose time is above it, undone and priced anew; closed, adjusted, expired,
    billed, credited and billed again."""
    contract, project = retained(firm, "kept")
    of = {"contract_id": contract}
    firm.do("SetRetainerTerms", **of, **terms())
    week = date(2025, 7, 15)
    for no, minutes in enumerate((300, 480, 90)):
        worked(firm, project, week + timedelta(no), new(f"kept {no}"), minutes)
    firm.settle()
    undone = {"person_id": firm.person, "week": week, "why": "put right"}
    firm.do("UnapproveTime", **undone, entry_ids=[new("kept 0")])
    firm.do("ReverseTime", **undone, entry_ids=[new("kept 1")])
    firm.do("SetTimeTerms", **of, from_date="2025-01-01", blended_rate="160")
    firm.do("ReRateTime", **undone, entry_ids=[new("kept 2")])
    firm.do("RollRetainerPeriod", **of, day="2025-01-31")
    firm.do("AdjustRetainer", **of, quantity="3", on=week, why="a slow month",
            approved_by="a director")  # fmt: skip
    firm.do("AdjustRetainer", **of, quantity="-1", on=week, why="too much",
            approved_by="a director")  # fmt: skip
    firm.do("ExpireRetainer", **of, on="2025-06-30")
    kept: Any = firm.store.load_fresh([retainer_id(contract)])[retainer_id(contract)]
    ids = [one.granted.id for one in kept.grants.values() if one.granted.fee][-2:]
    firm.do("IssueInvoice", **of, invoice_id=new("fees"), issued_on="2025-07-16",
            sources=[{"kind": "retainer", "holder_id": kept.id, "ids": ids}])  # fmt: skip
    memo = {"invoice_id": new("fees"), "issued_on": "2025-07-20", "why": "agreed"}
    firm.do("IssueCreditMemo", memo_id=new("fee memo"), **memo, lines=[{"no": 2, "restore": True}])
    firm.settle()


def journal(firm: Firm, name: str, entity: str, on: date, currency: str, amount: str) -> None:
    """Overheads paid from the bank."""
    lines = [{"account": "6010", "currency": currency, "debit": amount},
             {"account": "1000", "currency": currency, "credit": amount}]  # fmt: skip
    firm.do("PostJournal", journal_id=named_id("journal", name), entity=entity, accounting_date=on,
            description=f"Overheads; {name} | one", document=f"J {name}", lines=lines)  # fmt: skip


def sell(firm: Firm) -> None:
    """A deal whose discount was rejected, then quoted anew and signed, and handed off."""
    open_deal(firm, "deal sold")
    quoted(firm, "sold", discount_pct="20")
    quote, handoff = {"quote_id": new("quote sold")}, {"handoff_id": new("handoff sold")}
    firm.do("RequestDiscountApproval", **quote, why="a first order", effective_date="2025-01-02")
    firm.do("RejectDiscount", FINANCE, **quote, why="too much", effective_date="2025-01-02")
    firm.do("ReviseQuote", **quote, **offer(expenses=[{"name": "trains", "amount": "500",
                                                       "cost": "400"}]))  # fmt: skip
    approved(firm, "sold")
    firm.do("SendQuote", **quote, sent_on="2025-01-03")
    firm.do("RecordSignature", **quote, signed_on="2025-02-06", reference="order 7")
    firm.do("RequestHandoff", **handoff, opportunity_id=new("deal sold"),
            checklist=["scope", "dates"])  # fmt: skip
    firm.do("CompleteHandoffItem", **handoff, item="scope", evidence="annex 1")
    firm.do("ReturnHandoff", LEADER, **handoff, gaps=[{"item": "scope", "why": "no limits"}])


def give_back(firm: Firm) -> None:
    """A rebate of the hall's spring: accrued twice, the second time less, then given back."""
    firm.do("SetRebateAgreement", **HALL, from_month="2025-03-01", through_month="2025-04-01",
            steps=[{"from_volume": "1000", "pct": "5"},
                   {"from_volume": "4000", "pct": "10"}])  # fmt: skip
    for month, expected in ((3, "9000"), (4, "3000")):
        firm.do("AccrueRebate", **HALL, month=date(2025, month, 1),
                expected_turnover=expected)  # fmt: skip
    firm.do("SettleRebate", **HALL, invoice_id=new("bill one"),
            memo_id=named_id("memo", "rebate"), issued_on=date(2025, 5, 5))  # fmt: skip


def by_template(firm: Firm) -> None:
    """A fixed fee planned by a template that was revised and is no longer used."""
    firm.do("PublishTemplate", **template())
    firm.win("Website", billing_model="fixed_fee", value="9000", package="website",
             rate_card_id=None)  # fmt: skip
    firm.do("PublishTemplate", **template(checklist=["scope"]))
    firm.do("RetireTemplate", entity="DE01", deal_type="website")
