"""Taxes, discounts, voids and minimums on a real log: verify finds every figure in place."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.billing.minimum import minimum_id
from tests.domain.samples import draft, new
from tests.firm import Firm
from tests.projections.faults import off

DAY = date(2025, 1, 8)


def source(pair: tuple[UUID, UUID], kind: str = "time") -> dict[str, Any]:
    """What to bill of a holder."""
    return {"kind": kind, "holder_id": pair[0], "ids": [pair[1]]}


def issue(firm: Firm, name: str, contract: UUID, *sources: dict[str, Any], **fields: Any) -> Any:
    """Issue an invoice; its answer."""
    given = {"issued_on": DAY, **fields}
    return firm.do("IssueInvoice", invoice_id=new(name), contract_id=contract, sources=sources,
                   **given).answer  # fmt: skip


def code(firm: Firm, contract: UUID, name: str, **tax: Any) -> None:
    """Tax a contract by a code of its own."""
    firm.do("DefineTaxCode", entity="DE01", code=name, name=name, country="DE",
            from_date="2025-01-01", taxes=[{"name": "VAT", "rate_pct": "19", **tax}])  # fmt: skip
    firm.do("SetContractTax", contract_id=contract, tax_code=name, per_document=True)


@pytest.fixture
def deal(firm: Firm) -> tuple[UUID, list[tuple[UUID, UUID]]]:
    """A taxed contract with a discount, and three approved days of 1,200 USD."""
    contract, project = firm.win()
    days = [firm.work(project, date(2025, 1, day)) for day in (3, 6, 8)]
    code(firm, contract, "STD")
    firm.do("SetVolumeDiscount", contract_id=contract, steps=[{"from_volume": "0", "pct": "10"}])
    return contract, days


def test_discounts_come_back_with_what_is_freed(firm: Firm, deal: Any) -> None:
    contract, days = deal
    issue(firm, "one", contract, source(days[0]), source(days[1]), discount_amount="0.01",
          discount_why="x")  # fmt: skip
    firm.do("IssueCreditMemo", memo_id=new("cut"), invoice_id=new("one"), issued_on=DAY,
            why="a gesture", lines=[{"no": 1, "net": "33.33"}])  # fmt: skip
    issue(firm, "two", contract, source(days[2]))
    firm.do("VoidInvoice", invoice_id=new("two"), memo_id=new("m2"), issued_on=DAY, why="x")
    issue(firm, "three", contract, source(days[2]))
    firm.do("RebillInvoice", invoice_id=new("three"), memo_id=new("m3"), issued_on=DAY,
            new_invoice_id=new("four"), discount_pct="5", discount_why="x", why="x")  # fmt: skip
    firm.settle()

    assert off(firm) == {}


def test_tax_inside_a_price_and_a_minimum_leave_the_books_in_order(firm: Firm, deal: Any) -> None:
    contract = draft(firm, "by run", recognition="by_run")
    firm.do("ActivateContract", contract_id=contract, approved_by="order 9")
    firm.do("CreateProject", project_id=new("run"), code="RUN", name="run", contract_id=contract)
    hour = firm.work(new("run"), date(2025, 1, 8))
    code(firm, contract, "GROSS", included=True)
    answer = issue(firm, "gross", contract, source(hour))
    promised = deal[0]
    firm.rates(date(2025, 1, 31), USD="1.0393", GBP="0.8361")
    for one in (contract, promised):
        firm.do("SetMinimumCommitment", contract_id=one, from_date="2025-01-01", monthly="5000")
        firm.do("TrueUpCommitment", contract_id=one, month="2025-01-01")
    firm.do("WriteDownBillable", **charge(firm, promised), amount="100.00", on="2025-01-31",
            why="x")  # fmt: skip
    billed = charge(firm, promised)
    issue(firm, "minimum", promised, source((billed["holder_id"], billed["item_id"]),
                                            "commitment"), issued_on="2025-01-31")  # fmt: skip
    firm.settle()

    assert answer.net + answer.tax == answer.gross == 1200
    assert off(firm) == {}


def charge(firm: Firm, contract: UUID) -> dict[str, Any]:
    """The one charge of a contract's minimum."""
    held: Any = firm.store.load_fresh([minimum_id(contract)])[minimum_id(contract)]
    (item,) = held.charges
    return {"kind": "commitment", "holder_id": held.id, "item_id": item}
