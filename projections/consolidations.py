"""Groups: who belongs to them since when, which runs there were, and what explains 3200."""

from collections.abc import Iterable

from domain.group.consolidation import Consolidation
from domain.group.group import Group, Holding
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

HOLDINGS = Table(
    "group_holdings",
    {
        "position": "bigint", "no": "int", "group_code": "text", "member": "text",
        "parent": "text", "pct": "numeric", "from_date": "date", "investment_account": "text",
    },
    key=("position", "no"),
    indexes=("group_code",),
)  # fmt: skip
RUNS = Table(
    "consolidation_runs",
    {
        "position": "bigint", "group_code": "text", "month": "date", "step": "text",
        "number": "int",
    },
    key=("position",),
    indexes=("group_code, step, month",),
)  # fmt: skip
PROOFS = Table(
    "cta_proofs",
    {
        "position": "bigint", "no": "int", "group_code": "text", "month": "date",
        "member": "text", "currency": "text", "presentation": "text",
        "opening_net_assets": "numeric", "result": "numeric", "equity": "numeric",
        "closing_rate": "numeric", "from_opening": "numeric", "from_result": "numeric",
        "from_equity": "numeric", "difference": "numeric",
    },
    key=("position", "no"),
    indexes=("group_code, month",),
)  # fmt: skip


class Consolidations(Projection):
    """Runs are kept, so that any position knows which one counted."""

    name = "consolidations"
    tables = (HOLDINGS, RUNS, PROOFS)

    @on(Group.Defined)
    def defined(self, fact: Group.Defined, at: Recorded, fold: Fold) -> None:
        """All members at once."""
        self._hold(fact.code, fact.holdings, at, fold)

    @on(Group.HoldingSet)
    def set(self, fact: Group.HoldingSet, at: Recorded, fold: Fold) -> None:
        """One of them."""
        self._hold(fact.code, [fact.holding], at, fold)

    def _hold(self, code: str, holdings: Iterable[Holding], at: Recorded, fold: Fold) -> None:
        for no, one in enumerate(holdings):
            fold.append(HOLDINGS, at.position, no, code, one.member, one.parent, one.pct,
                        one.from_date, one.investment_account)  # fmt: skip

    @on(Consolidation.Translated)
    def translated(self, fact: Consolidation.Translated, at: Recorded, fold: Fold) -> None:
        """A run, and the proof of each member's difference."""
        of = fact.of
        fold.append(RUNS, at.position, of.group, of.month, "translation", fact.run.number)
        for no, one in enumerate(fact.proofs):
            fold.append(PROOFS, at.position, no, of.group, of.month, one.member, one.currency,
                        of.currency, one.opening_net_assets, one.result, one.equity,
                        one.closing_rate, one.from_opening, one.from_result, one.from_equity,
                        one.difference)  # fmt: skip

    @on(Consolidation.Eliminated)
    def eliminated(self, fact: Consolidation.Eliminated, at: Recorded, fold: Fold) -> None:
        """A run."""
        fold.append(RUNS, at.position, fact.of.group, fact.of.month, "elimination",
                    fact.run.number)  # fmt: skip

    @on(Consolidation.MinoritiesRecorded)
    def shared(self, fact: Consolidation.MinoritiesRecorded, at: Recorded, fold: Fold) -> None:
        """A run."""
        fold.append(RUNS, at.position, fact.of.group, fact.of.month, "minorities",
                    fact.run.number)  # fmt: skip
