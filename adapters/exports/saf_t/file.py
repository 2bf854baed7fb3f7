"""A SAF-T file, piece by piece, in the order that the schema has."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from adapters.exports.saf_t.grouping import GROUPS
from adapters.exports.saf_t.source import AXES, Company, Ledger, Line, Opened, Transaction
from adapters.exports.saf_t.xml import (
    CODE,
    MIDDLE1,
    MIDDLE2,
    SHORT,
    day,
    element,
    money,
    together,
    within,
)
from projections.packet import code_version

NAMESPACE = "urn:StandardAuditFile-Taxation-Financial:NO"
VERSION = "1.30"
JOURNALS = {
    "S": "Sales", "B": "Bank and settlement", "M": "Manual and brought in",
    "G": "Derived from operations",
}  # fmt: skip
RATE = Decimal("0.00000001")
Groups = Mapping[str, tuple[str, str]]


def text(
    ledger: Ledger, company: Company, made_on: date, groups: Groups = GROUPS
) -> Iterator[str]:
    """The file; accounts without a group of the firm's own are grouped as ours."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<AuditFile xmlns="{NAMESPACE}">\n'
    yield from header(ledger, company, made_on)
    yield from within(
        "MasterFiles",
        within("GeneralLedgerAccounts", accounts(ledger, {**GROUPS, **groups})),
        within("Customers", customers(ledger)),
        within("AnalysisTypeTable", analysis_types(ledger)),
    )
    yield from entries(ledger, company)
    yield "</AuditFile>\n"


def header(ledger: Ledger, company: Company, made_on: date) -> Iterator[str]:
    """Who wrote it about whom, and what was selected."""
    chosen = ledger.selection
    selected = together(
        "SelectionCriteria",
        day("SelectionStartDate", chosen.first), day("SelectionEndDate", chosen.last),
    )  # fmt: skip
    return within(
        "Header",
        element("AuditFileVersion", VERSION), element("AuditFileCountry", "NO"),
        day("AuditFileDateCreated", made_on), element("SoftwareCompanyName", "Throughline"),
        element("SoftwareID", "Throughline"),
        element("SoftwareVersion", code_version() or "unreleased", SHORT),
        company_text(company), element("DefaultCurrencyCode", company.currency), selected,
        element("HeaderComment", f"book {chosen.book}, known at position {chosen.known}"),
        element("TaxAccountingBasis", "A"), element("TaxEntity", company.code, MIDDLE2),
    )  # fmt: skip


def company_text(company: Company) -> str:
    """The company with its address and a contact."""
    first, last = company.contact
    person = together(
        "ContactPerson", element("FirstName", first, MIDDLE1), element("LastName", last, MIDDLE2)
    )
    return together(
        "Company",
        element("RegistrationNumber", company.registration or company.code, MIDDLE1),
        element("Name", company.name),
        together(
            "Address",
            element("StreetName", company.street), element("City", company.city),
            element("PostalCode", company.postcode, MIDDLE2),
            element("Country", company.country),
        ),
        together("Contact", person, element("Telephone", company.telephone, SHORT)),
        together("TaxRegistration",
                 element("TaxRegistrationNumber", company.vat_id, MIDDLE1)),
    )  # fmt: skip


def accounts(ledger: Ledger, groups: Groups) -> Iterator[str]:
    """The chart, as far as it is used."""
    for one in ledger.accounts():
        category, group = groups[one.code]
        yield together(
            "Account",
            element("AccountID", one.code, MIDDLE2), element("AccountDescription", one.name),
            element("GroupingCategory", category), element("GroupingCode", group, MIDDLE1),
            element("AccountType", "GL"), balances(one),
        )  # fmt: skip


def balances(one: Opened) -> str:
    """Opening and closing balance, each on its side."""
    return "".join(
        element(f"{when}{'Debit' if amount >= 0 else 'Credit'}Balance", money(abs(amount)))
        for when, amount in (("Opening", one.opening), ("Closing", one.closing))
    )


def customers(ledger: Ledger) -> Iterator[str]:
    """Clients whose documents are in the file."""
    for one in ledger.customers():
        yield together(
            "Customer", element("Name", one.name), element("CustomerID", one.code, MIDDLE1)
        )


def analysis_types(ledger: Ledger) -> Iterator[str]:
    """Projects, departments and the other axes that lines name."""
    for kind, words, one in ledger.axes():
        yield together(
            "AnalysisTypeTableEntry",
            element("AnalysisType", kind, CODE), element("AnalysisTypeDescription", words),
            element("AnalysisID", one.code, MIDDLE1),
            element("AnalysisIDDescription", one.name),
        )  # fmt: skip


def entries(ledger: Ledger, company: Company) -> Iterator[str]:
    """The journals with their totals in front."""
    count, debit, credit = ledger.totals()
    yield "<GeneralLedgerEntries>"
    yield element("NumberOfEntries", count)
    yield element("TotalDebit", money(debit)) + element("TotalCredit", money(credit)) + "\n"
    found = ledger.transactions(company.currency)
    for journal, transactions in groupby(found, lambda one: one.journal):
        yield "<Journal>" + element("JournalID", journal)
        yield element("Description", JOURNALS[journal]) + element("Type", journal) + "\n"
        for one in transactions:
            yield transaction(one, company.currency)
        yield "</Journal>\n"
    yield "</GeneralLedgerEntries>\n"


def transaction(one: Transaction, books: str) -> str:
    """A journal: dated economically, posted by its accounting date."""
    described = one.description or one.rule
    head = (
        element("TransactionID", one.id, MIDDLE2), element("Period", one.accounting_date.month),
        element("PeriodYear", one.accounting_date.year),
        day("TransactionDate", one.effective_date), element("VoucherType", one.rule, MIDDLE2),
        element("Description", described), day("SystemEntryDate", one.recorded_on),
        day("GLPostingDate", one.accounting_date),
        element("CustomerID", one.customer, MIDDLE1), element("SystemID", one.position, SHORT),
    )  # fmt: skip
    lines = (line_text(no, line, one, books) for no, line in enumerate(one.lines, 1))
    return together("Transaction", *head, *lines) + "\n"


def line_text(no: int, line: Line, of: Transaction, books: str) -> str:
    """A line with its analysis, and its own currency where that is another."""
    analysis = (
        together("Analysis", element("AnalysisType", kind, CODE),
                 element("AnalysisID", value, MIDDLE1))
        for kind, value in zip(AXES, line.axes, strict=True) if value
    )  # fmt: skip
    return together(
        "Line",
        element("RecordID", no), element("AccountID", line.account, MIDDLE2), *analysis,
        element("SourceDocumentID", of.document, MIDDLE1),
        element("CustomerID", of.customer, MIDDLE1),
        element("Description", of.description or of.rule), amount_text(line, books),
    )  # fmt: skip


def amount_text(line: Line, books: str) -> str:
    """Debit or credit by the books; the amount in the line's currency has the side's sign."""
    debit = (line.functional or line.amount) >= 0
    sign = 1 if debit else -1
    parts = [element("Amount", money(sign * line.functional))]
    if line.currency != books:
        parts += [element("CurrencyCode", line.currency),
                  element("CurrencyAmount", money(sign * line.amount))]  # fmt: skip
    if line.currency != books and line.amount and line.functional:
        rate = (line.functional / line.amount).quantize(RATE, ROUND_HALF_UP)
        parts.append(element("ExchangeRate", f"{rate:f}") if rate > 0 else "")
    return together("DebitAmount" if debit else "CreditAmount", *parts)
