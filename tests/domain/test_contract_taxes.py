"""Documents are taxed by the codes of their contract, at the rates of their date."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.line_taxes import CodeRates, tax_lines
from domain.billing.lines import InvoiceLine, credited_taxes
from domain.billing.tax import BadTax, Tax
from domain.contracts.contract import Contract, TaxInsidePrice
from domain.contracts.price_commands import KindTwice
from domain.organisation.person import OverlappingRate
from domain.pricing.tax_code import NoTaxRate, TaxRates
from domain.request import AlreadyTaken
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, approved_expense, draft, new, set_up, usd
from tests.domain.samples_clauses import tax_code


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def time_of(pair: tuple[UUID, UUID]) -> dict[str, Any]:
    """A source of one entry."""
    return {"kind": "time", "holder_id": pair[0], "ids": [pair[1]]}


def expense(id_: UUID) -> dict[str, Any]:
    """A source of one expense."""
    return {"kind": "expense", "holder_id": id_, "ids": [id_]}


def issue(paper: PaperFirm, contract: UUID, *sources: dict[str, Any], **fields: Any) -> Any:
    """Issue an invoice; its answer and its lines."""
    given = {"invoice_id": new("i"), "issued_on": "2025-01-10", **fields}
    answer = paper.do("IssueInvoice", contract_id=contract, sources=sources, **given).answer
    return answer, paper.replayed(answer.id).lines


def tax(paper: PaperFirm, at: Stage, *taxes: dict[str, Any], **fields: Any) -> None:
    """Tax the contract by a code of these taxes."""
    paper.do("DefineTaxCode", **{**tax_code("T", "0"), "taxes": taxes})
    paper.do("SetContractTax", contract_id=at.contract, tax_code="T", **fields)


@pytest.fixture
def by_run(paper: PaperFirm, at: Stage) -> tuple[UUID, tuple[UUID, UUID]]:
    """A contract that a revenue run earns, and an approved hour of it at 119 USD."""
    card = new("gross card")
    paper.do("PublishRateCard", rate_card_id=card, name="gross", entity="DE01", currency="USD",
             lines=[{"hourly_rate": "119", "from_date": "2025-01-01"}])  # fmt: skip
    contract = draft(paper, "by run", rate_card_id=card, recognition="by_run")
    paper.do("ActivateContract", contract_id=contract, approved_by="order 9")
    paper.do("CreateProject", project_id=new("run project"), code="RUN", name="run",
             contract_id=contract)  # fmt: skip
    paper.rates(date(2025, 2, 10), USD="1.0320", GBP="0.8300")
    del at
    return contract, paper.work(new("run project"), date(2025, 2, 11), 60)


def test_a_line_says_by_what_it_was_taxed(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD")

    answer, lines = issue(paper, at.contract, time_of(at.approved))

    assert (answer.net, answer.tax, answer.gross) == (1200, 228, 1428)
    basis = lines[1].tax_basis
    assert (basis.code, basis.rates_from, basis.rounding) == ("DE-STD", date(2025, 1, 1), "line")
    assert [(one.name, one.base, one.charged) for one in basis.taxes] == [("VAT", 1200, 228)]
    assert lines[1].tax_rate_pct == 19


@pytest.mark.parametrize(("day", "rate"), [("2025-01-09", 19), ("2025-01-10", 20)])
def test_the_rate_is_that_of_the_documents_date(
    paper: PaperFirm, at: Stage, day: str, rate: int
) -> None:
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD")
    paper.do("SetTaxRates", entity="DE01", code="DE-STD", from_date="2025-01-10",
             taxes=[{"name": "VAT", "rate_pct": "20"}])  # fmt: skip

    answer, _ = issue(paper, at.contract, time_of(at.approved), issued_on=day)

    assert answer.tax == 12 * rate


def test_later_rates_leave_a_document_as_it_was(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD")
    issue(paper, at.contract, time_of(at.approved))
    paper.do("SetTaxRates", entity="DE01", code="DE-STD", from_date="2025-01-02",
             taxes=[{"name": "VAT", "rate_pct": "20"}])  # fmt: skip

    memo: Any = paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=new("i"), why="x",
                         issued_on="2025-01-11", lines=[{"no": 1}]).answer  # fmt: skip

    assert (memo.net, memo.tax, memo.gross) == (1200, 228, 1428)


def test_a_kind_of_thing_may_have_a_code_of_its_own(paper: PaperFirm, at: Stage) -> None:
    paper.do("DefineTaxCode", **tax_code("EXEMPT", "19", exempt_reason="passed on at cost"))
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD",
             by_kind=[{"kind": "expense", "tax_code": "EXEMPT"}])  # fmt: skip

    answer, lines = issue(paper, at.contract, time_of(at.approved), expense(at.approved_expense))

    assert (answer.net, answer.tax) == (1250, 228)
    taxed = {line.kind: line for line in lines.values()}
    assert taxed["expense"].tax_basis.taxes[0].note == "passed on at cost"
    assert taxed["expense"].tax_rate_pct == 0


def test_a_tax_may_be_on_another(paper: PaperFirm, at: Stage) -> None:
    """Quebec until 2012: provincial tax on the price and the federal tax."""
    tax(paper, at, {"name": "GST", "rate_pct": "5", "raises_base": True},
        {"name": "QST", "rate_pct": "9.5"})  # fmt: skip

    answer, lines = issue(paper, at.contract, time_of(at.approved))

    assert answer.tax == Decimal("179.70")
    assert [one.base for one in lines[1].tax_basis.taxes] == [1200, 1260]


def test_reverse_charge_is_shown_and_not_asked_for(paper: PaperFirm, at: Stage) -> None:
    tax(paper, at, {"name": "VAT", "rate_pct": "19", "reverse_charge": True})

    answer, lines = issue(paper, at.contract, time_of(at.approved))

    assert (answer.tax, answer.gross) == (0, 1200)
    (found,) = lines[1].tax_basis.taxes
    assert (found.amount, found.charged, found.note) == (228, 0, "reverse charge")


@pytest.mark.parametrize(("per_document", "asked"), [(False, "0.06"), (True, "0.07")])
def test_tax_is_rounded_a_line_or_once_a_document(
    paper: PaperFirm, at: Stage, *, per_document: bool, asked: str
) -> None:
    small = [approved_expense(paper, at.project, f"s{no}", net=usd("0.13")) for no in range(3)]
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD",
             per_document=per_document)  # fmt: skip

    answer, lines = issue(paper, at.contract, *map(expense, small))

    assert answer.tax == Decimal(asked)
    assert {line.tax_basis.rounding for line in lines.values()} == {
        "document" if per_document else "line"
    }


def test_a_price_with_tax_inside_is_billed_net_and_tax(paper: PaperFirm, by_run: Any) -> None:
    contract, hour = by_run
    paper.do("DefineTaxCode", **tax_code("GROSS", "19", included=True))
    paper.do("SetContractTax", contract_id=contract, tax_code="GROSS")
    paper.do("SetCap", contract_id=contract, name="all", limit="119.00")

    answer, lines = issue(paper, contract, time_of(hour), issued_on="2025-02-12")

    assert (answer.net, answer.tax, answer.gross) == (100, 19, 119)
    assert lines[1].price == 119
    assert paper.balances()["2300", "USD"][0] == -19 - 228
    memo = {"invoice_id": new("i"), "issued_on": "2025-02-12", "why": "x"}
    paper.do("IssueCreditMemo", memo_id=new("m"), **memo, lines=[{"no": 1, "restore": True}])
    answer, _ = issue(paper, contract, time_of(hour), invoice_id=new("again"),
                      issued_on="2025-02-12")  # fmt: skip
    assert (answer.gross, answer.written_down) == (119, 0)


def test_what_is_earned_at_once_is_priced_net(paper: PaperFirm, at: Stage) -> None:
    gross = [{"name": "VAT", "rate_pct": "19", "included": True}]
    paper.do("DefineTaxCode", **tax_code("GROSS", "19", included=True))
    paper.refuses(TaxInsidePrice, "SetContractTax", contract_id=at.contract, tax_code="GROSS")
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD")
    paper.do("SetTaxRates", entity="DE01", code="DE-STD", from_date="2025-01-09", taxes=gross)

    paper.refuses(TaxInsidePrice, "IssueInvoice", contract_id=at.contract, invoice_id=new("i"),
                  issued_on="2025-01-10", sources=[time_of(at.approved)])  # fmt: skip


def test_a_code_has_rates_from_a_day_on(paper: PaperFirm, at: Stage) -> None:
    late = {**tax_code("LATE", "19"), "from_date": "2025-01-11"}
    paper.do("DefineTaxCode", **late)
    paper.refuses(AlreadyTaken, "DefineTaxCode", **late)
    paper.do("SetContractTax", contract_id=at.contract, tax_code="LATE")

    paper.refuses(NoTaxRate, "IssueInvoice", contract_id=at.contract, invoice_id=new("i"),
                  issued_on="2025-01-10", sources=[time_of(at.approved)])  # fmt: skip


def test_rates_of_a_day_are_said_once(paper: PaperFirm, at: Stage) -> None:
    del at
    given = {"entity": "DE01", "code": "DE-STD", "from_date": "2025-01-01"}
    before = len(paper.facts)

    paper.do("SetTaxRates", **given, taxes=[{"name": "VAT", "rate_pct": "19"}])

    assert len(paper.facts) == before
    other = [{"name": "VAT", "rate_pct": "18"}]
    paper.refuses(OverlappingRate, "SetTaxRates", **given, taxes=other)
    paper.refuses(NotFound, "SetTaxRates", **{**given, "code": "NONE"}, taxes=other)


def test_a_tax_that_taxes_nothing_sensibly_is_refused(paper: PaperFirm, at: Stage) -> None:
    del at
    inside = [{"name": "VAT", "rate_pct": "19", "included": True, "reverse_charge": True}]
    given = {**tax_code("BAD", "19"), "taxes": inside}

    paper.refuses(BadTax, "DefineTaxCode", **given)
    rates = {"entity": "DE01", "code": "DE-STD", "from_date": "2025-03-01"}
    paper.refuses(BadTax, "SetTaxRates", **rates, taxes=inside)
    whole = [{"name": "VAT", "rate_pct": "100", "kind": "division"}]
    paper.refuses(BadTax, "SetTaxRates", **rates, taxes=whole)


def test_a_contract_names_codes_that_are_there_once(paper: PaperFirm, at: Stage) -> None:
    given = {"contract_id": at.contract, "tax_code": "DE-STD"}
    twice = [{"kind": "time", "tax_code": "DE-STD"}] * 2

    paper.refuses(KindTwice, "SetContractTax", **given, by_kind=twice)
    paper.refuses(NotFound, "SetContractTax", contract_id=at.contract, tax_code="NONE")
    paper.do("SetContractTax", **given)
    paper.do("SetContractTax", **given)

    assert len(paper.all(Contract.TaxSet)) == 1


TAXES = st.lists(
    st.builds(
        lambda rate, raises, turned: Tax(f"tax {rate}", Decimal(rate) / 1000,
                                         raises_base=raises, reverse_charge=turned),
        st.integers(0, 30_000), st.booleans(), st.booleans(),
    ),
    max_size=3,
)  # fmt: skip


@given(TAXES, st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.booleans())
def test_the_taxes_of_memos_sum_to_those_of_the_line(
    taxes: list[Tax],
    parts: list[int],
    per_document: bool,
) -> None:
    net = Decimal(sum(parts)) / 100
    line = InvoiceLine(1, "time", "", Decimal(1), net, net, Decimal(0), Decimal(0), ())
    rates = CodeRates("T", TaxRates(date(2025, 1, 1), tuple(taxes)))

    (taxed,) = tax_lines([line], lambda _: rates, "EUR", per_document=per_document)

    back = [Decimal(0)] * len(taxes)
    before = Decimal(0)
    for part in parts:
        after = before + Decimal(part) / 100
        found = credited_taxes(taxed, before, after, "EUR")
        assert all(one.charged >= 0 for one in found)
        back = [sum_ + one.charged for sum_, one in zip(back, found, strict=True)]
        before = after
    assert taxed.tax_basis is not None
    assert back == [one.charged for one in taxed.tax_basis.taxes]
    assert sum(back) == taxed.tax
