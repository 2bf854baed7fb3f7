"""What a run leaves out by itself, and the readiness that issuing and exporting share."""

from datetime import date
from decimal import Decimal

import pytest

from adapters.delivery_port import Unsupported
from adapters.documents import Invoice
from adapters.sandbox_accounting import mapping
from domain.billing.readiness import NotExportReady, lacking
from domain.billing.run import ProposalBlocked
from domain.billing.run_rules import after, before
from domain.organisation.client import Client
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, samples, set_up

READY = {"run_id": new("approved run")}


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing, with an approved run."""
    return set_up(paper)


def test_a_parked_client_is_passed_over_before_anything_else() -> None:
    found = before("ACME", "a dispute", 0, "2 held: 5 EUR")

    assert found is not None
    assert (found.code, found.text) == ("CLIENT_PARKED", "client ACME is parked: a dispute")


def test_only_where_all_is_held_nothing_is_billed() -> None:
    held = before("ACME", "", 0, "2 held: 5 EUR")

    assert held is not None
    assert (held.code, held.text) == ("BILLABLE_HELD", "2 held: 5 EUR")
    assert before("ACME", "", 1, "2 held: 5 EUR") is None


def test_an_amount_below_the_minimum_of_its_currency_waits() -> None:
    minimums = {"EUR": Decimal(50)}

    small = after(Decimal("49.99"), "EUR", minimums)

    assert small is not None
    assert small.code == "BELOW_MINIMUM"
    assert after(Decimal(50), "EUR", minimums) is None
    assert after(Decimal(1), "USD", minimums) is None


@pytest.mark.parametrize(
    ("code", "name", "count"), [("C1", "A", 0), ("C1", " ", 1), (" .. ", "A", 1), (" ", "", 2)]
)
def test_a_client_needs_a_name_and_a_code_that_is_no_step(
    code: str, name: str, count: int
) -> None:
    assert len(lacking(code, name)) == count


def test_what_the_accounting_system_would_refuse_is_not_issued(
    paper: PaperFirm, at: Stage
) -> None:
    client = new("nameless")
    paper.do("RegisterClient", client_id=client, code="..", name=" ", entity="DE01",
             currency="USD")  # fmt: skip
    given = samples(paper, at)["DraftContract"]
    paper.do("DraftContract", **{**given, "contract_id": new("nl"), "client_id": client,
                                 "billing_model": "time_and_materials",
                                 "rate_card_id": paper.card})  # fmt: skip
    paper.do("ActivateContract", contract_id=new("nl"), approved_by="order 8")
    paper.do("CreateProject", project_id=new("nlp"), code="NL", name="nl", contract_id=new("nl"))
    work = paper.work(new("nlp"), date(2025, 1, 9))

    refusal = paper.refuses(
        NotExportReady, "IssueInvoice", invoice_id=new("nli"), contract_id=new("nl"),
        issued_on="2025-01-10", sources=[{"kind": "time", "holder_id": work[0], "ids": [work[1]]}],
    )  # fmt: skip

    assert refusal.message == "the client has no name; the client's code '..' names no contact"


def test_what_was_issued_before_there_was_the_rule_is_unsupported() -> None:
    said = Invoice(
        key="i", entity="DE01", client_code="..", client_name="Fictional", number="1",
        issued_on=date(2025, 1, 10), due_on=date(2025, 1, 10), currency="EUR", lines=(),
        net=Decimal(0), tax=Decimal(0), total=Decimal(0),
    )  # fmt: skip

    with pytest.raises(Unsupported, match="names no contact"):
        mapping.contact(said)


def test_a_client_parked_after_approval_is_not_billed_by_the_run(
    paper: PaperFirm, at: Stage
) -> None:
    paper.do("ParkClient", client_id=paper.client, why="a dispute")
    paper.do("ParkClient", client_id=paper.client, why="again")

    refusal = paper.refuses(ProposalBlocked, "IssueFromRun", **READY, contract_id=at.contract)
    assert refusal.message == "client ACME is parked: a dispute"
    assert len(paper.all(Client.Parked)) == 2  # the sample's and this one

    paper.do("UnparkClient", client_id=paper.client)
    paper.do("IssueFromRun", **READY, contract_id=at.contract)
