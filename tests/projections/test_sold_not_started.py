"""What is sold and not started, worked out by hand."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.identity import named_id
from projections.rebuild import rebuild
from tests.domain.named import new
from tests.domain.samples_progress import applied, value, work
from tests.domain.samples_revenue import ACCOUNTANT, ALL_FIVE, allocated, promise
from tests.domain.samples_sales import LEADER
from tests.firm import WORKER, Firm
from tests.projections.test_rebuild import projection
from tests.projections.test_reports import ask, rows

PLAN = "month", "source", "planned_billing", "planned_revenue"
STAGES = [{"name": "Design", "amount": "4000", "due_on": "2025-03-31"},
          {"name": "Launch", "amount": "5000", "due_on": "2025-06-30"}]  # fmt: skip
JANUARY = date(2025, 1, 31)


def waiting(firm: Firm, contract: str, *names: str, on: date = JANUARY, **given: Any) -> Any:
    packet = ask(firm, "sold-not-started", effective=on, **given)
    return [row[1:] for row in rows(packet, "contract", *names) if row[0] == contract]


def build(firm: Firm) -> tuple[UUID, UUID]:
    """A fixed fee of 9,000 USD in two milestones, won on 2 January."""
    return firm.win("Build", billing_model="fixed_fee", value="9000", milestones=STAGES)


def signed(firm: Firm, name: str, price: str, **terms: Any) -> UUID:
    """A contract without a deal, in force on 10 January."""
    given = {"client_id": firm.client, "name": name, "currency": "USD", "value": price,
             "starts_on": "2025-03-01", "ends_on": "2025-12-31", "billing_model": "fixed_fee",
             "payment_terms_days": 30, **terms}  # fmt: skip
    on = {"contract_id": new(name), "effective_date": "2025-01-10"}
    firm.do("DraftContract", **on, **given)
    firm.do("ActivateContract", **on, approved_by="order")
    return new(name)


def care(firm: Firm) -> UUID:
    """1,200 USD earned evenly from March on, 100 a month of it billed by a plan."""
    contract = signed(firm, "Upkeep", "1200", recognition="by_run")
    firm.do("IdentifyContract", ACCOUNTANT, contract_id=contract, **ALL_FIVE)
    promise(firm, contract, starts_on="2025-03-01")
    allocated(firm, contract)
    firm.do("SetRecurringPlan", plan_id=new("Upkeep plan"), contract_id=contract, name="Upkeep",
            starts_on="2025-03-01", price="100")  # fmt: skip
    return contract


def test_milestones_are_planned_for_their_months(firm: Firm) -> None:
    build(firm)

    names = "client", "sold_on", "currency", "sold_value", "handoff", "planned_start"
    assert waiting(firm, "Build", *names, "days_waiting", *PLAN) == [
        ("ACME", "2025-01-02", "USD", "9000.00", "none", "2025-01-01", 29,
         "2025-03-01", "milestones", "4000.00", "4000.00"),
        ("ACME", "2025-01-02", "USD", "9000.00", "none", "2025-01-01", 29,
         "2025-06-01", "milestones", "5000.00", "5000.00"),
    ]  # fmt: skip
    assert waiting(firm, "Build", *PLAN, on=date(2025, 1, 1)) == []


def test_time_is_planned_by_the_months_of_the_budget(firm: Firm) -> None:
    firm.win("Advice", starts_on="2025-02-01", ends_on="2025-04-30")

    assert waiting(firm, "Advice", *PLAN) == [
        ("2025-02-01", "budget", "3333.34", "3333.34"),
        ("2025-03-01", "budget", "3333.33", "3333.33"),
        ("2025-04-01", "budget", "3333.33", "3333.33"),
    ]


def test_what_no_plan_holds_is_shown_as_unplanned(firm: Firm) -> None:
    signed(firm, "Hours", "5000", billing_model="time_and_materials", rate_card_id=firm.card)
    firm.settle()

    assert waiting(firm, "Hours", "sold_on", *PLAN) == [
        ("2025-01-10", None, "unplanned", "5000.00", "5000.00"),
    ]


def test_a_plan_bills_by_its_cycles_and_a_run_earns_by_its_promises(firm: Firm) -> None:
    care(firm)
    firm.settle()

    found = waiting(firm, "Upkeep", *PLAN)

    assert found[:2] == [
        ("2025-03-01", "obligations", "0.00", "120.00"),
        ("2025-03-01", "recurring", "100.00", "0.00"),
    ]
    assert len(found) == 21
    assert found[-1] == (None, "unplanned", "200.00", "0.00")


def test_a_plan_that_changes_pauses_and_ends_is_planned_as_it_will_be(firm: Firm) -> None:
    """From May at 150, nothing in June, over before August."""
    care(firm)
    plan = {"plan_id": new("Upkeep plan"), "why": "agreed"}
    firm.do("ChangeSubscription", **plan, from_date="2025-05-01", price="150")
    firm.do("PauseSubscription", **plan, from_date="2025-06-01", until="2025-07-01")
    firm.do("CancelSubscription", **plan, on="2025-08-01", refund=True)
    firm.settle()

    found = [row for row in waiting(firm, "Upkeep", *PLAN) if row[1] != "obligations"]

    assert [(row[0], row[2]) for row in found] == [
        ("2025-03-01", "100.00"), ("2025-04-01", "100.00"), ("2025-05-01", "150.00"),
        ("2025-07-01", "150.00"), (None, "700.00"),
    ]  # fmt: skip


def test_fees_of_a_retainer_may_come_to_more_than_is_sold(firm: Firm) -> None:
    """Quarters from March on at 600, from September at 700: four fees, due as they end."""
    contract = signed(firm, "Kept", "2000", billing_model="time_and_materials",
                      rate_card_id=firm.card, recognition="by_run")  # fmt: skip
    terms = {"contract_id": contract, "period": "quarter", "unit": "hours", "allowance": "10",
             "in_advance": False}  # fmt: skip
    firm.do("SetRetainerTerms", **terms, from_date="2025-03-01", fee="600")
    firm.do("SetRetainerTerms", **terms, from_date="2025-09-01", fee="700")
    firm.settle()

    assert waiting(firm, "Kept", *PLAN) == [
        ("2025-05-01", "retainer", "600.00", "0.00"),
        ("2025-08-01", "retainer", "600.00", "0.00"),
        ("2025-11-01", "retainer", "700.00", "0.00"),
        ("2026-02-01", "retainer", "700.00", "0.00"),
        (None, "unplanned", "-600.00", "2000.00"),
    ]


def test_a_schedule_of_values_is_billed_as_the_work_is_budgeted(firm: Firm) -> None:
    contract, site = signed(firm, "Hall", "1000"), new("Hall site")
    firm.do("CreateProject", project_id=site, code="HALL", name="Hall", contract_id=contract)
    lines = [{"role": "any", "month": f"2025-0{no}-01", "hours": "1", "cost": "1",
              "revenue": value} for no, value in ((3, "300"), (4, "500"))]  # fmt: skip
    firm.do("BaselineBudget", project_id=site, lines=lines)
    firm.settle()
    assert waiting(firm, "Hall", *PLAN) == [(None, "unplanned", "1000.00", "1000.00")]

    firm.do("SetScheduleOfValues", contract_id=contract, lines=[value("all", "1000")])
    firm.settle()

    assert waiting(firm, "Hall", *PLAN) == [
        ("2025-03-01", "budget", "300.00", "300.00"),
        ("2025-04-01", "budget", "500.00", "500.00"),
        (None, "unplanned", "200.00", "200.00"),
    ]


def test_the_handoff_stands_where_its_last_step_put_it(firm: Firm) -> None:
    build(firm)
    handoff = {"handoff_id": new("handoff")}
    for day, command, actor, fields in (
        (6, "RequestHandoff", None, {"opportunity_id": named_id("opportunity", "Build"),
                                     "checklist": ["scope"]}),
        (8, "ReturnHandoff", LEADER, {"gaps": [{"item": "dates", "why": "none"}]}),
        (10, "CompleteHandoffItem", None, {"item": "scope", "evidence": "annex"}),
        (10, "CompleteHandoffItem", None, {"item": "dates", "evidence": "annex"}),
        (13, "AcceptHandoff", LEADER, {}),
    ):  # fmt: skip
        by = (actor,) if actor else ()
        firm.do(command, *by, **handoff, **fields, effective_date=date(2025, 1, day))
    firm.settle()

    states = [waiting(firm, "Build", "handoff", on=date(2025, 1, day))[0] for day in (5, 6, 9, 13)]
    assert states == [("none",), ("requested",), ("returned",), ("accepted",)]


def logged(firm: Firm, project: UUID) -> Iterator[None]:
    on = {"person_id": firm.person, "work_date": date(2025, 1, 8)}
    entry: Any = firm.do("LogTime", WORKER, **on, project_id=project, minutes=60).answer
    yield
    firm.do("WithdrawTime", WORKER, person_id=firm.person, week=date(2025, 1, 8),
            entry_id=entry.entry_id)  # fmt: skip
    yield


def reversed_time(firm: Firm, project: UUID) -> Iterator[None]:
    _, entry = firm.work(project, date(2025, 1, 8))
    yield
    firm.do("ReverseTime", person_id=firm.person, week=date(2025, 1, 8), entry_ids=[entry],
            why="another client's")  # fmt: skip
    yield


def spent(firm: Firm, project: UUID) -> Iterator[None]:
    money = {"net": {"amount": "30.00", "currency": "EUR"},
             "tax": {"amount": "0.00", "currency": "EUR"}}  # fmt: skip
    firm.do("RecordExpense", WORKER, expense_id=new("cab"), person_id=firm.person,
            project_id=project, spent_on=date(2025, 1, 8), category="cab", **money)  # fmt: skip
    firm.do("ApproveExpense", expense_id=new("cab"))
    yield
    firm.do("ReverseExpense", expense_id=new("cab"), why="private")
    yield


@pytest.mark.parametrize("begin", [logged, reversed_time, spent])
def test_work_begins_a_contract_and_work_that_does_not_count_gives_it_back(
    firm: Firm, begin: Any
) -> None:
    _, project = firm.win("Advice")
    before = waiting(firm, "Advice", *PLAN)
    work = begin(firm, project)

    next(work)
    firm.settle()
    assert waiting(firm, "Advice", *PLAN) == []
    assert waiting(firm, "Advice", *PLAN, on=date(2025, 1, 7)) == before

    next(work)
    firm.settle()
    assert waiting(firm, "Advice", *PLAN) == before


def test_a_milestone_that_is_done_begins_a_contract(firm: Firm) -> None:
    contract, project = build(firm)
    del contract
    firm.do("PlanMilestone", project_id=project, milestone_id=new("gate"), name="gate",
            amount="1", due_on="2025-04-30")  # fmt: skip
    firm.do("CompleteMilestone", project_id=project, milestone_id=new("gate"),
            completed_on="2025-01-20")  # fmt: skip
    firm.settle()

    assert waiting(firm, "Build", *PLAN) == []


def test_an_application_for_payment_begins_a_contract(firm: Firm) -> None:
    contract = signed(firm, "Hall", "1000")
    firm.do("SetScheduleOfValues", contract_id=contract, lines=[value("all", "1000")])
    firm.settle()
    assert waiting(firm, "Hall", *PLAN)

    applied(firm, "one", "2025-01-20", work("all", "10.00"), on="Hall")
    firm.settle()

    assert waiting(firm, "Hall", *PLAN) == []


def test_billing_or_recognition_begins_a_contract(firm: Firm) -> None:
    contract = care(firm)
    firm.rates(date(2025, 3, 1), USD="1.05")
    plan = new("Upkeep plan")
    charges: Any = firm.do("AccrueCharges", plan_id=plan, through="2025-03-01")
    assert charges
    firm.settle()
    with firm.system.connect() as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM recurring_charges").fetchall()]
    march = date(2025, 3, 15)
    assert waiting(firm, "Upkeep", *PLAN, on=march)

    firm.do("IssueInvoice", contract_id=contract, invoice_id=new("bill"), issued_on="2025-03-02",
            sources=[{"kind": "recurring", "holder_id": plan, "ids": ids}])  # fmt: skip
    firm.settle()

    assert waiting(firm, "Upkeep", *PLAN, on=march) == []
    assert waiting(firm, "Upkeep", *PLAN, on=date(2025, 3, 1))


def test_a_sale_taken_back_or_ended_is_no_backlog(firm: Firm) -> None:
    build(firm)
    firm.do("ReopenOpportunity", opportunity_id=named_id("opportunity", "Build"),
            reopened_on="2025-01-15", why="wrong client")  # fmt: skip
    ended = signed(firm, "Ended", "100", starts_on="2025-01-01")
    firm.do("TerminateContract", contract_id=ended, on="2025-01-20", why="no money")
    firm.settle()

    assert [bool(waiting(firm, "Build", *PLAN, on=date(2025, 1, day))) for day in (14, 15)] == [
        True, False,
    ]  # fmt: skip
    assert [bool(waiting(firm, "Ended", *PLAN, on=date(2025, 1, day))) for day in (19, 20)] == [
        True, False,
    ]  # fmt: skip


def test_months_and_unplanned_are_what_is_sold(year: Firm) -> None:
    build_more(year)
    packet = ask(year, "sold-not-started", effective=JANUARY)
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for name, sold, billing, revenue in rows(packet, "contract", "sold_value", *PLAN[2:]):
        sums[name, sold][0] += Decimal(billing)
        sums[name, sold][1] += Decimal(revenue)

    assert len(sums) >= 2
    assert all(billing == revenue == Decimal(sold) for (_, sold), (billing, revenue)
               in sums.items())  # fmt: skip


def build_more(firm: Firm) -> None:
    """Two deals that nobody has begun."""
    firm.win("Late sale")
    care(firm)
    firm.settle()


def test_neither_a_late_fact_nor_a_rebuild_changes_what_was_known(year: Firm) -> None:
    build_more(year)
    before = ask(year, "sold-not-started", effective=JANUARY)
    assert any(row["contract"] == "Late sale" for row in before.said())

    project = next(iter(firm_projects(year)))
    year.work(project, date(2025, 1, 8))
    year.settle()

    now = ask(year, "sold-not-started", effective=JANUARY)
    assert now.digest != before.digest
    then = ask(year, "sold-not-started", effective=JANUARY, known=before.known)
    assert then.canonical == before.canonical

    named = "sold_contracts", "handoffs", "time_entries", "recurring", "retainers"
    with year.system.connect() as conn:
        for name in (*named, "pay_applications"):
            assert rebuild(conn, year.system.decode, projection(year, name)).equal, name
    assert ask(year, "sold-not-started", effective=JANUARY).digest == now.digest


def firm_projects(firm: Firm) -> list[UUID]:
    """The project of the late sale."""
    with firm.system.connect() as conn:
        found = conn.execute("SELECT id FROM projects WHERE name = 'Late sale'").fetchall()
    return [row[0] for row in found]
