"""Consolidated invoices on a real database: by a billing run, at once, checked and read."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from api.commands import run_billing
from api.commands.run_billing import issue_all, prepare, propose
from api.commands.verify import verdicts
from domain.billing.consolidated import ConsolidatedInvoice
from domain.billing.run_commands import run_document_id
from domain.errors import Refusal
from domain.identity import named_id
from tests.adapters.writers import crowd, made, store_at
from tests.domain.named import new
from tests.domain.samples_consolidated import deals, part
from tests.firm import CHIEF, Firm
from tests.projections.faults import rewrite

RUN = named_id("run", "consolidated")
ON = date(2025, 1, 9)
TOGETHER = run_document_id(RUN, "ACME USD")
D = Decimal


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """A client who wants one document, with work of 150.00 and 300.00 USD."""
    firm.do("SetConsolidation", client_id=firm.client, consolidate=True)
    for minutes, (contract, project) in enumerate(deals(firm, "First", "Second"), 1):
        part(firm, contract, project, 60 * minutes)
    firm.settle()
    return firm


def approved(firm: Firm, exclude: str = "") -> list[Any]:
    """Propose, put on record and agree; what was proposed."""
    known, found = propose(firm.system, "DE01", ON, ON, RUN)
    firm.system.store.execute(prepare(RUN, "DE01", ON, ON, known, found), run_billing.operator())
    for one in found:
        if one.name == exclude:
            firm.do("ExcludeFromRun", run_id=RUN, contract_id=one.given.contract_id, why="later")
    firm.do("ApproveRun", CHIEF, run_id=RUN)
    return found


def rows(firm: Firm, statement: str) -> list[Any]:
    firm.settle()
    with firm.system.connect() as conn:
        return conn.execute(statement).fetchall()


def test_a_run_bills_a_client_who_wants_it_on_one_document(busy: Firm) -> None:
    found = approved(busy)

    assert {one.given.together for one in found} == {"ACME USD"}
    assert issue_all(busy.system, RUN) == (["DE01-INV-2025-00001"], [])
    assert issue_all(busy.system, RUN) == ([], [])
    [document] = busy.store.load_fresh([TOGETHER]).values()
    assert isinstance(document, ConsolidatedInvoice)
    assert document.total == sum(one.given.net for one in found) == D("450.00")
    told = rows(busy, "SELECT number, document_id FROM invoices ORDER BY number")
    assert told == [(f"DE01-INV-2025-00001/{no}", TOGETHER) for no in (1, 2)]
    assert rows(busy, "SELECT number, total FROM consolidated_invoices") == [
        ("DE01-INV-2025-00001", D("450.00"))
    ]


def test_what_is_left_alone_is_an_ordinary_invoice(busy: Firm) -> None:
    approved(busy, exclude="First")

    assert issue_all(busy.system, RUN) == (["DE01-INV-2025-00001"], [])
    assert rows(busy, "SELECT number, document_id FROM invoices") == [
        ("DE01-INV-2025-00001", None)
    ]


def test_the_smallest_worth_an_invoice_is_asked_of_the_document(busy: Firm) -> None:
    enough = propose(busy.system, "DE01", ON, ON, RUN, {"USD": D("450.00")})[1]
    short = propose(busy.system, "DE01", ON, ON, RUN, {"USD": D("450.01")})[1]

    assert {one.given.blocker for one in enough} == {""}
    assert {one.given.blocker for one in short} == {"BELOW_MINIMUM"}


def test_a_part_billed_meanwhile_refuses_the_document_and_names_its_contract(busy: Firm) -> None:
    found = approved(busy)
    [second] = [one.given for one in found if one.name == "Second"]
    busy.do("IssueInvoice", invoice_id=new("i"), contract_id=second.contract_id, issued_on=ON,
            sources=[ref.model_dump() for ref in second.sources])  # fmt: skip

    numbers, [(_, refusal)] = issue_all(busy.system, RUN)

    assert (numbers, refusal.code) == ([], "NOT_BILLABLE")
    assert str(refusal).startswith("contract Second: ")


def test_two_documents_of_the_same_work_at_once_admit_one(busy: Firm) -> None:
    parts = [{"contract_id": one.given.contract_id,
              "sources": [ref.model_dump() for ref in one.given.sources]}
             for one in propose(busy.system, "DE01", ON, ON, RUN)[1]]  # fmt: skip

    def issue(store: Any, name: str) -> str:
        command = made("IssueConsolidatedInvoice", document_id=new(name), issued_on=ON,
                       parts=parts)  # fmt: skip
        try:
            return str(store.execute(command, CHIEF).answer.number)
        except Refusal as refusal:
            return refusal.code

    with store_at(busy.system.addresses.pooled) as other:
        said = crowd([partial(issue, store, f"doc {no}")
                      for no, store in enumerate((busy.store, other))])  # fmt: skip

    assert sorted(said) == ["DE01-INV-2025-00001", "NOT_BILLABLE"]
    assert rows(busy, "SELECT count(*) FROM invoices") == [(2,)]


def numbers(firm: Firm) -> tuple[str, ...]:
    [found] = [one for one in verdicts(firm.system) if one.name == "document numbers gapless"]
    return found.findings


def test_verify_holds_numbers_and_parts(busy: Firm) -> None:
    approved(busy)
    issue_all(busy.system, RUN)
    busy.do("CreditConsolidatedInvoice", document_id=TOGETHER, issued_on=ON, why="again",
            restore=True)  # fmt: skip
    busy.settle()
    assert [one for one in verdicts(busy.system) if not one.holds] == []

    rewrite(busy, "billing.invoice_issued", lambda fact: fact.update(number="X/7"))
    rewrite(busy, "billing.consolidated_invoice_issued", lambda fact: fact.update(parts=[]))

    wrong, lone = numbers(busy)
    assert "X/7, due was DE01-INV-2025-00001/2" in wrong
    assert "does not have the parts before it" in lone
