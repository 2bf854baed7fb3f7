"""Manual journals and their reversals."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.chart import CHART, UnknownAccount
from domain.ledger.commands import ControlAccount
from domain.ledger.journal import AlreadyReversed, Journal, Line, Unbalanced, check_balance
from domain.money import AmountTooFine, AmountTooLarge, CurrencyMismatch, UnknownCurrency
from domain.request import AlreadyTaken
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import journal, new

AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


def posted(*lines: tuple[str, str, str, str] | dict[str, str], **fields: Any) -> dict[str, Any]:
    """Fields of a journal of 2 January; a line is account, currency, side and amount."""
    listed = [
        line if isinstance(line, dict) else
        {"account": line[0], "currency": line[1], line[2]: line[3]} for line in lines
    ]  # fmt: skip
    return {"journal_id": new("j"), "entity": "DE01", "accounting_date": "2025-01-02",
            "description": "x", "lines": listed, **fields}  # fmt: skip


RENT = ("6010", "EUR", "debit", "100")
BANK = ("1000", "EUR", "credit", "100")


def test_debits_equal_credits(paper: PaperFirm) -> None:
    paper.refuses(Unbalanced, "PostJournal", **posted(RENT, ("1000", "EUR", "credit", "99.99")))
    paper.do("PostJournal", **posted(RENT, BANK))

    lines = paper.last(Journal.Posted).lines
    assert [(line.account, line.amount) for line in lines] == [("6010", 100), ("1000", -100)]


def test_each_currency_balances_by_itself(paper: PaperFirm) -> None:
    dollars = {"account": "1000", "currency": "USD", "credit": "103.21", "functional": "-100"}

    paper.refuses(Unbalanced, "PostJournal", **posted(RENT, dollars))

    against = {"account": "2010", "currency": "USD", "debit": "103.21", "functional": "100"}
    paper.do("PostJournal", **posted(dollars, against))


def test_an_fx_account_closes_what_a_currency_lacks_in_the_books(paper: PaperFirm) -> None:
    paid = {"account": "1000", "currency": "USD", "credit": "100", "functional": "-97"}
    owed = {"account": "2010", "currency": "USD", "debit": "100", "functional": "95"}

    paper.refuses(Unbalanced, "PostJournal", **posted(paid, owed))
    paper.do("PostJournal", **posted(paid, owed, ("7000", "EUR", "debit", "2")))


def test_a_foreign_line_takes_the_rate_of_its_day(paper: PaperFirm) -> None:
    lines = (("6010", "USD", "debit", "103.21"), ("2010", "USD", "credit", "103.21"))
    paper.do("PostJournal", **posted(*lines))

    assert [line.functional for line in paper.last(Journal.Posted).lines] == [100, -100]


@pytest.mark.parametrize("code", ["1100", "1200", "2230"])
def test_accounts_of_sub_ledgers_take_no_manual_journal(paper: PaperFirm, code: str) -> None:
    paper.refuses(ControlAccount, "PostJournal", **posted((code, "EUR", "debit", "100"), BANK))


def test_an_account_is_in_the_chart(paper: PaperFirm) -> None:
    paper.refuses(UnknownAccount, "PostJournal", **posted(("9999", "EUR", "debit", "100"), BANK))


def test_amounts_fit_their_currency(paper: PaperFirm) -> None:
    fine = (("6010", "EUR", "debit", "0.001"), ("1000", "EUR", "credit", "0.001"))
    paper.refuses(AmountTooFine, "PostJournal", **posted(*fine))
    odd = (("6010", "ZZZ", "debit", "1"), ("1000", "ZZZ", "credit", "1"))
    paper.refuses(UnknownCurrency, "PostJournal", **posted(*odd))
    books = [{"account": a, "currency": "USD", side: "1", "functional": f"{sign}0.969"}
             for a, side, sign in (("6010", "debit", ""), ("1000", "credit", "-"))]  # fmt: skip
    paper.refuses(AmountTooFine, "PostJournal", **posted(*books))


def test_a_slip_of_many_zeros_is_refused(paper: PaperFirm) -> None:
    slip = [("6010", "EUR", "debit", "1" + "0" * 14), ("1000", "EUR", "credit", "1" + "0" * 14)]
    paper.refuses(AmountTooLarge, "PostJournal", **posted(*slip))
    paper.rates(date(2025, 1, 2), USD="0.000001")
    dollars = [("6010", "USD", "debit", "999999999"), ("1000", "USD", "credit", "999999999")]
    paper.refuses(AmountTooLarge, "PostJournal", **posted(*dollars))


@pytest.mark.parametrize(
    ("currency", "functional"), [("EUR", "90"), ("EUR", "-100"), ("USD", "-97")]
)
def test_a_line_says_the_same_in_both_currencies(
    paper: PaperFirm, currency: str, functional: str
) -> None:
    against = str(-Decimal(functional))
    lines = [{"account": "6010", "currency": currency, "debit": "100", "functional": functional},
             {"account": "2010", "currency": currency, "credit": "100",
              "functional": against}]  # fmt: skip

    paper.refuses(CurrencyMismatch, "PostJournal", **posted(*lines))


def test_a_reversal_is_the_mirror_image_and_happens_once(paper: PaperFirm) -> None:
    rent = journal(paper)
    back = {"journal_id": rent, "reversal_id": new("back"), "accounting_date": "2025-02-01"}
    paper.do("ReverseJournal", **back)

    mirror = paper.last(Journal.Posted)
    assert [line.amount for line in mirror.lines] == [-100, 100]
    assert (mirror.reverses, mirror.accounting_date) == (rent, date(2025, 2, 1))
    paper.refuses(AlreadyReversed, "ReverseJournal", **{**back, "reversal_id": new("more")})
    paper.refuses(
        AlreadyReversed, "ReverseJournal", journal_id=new("back"), reversal_id=new("more"),
        accounting_date="2025-02-01",
    )  # fmt: skip


def test_a_reversal_takes_an_id_of_its_own(paper: PaperFirm) -> None:
    rent, other = journal(paper), journal(paper, "other")
    fields = {"journal_id": rent, "accounting_date": "2025-02-01"}

    paper.refuses(AlreadyTaken, "ReverseJournal", **fields, reversal_id=other)
    paper.refuses(AlreadyTaken, "ReverseJournal", **fields, reversal_id=rent)


def derived(**fields: Any) -> dict[str, Any]:
    """Fields of a journal that posting derived."""
    lines = [{"account": a, "currency": "EUR", "amount": v, "functional": v}
             for a, v in (("1100", "5"), ("1200", "-5"))]  # fmt: skip
    return {"journal_id": new("d"), "entity": "DE01", "functional_currency": "EUR",
            "accounting_date": "2025-01-09", "description": "derived", "document": "",
            "lines": lines, "source_position": 1, "rule": "invoice", "rule_version": 1,
            **fields}  # fmt: skip


def test_what_a_sub_ledger_derived_is_not_taken_back_by_hand(paper: PaperFirm) -> None:
    paper.do("PostDerivedJournal", ANYBODY, **derived())

    paper.refuses(
        ControlAccount, "ReverseJournal", journal_id=new("d"), reversal_id=new("more"),
        accounting_date="2025-02-01",
    )  # fmt: skip


def test_a_derived_journal_balances_too(paper: PaperFirm) -> None:
    lines = [{"account": "1100", "currency": "EUR", "amount": "5", "functional": "5"}]

    paper.refuses(Unbalanced, "PostDerivedJournal", ANYBODY, **derived(lines=lines))


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_lines_that_sum_to_zero_balance_and_no_others_do(amounts: list[Decimal]) -> None:
    lines = [Line("6010", "EUR", amount, amount) for amount in amounts]
    rest = -sum(amounts, Decimal(0))

    check_balance([*lines, Line("1000", "EUR", rest, rest)], "EUR")

    wrong = rest + Decimal("0.01")
    with pytest.raises(Unbalanced):
        check_balance([*lines, Line("1000", "EUR", wrong, wrong)], "EUR")


def test_the_chart_says_the_kind_of_every_account() -> None:
    kinds = {"1": "asset", "2": "liability", "3": "equity", "4": "revenue"}

    assert all(kinds.get(code[0], "expense") == each.type for code, each in CHART.items())
    assert {code for code, each in CHART.items() if each.control} == {
        "1020",
        "1100",
        "1120",
        "1200",
        "1210",
        "1500",
        "1600",
        "1610",
        "1620",
        "1630",
        "2000",
        "2020",
        "2210",
        "2230",
        "2400",
    }
