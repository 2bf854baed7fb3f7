"""Billable states: each approved thing is in one state, and the log accounts for all they sum to.

The sums are added up from the facts themselves, page by page, and compared with the tables: what
came is what is open, billed, credited, written off and drawn, by entity and currency.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.billing.invoice import Invoice
from domain.billing.minimum import MinimumCommitment
from domain.billing.recurring import RecurringPlan
from domain.billing.retainer_account import Retainer
from domain.billing.usage import UsageMeter
from domain.billing.value_schedule import ValueSchedule
from domain.contracts.account import ContractAccount
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from projections.billable_states import bill_of
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence

READER = "billable_states"
STEPS = ("new unbilled", "undone unbilled", "unbilled undone", "unbilled held", "held unbilled",
         "unbilled billed", "billed unbilled")  # fmt: skip
"""The only ways from one state to another."""

STRANGE = """
WITH steps AS (
    SELECT item_id, position, state,
           coalesce(lag(state) OVER (PARTITION BY item_id ORDER BY position), 'new') AS was
    FROM billable_moves WHERE state IS NOT NULL
)
SELECT item_id, position, was, state FROM steps
WHERE NOT was || ' ' || state = ANY(%(steps)s) ORDER BY position, item_id
"""
# A thing on an invoice stands there with all it is worth, any other is on none; what is undone
# is worth nothing, and nothing else is.
SPLIT = """
WITH ends AS (
    SELECT item_id, sum(value) AS value, sum(written) AS written, sum(drawn) AS drawn,
           sum(billed) AS billed,
           (array_agg(state ORDER BY position DESC) FILTER (WHERE state IS NOT NULL))[1] AS state
    FROM billable_moves GROUP BY item_id
)
SELECT item_id, state, value, written, drawn, billed FROM ends
WHERE state IS NULL
    OR billed <> CASE WHEN state = 'billed' THEN value - written - drawn ELSE 0 END
    OR (state = 'undone') <> (value = 0)
    OR (value >= 0 AND (written + drawn > value OR drawn < 0))
ORDER BY item_id
"""
SUMS = """
WITH ends AS (
    SELECT item_id, entity, max(currency) AS currency, sum(value) AS value,
           sum(written) AS written, sum(drawn) AS drawn, sum(billed) AS billed
    FROM billable_moves GROUP BY item_id, entity
)
SELECT entity, currency, sum(value), sum(written), sum(drawn), sum(billed) FROM ends GROUP BY 1, 2
"""
COUNTS = """
SELECT state, count(*) FROM (
    SELECT (array_agg(state ORDER BY position DESC) FILTER (WHERE state IS NOT NULL))[1] AS state
    FROM billable_moves GROUP BY item_id
) ends WHERE state <> 'undone' GROUP BY state ORDER BY state
"""
Key = tuple[str, str]


@dataclass
class Worth:
    """What came by approval, what was written off and drawn of it, what invoices hold of it."""

    value: Decimal = Decimal(0)
    written: Decimal = Decimal(0)
    drawn: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)


class BillableStates(Check):
    """Nothing is in two states, in none, or worth other than its facts say."""

    name = "billables in one state"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._read_to = evidence.readers[READER].position
        self._said: dict[Key, Worth] = defaultdict(Worth)

    def read(self, page: Sequence[Recorded]) -> None:
        """Add up what the facts say."""
        for at in page:
            if at.position <= self._read_to:
                for key, column, amount in amounts(at.fact):
                    held = self._said[key]
                    setattr(held, column, getattr(held, column) + amount)

    def conclude(self) -> str:
        """Each thing by its steps and its figures; all of them by the sums."""
        for item, position, was, state in self.evidence.rows(STRANGE, steps=list(STEPS)):
            self.find(f"{item} went from {was} to {state} at event {position}")
        for item, state, value, written, drawn, billed in self.evidence.rows(SPLIT):
            self.find(
                f"{item} is {state}: worth {value}, {written} written off, {drawn} drawn, "
                f"{billed} on invoices"
            )
        self._compare({(row[0], row[1]): Worth(*row[2:]) for row in self.evidence.rows(SUMS)})
        return ", ".join(f"{count} {state}" for state, count in self.evidence.rows(COUNTS))

    def _compare(self, kept: dict[Key, Worth]) -> None:
        for key in sorted(kept.keys() | self._said.keys()):
            tables, log = kept.get(key, Worth()), self._said.get(key, Worth())
            if tables != log:
                self.find(f"{' '.join(key)}: the tables say {tables}, the log {log}")


def amounts(fact: Any) -> Iterable[tuple[Key, str, Decimal]]:
    """What a fact adds to the worth of billable things: entity and currency, of what, amount."""
    adds = ADDS.get(type(fact))
    return adds(fact) if adds else ()


def _approved(fact: Timesheet.TimeApproved) -> Iterator[tuple[Key, str, Decimal]]:
    yield from _rated(fact.rated, 1)


def _undone(
    fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed,
) -> Iterator[tuple[Key, str, Decimal]]:
    yield from _rated(fact.rated, -1)


def _rerated(fact: Timesheet.TimeReRated) -> Iterator[tuple[Key, str, Decimal]]:
    yield from _rated(fact.before, -1)
    yield from _rated(fact.after, 1)


def _rated(rated: Iterable[RatedTime], sign: int) -> Iterator[tuple[Key, str, Decimal]]:
    for one in rated:
        if bill := bill_of(one):
            yield (bill.entity, bill.currency), "value", sign * bill.amount


def _spent(fact: Expense.Approved) -> Iterator[tuple[Key, str, Decimal]]:
    if fact.contract_id and fact.rated.bill_amount:
        key = fact.rated.bill_entity, fact.rated.bill_currency
        yield key, "value", fact.rated.bill_amount


def _unspent(fact: Expense.Reversed) -> Iterator[tuple[Key, str, Decimal]]:
    if fact.contract_id and fact.rated.bill_amount:
        key = fact.rated.bill_entity, fact.rated.bill_currency
        yield key, "value", -fact.rated.bill_amount


def _accepted(fact: Project.MilestoneAccepted) -> Iterator[tuple[Key, str, Decimal]]:
    yield (fact.entity, fact.currency), "value", fact.amount


def _accrued(fact: RecurringPlan.Accrued) -> Iterator[tuple[Key, str, Decimal]]:
    for charge in fact.charges:
        yield (fact.entity, fact.currency), "value", charge.amount


def _charged(
    fact: MinimumCommitment.TruedUp | UsageMeter.Charged,
) -> Iterator[tuple[Key, str, Decimal]]:
    yield (fact.entity, fact.currency), "value", fact.charge.amount


def _certified(fact: ValueSchedule.Certified) -> Iterator[tuple[Key, str, Decimal]]:
    yield (fact.entity, fact.currency), "value", fact.certified.amount


def _written(fact: ContractAccount.WrittenDown) -> Iterator[tuple[Key, str, Decimal]]:
    down = fact.write_down
    yield (down.entity, down.currency), "written", down.amount


def _covered(fact: ContractAccount.Covered) -> Iterator[tuple[Key, str, Decimal]]:
    yield (fact.part.entity, fact.part.currency), "drawn", fact.part.amount


def _funded(fact: Retainer.Funded) -> Iterator[tuple[Key, str, Decimal]]:
    yield (fact.of.entity, fact.of.currency), "value", fact.granted.fee


def _issued(fact: Invoice.Issued) -> Iterator[tuple[Key, str, Decimal]]:
    for line in fact.lines:
        yield (fact.party.entity, fact.currency), "billed", line.price


def _credited(fact: Invoice.Credited) -> Iterator[tuple[Key, str, Decimal]]:
    for line in fact.lines:
        for source in line.restored:
            yield (fact.party.entity, fact.currency), "billed", -source.amount


ADDS: dict[type, Callable[[Any], Iterator[tuple[Key, str, Decimal]]]] = {
    Timesheet.TimeApproved: _approved,
    Timesheet.TimeUnapproved: _undone,
    Timesheet.TimeReversed: _undone,
    Timesheet.TimeReRated: _rerated,
    Expense.Approved: _spent,
    Expense.Reversed: _unspent,
    Project.MilestoneAccepted: _accepted,
    RecurringPlan.Accrued: _accrued,
    MinimumCommitment.TruedUp: _charged,
    UsageMeter.Charged: _charged,
    ValueSchedule.Certified: _certified,
    ContractAccount.WrittenDown: _written,
    ContractAccount.Covered: _covered,
    Retainer.Funded: _funded,
    Invoice.Issued: _issued,
    Invoice.Credited: _credited,
}
"""A new kind of billable thing, or a new way to lose some of one, has its line here."""
