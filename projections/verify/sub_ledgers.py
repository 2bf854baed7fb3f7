"""Control accounts: each equals the sub-ledger that keeps it, in its currency and in the books."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from domain.billing.invoice import Invoice
from domain.billing.payment import Payment
from domain.ledger.chart import (
    CUSTOMER_CREDITS,
    DEPOSITS,
    POSITION,
    RECEIVABLES,
    RETAINAGE_DUE,
    RETAINAGE_HELD,
    SUSPENSE,
)
from domain.ledger.opening import BROUGHT
from domain.ledger.receivables_posting import receipt_account
from domain.ledger.revaluation_posting import NAMES
from domain.receivables.memo_credit import MemoCredit
from projections.recorded import Recorded
from projections.table import Conn
from projections.verify.check import Check, Evidence

# A journal belongs to the fact it follows from; a manual one to itself. What other books brought
# in has no sub-ledger here; revaluations value an account for a month's end, beside it.
ACCOUNT = """
SELECT entity, currency, sum(amount), sum(functional) FROM ledger_lines
WHERE account = %(account)s AND coalesce(source_position, position) <= %(facts)s
    AND (%(entity)s::text IS NULL OR entity = %(entity)s) AND rule <> ALL(%(beside)s)
GROUP BY entity, currency
"""
MOVES = """
SELECT entity, currency, sum(amount), sum(functional) FROM {table}
WHERE position <= %(facts)s AND (%(entity)s::text IS NULL OR entity = %(entity)s)
GROUP BY entity, currency
"""
SETTLED = """
SELECT number, currency, sum(amount), sum(functional) FROM receivable_moves
WHERE position <= %(facts)s
GROUP BY invoice_id, number, currency
HAVING sum(amount) < 0 OR (sum(amount) = 0 AND sum(functional) <> 0)
ORDER BY number COLLATE "C"
"""
INVOICES = "SELECT count(DISTINCT invoice_id) FROM receivable_moves WHERE position <= %(facts)s"

Sums = dict[tuple[str, str], tuple[Decimal, Decimal]]
NOTHING = (Decimal(0), Decimal(0))


def gaps(conn: Conn, entity: str, facts: int) -> Iterator[str]:
    """Control accounts of an entity that are not what their sub-ledgers sum to."""
    for account, query in SUB_LEDGERS.items():
        kept = summed(conn, query, facts, entity, account=account)
        booked = summed(conn, ACCOUNT, facts, entity, account=account)
        for key in sorted(kept.keys() | booked.keys()):
            sub, main = kept.get(key, NOTHING), booked.get(key, NOTHING)
            if sub != main:
                yield f"{account} {key[1]}: sub-ledger {_said(sub)}, account {_said(main)}"


class ControlAccount(Check):
    """``account`` holds what the moves of its sub-ledger sum to."""

    account: str
    table: str

    def conclude(self) -> str:
        """Compare by entity and currency."""
        return self.compare(sums(self.evidence, MOVES.format(table=self.table)))

    def compare(self, kept: Sums) -> str:
        """Compare sums of the sub-ledger with the account."""
        booked = sums(self.evidence, ACCOUNT, account=self.account)
        for key in sorted(kept.keys() | booked.keys()):
            sub, main = kept.get(key, NOTHING), booked.get(key, NOTHING)
            if sub != main:
                self.find(f"{' '.join(key)}: sub-ledger {_said(sub)}, account {_said(main)}")
        return ", ".join(f"{' '.join(key)} {_said(value)}" for key, value in sorted(kept.items()))


class Receivables(ControlAccount):
    """What invoices have open."""

    name = f"receivables = {RECEIVABLES}"
    account, table = RECEIVABLES, "receivable_moves"


KEPT = """
SELECT entity, currency, sum(amount), sum(functional) FROM retainage_moves
WHERE account = %(account)s AND position <= %(facts)s
    AND (%(entity)s::text IS NULL OR entity = %(entity)s)
GROUP BY entity, currency
"""


class RetainageHeld(ControlAccount):
    """What clients keep of invoices and nobody has released."""

    name = f"retainage held = {RETAINAGE_HELD}"
    account = RETAINAGE_HELD

    def conclude(self) -> str:
        """Compare by entity and currency."""
        return self.compare(sums(self.evidence, KEPT, account=self.account))


class RetainageDue(RetainageHeld):
    """What was released and no invoice asks for yet."""

    name = f"retainage released = {RETAINAGE_DUE}"
    account = RETAINAGE_DUE


class DepositsHeld(ControlAccount):
    """Clients' money that is held for contracts."""

    name = f"deposits = {DEPOSITS}"
    account, table = DEPOSITS, "deposit_moves"


CARRIED = """
SELECT entity, currency, sum(amount), sum(carried) FROM position_moves
WHERE position <= %(facts)s AND (%(entity)s::text IS NULL OR entity = %(entity)s)
GROUP BY entity, currency
"""
SUB_LEDGERS = {
    RECEIVABLES: MOVES.format(table="receivable_moves"), POSITION: CARRIED,
    RETAINAGE_HELD: KEPT, RETAINAGE_DUE: KEPT, DEPOSITS: MOVES.format(table="deposit_moves"),
}  # fmt: skip
"""What keeps each control account that tables hold."""
EARNED_AT_ONCE = """
SELECT m.entity, m.currency, sum(m.amount), sum(m.carried) FROM position_moves m
WHERE m.position <= %(facts)s
    AND NOT EXISTS (SELECT FROM run_contracts c WHERE c.contract_id = m.contract_id)
GROUP BY m.entity, m.currency
"""
UNBILLED = """
SELECT m.entity, m.currency, sum(m.amount), sum(m.functional) FROM unbilled_moves m
WHERE m.position <= %(facts)s
    AND NOT EXISTS (SELECT FROM run_contracts c WHERE c.contract_id = m.contract_id)
GROUP BY m.entity, m.currency
"""


class ContractPosition(ControlAccount):
    """What contracts have earned and not billed; less than nothing where they bill ahead."""

    name = f"contract positions = {POSITION}"
    account = POSITION

    def conclude(self) -> str:
        """Compare by entity and currency."""
        return self.compare(sums(self.evidence, CARRIED))


class Unbilled(ControlAccount):
    """What is earned with its approval and on no invoice is those contracts' position."""

    name = "unbilled = positions earned at once"

    def conclude(self) -> str:
        """Compare by entity and currency."""
        kept = sums(self.evidence, UNBILLED)
        held = sums(self.evidence, EARNED_AT_ONCE)
        for key in sorted(kept.keys() | held.keys()):
            sub, main = kept.get(key, NOTHING), held.get(key, NOTHING)
            if sub != main:
                self.find(f"{' '.join(key)}: unbilled {_said(sub)}, positions {_said(main)}")
        return ", ".join(f"{' '.join(key)} {_said(value)}" for key, value in sorted(kept.items()))


class CustomerCredits(ControlAccount):
    """Payments that are not used and what credit memos left owing."""

    name = f"credits = {CUSTOMER_CREDITS}"
    account = CUSTOMER_CREDITS
    stops_at_facts = True

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: list(NOTHING))

    def read(self, page: Sequence[Recorded]) -> None:
        """Sum what came, went and is owed."""
        for at in page:
            for account, entity, currency, *change in credit_moves(at.fact):
                if account == self.account:
                    held = self._sums[entity, currency]
                    sums = [a - b for a, b in zip(held, change, strict=True)]
                    self._sums[entity, currency] = sums

    def conclude(self) -> str:
        """Compare: a credit is negative."""
        return self.compare({key: (held[0], held[1]) for key, held in self._sums.items()})


class Suspense(CustomerCredits):
    """Money of unknown senders."""

    name = f"unidentified receipts = {SUSPENSE}"
    account = SUSPENSE


Change = tuple[Decimal, Decimal]
CHANGES: dict[type, Callable[[Any], Change]] = {
    Payment.Recorded: lambda fact: (fact.amount, fact.functional),
    Payment.Identified: lambda fact: (fact.amount, fact.functional),
    Payment.Applied: lambda fact: (-fact.amount, -fact.paid),
    Payment.Unapplied: lambda fact: (fact.amount, fact.paid),
    Payment.Refunded: lambda fact: (-fact.amount, -fact.relieved),
    Payment.OverpaymentKept: lambda fact: (-fact.amount, -fact.functional),
    Payment.Reversed: lambda fact: (-fact.amount, -fact.functional),
    MemoCredit.Applied: lambda fact: (-fact.amount, -fact.paid),
    MemoCredit.Unapplied: lambda fact: (fact.amount, fact.paid),
    MemoCredit.Refunded: lambda fact: (-fact.amount, -fact.relieved),
}
"""What a fact adds to what somebody has with us, in its currency and in the books."""


def credit_moves(fact: Any) -> Iterator[tuple[Any, ...]]:
    """Account, entity, currency, amount and functional amount that a fact adds to credits."""
    if isinstance(fact, Invoice.Credited):
        owed, party = fact.totals.due - fact.from_open, fact.party
        yield CUSTOMER_CREDITS, party.entity, fact.currency, owed, fact.quote.convert(owed)
    if isinstance(fact, Payment.AppliedAcross | Payment.UnappliedAcross):
        one, sign = fact.across, -1 if isinstance(fact, Payment.AppliedAcross) else 1
        moved = sign * one.paid_amount, sign * one.paid
        yield CUSTOMER_CREDITS, one.entity, one.paid_currency, *moved
    if isinstance(fact, Payment.Identified):
        before = receipt_account(fact.before)
        yield before, fact.entity, fact.currency, -fact.amount, -fact.functional
    if change := CHANGES.get(type(fact)):
        account = receipt_account(fact.client_code)
        yield account, fact.entity, fact.currency, *change(fact)


class Settled(Check):
    """An invoice without anything open is zero in the books too, and never below zero."""

    name = "settled invoices are zero"

    def conclude(self) -> str:
        """One question."""
        facts = self.evidence.facts
        for number, currency, amount, functional in self.evidence.rows(SETTLED, facts=facts):
            self.find(f"{number} has {amount} {currency} open and {functional} in the books")
        return f"{self.evidence.rows(INVOICES, facts=facts)[0][0]} invoices"


def sums(evidence: Evidence, query: str, **values: Any) -> Sums:
    """Amounts by entity and currency."""
    return summed(evidence.conn, query, evidence.facts, None, **values)


def summed(conn: Conn, query: str, facts: int, entity: str | None, **values: Any) -> Sums:
    """Amounts by entity and currency, of one entity where one is named."""
    given = {"facts": facts, "entity": entity, "beside": [*BROUGHT, *NAMES], **values}
    rows = conn.execute(query, given, binary=True).fetchall()
    return {(entity, currency): (amount, books) for entity, currency, amount, books in rows}


def _said(pair: tuple[Decimal, Decimal]) -> str:
    return f"{pair[0]} ({pair[1]})"
