"""A tax is overridden on evidence, by somebody else than who issues the invoice."""

from typing import Any

import pytest

from domain.actor import Actor
from domain.billing.holders import OtherContract
from domain.billing.lines import Overridden
from domain.billing.tax_override import InvoiceIssued, OwnOverride, TaxOverride
from domain.contracts.contract import TaxInsidePrice
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up
from tests.domain.samples_clauses import overridden, tax_code
from tests.domain.test_contract_taxes import expense, issue, time_of

TAXER = Actor("taxer", frozenset({"accountant"}), frozenset({"*"}))


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing, with a code that exempts."""
    stage = set_up(paper)
    paper.do("DefineTaxCode", **tax_code("EXEMPT", "19", exempt_reason="an embassy"))
    return stage


def override(paper: PaperFirm, at: Stage, **fields: Any) -> None:
    """Exempt the invoice to be that ``issue`` issues."""
    paper.do("OverrideTax", TAXER,
             **overridden(at.contract, "i", **{"tax_code": "EXEMPT", **fields}))  # fmt: skip


def test_an_overridden_tax_is_charged_posted_and_explained(paper: PaperFirm, at: Stage) -> None:
    before = paper.balances()["2300", "USD"][0]
    override(paper, at, evidence_sha256="ab" * 32)

    answer, lines = issue(paper, at.contract, time_of(at.approved))

    assert (answer.net, answer.tax, answer.gross) == (1200, 0, 1200)
    basis = lines[1].tax_basis
    note = Overridden("exempt by the ministry", "certificate 7", "ab" * 32, "taxer")
    assert (basis.code, basis.override) == ("EXEMPT", note)
    assert answer.steps == (
        "taxed by EXEMPT in place of what is agreed: exempt by the ministry (certificate 7)",
    )
    assert paper.balances()["2300", "USD"][0] == before


def test_it_reaches_the_kinds_it_names_and_leaves_the_rest(paper: PaperFirm, at: Stage) -> None:
    """The contract's fixed percentage taxes what the override leaves out."""
    override(paper, at, kinds=["expense"])

    answer, lines = issue(paper, at.contract, time_of(at.approved), expense(at.approved_expense))

    assert (answer.net, answer.tax) == (1250, 228)
    assert {line.kind: line.tax for line in lines.values()} == {"time": 228, "expense": 0}


def test_it_comes_before_the_contracts_codes(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD")
    override(paper, at, kinds=["expense"])

    answer, lines = issue(paper, at.contract, time_of(at.approved), expense(at.approved_expense))

    assert answer.tax == 228
    assert {line.tax_basis.code for line in lines.values()} == {"DE-STD", "EXEMPT"}


def test_a_credit_memo_takes_back_what_was_charged(paper: PaperFirm, at: Stage) -> None:
    paper.do("DefineTaxCode", **tax_code("LOW", "7"))
    override(paper, at, tax_code="LOW")
    issue(paper, at.contract, time_of(at.approved))

    memo: Any = paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=new("i"), why="x",
                         issued_on="2025-01-11", lines=[{"no": 1}]).answer  # fmt: skip

    assert (memo.net, memo.tax) == (1200, 84)


def test_who_overrides_a_tax_does_not_issue(paper: PaperFirm, at: Stage) -> None:
    paper.do("OverrideTax", **overridden(at.contract, "i"))

    paper.refuses(OwnOverride, "IssueInvoice", invoice_id=new("i"), contract_id=at.contract,
                  issued_on="2025-01-10", sources=[time_of(at.approved)])  # fmt: skip


def test_it_is_given_before_the_invoice_and_for_its_contract(paper: PaperFirm, at: Stage) -> None:
    override(paper, at)
    paper.refuses(OtherContract, "OverrideTax", TAXER, **overridden(at.fixed_contract, "i"))
    paper.refuses(NotFound, "OverrideTax", **overridden(at.contract, "i", tax_code="NONE"))
    issue(paper, at.contract, time_of(at.approved))

    paper.refuses(InvoiceIssued, "OverrideTax", TAXER, **overridden(at.contract, "i"))
    paper.refuses(InvoiceIssued, "WithdrawTaxOverride", TAXER, invoice_id=new("i"), why="late")


def test_another_contract_does_not_use_it(paper: PaperFirm, at: Stage) -> None:
    paper.do("OverrideTax", TAXER, **overridden(at.fixed_contract, "i"))

    paper.refuses(OtherContract, "IssueInvoice", invoice_id=new("i"), contract_id=at.contract,
                  issued_on="2025-01-10", sources=[time_of(at.approved)])  # fmt: skip


def test_the_last_one_holds_and_one_withdrawn_does_not(paper: PaperFirm, at: Stage) -> None:
    override(paper, at)
    override(paper, at)
    override(paper, at, tax_code="DE-STD")
    paper.refuses(NotFound, "WithdrawTaxOverride", invoice_id=new("none"), why="x")
    paper.do("WithdrawTaxOverride", TAXER, invoice_id=new("i"), why="the certificate lapsed")
    paper.do("WithdrawTaxOverride", TAXER, invoice_id=new("i"), why="again")

    answer, lines = issue(paper, at.contract, time_of(at.approved))

    assert (answer.tax, lines[1].tax_basis) == (228, None)
    told = [one for one in paper.all(TaxOverride.Changed) if one.other.code == "DE-STD"]
    assert (len(told), len(paper.all(TaxOverride.Withdrawn))) == (1, 1)


def test_what_is_earned_at_once_takes_no_tax_inside_its_price(paper: PaperFirm, at: Stage) -> None:
    paper.do("DefineTaxCode", **tax_code("GROSS", "19", included=True))
    override(paper, at, tax_code="GROSS")

    paper.refuses(TaxInsidePrice, "IssueInvoice", invoice_id=new("i"), contract_id=at.contract,
                  issued_on="2025-01-10", sources=[time_of(at.approved)])  # fmt: skip
