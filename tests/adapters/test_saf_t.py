"""SAF-T files: the schema takes them, and they say what our trial balance says."""

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.exports.saf_t.company import company_of
from adapters.exports.saf_t.file import NAMESPACE, text
from adapters.exports.saf_t.source import READS, Ledger, Selection
from domain.unit_of_work import NotFound
from projections.as_of import snapshot
from projections.reports import REPORTS
from tests.firm import Firm
from tests.projections.conftest import year, year_template
from tests.projections.history import YEAR_END

assert year, year_template
SHARED = Path(os.environ.get("SHARED_DATA") or Path(__file__).parents[3] / "shared")
SCHEMA = SHARED / "data/accounting-saft/Norwegian_SAF-T_Financial_Schema_v_1.30.xsd"
N = f"{{{NAMESPACE}}}"
D = Decimal


@contextmanager
def ledger(
    firm: Firm, entity: str, first: date, last: date, book: str = "main"
) -> Iterator[Ledger]:
    with firm.system.connect() as conn, snapshot(conn, READS) as reached:
        yield Ledger(conn, Selection(entity, book, first, last, reached))


def written(
    firm: Firm, path: Path, entity: str = "DE01", first: date = date(2025, 1, 1),
    last: date = YEAR_END, book: str = "main",
) -> Path:  # fmt: skip
    company = company_of(firm.store, entity, last, ("Fictional", "Clerk"), "000")
    with ledger(firm, entity, first, last, book) as found:
        path.write_text("".join(text(found, company, date(2026, 1, 2))), encoding="utf-8")
    return path


def balances(firm: Firm, entity: str, day: date = YEAR_END) -> dict[str, Decimal]:
    with firm.system.connect() as conn:
        said = REPORTS["trial-balance"].run(conn, {"effective": day, "entity": entity}).said()
    sums: dict[str, Decimal] = {}
    for row in said:
        net = D(row["functional_debit"]) - D(row["functional_credit"])
        sums[row["account"]] = sums.get(row["account"], D(0)) + net
    return {code: amount for code, amount in sums.items() if amount}


def side(found: ET.Element, when: str) -> Decimal:
    if debit := found.findtext(f"{N}{when}DebitBalance"):
        return D(debit)
    return -D(found.findtext(f"{N}{when}CreditBalance") or "0")


def amount(line: ET.Element) -> Decimal:
    if debit := line.findtext(f"{N}DebitAmount/{N}Amount"):
        return D(debit)
    return -D(line.findtext(f"{N}CreditAmount/{N}Amount") or "0")


def root_of(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 -- we have just written it


@pytest.mark.parametrize("entity", ["DE01", "UK01", "LU01"])
def test_the_schema_takes_every_entitys_year(year: Firm, tmp_path: Path, entity: str) -> None:
    if not SCHEMA.exists():
        pytest.skip("the schema is not there")
    schema = pytest.importorskip("xmlschema").XMLSchema(SCHEMA)

    errors = [str(error) for error in schema.iter_errors(written(year, tmp_path / "f", entity))]

    assert not errors, errors[0]


def test_balances_and_movements_are_our_trial_balance(year: Firm, tmp_path: Path) -> None:
    root = root_of(written(year, tmp_path / "f"))
    moved: dict[str, Decimal] = {}
    for line in root.iter(f"{N}Line"):
        code = line.findtext(f"{N}AccountID") or ""
        moved[code] = moved.get(code, D(0)) + amount(line)

    accounts = {one.findtext(f"{N}AccountID"): one for one in root.iter(f"{N}Account")}

    closing = {code: side(one, "Closing") for code, one in accounts.items()}
    assert {code: found for code, found in closing.items() if found} == balances(year, "DE01")
    for of, one in accounts.items():
        assert side(one, "Opening") + moved.get(of or "", D(0)) == closing[of]


def test_totals_stand_before_what_they_count(year: Firm, tmp_path: Path) -> None:
    root = root_of(written(year, tmp_path / "f"))
    entries = root.find(f"{N}GeneralLedgerEntries")
    assert entries is not None
    said = {one.tag.removeprefix(N): one.text or "" for one in entries}

    lines = [amount(line) for line in root.iter(f"{N}Line")]

    assert D(said["TotalDebit"]) == sum(x for x in lines if x > 0)
    assert D(said["TotalCredit"]) == -sum(x for x in lines if x < 0)
    assert said["NumberOfEntries"] == str(len(list(root.iter(f"{N}Transaction"))))


def test_a_later_year_opens_with_earlier_results_retained(year: Firm) -> None:
    year.do("OpenPeriod", entity="DE01", month=date(2026, 1, 1))
    with ledger(year, "DE01", date(2026, 1, 1), date(2026, 1, 31)) as found:
        opened = {one.code: one for one in found.accounts()}

    assert not any(one.opening for code, one in opened.items() if code >= "4000")
    result = sum(a for code, a in balances(year, "DE01").items() if code >= "4000")
    assert opened["3100"].opening == result
    assert sum(one.opening for one in opened.values()) == 0


def test_lines_say_currency_rate_analysis_and_customer(year: Firm, tmp_path: Path) -> None:
    root = root_of(written(year, tmp_path / "f"))

    debits = root.iter(f"{N}DebitAmount")
    foreign = next(one for one in debits if one.findtext(f"{N}CurrencyCode"))
    assert foreign.findtext(f"{N}CurrencyCode") == "USD"
    rate = D(foreign.findtext(f"{N}ExchangeRate") or "0")
    value = D(foreign.findtext(f"{N}CurrencyAmount") or "0") * rate
    assert abs(value - D(foreign.findtext(f"{N}Amount") or "0")) < D("0.01")
    kinds = {one.findtext(f"{N}AnalysisType") for one in root.iter(f"{N}Analysis")}
    assert "PROJECT" in kinds
    listed = {one.findtext(f"{N}CustomerID") for one in root.iter(f"{N}Customer")}
    named = {one.findtext(f"{N}CustomerID") for one in root.iter(f"{N}Transaction")}
    assert named - {None} <= listed


def test_an_entity_nobody_registered_has_no_file(year: Firm) -> None:
    with pytest.raises(NotFound):
        company_of(year.store, "ZZ99", YEAR_END, ("a", "b"), "0")
