"""The exported ledger, read by tools that know nothing of us: they agree to the cent."""

import csv
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import convert
from beancount.core.data import Transaction

from adapters.exports import beancount, hledger
from adapters.exports.journal import READS, Entry, ExportedJournal, Used, account_name, postings
from domain.identity import named_id
from domain.ledger.book import UnknownBook
from projections.as_of import AsOf, snapshot
from projections.balances import Scope
from projections.packet import Packet
from projections.reports.trial_balance import TRIAL_BALANCE
from tests.firm import Firm
from tests.projections.conftest import year, year_template
from tests.projections.history import YEAR_END, journal

Sums = dict[tuple[str, str], Decimal]
needs_hledger = pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not installed")
BEAN_CHECK = Path(sys.executable).with_name("bean-check")
needs_bean_check = pytest.mark.skipif(not BEAN_CHECK.exists(), reason="bean-check is not there")
assert year, year_template
FORMATS = {"hledger": hledger.text, "beancount": beancount.text}


@contextmanager
def exported(firm: Firm, day: date, known: int | None = None) -> Iterator[ExportedJournal]:
    with firm.system.connect() as conn, snapshot(conn, READS) as reached:
        yield ExportedJournal(conn, AsOf(day, known or reached), Scope("main"))


def written(firm: Firm, form: str, path: Path, day: date = YEAR_END) -> Path:
    with exported(firm, day) as ledger:
        path.write_text("".join(FORMATS[form](ledger)), encoding="utf-8")
    return path


def trial_balance(firm: Firm, day: date = YEAR_END) -> Packet:
    with firm.system.connect() as conn:
        return TRIAL_BALANCE.run(conn, {"effective": day})


def by_currency(firm: Firm, day: date = YEAR_END) -> Sums:
    """The trial balance; value without an amount is exported in the currency of the books."""
    sums: Sums = defaultdict(Decimal)
    for row in trial_balance(firm, day).said():
        name = account_name(row["entity"], row["account"])
        sums[name, row["currency"]] += Decimal(row["debit"]) - Decimal(row["credit"])
    for entity, account, books, value in valued(firm, day):
        sums[account_name(entity, account), books] += value
    return {key: total for key, total in sums.items() if total}


def valued(firm: Firm, day: date) -> list[tuple[Any, ...]]:
    """What revaluations added to accounts of other currencies."""
    with firm.system.connect() as conn:
        return conn.execute(
            "SELECT entity, account, functional_currency, sum(functional) FROM ledger_lines"
            " WHERE amount = 0 AND currency <> functional_currency AND accounting_date <= %s"
            " GROUP BY 1, 2, 3", [day]
        ).fetchall()  # fmt: skip


def in_the_books(packet: Packet) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for row in packet.said():
        key = account_name(row["entity"], row["account"]), row["functional_currency"]
        sums[key] += Decimal(row["functional_debit"]) - Decimal(row["functional_credit"])
    return {key: total for key, total in sums.items() if total}


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def hledger_balances(path: Path, *options: str) -> Sums:
    said = run("hledger", "-f", str(path), "bal", "--flat", "--no-total", "-O", "csv", *options)
    found: Sums = {}
    for row in csv.DictReader(StringIO(said)):
        for amount in filter(None, row["balance"].split(", ")):
            number, currency = amount.split(" ")
            if Decimal(number):
                found[row["account"], currency] = Decimal(number)
    return found


@needs_hledger
def test_hledger_finds_nothing_undeclared_or_unbalanced(year: Firm, tmp_path: Path) -> None:
    path = written(year, "hledger", tmp_path / "books.hledger")

    run("hledger", "-f", str(path), "check", "--strict", "payees")


@needs_hledger
@pytest.mark.parametrize("day", [date(2025, 2, 15), date(2025, 3, 31), YEAR_END])
def test_hledger_balances_are_our_trial_balance_to_the_cent(
    year: Firm, tmp_path: Path, day: date
) -> None:
    path = written(year, "hledger", tmp_path / "books.hledger", day)

    assert hledger_balances(path) == by_currency(year, day)
    assert hledger_balances(path, "-B") == in_the_books(trial_balance(year, day))


@needs_hledger
def test_hledger_knows_both_dates(year: Firm, tmp_path: Path) -> None:
    year.close(date(2025, 1, 1))
    _, project = year.win("Late")
    year.work(project, date(2025, 1, 8))
    year.settle()

    path = written(year, "hledger", tmp_path / "books.hledger")

    account = account_name("DE01", "5000")
    january = ("-b", "2025-01-09", "-e", "2025-02-01", account)
    february = ("-b", "2025-02-01", "-e", "2025-02-02", account)
    assert hledger_balances(path, *january) == {}
    assert hledger_balances(path, *february) == {(account, "EUR"): Decimal(440)}
    assert hledger_balances(path, "--date2", "-b", "2025-01-08", "-e", "2025-01-09", account) == {
        (account, "EUR"): Decimal(440)
    }


def loaded(path: Path) -> list[Any]:
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    return [entry for entry in entries if isinstance(entry, Transaction)]


weight: Any = convert.get_weight


def beancount_sums(entries: list[Any], *, at_cost: bool) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for entry in entries:
        for posting in entry.postings:
            said: Any = weight(posting) if at_cost else posting.units
            sums[posting.account, said.currency] += said.number
    return {
        key: total for key, value in sums.items() if (total := value.quantize(Decimal("0.001")))
    }


@pytest.mark.parametrize("day", [date(2025, 2, 15), date(2025, 3, 31), YEAR_END])
def test_beancount_balances_are_our_trial_balance_to_the_cent(
    year: Firm, tmp_path: Path, day: date
) -> None:
    entries = loaded(written(year, "beancount", tmp_path / "books.beancount", day))

    assert beancount_sums(entries, at_cost=False) == by_currency(year, day)
    assert beancount_sums(entries, at_cost=True) == in_the_books(trial_balance(year, day))


@needs_bean_check
def test_bean_check_is_content(year: Firm, tmp_path: Path) -> None:
    run(str(BEAN_CHECK), str(written(year, "beancount", tmp_path / "books.beancount")))


def test_beancount_keeps_document_effective_date_and_rule(year: Firm, tmp_path: Path) -> None:
    entries = loaded(written(year, "beancount", tmp_path / "books.beancount"))

    invoice = next(entry for entry in entries if "DE01-INV-2025-00001" in entry.links)
    assert (invoice.payee, invoice.meta["rule"]) == ("Acme Fictional Corp", "invoice")
    assert invoice.meta["effective"] == date(2025, 2, 3)


@pytest.mark.parametrize("form", FORMATS)
def test_one_cent_too_many_is_found(year: Firm, tmp_path: Path, form: str) -> None:
    if form == "hledger" and not shutil.which("hledger"):
        pytest.skip("hledger is not installed")
    path = written(year, form, tmp_path / f"books.{form}")
    path.write_text(path.read_text().replace("@@ 1389.92 EUR", "@@ 1389.93 EUR").replace(
        "880.00 EUR", "880.01 EUR", 1).replace("440.00 EUR", "440.01 EUR", 1))  # fmt: skip

    if form == "hledger":
        checked = subprocess.run(
            ["hledger", "-f", str(path), "check"], capture_output=True, check=False
        )
        assert checked.returncode != 0
    else:
        assert loader.load_file(str(path))[1] != []


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_as_of_fixed_dates_never_changes(year: Firm, form: str) -> None:
    with year.system.connect() as conn, snapshot(conn, READS) as known:
        pass
    with exported(year, date(2025, 3, 31), known) as ledger:
        before = "".join(FORMATS[form](ledger))

    journal(year, "new", "DE01", date(2025, 3, 1), "GBP", "10.00")
    year.settle()

    with exported(year, date(2025, 3, 31), known) as ledger:
        assert "".join(FORMATS[form](ledger)) == before
    with exported(year, date(2025, 3, 31)) as ledger:
        assert "GBP" in "".join(FORMATS[form](ledger))


@needs_hledger
def test_words_that_mean_something_to_the_tools_stay_words(year: Firm, tmp_path: Path) -> None:
    words = 'Say "no"; then | (perhaps) \\ \n  key:value, end'
    year.do("PostJournal", journal_id=named_id("journal", "odd"), entity="DE01",
            accounting_date=date(2025, 6, 30), description=words, document="(A) b;c",
            lines=[{"account": "6010", "currency": "EUR", "debit": "5"},
                   {"account": "1000", "currency": "EUR", "credit": "5"}])  # fmt: skip
    year.settle()

    path = written(year, "hledger", tmp_path / "books.hledger")
    entries = loaded(written(year, "beancount", tmp_path / "books.beancount"))

    run("hledger", "-f", str(path), "check", "--strict", "payees")
    assert hledger_balances(path) == by_currency(year)
    said = [entry for entry in entries if entry.narration.startswith("Say")]
    assert [sorted(entry.links) for entry in said] == [["-A-b-c"]]


@pytest.mark.parametrize("form", FORMATS)
def test_lines_say_what_they_are_about_and_entries_their_book(
    firm: Firm, tmp_path: Path, form: str
) -> None:
    firm.do("DefineBook", entity="DE01", code="local", name="Local")
    about = {"department": "studio", "cost_type": "overhead", "counterparty": "UK01"}
    firm.do("PostJournal", journal_id=named_id("journal", "about"), entity="DE01",
            accounting_date=date(2025, 6, 30), description="rent",
            lines=[{"account": "6010", "currency": "EUR", "debit": "5", **about},
                   {"account": "1000", "currency": "EUR", "credit": "5"}])  # fmt: skip
    firm.settle()

    written(firm, form, path := tmp_path / f"books.{form}")

    said = path.read_text()
    if form == "beancount":
        (entry,) = loaded(path)
        assert entry.meta["book"] == "main"
        assert {name: entry.postings[0].meta[name] for name in about} == about
    else:
        assert "book:main" in said
        assert "; department:studio, cost_type:overhead, counterparty:UK01" in said


def test_a_book_is_exported_with_its_layer_and_an_unknown_one_refused(firm: Firm) -> None:
    firm.settle()

    with (
        firm.system.connect() as conn,
        snapshot(conn, READS) as reached,
        pytest.raises(UnknownBook),
    ):
        ExportedJournal(conn, AsOf(YEAR_END, reached), Scope("local"))


ODD = [
    ("EUR", "-4.50", "-4.50"), ("JPY", "0", "0.02"), ("USD", "5.00", "-1.00"),
    ("USD", "-5.00", "0.00"), ("KWD", "1.234", "5.48"),
]  # fmt: skip


class OddJournal(ExportedJournal):
    """One entry of lines whose two amounts do not go together."""

    def __init__(self) -> None:
        self._lines = tuple(
            posting
            for currency, amount, books in ODD
            for posting in postings("Assets:X:1", currency, Decimal(amount), "EUR", Decimal(books))
        )

    def accounts(self) -> list[Used]:
        return [Used("Assets:X:1", "asset", ("EUR", "JPY", "KWD", "USD"), YEAR_END)]

    def payees(self) -> list[str]:
        return ["X"]

    def entries(self) -> Iterator[Entry]:
        yield Entry(YEAR_END, YEAR_END, "X", "", "odd", "manual", "1", "X", "main", self._lines)


@needs_hledger
def test_a_line_whose_amounts_do_not_go_together_is_said_in_two(tmp_path: Path) -> None:
    path, other = tmp_path / "odd.hledger", tmp_path / "odd.beancount"
    path.write_text("".join(hledger.text(OddJournal())))
    other.write_text("".join(beancount.text(OddJournal())))

    run("hledger", "-f", str(path), "check", "--strict", "payees")
    assert hledger_balances(path, "-B") == beancount_sums(loaded(other), at_cost=True) == {}
    said = hledger_balances(path)
    assert said == beancount_sums(loaded(other), at_cost=False)
    assert said["Assets:X:1", "KWD"] == Decimal("1.234")
    assert ("Assets:X:1", "USD") not in said


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_ledger_is_an_empty_file_that_checks(
    firm: Firm, tmp_path: Path, form: str
) -> None:
    firm.settle()
    path = written(firm, form, tmp_path / f"books.{form}")

    if form == "beancount":
        assert loaded(path) == []
    elif shutil.which("hledger"):
        run("hledger", "-f", str(path), "check", "--strict")
