"""Invoices, what reduces them, and what freed work becomes."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.invoice import Invoice
from domain.billing.issuing import totals_of
from domain.billing.lines import lines_of
from domain.billing.payment import Payment
from domain.billing.totals import Party
from domain.consumption import Share
from domain.delivery.timesheet import Timesheet
from domain.money import minor_unit, quantize
from domain.pricing.fx import Quote
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import approved_expense, new, pay, set_up, usd

SHARES = st.lists(
    st.tuples(st.integers(1, 10**7), st.sampled_from(["", "travel"]), st.integers(1, 3)),
    min_size=1, max_size=12,
)  # fmt: skip
ZERO = Decimal(0), Decimal(0)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
TAXES = st.sampled_from(["0", "7", "19", "7.7"])


def shares_of(drawn: list[tuple[int, str, int]], currency: str) -> list[Share]:
    unit = minor_unit(currency)
    return [
        Share(new("sheet"), new(f"entry {no}"), "time", text, Decimal(hours), Decimal(price),
              amount * unit, amount * unit)
        for no, (amount, text, price) in enumerate(drawn)
        for hours in (1,)
    ]  # fmt: skip


def issued(shares: list[Share], currency: str, tax: str, rate: str = "1.1") -> Invoice:
    """An invoice over shares, booked at so many units of its currency for one euro."""
    quote = Quote(currency, "EUR", Decimal(rate), Decimal(1), "ECB", date(2025, 1, 2))
    lines = lines_of(shares, currency, Decimal(tax))
    party = Party("DE01", new("client"), new("contract"), "ACME", "Acme Fictional Corp")
    day = date(2025, 1, 2)
    return Invoice(new("invoice"), "N1", 1, "N", party, day, day, currency, quote, lines,
                   totals_of(lines, quote))  # fmt: skip


def credit(invoice: Invoice, name: str, *lines: tuple[int, Decimal | None]) -> Any:
    """Credit net amounts of lines; the fact."""
    taken = tuple(invoice.credit_line(no, net, restore=False) for no, net in lines)
    invoice.credit(new(name), name, 1, "CM", date(2025, 1, 3), "why", taken)
    return invoice.pending_events[-1]


@given(SHARES, CURRENCIES, TAXES)
def test_lines_sum_to_what_they_consume(
    drawn: list[tuple[int, str, int]], currency: str, tax: str
) -> None:
    shares = shares_of(drawn, currency)

    lines = lines_of(shares, currency, Decimal(tax))

    assert sum(line.net for line in lines) == sum(share.amount for share in shares)
    assert {s.id for line in lines for s in line.sources} == {share.id for share in shares}
    assert [line.no for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.tax == quantize(line.net * Decimal(tax) / 100, currency) for line in lines)


@given(SHARES, CURRENCIES, st.randoms(use_true_random=False))
def test_lines_do_not_depend_on_the_order_of_the_work(
    drawn: list[tuple[int, str, int]], currency: str, random: Any
) -> None:
    shares = shares_of(drawn, currency)
    mixed = random.sample(shares, len(shares))

    assert lines_of(mixed, currency, Decimal(19)) == lines_of(shares, currency, Decimal(19))


@given(
    st.integers(1, 10**5), TAXES, CURRENCIES,
    st.lists(st.integers(1, 10**4), min_size=1, max_size=30),
)  # fmt: skip
def test_memos_take_a_line_back_to_the_cent_and_never_below_zero(
    net: int, tax: str, currency: str, cuts: list[int]
) -> None:
    invoice = issued(shares_of([(net, "", 1)], currency), currency, tax)
    line, unit = invoice.lines[1], minor_unit(currency)

    memos = []
    for no, cut in enumerate(cuts):
        left = line.net - invoice.credited_net[1]
        if cut * unit < left:
            memos.append(credit(invoice, f"m{no}", (1, cut * unit)).totals)
    memos.append(credit(invoice, "last", (1, None)).totals)

    assert sum(memo.net for memo in memos) == line.net
    assert sum(memo.tax for memo in memos) == line.tax
    assert all(memo.tax >= 0 for memo in memos)
    assert (invoice.open, invoice.functional_open) == ZERO


def test_many_small_credits_take_no_more_tax_than_there_was() -> None:
    invoice = issued(shares_of([(100, "", 1)], "EUR"), "EUR", "19")

    taxes = [credit(invoice, f"m{n}", (1, Decimal("0.03"))).totals.tax for n in range(33)]
    last = credit(invoice, "last", (1, None)).totals

    assert sum(taxes) + last.tax == Decimal("0.19")
    assert last.net == Decimal("0.01")
    assert last.tax >= 0


def test_a_published_credit_memo_comes_out_to_the_cent() -> None:
    """Published example: 29 of 30 days of 200.00 paid in advance come back, 25 % tax."""
    invoice = issued(shares_of([(20000, "", 1)], "EUR"), "EUR", "25")

    memo = credit(invoice, "m", (1, Decimal("193.33"))).totals

    assert (memo.net, memo.tax, memo.gross) == (
        Decimal("193.33"), Decimal("48.33"), Decimal("241.66"),
    )  # fmt: skip


@given(
    st.integers(2, 10**7), st.sampled_from(["0.3337", "1.1435", "185.72"]),
    st.lists(st.integers(1, 10**7), min_size=1, max_size=8),
)  # fmt: skip
def test_whoever_takes_the_last_of_one_takes_the_last_of_the_other(
    amount: int, rate: str, parts: list[int]
) -> None:
    invoice = issued(shares_of([(amount, "", 1)], "KWD"), "KWD", "7", rate)
    unit, booked = minor_unit("KWD"), invoice.functional_open

    relieved = Decimal(0)
    for no, part in enumerate(parts):
        if part * unit < invoice.open:
            relieved += invoice.apply(new(f"p{no}"), date(2025, 1, 3), part * unit)
    relieved += invoice.apply(new("last"), date(2025, 1, 4), invoice.open)

    assert relieved == booked
    assert (invoice.open, invoice.functional_open) == ZERO


def test_what_a_memo_takes_beyond_the_open_amount_is_owed_to_the_client(paper: PaperFirm) -> None:
    at = set_up(paper)
    payment = pay(paper, "1400", "B5")
    paper.do("ApplyPayment", payment_id=payment, invoice_id=at.invoice, amount=usd("1400.00"),
             applied_on="2025-01-08")  # fmt: skip

    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=at.invoice, issued_on="2025-01-09",
             why="cut", lines=[{"no": 1, "net": "100.00"}])  # fmt: skip

    memo = paper.last(Invoice.Credited)
    assert memo.totals.gross == Decimal("119.00")
    assert memo.from_open == Decimal("28.00")
    assert paper.balances()["1100", "USD"] == ZERO
    assert paper.balances()["2230", "USD"][0] == -Decimal("100.00") - Decimal("91.00")


def test_freed_work_is_billed_again_and_the_books_come_out(paper: PaperFirm) -> None:
    at = set_up(paper)
    paper.do("IssueCreditMemo", memo_id=new("m"), invoice_id=at.invoice, issued_on="2025-01-08",
             why="wrong month", lines=[{"no": 1, "restore": True}])  # fmt: skip

    again = paper.bill("again", at.contract, date(2025, 1, 9), at.billed)

    assert paper.replayed(again).open == paper.replayed(at.invoice).lines[1].net * Decimal("1.19")
    assert paper.replayed(at.invoice).open == 0
    assert len(paper.all(Timesheet.TimeBilled)) == 2
    assert len(paper.all(Timesheet.TimeRestored)) == 1
    rest = approved_value(paper, at.approved) + Decimal("50.00")
    assert paper.balances()["1200", "USD"][0] == rest


def approved_value(paper: PaperFirm, pair: tuple[UUID, UUID]) -> Decimal:
    """What an approved entry is worth."""
    value: Decimal = paper.replayed(pair[0]).entries[pair[1]].rated.bill.amount
    return value


def test_freed_expenses_and_milestones_are_billed_again(paper: PaperFirm) -> None:
    at = set_up(paper)
    paper.do("AcceptMilestone", project_id=at.fixed_project, milestone_id=at.completed,
             accepted_on="2025-01-08", evidence="signed")  # fmt: skip
    spent = approved_expense(paper, at.project, "e7")

    for contract, kind, holder, thing, gross in (
        (at.contract, "expense", spent, spent, Decimal("59.50")),
        (at.fixed_contract, "milestone", at.fixed_project, at.completed, Decimal("238.00")),
    ):
        given = {"contract_id": contract, "issued_on": "2025-01-09",
                 "sources": [{"kind": kind, "holder_id": holder, "ids": [thing]}]}  # fmt: skip
        paper.do("IssueInvoice", invoice_id=new(f"{kind} 1"), **given)
        paper.do("IssueCreditMemo", memo_id=new(f"{kind} m"), invoice_id=new(f"{kind} 1"),
                 issued_on="2025-01-09", why="x", lines=[{"no": 1, "restore": True}])  # fmt: skip
        paper.do("IssueInvoice", invoice_id=new(f"{kind} 2"), **given)

        assert paper.replayed(new(f"{kind} 1")).open == 0
        assert paper.replayed(new(f"{kind} 2")).open == gross


@pytest.mark.parametrize(
    "parts", [("1428.00",), ("500.01", "927.99"), ("0.01", "0.01", "1427.98")]
)
def test_a_foreign_invoice_paid_in_parts_is_zero_in_both_currencies(
    paper: PaperFirm, parts: tuple[str, ...]
) -> None:
    at = set_up(paper)
    for no, part in enumerate(parts):
        paper.rates(date(2025, 1, 20 + no), USD=f"1.0{no + 1}77")
        paper.do("RecordPayment", payment_id=new(f"p{no}"), client_id=paper.client,
                 received_on=date(2025, 1, 20 + no), amount=usd(part),
                 bank_reference=f"P{no}")  # fmt: skip
        paper.do("ApplyPayment", payment_id=new(f"p{no}"), invoice_id=at.invoice,
                 amount=usd(part), applied_on=date(2025, 1, 20 + no))  # fmt: skip

    found = paper.balances()
    assert found["1100", "USD"] == ZERO
    assert found["2230", "USD"][0] == -100
    assert sum(books for _, books in found.values()) == 0
    assert paper.replayed(new("p0")).functional_left == 0


def test_a_payment_spread_over_invoices_leaves_nothing(paper: PaperFirm) -> None:
    at = set_up(paper)
    other = paper.bill("other", at.contract, date(2025, 1, 9), at.approved)
    payment = pay(paper, "2856.00", "B8")

    for invoice in (at.invoice, other):
        paper.do("ApplyPayment", payment_id=payment, invoice_id=invoice, amount=usd("1428.00"),
                 applied_on="2025-01-10")  # fmt: skip

    used = paper.all(Payment.Applied)
    assert sum(fact.paid for fact in used) == paper.last(Payment.Recorded).functional
    assert paper.replayed(payment).left == paper.replayed(payment).functional_left == 0


def test_numbers_run_by_entity_kind_and_year(paper: PaperFirm) -> None:
    at = set_up(paper)
    other = paper.bill("other", at.contract, date(2025, 1, 9), at.approved)
    for name, invoice in (("m1", at.invoice), ("m2", other)):
        paper.do("IssueCreditMemo", memo_id=new(name), invoice_id=invoice, why="x",
                 issued_on="2025-01-09", lines=[{"no": 1, "net": "1.00"}])  # fmt: skip

    assert [i.number for i in paper.all(Invoice.Issued)] == [
        "DE01-INV-2025-00001", "DE01-INV-2025-00002", "DE01-INV-2025-00003",
    ]  # fmt: skip
    assert [m.number for m in paper.all(Invoice.Credited)] == [
        "DE01-CM-2025-00001", "DE01-CM-2025-00002",
    ]  # fmt: skip


def test_an_invoice_is_due_by_the_terms_of_its_contract(paper: PaperFirm) -> None:
    at = set_up(paper)

    assert paper.replayed(at.contract).terms.payment_terms_days == 30
    assert paper.last(Invoice.Issued).due_on == date(2025, 2, 6)
