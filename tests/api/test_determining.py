"""Invoices of contracts that a tax engine taxes: asked, recorded, issued, told; or not at all."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from adapters.documents import read
from adapters.sandbox.faults import Fault, Faulty
from adapters.sandbox.serve import running
from adapters.sandbox.tax import tax
from adapters.sandbox_tax.client import TaxClient
from adapters.tax_port import asking
from api.commands import run_billing
from api.commands.run_billing import issue_all, prepare, propose
from api.determining import determined_first, recording
from domain.billing.invoice_commands import IssueInvoice
from domain.billing.tax_determination import (
    TaxEngineRefused,
    TaxEngineUnavailable,
    TaxNotDetermined,
)
from domain.identity import named_id
from projections.billing_inputs import to_bill
from tests.firm import CHIEF, Firm

RUN = named_id("run", "January")
ON = date(2025, 1, 31)
DOWN = [Fault(kind="error_before_commit", endpoint="POST /quotes", times=2)]
LOG = "SELECT topic FROM events WHERE position > %s ORDER BY position"


@pytest.fixture
def app() -> Faulty:
    return tax()


@pytest.fixture
def http(app: Faulty) -> Iterator[httpx.Client]:
    with running(app) as url, httpx.Client(base_url=url, timeout=1) as client:
        yield client


@pytest.fixture
def taxed(firm: Firm, http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """A contract in California with 8 unbilled hours, 1,200 USD; the engine is connected."""
    firm.rates(date(2025, 1, 28), USD="1.04", GBP="0.83")
    contract, project = firm.win("West")
    firm.work(project, date(2025, 1, 3))
    firm.do("SetTaxSource", contract_id=contract, engine="sandbox", place="US-CA-94501")
    firm.settle()
    monkeypatch.setitem(vars(firm.system), "determine", asking(TaxClient(http)))
    return firm


def invoice(firm: Firm, **fields: Any) -> IssueInvoice:
    """All that is unbilled, as an invoice of January."""
    with firm.system.connect() as conn:
        [one] = to_bill(conn, "DE01", ON)
    given = run_billing.rehearsal(one, ON, RUN).model_dump()
    return IssueInvoice.model_validate({**given, **fields})


def since(firm: Firm, position: int = 0) -> list[str]:
    """Topics recorded after a position."""
    with firm.system.connect() as conn:
        return [row[0] for row in conn.execute(LOG, [position]).fetchall()]


def issue(firm: Firm) -> Any:
    """Issue it, asking the engine first."""
    system = firm.system
    return determined_first(system.store, CHIEF, invoice(firm), system.determine)


def approved(firm: Firm) -> Any:
    """Prepare and approve the run; its only proposal."""
    known, found = propose(firm.system, "DE01", ON, ON, RUN)
    firm.system.store.execute(prepare(RUN, "DE01", ON, ON, known, found), run_billing.operator())
    firm.do("ApproveRun", CHIEF, run_id=RUN)
    [one] = found
    return one.given


def test_the_engine_is_asked_and_its_answer_stands_before_the_invoice(taxed: Firm) -> None:
    before = len(since(taxed))

    answer: Any = issue(taxed).answer

    assert answer.tax == Decimal("124.50")
    topics = since(taxed)[before:]
    assert topics[0] == "billing.tax_determined"
    assert "billing.invoice_issued" in topics[1:]


def test_a_lost_answer_of_the_engine_changes_nothing(taxed: Firm, app: Faulty) -> None:
    app.set([Fault(kind="lost_answer", endpoint="POST /quotes", times=1)])

    assert issue(taxed).answer.tax == Decimal("124.50")
    assert since(taxed).count("billing.tax_determined") == 1


def test_said_twice_it_is_issued_once(taxed: Firm) -> None:
    command = invoice(taxed)
    system = taxed.system
    first, again = (determined_first(system.store, CHIEF, command, system.determine)
                    for _ in range(2))  # fmt: skip

    assert again.repeated
    assert again.answer == first.answer
    assert since(taxed).count("billing.invoice_issued") == 1


def test_an_engine_that_is_down_leaves_nothing_half_done(taxed: Firm, app: Faulty) -> None:
    before, command = since(taxed), invoice(taxed)
    app.set(DOWN)
    with pytest.raises(TaxEngineUnavailable):
        determined_first(taxed.system.store, CHIEF, command, taxed.system.determine)

    assert since(taxed) == before
    again: Any = determined_first(taxed.system.store, CHIEF, command, taxed.system.determine)
    assert again.answer.tax == Decimal("124.50")


def test_an_engine_that_says_no_leaves_nothing_half_done(taxed: Firm) -> None:
    command = invoice(taxed)
    taxed.do("SetTaxSource", contract_id=command.contract_id, engine="sandbox", place="MARS")
    before = since(taxed)

    with pytest.raises(TaxEngineRefused):
        determined_first(taxed.system.store, CHIEF, command, taxed.system.determine)

    assert since(taxed) == before


def test_what_became_stale_is_asked_again(taxed: Firm) -> None:
    command = invoice(taxed)
    taxed.system.store.execute(run_recording(taxed, command), CHIEF)
    other = IssueInvoice.model_validate(
        {**command.model_dump(), "discount_pct": "10", "discount_why": "goodwill"}
    )

    answer: Any = determined_first(taxed.system.store, CHIEF, other, taxed.system.determine).answer

    assert (answer.net, answer.tax) == (1080, Decimal("112.05"))
    assert since(taxed).count("billing.tax_determined_again") == 1


def run_recording(firm: Firm, command: IssueInvoice) -> Any:
    """The command that records what the engine says of an invoice."""
    with pytest.raises(TaxNotDetermined) as refused:
        firm.system.store.execute(command, CHIEF)
    assert firm.system.determine
    return recording(refused.value.question, firm.system.determine(refused.value.question))


@pytest.mark.parametrize("dry", [True, False])
def test_a_dry_run_or_no_engine_asks_nobody(taxed: Firm, *, dry: bool) -> None:
    command = invoice(taxed, dry_run=dry)
    determine = taxed.system.determine if dry else None

    with pytest.raises(TaxNotDetermined):
        determined_first(taxed.system.store, CHIEF, command, determine)


def test_a_run_proposes_with_the_tax_and_issues_so(taxed: Firm) -> None:
    before = len(since(taxed))
    assert propose(taxed.system, "DE01", ON, ON, RUN)[1][0].given.tax == Decimal("124.50")
    assert len(since(taxed)) == before, "a rehearsal records nothing"
    proposed = approved(taxed)

    numbers, refused = issue_all(taxed.system, RUN)

    assert (proposed.blocker, proposed.tax) == ("", Decimal("124.50"))
    assert (len(numbers), refused) == (1, [])
    assert issue_all(taxed.system, RUN) == ([], [])


def test_an_engine_that_is_down_blocks_the_proposal(taxed: Firm, app: Faulty) -> None:
    app.set(DOWN)
    assert propose(taxed.system, "DE01", ON, ON, RUN)[1][0].given.blocker == (
        "TAX_ENGINE_UNAVAILABLE"
    )


def test_a_run_whose_engine_is_down_issues_when_it_is_back(taxed: Firm, app: Faulty) -> None:
    approved(taxed)
    app.set(DOWN)

    [(_, why)] = issue_all(taxed.system, RUN)[1]
    assert why.code == "TAX_ENGINE_UNAVAILABLE"
    assert "billing.tax_determined" not in since(taxed)
    assert len(issue_all(taxed.system, RUN)[0]) == 1


def test_the_engine_is_told_of_the_invoice_and_its_credit(taxed: Firm, http: httpx.Client) -> None:
    issued = issue(taxed).answer
    taxed.do("IssueCreditMemo", memo_id=named_id("memo", "w"), invoice_id=issued.id, why="less",
             issued_on=ON, lines=[{"no": 1, "net": "400.00"}])  # fmt: skip
    taxed.settle()
    with taxed.system.connect() as conn:
        told = conn.execute("SELECT document FROM deliveries WHERE connection = 'tax'"
                            " ORDER BY position").fetchall()  # fmt: skip
    for document in (read(row[0]) for row in told):
        TaxClient(http).send(document, document.key)

    sales = http.get("/sales").json()["items"]
    assert [(one["amount"], one["tax"]) for one in sales] == [
        ("1200.00", "124.50"), ("-400.00", "-41.50"),
    ]  # fmt: skip
    assert sales[0]["quote"] == "quote-0000001"
