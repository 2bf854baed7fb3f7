"""The year of a group: its houses work, charge each other and close; then all become one."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from api.commands.run_consolidation import STEPS
from api.demo import month as months
from api.demo.closing import closing
from api.demo.firm import YEAR
from api.demo.firms import group
from api.demo.firms.sample import OFFICE
from api.demo.firms.sample_year import SampleYear
from api.followers import Followers
from api.wiring import System
from domain.command import Command
from domain.group.clearing_commands import MatchIntercompany, NetIntercompany, SettleIntercompany
from domain.group.consolidation_commands import RunEliminations
from domain.group.final_commands import FinalizeConsolidation
from domain.ledger.commands import OpenPeriod
from domain.ledger.period import month_after
from projections.gathering import gathered

HERE, OVERSEAS, BOUGHT = (house.CODE for house in group.HOUSES)
INSIDE = {"seller": HERE, "holder": OVERSEAS, "account": "1300", "amount": "480.00"}
"""Profit of the parent that is still in unfinished work of the other at midyear."""
REVALUATION = "RevalueForeignBalances"


class GroupYear:
    """Runs the months of all houses on a system; ``step`` is told what is being done."""

    before_late_fact = 0

    def __init__(self, system: System, step: Callable[[str], None]) -> None:
        self._system = system
        self._step = step
        self._store = system.store_on(lambda: date(YEAR + 1, 1, 31))
        self._followers = Followers(system)
        self._sent = 0
        self.houses = [
            SampleYear(system, house, step, self._followers) for house in group.HOUSES
        ]  # fmt: skip

    @property
    def commands(self) -> int:
        """How many were run."""
        return self._sent + sum(house.commands for house in self.houses)

    def run(self) -> None:
        """From the founding to the last close."""
        for _ in self.months():
            pass

    def months(self) -> Iterator[date]:
        """Run the year; gives the last day of each month once all of it is final."""
        self._step("founding")
        for house in self.houses:
            house.found()
        self._do(*group.defining())
        self._open(date(YEAR, 1, 1))
        for number in range(1, 13):
            first, last = date(YEAR, number, 1), months.last_day(number)
            self._step(f"{first:%B}")
            self._open(month_after(first))
            self._do(*months.rates(number))
            self._do(*group.events_of(first))
            for house in self.houses:
                house.live(first, last)
            self._clear(first, last)
            self._revalue(first)
            self._close(first)
            self._consolidate(first)
            yield last

    def settle(self) -> None:
        """Follow up, post and project all there is."""
        self._followers.settle()

    def close(self) -> None:
        """Follow the log no longer."""
        self._followers.close()

    def _open(self, first: date) -> None:
        for entity in (HERE, OVERSEAS, BOUGHT, group.GROUP):
            self._do(self._of(OpenPeriod, f"{entity} {first}", entity=entity, month=first))

    def _clear(self, first: date, last: date) -> None:
        """Each month's books are matched; each quarter what is owed is netted and paid."""
        on = months.workdays(last.month)[-1]
        bought = first >= group.JOINED
        if first.month % 3 == 0:
            self._run(
                NetIntercompany,
                str(first),
                entity=HERE,
                counterparty=BOUGHT,
                currency="EUR",
                netted_on=on,
                netting_id=self._id("netting", first),
            )
            self._run(
                SettleIntercompany,
                str(first),
                entity=OVERSEAS,
                counterparty=HERE,
                currency="USD",
                settled_on=on,
                settlement_id=self._id("payment", first),
            )
        for other in (OVERSEAS, *([BOUGHT] if bought else [])):
            self._run(MatchIntercompany, f"{other} {first}", entity=HERE, counterparty=other,
                      month=first)  # fmt: skip

    def _revalue(self, first: date) -> None:
        """Foreign balances at closing rates come before translation, where the books do that."""
        if kind := Command.registry.get(REVALUATION):
            for entity in (HERE, OVERSEAS, BOUGHT):
                self._run(kind, f"{entity} {first}", entity=entity, month=first)

    def _close(self, first: date) -> None:
        for entity in (HERE, OVERSEAS, BOUGHT):
            self.settle()
            self._do(*closing(self._system, "sample", entity, first))

    def _consolidate(self, first: date) -> None:
        of: dict[str, Any] = {"group": group.GROUP, "month": first}
        inside = [INSIDE] if first.month in (6, 7) else []
        for kind in STEPS:
            more = {"unrealised": inside} if kind is RunEliminations else {}
            self._run(kind, str(first), **of, **more)
        self._run(FinalizeConsolidation, str(first), **of)
        self.settle()
        self._do(*closing(self._system, "sample", group.GROUP, first))
        self.settle()

    def _id(self, *words: object) -> Any:
        return group.HOUSES[0].id("group", *map(str, words))

    def _of(self, kind: type[Command], words: str, **fields: Any) -> Command:
        return group.HOUSES[0].do(kind, f"group {words}", **fields)

    def _run(self, kind: type[Command], words: str, **fields: Any) -> None:
        """A command that needs the books as they are now."""
        self.settle()
        with self._system.connect() as conn:
            self._do(gathered(conn, self._of(kind, words, **fields)))

    def _do(self, *commands: Command) -> None:
        for command in commands:
            self._store.execute(command, OFFICE)
        self._sent += len(commands)


LOOKED_AT: Mapping[str, Mapping[str, Any]] = {
    "intercompany-matrix": {}, "consolidation": {"group": group.GROUP},
    "cta-proof": {"group": group.GROUP},
}  # fmt: skip
"""What the group's accountant looks at when the year is over."""
