"""Retainers, applications for payment and what is charged by use, read in pages."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.api.serving import Served
from tests.domain.named import new
from tests.domain.samples_progress import applied, certified, charged, hall, work
from tests.domain.samples_retainers import retained, source, terms, worked

FIELDS = ("retainers", "contractPayApplications", "usageMeters", "minimumCharges")


@pytest.fixture(scope="module")
def charging(api: Served) -> Served:
    """The served firm with a retainer that is drawn, a hall that is built, a meter that runs."""
    firm = api.firm
    contract, project = retained(firm, "kept")
    of = {"contract_id": contract}
    week = date(2025, 1, 14)
    for no, minutes in enumerate((300, 480)):
        worked(firm, project, week + timedelta(no), new(f"kept {no}"), minutes)
    firm.do("SetRetainerTerms", **of, **terms())
    firm.do("FundRetainer", **of, through="2025-02-28")
    firm.do("DrawRetainer", **of, sources=[source(firm, week, new("kept 0"), new("kept 1"))])
    worked(firm, project, week + timedelta(2), new("kept 2"), 90)
    firm.settle()
    firm.do("UnapproveTime", person_id=firm.person, week="2025-01-14", why="put right",
            entry_ids=[new("kept 2")])  # fmt: skip
    firm.do("AdjustRetainer", **of, quantity="-1", on="2025-02-10", why="too much",
            approved_by="a director")  # fmt: skip
    firm.do("SetUsagePrice", **of, name="backup", unit="GB", from_date="2025-01-01",
            tiers=[{"rate": "0.50"}])  # fmt: skip
    firm.do("RecordUsage", **of, name="backup", quantity="90", used_on="2025-01-10",
            reference="reading 1")  # fmt: skip
    firm.do("ChargeUsage", **of, name="backup", through="2025-01-31")
    firm.do("SetMinimumCommitment", **of, from_date="2025-01-01", monthly="5000")
    firm.do("TrueUpCommitment", **of, month="2025-01-01")
    hall(firm)
    applied(firm, "one", "2025-01-03", work("walls", "2000.00", "500.00"))
    certified(firm, "one", "2025-01-04", certified="1800.00", why="no proof")
    charged(firm, "one", "2025-01-05")
    applied(firm, "two", "2025-01-06", work("roof", "1000.00"))
    firm.settle()
    return api


def test_a_retainer_shows_what_is_left_of_each_grant(charging: Served) -> None:
    (kept,) = charging.data(
        """query Of($id: UUID!) { contract(id: $id) { retainers(first: 5) { nodes {
            unit fromDate contract { name } grants(first: 5) { nodes {
                period granted drawn lapsed remaining fee { amount } netFee { amount } billed
            } } } } } }""",
        id=str(new("kept")),
    )["contract"]["retainers"]["nodes"]

    assert (kept["unit"], kept["fromDate"], kept["contract"]) == (
        "hours", "2025-01-01", {"name": "kept"}
    )  # fmt: skip
    fee = {"fee": {"amount": "1200.00"}, "netFee": {"amount": "1200.00"}, "billed": False}
    assert kept["grants"]["nodes"] == [
        {"period": "2025-01-01", "granted": "10.00", "drawn": "10.00", "lapsed": "0.00",
         "remaining": "0.00", **fee},
        {"period": "2025-02-01", "granted": "10.00", "drawn": "0.00", "lapsed": "1.00",
         "remaining": "9.00", **fee},
    ]  # fmt: skip


def walked(api: Served, name: str, fields: str) -> list[Any]:
    """All rows of a list of the only retainer, one a page."""
    found: list[Any] = []
    page: Any = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        (of,) = api.data(
            f"""query Next($after: String) {{ retainers(first: 1) {{ nodes {{
                {name}(first: 1, after: $after) {{
                    nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}""",
            after=page["pageInfo"]["endCursor"],
        )["retainers"]["nodes"]
        page = of[name]
        found += page["nodes"]
    return found


def test_its_draws_name_the_work_page_by_page_and_its_moves_sum_to_the_rest(
    charging: Served,
) -> None:
    draws = walked(
        charging, "draws", "kind givenBack quantity overage timeEntry { minutes } expense { id }"
    )
    moves = walked(charging, "moves", "kind quantity grant { period }")

    assert sorted((d["timeEntry"]["minutes"], d["quantity"], d["overage"]) for d in draws[:3]) == [
        (90, "1.50", "1.50"), (300, "5.00", "0.00"), (480, "8.00", "3.00"),
    ]  # fmt: skip
    assert [(d["givenBack"], d["quantity"]) for d in draws[3:]] == [(True, "-1.50")]
    assert {(d["kind"], d["expense"]) for d in draws} == {("time", None)}
    assert {m["kind"] for m in moves} == {"funded", "drawn", "adjusted"}
    assert sum(Decimal(m["quantity"]) for m in moves) == Decimal(9)


def test_applications_show_their_certificate_and_their_sheet(charging: Served) -> None:
    found = charging.data(
        """{ contractPayApplications(first: 5) { nodes { no state since billed
            contractSum { amount } completed { amount } retainage { amount } due { amount }
            certified { amount } withheld { amount } contract { name } lines(first: 5) { nodes {
                no item text scheduled { amount } thisPeriod { amount } stored { amount }
                toDate { amount } percent balance { amount } retainage { amount } } } } } }"""
    )["contractPayApplications"]["nodes"]
    one, two = sorted(found, key=lambda row: row["no"])

    assert (one["no"], one["state"], one["since"], one["billed"]) == (
        1, "certified", "2025-01-04", True
    )  # fmt: skip
    names = ("contractSum", "completed", "retainage", "due", "certified", "withheld")
    assert [one[name]["amount"] for name in names] == [
        "10000.00", "2500.00", "250.00", "2250.00", "1800.00", "450.00"
    ]  # fmt: skip
    walls, roof = one["lines"]["nodes"]
    assert (walls["no"], walls["item"], walls["percent"]) == (1, "walls", "41.6667")
    assert [walls[k]["amount"] for k in ("scheduled", "thisPeriod", "stored", "balance")] == [
        "6000.00", "2000.00", "500.00", "3500.00"
    ]  # fmt: skip
    assert (roof["toDate"]["amount"], roof["retainage"]["amount"]) == ("0.00", "0.00")
    assert (two["state"], two["certified"], two["billed"]) == ("submitted", None, False)


@pytest.mark.parametrize("state", ["submitted", "certified", "withdrawn"])
def test_applications_are_chosen_by_state(charging: Served, state: str) -> None:
    found = charging.data(
        """query In($state: PayApplicationState) {
            contractPayApplications(first: 5, state: $state) { nodes { state } } }""",
        state=state,
    )["contractPayApplications"]["nodes"]

    assert [one["state"] for one in found] == [state] * (state != "withdrawn")


def test_a_meter_shows_its_readings_and_charges_and_a_minimum_what_is_missing(
    charging: Served,
) -> None:
    found = charging.data(
        """{ usageMeters(first: 5) { nodes { name unit
            readings(first: 5) { nodes { usedOn quantity reference } }
            charges(first: 5) { nodes { month quantity amount { amount currency } billed } } } }
            minimumCharges(first: 5, billed: false) { nodes { month contract { name } } } }"""
    )

    (meter,) = found["usageMeters"]["nodes"]
    assert (meter["name"], meter["unit"]) == ("backup", "GB")
    assert meter["readings"]["nodes"] == [
        {"usedOn": "2025-01-10", "quantity": "90", "reference": "reading 1"}
    ]
    assert meter["charges"]["nodes"] == [
        {"month": "2025-01-01", "quantity": "90", "billed": False,
         "amount": {"amount": "45.00", "currency": "EUR"}},
    ]  # fmt: skip
    assert found["minimumCharges"]["nodes"] == [
        {"month": "2025-01-01", "contract": {"name": "kept"}}
    ]


@pytest.mark.parametrize("field", FIELDS)
def test_another_entitys_rows_are_not_shown(charging: Served, field: str) -> None:
    query = f"{{ {field}(first: 5) {{ nodes {{ entity }} }} }}"
    key = charging.issue("admin", entities=("US01",))

    assert charging.data(query)[field]["nodes"] != []
    assert charging.data(query, key=key)[field]["nodes"] == []


@pytest.mark.parametrize("field", FIELDS)
def test_who_only_works_does_not_read_them(charging: Served, field: str) -> None:
    query = f"{{ {field}(first: 5) {{ nodes {{ entity }} }} }}"

    assert charging.code(query, key=charging.issue("resource")) == "MISSING_ROLE"
