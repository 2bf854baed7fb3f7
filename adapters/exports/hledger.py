"""The ledger as an hledger journal, strict: accounts, commodities and payees are declared."""

from collections.abc import Iterator

from adapters.exports.journal import Entry, ExportedJournal, Posting
from domain.money import minor_unit, quantize

TYPES = {"asset": "A", "liability": "L", "equity": "E", "revenue": "R", "expense": "X"}


def text(journal: ExportedJournal) -> Iterator[str]:
    """The file, piece by piece; every piece ends its line."""
    yield "decimal-mark .\n"
    accounts = journal.accounts()
    for currency in sorted({code for used in accounts for code in used.currencies}):
        yield f"commodity {sample(currency)} {currency}\n"
    for used in accounts:
        yield f"account {used.name}  ; type: {TYPES[used.type]}\n"
    for payee in dict.fromkeys(map(plain, journal.payees())):
        yield f"payee {payee}\n"
    for entry in journal.entries():
        yield entry_text(entry)


def sample(currency: str) -> str:
    """An amount that shows the decimals of a currency; the mark is there even without any."""
    shown = str(1000 + minor_unit(currency) - minor_unit(currency))
    return shown if "." in shown else f"{shown}."


def entry_text(entry: Entry) -> str:
    """An entry: the accounting date first, the effective one as its secondary date."""
    dates = f"{entry.accounting_date}={entry.effective_date}"
    code = plain(entry.document).replace("(", "").replace(")", "")
    tags = f"entity:{entry.entity}, book:{entry.book}, rule:{entry.rule}, journal:{entry.journal}"
    head = f"\n{dates} * ({code}) {plain(entry.payee)} | {plain(entry.description)}  ; {tags}\n"
    return head + "".join(map(posting_text, entry.postings))


def posting_text(posting: Posting) -> str:
    """A line; a foreign one with its total in the books, which is said without a sign."""
    said = f"    {posting.account}  {quantize(posting.amount, posting.currency):f}"
    said += f" {posting.currency}"
    if posting.currency != posting.books or posting.amount != posting.cost:
        said += f" @@ {quantize(abs(posting.cost), posting.books):f} {posting.books}"
    about = ", ".join(f"{name}:{plain(value)}" for name, value in posting.about)
    return f"{said}  ; {about}\n" if about else f"{said}\n"


def plain(words: str) -> str:
    """Words without what hledger reads as something else: comments, payee marks, tags, lines."""
    return " ".join(words.translate(str.maketrans(";|,\n\r\t", "      ")).split())
