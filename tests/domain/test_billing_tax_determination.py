"""What a tax engine determined is used by exactly the invoice it was asked for."""

from decimal import Decimal
from typing import Any

import pytest

from domain.billing.holders import OtherContract
from domain.billing.tax import BadTax
from domain.billing.tax_determination import (
    NotByEngine,
    TaxDetermination,
    TaxDeterminationStale,
    TaxNotDetermined,
    ToTax,
)
from domain.billing.tax_override import InvoiceIssued
from domain.money import AmountTooFine
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, draft, new, set_up
from tests.domain.samples_clauses import determined, overridden
from tests.domain.test_billing_tax_override import TAXER
from tests.domain.test_contract_taxes import expense, issue, time_of

STATE = {"name": "state", "jurisdiction": "US-CA", "rate_pct": "7.25", "base": "1200.00",
         "amount": "87.00"}  # fmt: skip
DISTRICT = {"name": "district", "jurisdiction": "US-CA-ALAMEDA", "rate_pct": "3.125",
            "base": "1200.00", "amount": "37.51"}  # fmt: skip
LINE = {"no": 1, "kind": "time", "net": "1200.00", "taxes": [STATE, DISTRICT]}


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing; an engine taxes its contract."""
    stage = set_up(paper)
    source(paper, stage)
    return stage


def source(paper: PaperFirm, at: Stage, **fields: Any) -> None:
    """Have the contract taxed by an engine."""
    given = {"engine": "taxes", "place": "US-CA", **fields}
    paper.do("SetTaxSource", contract_id=at.contract, **given)


def say(paper: PaperFirm, at: Stage, **fields: Any) -> None:
    """Record what the engine says of the invoice to be."""
    paper.do("RecordTaxDetermination", TAXER, **said(at, **fields))


def said(at: Stage, **fields: Any) -> dict[str, Any]:
    """What the engine says: its own cent of rounding is in it."""
    return determined(at.contract, "i", **{"lines": [LINE], **fields})


def bill(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields of the invoice to be."""
    return {"invoice_id": new("i"), "contract_id": at.contract, "issued_on": "2025-01-10",
            "sources": [time_of(at.approved)], **fields}  # fmt: skip


def asked(paper: PaperFirm, at: Stage) -> Any:
    """The question that issuing asks."""
    with pytest.raises(TaxNotDetermined) as refused:
        paper.do("IssueInvoice", **bill(at))
    return refused.value.question


def test_an_invoice_waits_and_says_what_to_ask(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(TaxNotDetermined, "IssueInvoice", **bill(at))

    question = asked(paper, at)
    assert question.lines == (ToTax(1, "time", question.lines[0].text, Decimal(1200)),)
    assert (question.engine, question.place, question.currency) == ("taxes", "US-CA", "USD")
    assert str(question.on) == "2025-01-10"


def test_it_is_taxed_to_the_cent_as_determined(paper: PaperFirm, at: Stage) -> None:
    """The engine rounds 37.50 to 37.51 for reasons of its own: that is charged."""
    before = paper.balances()["2300", "USD"][0]
    say(paper, at)

    answer, lines = issue(paper, at.contract, time_of(at.approved))

    assert (answer.net, answer.tax) == (1200, Decimal("124.51"))
    basis = lines[1].tax_basis
    assert (basis.determined.engine, basis.determined.reference) == ("taxes", "quote-1")
    assert basis.determined.jurisdictions == ("US-CA", "US-CA-ALAMEDA")
    assert [tax.amount for tax in basis.taxes] == [Decimal("87.00"), Decimal("37.51")]
    assert lines[1].tax_rate_pct == Decimal("10.375")
    assert answer.steps == ("taxes determined by taxes under quote-1",)
    assert paper.balances()["2300", "USD"][0] == before - Decimal("124.51")


@pytest.mark.parametrize(
    "other",
    [
        {"lines": [{**LINE, "net": "1200.01"}]},
        {"lines": [{**LINE, "no": 2}]},
        {"lines": [{**LINE, "kind": "expense"}]},
        {"lines": [LINE, {**LINE, "no": 2}]},
        {"on": "2025-01-09"},
        {"place": "US-NY"},
    ],
)
def test_what_was_determined_for_anything_else_is_stale(
    paper: PaperFirm, at: Stage, other: dict[str, Any]
) -> None:
    say(paper, at, **other)

    paper.refuses(TaxDeterminationStale, "IssueInvoice", **bill(at))


def test_a_line_more_makes_it_stale_until_it_is_asked_again(paper: PaperFirm, at: Stage) -> None:
    say(paper, at)
    more = bill(at, sources=[time_of(at.approved), expense(at.approved_expense)])
    paper.refuses(TaxDeterminationStale, "IssueInvoice", **more)
    lines = [{"no": 1, "kind": "expense", "net": "50.00"}, {**LINE, "no": 2}]

    say(paper, at, lines=lines, reference="quote-2")

    answer: Any = paper.do("IssueInvoice", **more).answer
    assert answer.tax == Decimal("124.51")


def test_the_same_answer_twice_is_one_fact(paper: PaperFirm, at: Stage) -> None:
    say(paper, at)
    say(paper, at)

    assert len(paper.all(TaxDetermination.Recorded)) == 1
    assert not paper.all(TaxDetermination.Renewed)


def test_an_answer_must_make_sense(paper: PaperFirm, at: Stage) -> None:
    fine = {**LINE, "taxes": [{**STATE, "amount": "87.001"}]}
    much = {**LINE, "taxes": [{**STATE, "amount": "1200.01"}]}
    other = draft(paper, "other")
    say(paper, at, invoice_id=new("elsewhere"))
    paper.do("SetTaxSource", contract_id=other, engine="taxes")

    paper.refuses(AmountTooFine, "RecordTaxDetermination", **said(at, lines=[fine]))
    paper.refuses(BadTax, "RecordTaxDetermination", **said(at, lines=[much]))
    paper.refuses(NotByEngine, "RecordTaxDetermination", **said(at, engine="others"))
    paper.refuses(OtherContract, "RecordTaxDetermination",
                  **said(at, invoice_id=new("elsewhere"), contract_id=other))  # fmt: skip
    say(paper, at)
    paper.do("IssueInvoice", **bill(at))
    paper.refuses(InvoiceIssued, "RecordTaxDetermination", **said(at, reference="late"))


def test_credits_take_back_the_determined_tax_in_proportion(paper: PaperFirm, at: Stage) -> None:
    say(paper, at)
    issue(paper, at.contract, time_of(at.approved))
    taxes = []
    for n in range(3):
        given = {"memo_id": new(f"m{n}"), "why": "x", "lines": [{"no": 1, "net": "400.00"}]}
        memo: Any = paper.do("IssueCreditMemo", invoice_id=new("i"), issued_on="2025-01-11",
                             **given).answer  # fmt: skip
        taxes.append(memo.tax)

    assert taxes == [Decimal("41.50"), Decimal("41.51"), Decimal("41.50")]
    assert sum(taxes) == Decimal("124.51")


def test_an_override_comes_before_the_engine(paper: PaperFirm, at: Stage) -> None:
    paper.do("OverrideTax", TAXER, **overridden(at.contract, "i", kinds=["time"]))

    assert issue(paper, at.contract, time_of(at.approved))[0].tax == 228


def test_without_an_engine_our_own_codes_tax_again(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD")
    paper.refuses(TaxNotDetermined, "IssueInvoice", **bill(at))

    source(paper, at, engine="")

    assert issue(paper, at.contract, time_of(at.approved))[0].tax == 228
