"""Quotes, handoffs, change orders, plans, revenue contracts and disputes, read in pages."""

from datetime import date
from typing import Any

import pytest

from domain.identity import named_id
from domain.policies import project_id
from tests.api.serving import Served
from tests.domain.named import new
from tests.domain.samples_consolidated import deals, issue, part
from tests.domain.samples_revenue import ready, run
from tests.domain.samples_sales import changeable, ordered
from tests.firm import Firm
from tests.projections.history import by_template, sell

MONEY = "{ amount currency }"


@pytest.fixture(scope="module")
def sold(api: Served) -> Served:
    """The served firm, which has sold, changed, recognised and disputed."""
    firm = api.firm
    sell(firm)
    changeable(firm)
    ordered(firm, "one")
    firm.do("SubmitChangeOrder", change_order_id=new("order one"))
    recognise(firm)
    firm.do("OpenDispute", invoice_id=api.invoice, opened_on=date(2025, 3, 1), why="hours")
    firm.do("ResolveDispute", invoice_id=api.invoice, resolved_on=date(2025, 3, 9),
            outcome="agreed")  # fmt: skip
    firm.do("SetDunningPolicy", entity="DE01", levels=[{"level": 1, "days_overdue": 5}])
    firm.do("SendDunning", invoice_id=api.invoice, sent_on=date(2025, 4, 1))
    firm.settle()
    return api


def recognise(firm: Firm) -> None:
    """A contract over twelve months with one of them run, and its plan charged for two."""
    firm.rates(date(2025, 1, 30), USD="1.0396")
    contract = ready(firm, "Care", "1200", currency="USD")
    run(firm, contract, "2025-01")
    firm.do("SetRecurringPlan", plan_id=new("care"), contract_id=contract, name="Care",
            starts_on="2025-01-01", price="100")  # fmt: skip
    firm.do("AccrueCharges", plan_id=new("care"), through="2025-02-01")


def test_a_quote_shows_its_versions_lines_and_steps(sold: Served) -> None:
    quote = sold.data(
        f"""query One($id: UUID!) {{ quote(id: $id) {{
            state version discountState net {MONEY} cost {MONEY} margin {MONEY} marginPct
            signedOn reference opportunity {{ name }}
            versions(first: 5) {{ nodes {{ no discountState discountPct net {{ amount }}
                lines(first: 5) {{ nodes {{ kind text quantity net {{ amount }} }} }} }} }}
            steps(first: 20) {{ nodes {{ step takenBy why }} }} }} }}""",
        id=str(new("quote sold")),
    )["quote"]

    assert (quote["state"], quote["version"], quote["discountState"]) == ("signed", 2, "none")
    assert quote["net"] == {"amount": "15500.00", "currency": "USD"}
    assert quote["cost"] == {"amount": "5900.00", "currency": "EUR"}
    assert quote["opportunity"] == {"name": "deal sold"}
    first, second = quote["versions"]["nodes"]
    assert (first["no"], first["discountState"], first["net"]) == (
        1, "rejected", {"amount": "12000.00"},
    )  # fmt: skip
    assert [(line["kind"], line["text"]) for line in second["lines"]["nodes"]] == [
        ("role", "consultant"), ("expense", "trains"),
    ]  # fmt: skip
    assert [one["step"] for one in quote["steps"]["nodes"]] == [
        "written", "discount_requested", "discount_rejected", "written", "approved", "sent",
        "signed",
    ]  # fmt: skip
    assert quote["steps"]["nodes"][2]["why"] == "too much"


def test_quotes_are_filtered_and_paged(sold: Served) -> None:
    query = """query Some($state: QuoteState, $after: String) {
        quotes(first: 1, state: $state, after: $after) {
            nodes { id } pageInfo { hasNextPage endCursor } } }"""

    page = sold.data(query, state="signed")["quotes"]

    assert page["nodes"] == [{"id": str(new("quote sold"))}]
    assert sold.data(query, state="draft")["quotes"]["nodes"] == []
    rest = sold.data(query, after=page["pageInfo"]["endCursor"])["quotes"]
    assert rest["nodes"] == []


def test_a_handoff_shows_what_is_missing(sold: Served) -> None:
    (handoff,) = sold.data(
        """{ handoffs(first: 5, accepted: false) { nodes { returned requestedBy
            items(first: 5) { nodes { item done gap } } opportunity { name } } } }"""
    )["handoffs"]["nodes"]

    assert handoff["returned"] == 1
    assert handoff["items"]["nodes"] == [
        {"item": "dates", "done": False, "gap": ""},
        {"item": "scope", "done": False, "gap": "no limits"},
    ]


def test_a_change_order_shows_where_it_stands(sold: Served) -> None:
    query = f"""query Some($state: ChangeOrderState) {{
        contractChangeOrders(first: 5, state: $state) {{ nodes {{
            name state price {MONEY} cost {MONEY} days approvedOn contract {{ name }}
            steps(first: 5) {{ nodes {{ state }} }} }} }} }}"""

    (order,) = sold.data(query, state="submitted")["contractChangeOrders"]["nodes"]

    assert order["price"] == {"amount": "300.00", "currency": "USD"}
    assert order["cost"] == {"amount": "275.00", "currency": "EUR"}
    assert [one["state"] for one in order["steps"]["nodes"]] == ["draft", "submitted"]
    assert sold.data(query, state="approved")["contractChangeOrders"]["nodes"] == []


def test_a_revenue_contract_shows_what_is_still_to_be_earned(sold: Served) -> None:
    (contract,) = sold.data(
        f"""{{ revenueContracts(first: 5) {{ nodes {{ allocated {MONEY} recognised {{ amount }}
            remaining {{ amount }} contract {{ name recurringPlans(first: 5) {{ nodes {{
                price {{ amount }} charges(first: 5) {{ nodes {{ dueOn billed }} }} }} }} }}
            obligations(first: 5) {{ nodes {{ obligation measure fulfilled
                allocated {{ amount }} recognised {{ amount }} remaining {{ amount }} }} }}
        }} }} }}"""
    )["revenueContracts"]["nodes"]

    assert contract["allocated"] == {"amount": "1200.00", "currency": "USD"}
    (promise,) = contract["obligations"]["nodes"]
    earned = {key: contract[key]["amount"] for key in ("recognised", "remaining")}
    assert earned == {key: promise[key]["amount"] for key in earned}
    assert float(earned["recognised"]) + float(earned["remaining"]) == 1200
    (plan,) = contract["contract"]["recurringPlans"]["nodes"]
    assert plan["price"] == {"amount": "100.00"}
    assert [one["billed"] for one in plan["charges"]["nodes"]] == [False, False]


def test_an_invoice_shows_disputes_and_reminders(sold: Served) -> None:
    invoice = sold.data(
        """query One($id: UUID!) { invoice(id: $id) {
            disputes(first: 5) { nodes { open why resolvedOn outcome } }
            reminders(first: 5) { nodes { level sentOn asked { amount } } } } }""",
        id=str(sold.invoice),
    )["invoice"]

    assert invoice["disputes"]["nodes"] == [
        {"open": False, "why": "hours", "resolvedOn": "2025-03-09", "outcome": "agreed"}
    ]
    assert [one["level"] for one in invoice["reminders"]["nodes"]] == [1]
    assert sold.data("{ disputes(first: 5, open: true) { nodes { why } } }")["disputes"] == {
        "nodes": []
    }


@pytest.mark.parametrize(
    ("role", "query", "code"),
    [
        ("resource", "{ quotes(first: 1) { nodes { state } } }", "MISSING_ROLE"),
        ("seller", "{ quotes(first: 1) { nodes { marginPct } } }", None),
        (
            "seller",
            "{ contractChangeOrders(first: 1) { nodes { cost { amount } } } }",
            "MISSING_ROLE",
        ),
        ("seller", "{ revenueContracts(first: 1) { nodes { entity } } }", "MISSING_ROLE"),
        ("resource", "{ reminders(first: 1) { nodes { level } } }", "MISSING_ROLE"),
    ],
)
def test_who_may_not_read_it_is_told_so(
    sold: Served, role: str, query: str, code: str | None
) -> None:
    key = sold.issue(role)

    if code is None:
        sold.data(query, key=key)
    else:
        assert sold.code(query, key=key) == code


@pytest.mark.parametrize(
    "field", ["quotes", "handoffs", "contractChangeOrders", "recurringPlans", "revenueContracts",
              "disputes", "reminders"],
)  # fmt: skip
def test_another_entitys_rows_are_not_shown(sold: Served, field: str) -> None:
    key = sold.issue("admin", entities=("US01",))

    found: Any = sold.data(f"{{ {field}(first: 5) {{ nodes {{ entity }} }} }}", key=key)

    assert found[field]["nodes"] == []


def test_a_project_keeps_the_template_it_was_laid_out_by(sold: Served) -> None:
    by_template(sold.firm)
    sold.firm.settle()

    (template,) = sold.data(
        """{ projectTemplates(first: 5) { nodes { dealType version retired checklist
            phases(first: 5) { nodes { name sharePct milestone } } } } }"""
    )["projectTemplates"]["nodes"]
    project = sold.data(
        """query One($id: UUID!) { project(id: $id) { plan { dealType version
            phases(first: 5) { nodes { name startsOn endsOn hours price { amount } } } }
            milestones(first: 5) { nodes { name amount { amount } } } } }""",
        id=str(project_id(named_id("opportunity", "Website"))),
    )["project"]

    assert (template["version"], template["retired"], template["checklist"]) == (2, True, "scope")
    assert len(template["phases"]["nodes"]) == 3
    assert project["plan"]["version"] == 1
    assert project["plan"]["phases"]["nodes"][0] == {
        "name": "Design", "startsOn": "2025-01-01", "endsOn": "2025-04-01", "hours": "30.00",
        "price": {"amount": "2700.00"},
    }  # fmt: skip
    paid = {one["name"]: one["amount"]["amount"] for one in project["milestones"]["nodes"]}
    assert paid == {"Design accepted": "3600.00", "Launched": "5400.00"}


def test_a_consolidated_invoice_shows_its_parts(sold: Served) -> None:
    parts = [part(sold.firm, *one) for one in deals(sold.firm, "Half", "Other half")]
    sold.firm.do("SetConsolidation", client_id=sold.firm.client, consolidate=True)
    number = issue(sold.firm, "document", parts).number
    sold.firm.settle()

    found = sold.data(
        """query Them($number: String) { consolidatedInvoices(first: 5, number: $number) { nodes {
            settled total { amount } openAmount { amount } client { consolidate }
            parts(first: 5) { nodes { number gross { amount } document { number } } } } } }""",
        number=number,
    )["consolidatedInvoices"]["nodes"]

    [document] = found
    assert document["total"] == document["openAmount"] == {"amount": "300.00"}
    assert (document["settled"], document["client"]["consolidate"]) == (False, True)
    shown = document["parts"]["nodes"]
    assert {one["number"] for one in shown} == {f"{number}/1", f"{number}/2"}
    assert {one["document"]["number"] for one in shown} == {number}
