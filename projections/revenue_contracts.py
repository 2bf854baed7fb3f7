"""Contracts that a revenue run earns: their obligations over time, and what each run recognised.

A row of ``revenue_terms`` is an obligation from a position on, so the state at any position is
its latest row up to there. ``revenue_lines`` are what runs recognised.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.explanation import Step
from domain.revenue.contract import RevenueContract
from domain.revenue.modified import Modified
from domain.revenue.price import Reshared
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

CONTRACTS = Table(
    "revenue_contracts",
    {"contract_id": "uuid", "entity": "text", "currency": "text", "books": "text",
     "position": "bigint"},
    key=("contract_id",),
    indexes=("entity, contract_id",),
)  # fmt: skip
OBLIGATIONS = Table(
    "revenue_obligations",
    {
        "contract_id": "uuid", "obligation": "text", "entity": "text", "name": "text",
        "measure": "text", "account": "text", "project_id": "uuid?", "starts_on": "date",
        "position": "bigint",
    },
    key=("contract_id", "obligation"),
    indexes=("entity, contract_id",),
)  # fmt: skip
TERMS = Table(
    "revenue_terms",
    {
        "contract_id": "uuid", "obligation": "text", "position": "bigint",
        "effective_date": "date", "allocated": "numeric?", "ends_on": "date?",
    },
    key=("contract_id", "obligation", "position"),
)  # fmt: skip
LINES = Table(
    "revenue_lines",
    {
        "position": "bigint", "no": "int", "contract_id": "uuid", "obligation": "text",
        "entity": "text", "account": "text", "period": "date", "effective_date": "date",
        "booked_on": "date", "currency": "text", "amount": "numeric",
        "functional_currency": "text", "functional": "numeric", "catch_up": "boolean",
        "explanation": "text",
    },
    key=("position", "no"),
    indexes=("entity, effective_date", "contract_id, obligation"),
)  # fmt: skip
RUNS = Table(
    "revenue_runs",
    {"position": "bigint", "contract_id": "uuid", "period": "date", "reversed": "boolean"},
    key=("position",),
    indexes=("contract_id, position",),
)


class RevenueContracts(Projection):
    """Terms change with the price, the allocation, a measure or a modification."""

    name = "revenue_contracts"
    tables = (CONTRACTS, OBLIGATIONS, TERMS, LINES, RUNS)

    @on(RevenueContract.Identified)
    def identified(self, fact: RevenueContract.Identified, at: Recorded, fold: Fold) -> None:
        """There is a contract with a customer."""
        fold.put(CONTRACTS, contract_id=fact.contract_id, entity=fact.entity,
                 currency=fact.currency, books=fact.books, position=at.position)  # fmt: skip

    @on(RevenueContract.ObligationIdentified)
    def promised(
        self, fact: RevenueContract.ObligationIdentified, at: Recorded, fold: Fold
    ) -> None:
        """A promise."""
        terms, how = fact.terms, fact.delivery
        fold.put(
            OBLIGATIONS, contract_id=fact.contract_id, obligation=terms.id, entity=at.entity,
            name=terms.name, measure=terms.measure or "point_in_time", account=how.account,
            project_id=how.project_id, starts_on=how.starts_on, position=at.position,
        )  # fmt: skip
        self._changed(fold, at, fact.contract_id, terms.id, how.starts_on, None, how.ends_on)

    @on(RevenueContract.PriceDetermined, RevenueContract.PriceAllocated)
    def priced(
        self,
        fact: RevenueContract.PriceDetermined | RevenueContract.PriceAllocated,
        at: Recorded,
        fold: Fold,
    ) -> None:
        """Shares of the price, first or changed."""
        share: Reshared
        for share in fact.shares:
            self._changed(fold, at, fact.contract_id, share.obligation, fact.effective_on,
                          share.amount, None)  # fmt: skip

    @on(RevenueContract.ModificationConfirmed)
    def modified(
        self, fact: RevenueContract.ModificationConfirmed, at: Recorded, fold: Fold
    ) -> None:
        """Another share, perhaps another end."""
        one: Modified
        for one in fact.obligations:
            self._changed(fold, at, fact.contract_id, one.obligation, fact.effective_on,
                          one.allocated, one.ends_on)  # fmt: skip

    @on(
        RevenueContract.ProgressMeasured, RevenueContract.ProgressOverridden,
        RevenueContract.ObligationSatisfied,
    )  # fmt: skip
    def measured(self, fact: Any, at: Recorded, fold: Fold) -> None:
        """The same shares, to be run again."""
        self._changed(fold, at, fact.contract_id, fact.obligation, at.effective_date, None, None)

    def _changed(
        self, fold: Fold, at: Recorded, contract_id: UUID, obligation: str, on: date,
        allocated: Decimal | None, ends_on: date | None,
    ) -> None:  # fmt: skip
        fold.put(TERMS, contract_id=contract_id, obligation=obligation, position=at.position,
                 effective_date=on, allocated=allocated, ends_on=ends_on)  # fmt: skip

    @on(RevenueContract.Recognized)
    def recognized(self, fact: RevenueContract.Recognized, at: Recorded, fold: Fold) -> None:
        """Revenue of a run."""
        if fact.run.modification_id is None:
            fold.append(RUNS, at.position, fact.contract_id, fact.run.period, False)
        self._lines(fact, at, fold)

    @on(RevenueContract.Reversed)
    def reversed(self, fact: RevenueContract.Reversed, at: Recorded, fold: Fold) -> None:
        """Revenue taken back."""
        fold.append(RUNS, at.position, fact.contract_id, fact.run.period, True)
        self._lines(fact, at, fold)

    def _lines(
        self,
        fact: RevenueContract.Recognized | RevenueContract.Reversed,
        at: Recorded,
        fold: Fold,
    ) -> None:
        run = fact.run
        for no, line in enumerate(fact.lines):
            fold.append(LINES, at.position, no, fact.contract_id, line.obligation, fact.entity,
                        line.account, run.period, run.on, run.booked_on, fact.currency,
                        line.delta, fact.quote.to, line.functional, line.catch_up,
                        explained(line.steps))  # fmt: skip


def explained(steps: tuple[Step, ...]) -> str:
    """The steps of a calculation in one text."""
    return "; ".join(step.text for step in steps)
