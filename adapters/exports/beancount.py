"""The ledger as a beancount file: accounts are opened with the currencies they may hold."""

import re
from collections.abc import Iterator
from datetime import date

from adapters.exports.journal import Entry, ExportedJournal, Posting
from domain.money import quantize


def text(journal: ExportedJournal) -> Iterator[str]:
    """The file, piece by piece; every piece ends its line."""
    accounts = journal.accounts()
    yield 'plugin "beancount.plugins.check_commodity"\n'
    yield 'option "title" "Throughline"\n'
    # A total is kept as a price, so a line's weight may be off in the last of 28 digits.
    yield 'option "inferred_tolerance_default" "*:0.0000001"\n'
    since = min((used.since for used in accounts), default=date.min)
    for currency in sorted({code for used in accounts for code in used.currencies}):
        yield f"{since} commodity {currency}\n"
    for used in accounts:
        yield f"{used.since} open {used.name} {','.join(used.currencies)}\n"
    for entry in journal.entries():
        yield entry_text(entry)


def entry_text(entry: Entry) -> str:
    """An entry: its document as a link, the effective date among its metadata."""
    link = f" ^{linked(entry.document)}" if entry.document else ""
    head = f"\n{entry.accounting_date} * {quoted(entry.payee)} {quoted(entry.description)}{link}\n"
    said = {
        "entity": entry.entity,
        "book": entry.book,
        "rule": entry.rule,
        "journal": entry.journal,
    }
    head += f"  effective: {entry.effective_date}\n"
    head += "".join(f"  {name}: {quoted(value)}\n" for name, value in said.items())
    return head + "".join(map(posting_text, entry.postings))


def posting_text(posting: Posting) -> str:
    """A line; a foreign one with its total in the books, which is said without a sign."""
    said = f"  {posting.account}  {quantize(posting.amount, posting.currency):f}"
    said += f" {posting.currency}"
    if posting.currency != posting.books or posting.amount != posting.cost:
        said += f" @@ {quantize(abs(posting.cost), posting.books):f} {posting.books}"
    about = (f"    {name}: {quoted(value)}\n" for name, value in posting.about)
    return f"{said}\n{''.join(about)}"


def quoted(words: str) -> str:
    """Words as a string of the file."""
    escaped = " ".join(words.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def linked(document: str) -> str:
    """A document's number in the characters that links take."""
    return re.sub(r"[^A-Za-z0-9\-_/.]+", "-", document)
