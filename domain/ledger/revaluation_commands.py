"""Revaluing an entity's foreign balances at a month's end."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import ClassVar

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER, SYSTEM
from domain.command import Answer, Command, Value
from domain.ledger.commands import require_open
from domain.ledger.foreign_balance import ForeignBalance, Revalued, explained, monetary, revalue
from domain.ledger.period import Calendar, calendar_id, month_after, month_end, month_of
from domain.ledger.revaluation import RULE_VERSION, Revaluation, revaluation_id
from domain.organisation.commands import legal_entity
from domain.pricing.fx import Quote, quote
from domain.unit_of_work import UnitOfWork


class RevaluedLine(Value):
    """A balance at the closing rate; the difference is a gain where positive."""

    account: str
    currency: str
    counterparty: str = Field(description="Entity of the group; else empty")
    amount: Decimal = Field(description="Debit is positive")
    booked: Decimal = Field(description="In the books")
    value: Decimal = Field(description="In the books, at the closing rate")
    difference: Decimal
    put_back: bool = Field(description="On the first day of the next month")
    steps: tuple[str, ...]


class RevaluationAnswer(Answer):
    """What a run found."""

    books: str = Field(description="Functional currency")
    gain: Decimal = Field(description="Sum of the differences; a loss where negative")
    lines: tuple[RevaluedLine, ...]


class RevalueForeignBalances(Command):
    """Value what an entity holds in other currencies at a month's closing rates.

    Run again after late facts, it takes the earlier run back and posts anew.
    """

    ROLES: ClassVar = frozenset({ADMIN, ACCOUNTANT, CONTROLLER, SYSTEM})
    ANSWER: ClassVar = RevaluationAnswer
    GATHERED: ClassVar = frozenset({"balances", "position"})
    entity: str
    month: date = Field(description="Any day of the month")
    balances: tuple[ForeignBalance, ...] = ()
    position: int = 0

    @property
    def last(self) -> date:
        """The month's last day."""
        return month_end(self.month)

    def effective_on(self, today: date) -> date:
        """The month's last day."""
        del today
        return self.last

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyRevalued, MissingRate, Residue, PeriodClosed, PeriodNotOpen, NotFound.

        The next month must be open too: its first day takes what is put back. A soft-closed
        month takes a controller's run with a reason: ReasonNeeded.
        """
        entity = legal_entity(work, self.entity)
        month = month_of(self.month)
        require_open(work, self, entity.code, self.last)
        work.read(Calendar, calendar_id(entity.code)).require_open(
            month_after(month), override=True
        )
        held = monetary(self.balances)
        quotes = closing_quotes(work, held, entity.currency, self.last)
        rows = tuple(revalue(one, quotes.get(one.currency)) for one in held)
        id_ = revaluation_id(entity.code, month)
        listed = tuple(quotes.values())
        if known := work.load_or_none(Revaluation, id_):
            known.run_again(self.position, listed, rows)
        else:
            work.add(Revaluation(id_, entity.code, month, self.last, entity.currency,
                                 self.position, RULE_VERSION, listed, rows))  # fmt: skip
        return RevaluationAnswer(
            id=id_, books=entity.currency, gain=_sum(row.difference for row in rows),
            lines=lines_of(rows, quotes, entity.currency),
        )  # fmt: skip


def closing_quotes(
    work: UnitOfWork, held: Sequence[ForeignBalance], books: str, on: date
) -> dict[str, Quote]:
    """The closing rate of every currency of which there is something. Raises MissingRate."""
    currencies = sorted({one.currency for one in held if one.amount})
    return {currency: quote(work, currency, books, on) for currency in currencies}


def lines_of(
    rows: Sequence[Revalued], quotes: Mapping[str, Quote], books: str
) -> tuple[RevaluedLine, ...]:
    """Rows as they are answered: those of contracts as one an account and currency."""

    def key(row: Revalued) -> tuple[str, str, str]:
        return row.balance.account, row.balance.currency, row.balance.counterparty

    groups = groupby(sorted(rows, key=key), key)
    return tuple(_line(tuple(group), quotes, books) for _, group in groups)


def _line(rows: tuple[Revalued, ...], quotes: Mapping[str, Quote], books: str) -> RevaluedLine:
    held = rows[0].balance
    steps = [step.text for step in explained(rows[0], quotes.get(held.currency), books)]
    if len(rows) > 1:
        steps = [f"{len(rows)} contracts, each for itself", *steps[:1], "and so on"]
    return RevaluedLine(
        account=held.account, currency=held.currency, counterparty=held.counterparty,
        amount=_sum(row.balance.amount for row in rows),
        booked=_sum(row.balance.booked for row in rows), value=_sum(row.value for row in rows),
        difference=_sum(row.difference for row in rows), put_back=not rows[0].lasting,
        steps=tuple(steps),
    )  # fmt: skip


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
