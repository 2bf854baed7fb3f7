"""What documents take off before tax, and where it goes."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.discounts import discount_of
from domain.contracts.account import ContractAccount
from domain.contracts.clauses import VolumeTerms
from domain.contracts.contract import Contract
from domain.ledger.commands import ReasonNeeded
from domain.money import AmountTooFine
from domain.pricing.discount import Discount, DiscountOverAmount, TwoDiscounts
from domain.pricing.rebate import VolumeStep
from domain.pricing.tiers import TiersOutOfOrder
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up

ZERO = Decimal(0)


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing: 1,200 USD are billed, 1,200 of time and 50 of expenses are not."""
    return set_up(paper)


def invoice(at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields that bill eight hours at 150 USD."""
    source = {"kind": "time", "holder_id": at.approved[0], "ids": [at.approved[1]]}
    return {"invoice_id": new("i"), "contract_id": at.contract, "issued_on": "2025-01-10",
            "sources": [source], "discount_why": "goodwill", **fields}  # fmt: skip


def agree(paper: PaperFirm, at: Stage, *steps: tuple[str, str], **fields: Any) -> None:
    """Agree on a discount by volume."""
    listed = [{"from_volume": volume, "pct": pct} for volume, pct in steps]
    paper.do("SetVolumeDiscount", contract_id=at.contract, steps=listed, **fields)


def test_a_percentage_is_taken_off_before_tax(paper: PaperFirm, at: Stage) -> None:
    answer: Any = paper.do("IssueInvoice", **invoice(at, discount_pct="10")).answer

    assert (answer.discount, answer.net, answer.tax) == (120, 1080, Decimal("205.20"))
    line = paper.replayed(new("i")).lines[1]
    assert (line.quantity, line.unit_price, line.discount, line.net) == (8, 150, 120, 1080)


def test_a_discount_is_given_up_in_the_books(paper: PaperFirm, at: Stage) -> None:
    before = paper.balances()

    paper.do("IssueInvoice", **invoice(at, discount_amount="200.00"))

    after = paper.balances()
    moved = {code: after[code, "USD"][0] - before.get((code, "USD"), (ZERO, ZERO))[0]
             for code in ("1200", "4090", "1100")}  # fmt: skip
    assert moved == {"1200": -1200, "4090": 200, "1100": 1190}


def test_a_discount_is_spread_over_lines_by_what_they_are_worth(
    paper: PaperFirm, at: Stage
) -> None:
    expense = {"kind": "expense", "holder_id": at.approved_expense, "ids": [at.approved_expense]}
    sources = [*invoice(at)["sources"], expense]

    paper.do("IssueInvoice", **invoice(at, sources=sources, discount_amount="10.00"))

    lines = paper.replayed(new("i")).lines.values()
    assert {line.kind: line.discount for line in lines} == {
        "time": Decimal("9.60"), "expense": Decimal("0.40"),
    }  # fmt: skip


def test_a_discount_is_one_of_two_and_no_more_than_there_is(paper: PaperFirm, at: Stage) -> None:
    both = {"discount_pct": "1", "discount_amount": "1.00"}
    paper.refuses(TwoDiscounts, "IssueInvoice", **invoice(at, **both))
    paper.refuses(DiscountOverAmount, "IssueInvoice", **invoice(at, discount_amount="1200.01"))
    paper.refuses(AmountTooFine, "IssueInvoice", **invoice(at, discount_amount="0.001"))
    silent = invoice(at, discount_pct="1", discount_why="")
    paper.refuses(ReasonNeeded, "IssueInvoice", **silent)


def test_the_step_that_an_invoice_reaches_holds_for_all_of_it(paper: PaperFirm, at: Stage) -> None:
    agree(paper, at, ("0", "1"), ("1200", "5"), ("1201", "9"))

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert (answer.discount, answer.net) == (60, 1140)


def test_all_that_was_billed_may_count(paper: PaperFirm, at: Stage) -> None:
    agree(paper, at, ("2400", "10"), to_date=True)

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert answer.discount == 120


def test_each_part_of_the_volume_may_have_its_own_step(paper: PaperFirm, at: Stage) -> None:
    agree(paper, at, ("0", "0"), ("2000", "10"), mode="graduated", to_date=True)

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert answer.discount == 40


def test_the_documents_own_discount_is_on_what_the_agreed_one_leaves(
    paper: PaperFirm, at: Stage
) -> None:
    agree(paper, at, ("0", "10"))

    answer: Any = paper.do("IssueInvoice", **invoice(at, discount_pct="10")).answer

    assert (answer.discount, answer.net) == (228, 972)
    assert len(answer.steps) == 2


def test_a_cap_counts_what_is_left_after_discounts(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCap", contract_id=at.contract, name="all", limit="2200.00")

    answer: Any = paper.do("IssueInvoice", **invoice(at, discount_pct="10")).answer

    assert (answer.discount, answer.written_down, answer.net) == (120, 80, 1000)
    assert answer.warnings[-1] == "cap all: 100 % reached, 2200.00 of 2200.00 used"
    whys = [(f.write_down.why, f.write_down.note) for f in paper.all(ContractAccount.WrittenDown)]
    assert whys == [("discount", "goodwill"), ("cap", "")]


def test_an_order_that_is_nearly_used_up_is_told_of(paper: PaperFirm, at: Stage) -> None:
    paper.do("AttachPurchaseOrder", contract_id=at.contract, number="PO-7", limit="1300.00")

    answer: Any = paper.do("IssueInvoice", **invoice(at)).answer

    assert answer.warnings == ("order PO-7: 1200.00 of 1300.00 USD used",)


def test_what_is_freed_again_has_its_discount_back(paper: PaperFirm, at: Stage) -> None:
    before = paper.balances()["1200", "USD"]
    paper.do("IssueInvoice", **invoice(at, discount_pct="10"))
    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=new("i"), issued_on="2025-01-10",
             why="wrong", lines=[{"no": 1, "restore": True}])  # fmt: skip

    assert paper.balances()["1200", "USD"] == before
    answer: Any = paper.do("IssueInvoice", **invoice(at, invoice_id=new("again"))).answer
    assert (answer.net, answer.discount) == (1200, 0)


def test_a_volume_discount_rises_and_is_agreed_once(paper: PaperFirm, at: Stage) -> None:
    falling = [{"from_volume": volume, "pct": "1"} for volume in ("5", "5")]
    paper.refuses(TiersOutOfOrder, "SetVolumeDiscount", contract_id=at.contract, steps=falling)
    agree(paper, at, ("0", "10"))
    agree(paper, at, ("0", "10"))

    assert len(paper.all(Contract.VolumeDiscountSet)) == 1


CENTS = st.integers(-(10**6), 10**7).map(lambda cents: Decimal(cents) / 100)
PCTS = st.integers(0, 100).map(Decimal)
TERMS = st.none() | st.builds(
    lambda pcts, mode, to_date: VolumeTerms(
        tuple(VolumeStep(Decimal(1000 * no), pct) for no, pct in enumerate(pcts)), mode, to_date
    ),
    st.lists(PCTS, min_size=1, max_size=4).map(sorted),
    st.sampled_from(["volume", "graduated"]), st.booleans(),
)  # fmt: skip


@given(st.lists(CENTS, min_size=1, max_size=8), st.integers(0, 10**7), TERMS, PCTS)
def test_no_line_gives_more_than_it_is_worth(
    amounts: list[Decimal], billed: int, terms: VolumeTerms | None, pct: Decimal
) -> None:
    taken = discount_of(amounts, Decimal(billed), terms, Discount(pct), "EUR")

    assert all(0 <= off <= max(ZERO, one) for off, one in zip(taken.parts, amounts, strict=True))
    assert sum(taken.parts) <= max(ZERO, sum(amounts, ZERO))
