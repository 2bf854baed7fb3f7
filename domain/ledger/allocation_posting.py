"""Posting of allocations: overhead on cost objects against overhead applied.

The cost itself stays where it was booked. One journal a rule and run: its document names the
rule and version, the run's fact has driver and shares.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from domain.aggregate import Root
from domain.allocation.run import AllocatedLine, MonthAllocation, PoolUse
from domain.ledger import chart
from domain.ledger.dimensions import Dimensions
from domain.ledger.entry import Entry
from domain.ledger.journal import Line
from domain.ledger.receivables_posting import undone


def allocation(fact: MonthAllocation.Ran | MonthAllocation.Reversed) -> Iterable[Entry]:
    """Dr 5040 by cost object, Cr 6090 of the pool."""
    run = fact.run
    for pool, given in run.by_pool():
        words = f"Allocation {run.month:%Y-%m} by {pool.driver.replace('_', ' ')}"
        yield Entry("allocation", fact.entity, run.currency, run.on, words, pool.name,
                    lines_of(run.currency, pool, given))  # fmt: skip


def lines_of(currency: str, pool: PoolUse, given: Iterable[AllocatedLine]) -> tuple[Line, ...]:
    """A pool's cost objects, then the pool."""
    borne = tuple(
        Line(chart.OVERHEAD_ALLOCATED, currency, line.amount, line.amount, line.to.project_id,
             Dimensions(line.to.department, cost_type="overhead"))
        for line in given
    )  # fmt: skip
    applied = Line(chart.OVERHEAD_APPLIED, currency, -pool.gross, -pool.gross, None,
                   Dimensions(pool.department, pool.cost_code))  # fmt: skip
    return (*borne, applied)


def allocation_reversed(fact: MonthAllocation.Reversed) -> Iterable[Entry]:
    """The mirror of the run, of the same month."""
    for entry in allocation(fact):
        yield undone(entry, "allocation_reversed", f"{entry.description}, taken back")


ALLOCATION_RULES: Mapping[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    MonthAllocation.Ran: (allocation,),
    MonthAllocation.Reversed: (allocation_reversed,),
}
