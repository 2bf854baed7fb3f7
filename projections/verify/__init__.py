"""Verification: every rule that must hold over the whole history, checked on one snapshot.

One walk over the log serves all checks; each tells what it looked at, in figures, and names what
is off. The seal of the log is checked by its owner, the adapter.
"""

from collections.abc import Iterator, Sequence

from projections.projection import Projection
from projections.recorded import Decode
from projections.scratch import pages
from projections.table import Conn
from projections.verify.allocations import Allocations
from projections.verify.balances import Balances
from projections.verify.billable_states import BillableStates
from projections.verify.check import Check, Evidence, Verdict
from projections.verify.consumption import Consumption
from projections.verify.credit_accounts import CreditAccounts
from projections.verify.deliveries import Deliveries
from projections.verify.gathering import gathered
from projections.verify.journals import Balanced, Lines, Rules
from projections.verify.log_order import Positions
from projections.verify.numbers import Numbers
from projections.verify.rates import RatesUsed
from projections.verify.readers import Readers
from projections.verify.rebuilds import Rebuilt
from projections.verify.recognition import Recognition
from projections.verify.retainers import Retainers
from projections.verify.revaluations import Revaluations
from projections.verify.sub_ledgers import (
    ContractPosition,
    CustomerCredits,
    DepositsHeld,
    Receivables,
    RetainageDue,
    RetainageHeld,
    Settled,
    Suspense,
    Unbilled,
)

__all__ = ["CHECKS", "Verdict", "verify"]

CHECKS: tuple[type[Check], ...] = (
    Positions, Readers, Balanced, Lines, Rules, Balances, Receivables, ContractPosition,
    Unbilled, CustomerCredits, Suspense, Settled, CreditAccounts, Consumption, BillableStates,
    Retainers, Numbers, RetainageHeld, RetainageDue, DepositsHeld, Recognition, Allocations,
    Revaluations, RatesUsed,
)  # fmt: skip


def verify(
    conn: Conn, decode: Decode, projections: Sequence[Projection], due: int | None = None
) -> Iterator[Verdict]:
    """The verdict of each check, as they conclude; the connection is in no transaction.

    Readers must have read up to position ``due``, or to the end of the log where it is None.
    """
    with gathered(conn, decode, projections, due) as evidence:
        checks = [*_checks(evidence)]
        for page in pages(conn, evidence.decode, 0, evidence.end):
            for check in checks:
                check.take(page)
        for check in checks:
            yield check.verdict()


def _checks(evidence: Evidence) -> Iterator[Check]:
    for kind in CHECKS:
        yield kind(evidence)
    rebuilt = [Rebuilt(evidence, projection) for projection in evidence.projections]
    yield from rebuilt
    for check in rebuilt:
        if "deliveries" in check.slot.projection.writes:
            yield Deliveries(evidence, check.slot)
