"""Books that begin elsewhere: opening balances and journals, brought in once and as they were."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.ledger.chart import UnknownAccount
from domain.ledger.commands import ReasonNeeded
from domain.ledger.journal import Journal, Unbalanced
from domain.ledger.opening_commands import imported_id, opening_id
from domain.ledger.period import PeriodClosed, PeriodNotOpen
from domain.money import AmountTooFine, CurrencyMismatch
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import samples, set_up
from tests.domain.samples_books import brought

OPENING = {"entity": "DE01", "currency": "EUR", "on": date(2025, 1, 2)}
COMMANDS = ["ImportOpeningBalances", "ImportJournal"]


def one(account: str, currency: str, **sides: str) -> dict[str, Any]:
    return {"account": account, "currency": currency, **sides}


def journal(firm: PaperFirm, entity: str = "DE01", currency: str = "EUR") -> Journal:
    found = firm.replayed(opening_id(entity, currency))
    assert isinstance(found, Journal)
    return found


def test_control_accounts_take_what_other_books_bring(paper: PaperFirm) -> None:
    paper.do("ImportOpeningBalances", **OPENING, lines=brought())

    assert [(line.account, line.amount) for line in journal(paper).lines] == [
        ("1100", Decimal("100.00")), ("2230", Decimal("-100.00")),
    ]  # fmt: skip


def test_what_was_brought_in_is_not_brought_in_again(paper: PaperFirm) -> None:
    given = samples(paper, set_up(paper))
    for name in COMMANDS:
        paper.do(name, ANYBODY, **given[name])

    paper.refuses(AlreadyTaken, "ImportOpeningBalances", **given["ImportOpeningBalances"])
    paper.refuses(AlreadyTaken, "ImportJournal", **given["ImportJournal"])


def test_a_journal_is_known_by_its_reference_in_the_other_ledger(paper: PaperFirm) -> None:
    given = samples(paper, set_up(paper))["ImportJournal"]
    paper.do("ImportJournal", **given)
    paper.do("ImportJournal", **{**given, "reference": "T2"})

    for reference in ("T1", "T2"):
        assert paper.replayed(imported_id("DE01", "the old books", reference))


def test_what_is_missing_goes_to_an_account_where_one_is_named(paper: PaperFirm) -> None:
    lines = [one("1100", "USD", debit="200", functional="180")]
    given = {**OPENING, "currency": "USD", "lines": lines}

    paper.refuses(Unbalanced, "ImportOpeningBalances", **given)
    paper.do("ImportOpeningBalances", **given, rest_to="3100")

    rest = journal(paper, currency="USD").lines[-1]
    assert (rest.account, rest.amount, rest.functional) == ("3100", Decimal(-200), Decimal(-180))


def test_without_an_amount_in_the_books_the_days_rate_gives_it(paper: PaperFirm) -> None:
    lines = [one("1100", "USD", debit="103.21"), one("3100", "USD", credit="103.21")]
    given = {**OPENING, "currency": "USD", "lines": lines}

    paper.do("ImportOpeningBalances", **given)
    assert journal(paper, currency="USD").lines[0].functional == Decimal("100.00")


SHORT = [one("1100", "EUR", debit="1")]
STRANGE = [one("9999", "EUR", debit="1"), one("1000", "EUR", credit="1")]
FINE = [one("1100", "EUR", debit="0.001"), one("1000", "EUR", credit="0.001")]
TWO_AMOUNTS = [one("1100", "EUR", debit="1", functional="2"),
               one("1000", "EUR", credit="1", functional="-2")]  # fmt: skip
YEN = [one("1100", "JPY", debit="5"), one("3100", "JPY", credit="5")]


def test_opening_lines_that_cannot_be_are_refused(paper: PaperFirm) -> None:
    paper.refuses(Unbalanced, "ImportOpeningBalances", **OPENING, lines=SHORT)
    paper.refuses(UnknownAccount, "ImportOpeningBalances", **OPENING, lines=STRANGE)
    paper.refuses(AmountTooFine, "ImportOpeningBalances", **OPENING, lines=FINE)
    paper.refuses(CurrencyMismatch, "ImportOpeningBalances", **OPENING, lines=TWO_AMOUNTS)
    yen = {**OPENING, "currency": "JPY"}
    paper.refuses(MissingRate, "ImportOpeningBalances", **yen, lines=YEN)


def test_lines_of_journals_that_cannot_be_are_refused(paper: PaperFirm) -> None:
    given = samples(paper, set_up(paper))["ImportJournal"]
    del given["lines"]

    paper.refuses(Unbalanced, "ImportJournal", **given, lines=SHORT)
    paper.refuses(UnknownAccount, "ImportJournal", **given, lines=STRANGE)
    paper.refuses(AmountTooFine, "ImportJournal", **given, lines=FINE)
    paper.refuses(CurrencyMismatch, "ImportJournal", **given, lines=TWO_AMOUNTS)
    paper.refuses(MissingRate, "ImportJournal", **given, lines=YEN)


def test_opening_balances_are_in_the_currency_they_say(paper: PaperFirm) -> None:
    paper.refuses(CurrencyMismatch, "ImportOpeningBalances", **{**OPENING, "currency": "USD"},
                  lines=brought())  # fmt: skip


def test_months_that_take_no_entry_take_none_of_these(paper: PaperFirm) -> None:
    given = samples(paper, set_up(paper))
    opening, journal = (given[name] for name in COMMANDS)
    paper.refuses(PeriodNotOpen, "ImportOpeningBalances", **{**opening, "on": "2024-12-31"})
    paper.refuses(PeriodNotOpen, "ImportJournal", **{**journal, "accounting_date": "2024-12-31"})
    paper.do("SoftClosePeriod", entity="DE01", month="2025-01-01")

    paper.refuses(ReasonNeeded, "ImportOpeningBalances", **opening)
    paper.refuses(ReasonNeeded, "ImportJournal", **journal)
    paper.do("HardClosePeriod", entity="DE01", month="2025-01-01")
    paper.refuses(PeriodClosed, "ImportOpeningBalances", **opening, reason="late")
    paper.refuses(PeriodClosed, "ImportJournal", **journal, reason="late")
