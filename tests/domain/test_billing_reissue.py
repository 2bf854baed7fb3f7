"""An invoice taken back as a whole: void, or void and billed again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.billing.invoice import Invoice
from domain.billing.reissue_commands import InvoiceTouched, VoidTooLate
from domain.consumption import BilledElsewhere
from domain.contracts.account import ContractAccount
from domain.contracts.clauses import OrderExhausted
from domain.identity import named_id
from domain.ledger.period import PeriodClosed
from domain.request import AlreadyTaken
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import UNKNOWN, Stage, new, pay, set_up, usd
from tests.domain.samples_clauses import taken_back


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing; its invoice of 7 January asks for 1,200 USD and 228 of tax."""
    return set_up(paper)


def void(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields that void the invoice on 9 January."""
    return {**taken_back(at), "issued_on": "2025-01-09", **fields}


def rebill(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields that bill the invoice's work again on 10 January."""
    return {**taken_back(at), "issued_on": "2025-01-10", "new_invoice_id": new("i6"), **fields}


def touch(paper: PaperFirm, at: Stage) -> None:
    """Pay some of the invoice."""
    paper.do("ApplyPayment", payment_id=pay(paper, "5", "B5"), invoice_id=at.invoice,
             amount=usd("1.00"), applied_on="2025-01-08")  # fmt: skip


def test_a_void_invoice_leaves_nothing_and_its_work_is_billable(
    paper: PaperFirm, at: Stage
) -> None:
    before = paper.balances()

    answer: Any = paper.do("VoidInvoice", **void(at)).answer

    assert (answer.number, answer.gross) == ("DE01-CM-2025-00001", 1428)
    after = paper.balances()
    moved = {code: after[code, "USD"][0] - before[code, "USD"][0]
             for code in ("1100", "1200", "2300")}  # fmt: skip
    assert moved == {"1100": -1428, "1200": 1200, "2300": 228}
    assert paper.replayed(at.invoice).open == 0
    source = {"kind": "time", "holder_id": at.billed[0], "ids": [at.billed[1]]}
    paper.do("IssueInvoice", invoice_id=new("i"), contract_id=at.contract,
             issued_on="2025-01-10", sources=[source])  # fmt: skip


def test_only_an_untouched_invoice_is_void(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(NotFound, "VoidInvoice", **void(at, invoice_id=UNKNOWN))
    touch(paper, at)

    paper.refuses(InvoiceTouched, "VoidInvoice", **void(at))
    paper.refuses(InvoiceTouched, "RebillInvoice", **rebill(at))


def test_an_invoice_is_void_once(paper: PaperFirm, at: Stage) -> None:
    paper.do("VoidInvoice", **void(at))

    paper.refuses(InvoiceTouched, "VoidInvoice", **void(at, memo_id=new("other")))


@pytest.mark.parametrize("day", ["2025-02-01", "2025-01-06", "2024-12-31"])
def test_an_invoice_is_void_in_its_own_month_and_not_before_it(
    paper: PaperFirm, at: Stage, day: str
) -> None:
    paper.refuses(VoidTooLate, "VoidInvoice", **void(at, issued_on=day))


def test_an_invoice_of_a_closed_month_is_not_void(paper: PaperFirm, at: Stage) -> None:
    paper.do("SoftClosePeriod", entity="DE01", month="2025-01-01")
    paper.do("HardClosePeriod", entity="DE01", month="2025-01-01")

    paper.refuses(PeriodClosed, "VoidInvoice", **void(at))
    paper.do("RebillInvoice", **rebill(at, issued_on="2025-02-03"))


def test_a_memo_has_an_id_of_its_own(paper: PaperFirm, at: Stage) -> None:
    other, pair = new("other"), (at.approved[0], at.approved[1])
    paper.bill("other", at.contract, date(2025, 1, 8), pair)
    paper.do("IssueCreditMemo", memo_id=other, invoice_id=named_id("invoice", "other"), why="x",
             issued_on="2025-01-08", lines=[{"no": 1, "net": "1.00"}])  # fmt: skip
    taken = paper.last(Invoice.Credited).memo_id

    paper.refuses(AlreadyTaken, "VoidInvoice", **void(at, memo_id=taken))
    paper.refuses(AlreadyTaken, "RebillInvoice", **rebill(at, memo_id=taken))
    paper.refuses(AlreadyTaken, "RebillInvoice", **rebill(at, new_invoice_id=at.invoice))


def test_work_is_billed_again_by_the_terms_of_today(paper: PaperFirm, at: Stage) -> None:
    paper.do("AttachPurchaseOrder", contract_id=at.contract, number="PO-9", limit="1200.00")
    paper.do("SetContractTax", contract_id=at.contract, tax_code="DE-STD")

    answer: Any = paper.do("RebillInvoice", **rebill(at, discount_pct="10")).answer

    assert answer.memo_number == "DE01-CM-2025-00001"
    assert (answer.net, answer.tax, answer.discount) == (1080, Decimal("205.20"), 120)
    again = paper.replayed(new("i6"))
    assert again.purchase_order == "PO-9"
    assert again.lines[1].tax_basis.code == "DE-STD"
    account = [f for f in paper.all(ContractAccount.Charged) if f.number == answer.number]
    assert [f.net for f in account] == [1080]
    source = {"kind": "time", "holder_id": at.billed[0], "ids": [at.billed[1]]}
    paper.refuses(BilledElsewhere, "IssueInvoice", invoice_id=new("i"), contract_id=at.contract,
                  issued_on="2025-01-10", sources=[source])  # fmt: skip


def test_what_may_not_be_billed_again_is_not_taken_back(paper: PaperFirm, at: Stage) -> None:
    paper.do("AttachPurchaseOrder", contract_id=at.contract, number="PO-9", limit="1199.99")
    before = paper.balances()

    paper.refuses(OrderExhausted, "RebillInvoice", **rebill(at))

    assert paper.balances() == before
