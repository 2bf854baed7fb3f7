"""The trial balance: what every account holds at the end of a day, debits beside credits."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.ledger.chart import account
from projections.as_of import AsOf
from projections.balances import Scope, balances_at
from projections.packet import Row, amounts, text
from projections.report import BOOK, ENTITY, Report
from projections.table import Conn

ZERO = Decimal(0)
SIDES = (
    *amounts("debit", "credit"),
    *text("functional_currency"),
    *amounts("functional_debit", "functional_credit", currency="functional_currency"),
)


def sides(signed: Decimal) -> tuple[Decimal, Decimal]:
    """Debit and credit of a signed amount."""
    return max(signed, ZERO), max(-signed, ZERO)


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity, account and currency; accounts at zero are left out."""
    scope = Scope(asked["book"], asked["entity"])
    found = balances_at(conn, [as_of.effective], as_of.known, scope)[as_of.effective]
    for key, balance in found.items():
        known = account(key.account)
        yield (
            key.entity, key.book, key.account, known.name, known.type, key.currency,
            *sides(balance.amount), key.functional_currency, *sides(balance.functional),
        )  # fmt: skip


TRIAL_BALANCE = Report(
    name="trial-balance",
    title="Trial balance",
    description="Balance of every account, in its currency and in the books.",
    parameters=(ENTITY, BOOK),
    columns=(*text("entity", "book", "account", "name", "type", "currency"), *SIDES),
    reads=("ledger",),
    rows=rows,
)
