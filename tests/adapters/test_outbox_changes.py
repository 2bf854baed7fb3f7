"""What the CRM hears of a deal after it is won: change orders, and a close taken back."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from adapters.documents import DealUpdate, read
from adapters.sandbox.crm import crm
from adapters.sandbox.serve import running
from adapters.sandbox_crm.client import CrmClient
from domain.identity import named_id
from tests.domain.named import new
from tests.domain.samples_sales import FINANCE, LEADER, change, changeable, ordered
from tests.firm import Firm

DEAL = named_id("opportunity", "Deal")
AT = {"change_order_id": new("order a")}


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with running(crm()) as url, httpx.Client(base_url=url, timeout=1) as client:
        yield client


def told(firm: Firm) -> list[Any]:
    """Documents for the CRM, in order."""
    firm.settle()
    with firm.system.connect() as conn:
        found = conn.execute("SELECT document FROM deliveries WHERE connection = 'crm'"
                             " ORDER BY position").fetchall()  # fmt: skip
    return [read(row[0]) for row in found]


def changed(firm: Firm) -> None:
    """Win a deal of 10,000 USD, work, and agree on 300 more, for 275 EUR more."""
    contract, project = firm.win("Deal")
    firm.work(project, date(2025, 1, 6))
    ordered(firm, "a", **{**change(), "contract_id": contract, "project_id": project, "added": []})
    firm.do("SubmitChangeOrder", LEADER, **AT)
    firm.do("ApproveChangeOrder", FINANCE, **AT, approved_on="2025-09-10", client_reference="PO")


def test_the_crm_sees_what_the_deal_is_worth_after_a_change(
    firm: Firm, http: httpx.Client
) -> None:
    changed(firm)
    client = CrmClient(http)

    for document in told(firm):
        client.send(document, document.key)

    [deal] = http.get("/deals").json()["items"]
    assert deal["properties"]["amount"] == "10300"
    assert deal["properties"]["stage"] == "won"
    assert deal["updates"] == [f"deal-{DEAL.hex}", f"change-{AT['change_order_id'].hex}"]


def test_the_next_actuals_stand_beside_the_budget_of_now(firm: Firm) -> None:
    changed(firm)
    firm.settle()
    firm.close(date(2025, 1, 1))

    assert told(firm)[-1].budget == 5775


def test_a_contract_that_came_from_no_deal_of_the_crm_is_told_to_nobody(firm: Firm) -> None:
    changeable(firm)
    ordered(firm, "a")
    firm.do("SubmitChangeOrder", LEADER, **AT)
    firm.do("ApproveChangeOrder", FINANCE, **AT, approved_on="2025-09-10", client_reference="PO")

    assert told(firm) == []


def test_a_close_taken_back_and_won_again_is_three_updates_of_one_deal(firm: Firm) -> None:
    firm.win("Deal")
    firm.do("ReopenOpportunity", opportunity_id=DEAL, reopened_on="2025-02-03", why="again")
    firm.do("CloseOpportunityWon", opportunity_id=DEAL, closed_on="2025-02-04")

    updates: list[DealUpdate] = told(firm)

    assert [(one.stage, one.project_code) for one in updates] == [
        ("won", "Deal"), ("engaging", "Deal"), ("won", "Deal-2"),
    ]  # fmt: skip
    assert {one.lane for one in updates} == {"Deal"}
    assert len({one.key for one in updates}) == 3
