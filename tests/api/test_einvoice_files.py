"""E-invoices from commands to bytes: over HTTP, in GraphQL's words, and only for who may see."""

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from click.testing import CliRunner

from adapters.exports.einvoice.rules import NAMES, broken, parsed
from api.cli import throughline
from domain.billing.consolidated import part_id
from domain.identity import named_id
from tests.api.serving import Served
from tests.domain.named import new
from tests.domain.samples_consolidated import issue, part

FROM = {"from_date": "2025-01-01"}
SELLER = {"entity": "DE01", "city": "Kiel", "vat_id": "DE999999999", "endpoint": "DE999999999",
          "endpoint_scheme": "9930"}  # fmt: skip
BUYER = {"country": "US", "city": "Springfield", "endpoint": "0000000000000",
         "endpoint_scheme": "0088", "buyer_reference": "R-1"}  # fmt: skip
FILES = "{ invoices(first: 9) { nodes { number file creditMemos(first: 9) { nodes { file } } } } }"


@pytest.fixture(scope="module")
def complete(api: Served) -> Served:
    """Everything is known of both, and some of the invoice is credited."""
    api.firm.do("SetEntityDetails", **FROM, **SELLER)
    api.firm.do("SetClientDetails", client_id=api.firm.client, **FROM, **BUYER)
    api.firm.do("IssueCreditMemo", memo_id=named_id("memo", "M1"), invoice_id=api.invoice,
                issued_on=date(2025, 1, 14), why="cut",
                lines=[{"no": 1, "net": "100.00"}])  # fmt: skip
    api.firm.settle()
    return api


def got(api: Served, path: str, key: str | None = None) -> tuple[int, bytes]:
    found = api.http.get(path, headers={"authorization": f"Bearer {key or api.key}"})
    return found.status_code, found.content


def amounts(root: Element, path: str) -> list[tuple[str | None, str | None]]:
    return [(one.get("currencyID"), one.text) for one in root.findall(path, NAMES)]


def test_an_invoice_of_firms_nothing_is_known_of_says_what_is_missing(api: Served) -> None:
    found = api.http.get("/e-invoices/DE01-INV-2025-00001",
                         headers={"authorization": f"Bearer {api.key}"})  # fmt: skip

    assert found.status_code == 400
    assert found.json()["code"] == "EINVOICE_INCOMPLETE"
    for what in ("seller's VAT number", "buyer's country", "buyer's reference"):
        assert what in found.json()["message"]


def test_an_invoice_and_its_memo_are_files_by_the_rules(complete: Served) -> None:
    [invoice] = complete.data(FILES)["invoices"]["nodes"]
    files = [invoice["file"], *(memo["file"] for memo in invoice["creditMemos"]["nodes"])]

    said = [got(complete, path) for path in files]

    assert files == ["/e-invoices/DE01-INV-2025-00001", "/e-invoices/DE01-CM-2025-00001"]
    assert [status for status, _ in said] == [200, 200]
    assert not [broken(content) for _, content in said if broken(content)]
    billed, credited = (parsed(content) for _, content in said)
    payable = "cac:LegalMonetaryTotal/cbc:PayableAmount"
    assert amounts(billed, payable) == [("USD", "2856.00")]
    assert amounts(billed, "cac:TaxTotal/cbc:TaxAmount") == [("USD", "456.00"), ("EUR", "447.15")]
    assert amounts(credited, payable) == [("USD", "119.00")]


def test_a_file_is_kept_under_its_number(complete: Served) -> None:
    found = complete.http.get("/e-invoices/DE01-INV-2025-00001",
                              headers={"authorization": f"Bearer {complete.key}"})  # fmt: skip

    assert found.headers["content-type"] == "application/xml"
    assert found.headers["content-disposition"].endswith('filename="DE01-INV-2025-00001.xml"')


def test_only_who_reads_invoices_of_the_entity_gets_one(complete: Served) -> None:
    path = "/e-invoices/DE01-INV-2025-00001"
    elsewhere = complete.issue("billing", entities=("US01",))

    assert got(complete, path, complete.issue("resource"))[0] == 403
    assert got(complete, path, elsewhere)[0] == 404
    assert got(complete, "/e-invoices/DE01-INV-2025-00099")[0] == 404
    assert complete.http.get(path).status_code == 401


def test_the_command_line_writes_the_same_file(
    complete: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("api.commands.export.opened", lambda _: nullcontext(complete.firm.system))
    path, asked = tmp_path / "memo.xml", ["export", "einvoice", "DE01-CM-2025-00001"]

    shown = CliRunner().invoke(throughline, asked)
    kept = CliRunner().invoke(throughline, [*asked, "--output", str(path)])

    assert (shown.exit_code, kept.exit_code) == (0, 0)
    assert shown.stdout_bytes == path.read_bytes()
    assert (200, path.read_bytes()) == got(complete, "/e-invoices/DE01-CM-2025-00001")


def test_a_consolidated_invoice_is_one_file_of_all_its_parts(complete: Served) -> None:
    firm = complete.firm
    parts = [part(firm, *firm.win(name, tax_rate_pct="19")) for name in ("Advice", "Training")]
    issued = issue(firm, "both", parts)
    firm.do("IssueCreditMemo", memo_id=named_id("memo", "M2"), why="cut",
            invoice_id=part_id(new("both"), parts[1]["contract_id"]),
            issued_on=date(2025, 1, 14), lines=[{"no": 1, "net": "10.00"}])  # fmt: skip
    firm.settle()
    [document] = complete.data("""{ consolidatedInvoices(first: 1) { nodes {
        number file parts(first: 2) { nodes { file creditMemos(first: 1) { nodes { file } } } }
    } } }""")["consolidatedInvoices"]["nodes"]
    memo = document["parts"]["nodes"][1]["creditMemos"]["nodes"][0]["file"]

    (status, content), (_, credited) = got(complete, document["file"]), got(complete, memo)

    assert status == 200
    assert not broken(content)
    assert not broken(credited)
    assert {one["file"] for one in document["parts"]["nodes"]} == {document["file"]}
    said, back = parsed(content), parsed(credited)
    assert amounts(said, "cac:LegalMonetaryTotal/cbc:PayableAmount") == [("USD", "357.00")]
    assert len(said.findall("cac:InvoiceLine", NAMES)) == 2
    reference = "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"
    assert [one.text for one in back.findall(reference, NAMES)] == [issued.number]
