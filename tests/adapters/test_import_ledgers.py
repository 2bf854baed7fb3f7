"""Ledgers of other systems: brought in whole, or refused account by account with the reason."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.imports.intake import take_in
from adapters.imports.plans.ledgers import LedgerChoices, LedgerPlan
from adapters.imports.plans.window import Window
from adapters.imports.refusals import BrokenXml, UnknownFormat
from adapters.imports.verdicts import Verdict
from api.commands.verify import verdicts
from domain.importing import Import
from projections.reports import REPORTS
from tests.adapters.test_saf_t import written
from tests.firm import CHIEF, Firm
from tests.projections.conftest import twin, year, year_template
from tests.projections.history import YEAR_END

assert twin
assert year
assert year_template
SHARED = Path(os.environ.get("SHARED_DATA") or Path(__file__).parents[3] / "shared")
PUBLISHED = SHARED / "data/accounting-saft/ExampleFile_SAF-T_Financial_999999999.xml"
OTHER = """<?xml version="1.0"?>
<n1:AuditFile xmlns:n1="urn:StandardAuditFile-Taxation-Financial:NO">
<n1:Header><n1:SoftwareID>Other books</n1:SoftwareID>
<n1:Company><n1:RegistrationNumber>1</n1:RegistrationNumber><n1:Name>Fictional</n1:Name></n1:Company>
<n1:DefaultCurrencyCode>EUR</n1:DefaultCurrencyCode>
<n1:SelectionCriteria><n1:PeriodStart>1</n1:PeriodStart><n1:PeriodStartYear>2025</n1:PeriodStartYear>
</n1:SelectionCriteria></n1:Header>
<n1:MasterFiles><n1:GeneralLedgerAccounts>
{accounts}
</n1:GeneralLedgerAccounts></n1:MasterFiles>
<n1:GeneralLedgerEntries><n1:Journal>
{transactions}
</n1:Journal></n1:GeneralLedgerEntries>
</n1:AuditFile>
"""
MAP = {"1920": "1000", "2050": "3000", "6300": "6010"}


def account(code: str, opening: str, closing: str) -> str:
    def side(when: str, amount: str) -> str:
        tag = f"{when}CreditBalance" if amount.startswith("-") else f"{when}DebitBalance"
        return f"<n1:{tag}>{amount.lstrip('-')}</n1:{tag}>"

    return (f"<n1:Account><n1:AccountID>{code}</n1:AccountID>{side('Opening', opening)}"
            f"{side('Closing', closing)}</n1:Account>")  # fmt: skip


def entry(key: str, amount: str = "100.00", debit: str = "6300", credit: str = "1920") -> str:
    def line(code: str, side: str) -> str:
        return (f"<n1:Line><n1:AccountID>{code}</n1:AccountID><n1:{side}Amount>"
                f"<n1:Amount>{amount}</n1:Amount></n1:{side}Amount></n1:Line>")  # fmt: skip

    return (f"<n1:Transaction><n1:TransactionID>{key}</n1:TransactionID>"
            "<n1:TransactionDate>2025-01-08</n1:TransactionDate>"
            f"<n1:Description>rent</n1:Description>{line(debit, 'Debit')}{line(credit, 'Credit')}"
            "</n1:Transaction>")  # fmt: skip


SOUND = (
    account("1920", "500", "400"), account("2050", "-500", "-500"), account("6300", "0", "100"),
)  # fmt: skip


def file(path: Path, *entries: str, accounts: tuple[str, ...] = SOUND, form: str = OTHER) -> Path:
    filled = form.format(accounts="\n".join(accounts), transactions="\n".join(entries))
    path.write_text(filled, encoding="utf-8")
    return path


def choices(entity: str = "DE01", currency: str = "EUR", **fields: Any) -> LedgerChoices:
    given = {"accounts": {}, "window": Window(), **fields}
    return LedgerChoices(entity=entity, currency=currency, **given)


def take(firm: Firm, path: Path, given: LedgerChoices) -> list[Verdict]:
    found = list(take_in(LedgerPlan(path, given).steps(), lambda: Import(firm.store, CHIEF)))
    firm.settle()
    return found


def said(found: list[Verdict]) -> list[tuple[str, str]]:
    return [(one.verdict, one.code) for one in found]


def balances(firm: Firm, entity: str) -> list[dict[str, Any]]:
    with firm.system.connect() as conn:
        given = {"effective": YEAR_END, "entity": entity}
        return REPORTS["trial-balance"].run(conn, given).said()


def begin(firm: Firm, entity: str, currency: str, country: str) -> None:
    firm.do("RegisterLegalEntity", code=entity, name=f"Fictional {entity}", currency=currency,
            country=country)  # fmt: skip
    for month in range(1, 13):
        firm.do("OpenPeriod", entity=entity, month=date(2025, month, 1))


def test_what_is_exported_comes_in_as_it_was(year: Firm, twin: Firm, tmp_path: Path) -> None:
    begin(twin, "UK01", "GBP", "GB")
    begin(twin, "LU01", "EUR", "LU")
    for entity, currency in (("DE01", "EUR"), ("UK01", "GBP"), ("LU01", "EUR")):
        path = written(year, tmp_path / f"{entity}.xml", entity)

        found = take(twin, path, choices(entity, currency))

        assert {one.verdict for one in found} == {"accepted"}
        assert balances(twin, entity) == balances(year, entity)
    again = take(twin, path, choices(entity, currency))
    assert {one.verdict for one in again} == {"answered"}
    off = {one.name for one in verdicts(twin.system) if not one.holds}
    assert not {name for name in off if "seal" not in name}


def test_a_file_from_a_later_day_opens_with_balances(
    year: Firm, twin: Firm, tmp_path: Path
) -> None:
    path = written(year, tmp_path / "f", "DE01", date(2025, 3, 1))

    found = take(twin, path, choices())

    assert {one.verdict for one in found} == {"accepted"}
    assert in_books(balances(twin, "DE01")) == in_books(balances(year, "DE01"))


def in_books(rows: list[dict[str, Any]]) -> Mapping[str, float]:
    sums: dict[str, float] = {}
    for row in rows:
        net = float(row["functional_debit"]) - float(row["functional_credit"])
        sums[row["account"]] = round(sums.get(row["account"], 0) + net, 2)
    return {code: amount for code, amount in sums.items() if amount}


def test_a_map_says_which_account_is_which(firm: Firm, tmp_path: Path) -> None:
    found = take(firm, file(tmp_path / "f", entry("T1")), choices(accounts=MAP))

    assert said(found) == [("accepted", "")] * 3
    assert in_books(balances(firm, "DE01")) == {"1000": 400, "3000": -500, "6010": 100}


def test_without_a_map_no_foreign_account_is_taken_for_ours(firm: Firm, tmp_path: Path) -> None:
    accounts = (account("4000", "0", "100"), account("1920", "0", "-100"))
    path = file(tmp_path / "f", entry("T1", debit="4000"), accounts=accounts)

    found = take(firm, path, choices(accounts={"1920": "1000"}))

    assert said(found) == [("refused", "unknown_account")]


def test_a_journal_that_does_not_balance_is_refused_and_others_are_not(
    firm: Firm, tmp_path: Path
) -> None:
    torn = entry("T2").replace("<n1:Amount>100.00", "<n1:Amount>99.00", 1)
    path = file(tmp_path / "f", entry("T1"), torn, accounts=())

    assert said(take(firm, path, choices(accounts=MAP))) == [
        ("accepted", ""), ("refused", "unbalanced"),
    ]  # fmt: skip


def test_opening_balances_come_in_together_or_not_at_all(firm: Firm, tmp_path: Path) -> None:
    accounts = (account("1920", "500", "500"), account("2050", "-500", "-400"))
    path = file(tmp_path / "f", accounts=accounts)

    found = take(firm, path, choices(accounts=MAP))
    assert said(found) == [("refused", "does_not_tie"), ("refused", "unbalanced")]

    again = take(firm, path, choices(accounts=MAP, rest_to="3100"))
    assert said(again) == [("refused", "does_not_tie"), ("accepted", "")]
    assert in_books(balances(firm, "DE01")) == {"1000": 500, "3100": -500}


def test_journals_outside_the_days_asked_for_stay_out(firm: Firm, tmp_path: Path) -> None:
    given = choices(accounts=MAP, window=Window(until=date(2025, 1, 7)))

    found = take(firm, file(tmp_path / "f", entry("T1"), accounts=()), given)

    assert said(found) == [("refused", "out_of_range")]


@pytest.mark.parametrize(
    ("change", "code"),
    [(("2025-01-08", "8 January"), "bad_date"), (("100.00", "a lot"), "bad_number"),
     (("100.00", "NaN"), "bad_number"), (("T1", ""), "bad_value")],
)  # fmt: skip
def test_cells_that_cannot_be_read_are_named(
    firm: Firm, tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    path = file(tmp_path / "f", entry("T1").replace(*change), accounts=())

    assert said(take(firm, path, choices(accounts=MAP))) == [("refused", code)]


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ("<Other/>", UnknownFormat), ("<AuditFile/>", UnknownFormat),
        ("<AuditFile><Header></AuditFile>", BrokenXml),
        ('<!DOCTYPE a [<!ENTITY b "c">]><AuditFile/>', BrokenXml),
        ("<AuditFile><Header></Header></AuditFile>", UnknownFormat),
        (OTHER.replace(">EUR<", ">NOK<"), UnknownFormat),
        (OTHER.replace("{accounts}", account("1", "x", "0")), UnknownFormat),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_whole(
    tmp_path: Path, form: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        LedgerPlan(file(tmp_path / "f", form=form), choices())


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published file is not there")
def test_the_published_file_has_journals_that_hold_and_balances_that_do_not(firm: Firm) -> None:
    firm.do("RegisterLegalEntity", code="NO01", name="Fictional AS", currency="NOK", country="NO")
    firm.do("OpenPeriod", entity="NO01", month=date(2015, 10, 1))
    accounts = {"1925": "1000", "2400": "2000", "2740": "1420", "4000": "5010"}

    found = take(firm, PUBLISHED, choices("NO01", "NOK", accounts=accounts))

    assert said(found)[:4] == [("refused", "does_not_tie")] * 4
    assert said(found)[4:] == [("accepted", "")] * 2
    assert in_books(balances(firm, "NO01")) == {"1000": -12500, "1420": 2500, "5010": 10000}
