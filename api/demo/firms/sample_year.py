"""The year of a sample firm: each month it works, bills, earns, collects and closes."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from api.commands.run import recognise
from api.commands.run_billing import accrue_all, issue_all, prepare, propose
from api.commands.run_retainers import close_all
from api.demo import month as months
from api.demo.closing import closing, revaluing
from api.demo.firm import YEAR
from api.demo.firms.sample import LAST, MANAGER, OFFICE, Sample
from api.demo.sending import send
from api.followers import Followers
from api.wiring import System
from domain.actor import Actor
from domain.billing.run_commands import ApproveRun
from domain.command import Command
from domain.ledger.commands import OpenPeriod

PAYS_AFTER_DAYS = 30
OWED = """
SELECT i.id, i.number, i.client_id, i.currency,
    i.gross - i.retained - r.credited - r.paid - r.reduced
FROM invoices i JOIN invoice_reductions r ON r.invoice_id = i.id
WHERE i.entity = %s AND i.issued_on <= %s::date - %s
    AND i.gross - i.retained - r.credited - r.paid - r.reduced > 0
ORDER BY i.number
"""


class StoppedShort(Exception):
    """A run of the year was refused: the firm's own commands are at fault."""


class SampleYear:
    """Runs a firm's months on a system; ``step`` is told what is being done."""

    before_late_fact = 0

    def __init__(self, system: System, firm: Sample, step: Callable[[str], None]) -> None:
        self.firm = firm
        self.commands = 0
        self.blocked: list[tuple[date, str]] = []
        self._system = system
        self._step = step
        self._store = system.store_on(lambda: date(YEAR + 1, 1, 31))
        self._followers = Followers(system)

    def run(self) -> None:
        """From the founding to the last close."""
        for _ in self.months():
            pass

    def months(self) -> Iterator[date]:
        """Run the year; gives the last day of each month once it is closed."""
        self._step("founding")
        self._send(self.firm.founding())
        for number in range(1, 13):
            first, last = date(YEAR, number, 1), months.last_day(number)
            self._step(f"{first:%B}")
            self._work(first)
            self._bill(last)
            self._earn(first)
            self._collect(last)
            self._close(first)
            yield last

    def settle(self) -> None:
        """Follow up, post and project all there is."""
        self._followers.settle()

    def close(self) -> None:
        """Follow the log no longer."""
        self._followers.close()

    def _work(self, first: date) -> None:
        self._send(months.rates(first.month))
        self._send([self._of_month(OpenPeriod, first)])
        for actor, commands in self.firm.month(first):
            self.settle()
            self._send(commands, actor)

    def _bill(self, last: date) -> None:
        """Close retainers, charge what recurs, propose, have somebody else approve it, issue."""
        entity, run_id = self.firm.CODE, self.firm.id("run", str(last))
        self.settle()
        if last < LAST:  # the last periods go on until their contracts are over
            lines = close_all(self._system, entity, last, dry_run=False)
            self._refuse([(line.contract, line.refusal) for line in lines if line.refusal])
            self.settle()
        self._refuse(accrue_all(self._system, entity, last))
        self.settle()
        known, found = propose(self._system, entity, last, last, run_id)
        self.blocked += [(last, one.given.blocker) for one in found if one.given.blocker]
        if not found:
            return
        self._send([prepare(run_id, entity, last, last, known, found)])
        self._send([self.firm.do(ApproveRun, str(last), run_id=run_id)], MANAGER)
        _, refused = issue_all(self._system, run_id)
        self._refuse(refused)
        self.settle()

    def _earn(self, first: date) -> None:
        lines = recognise(self._system, self.firm.CODE, first, dry_run=False)
        self._refuse([(line.contract, line.refusal) for line in lines if line.refusal])
        self.settle()

    def _collect(self, last: date) -> None:
        """Clients pay what is as old as their terms."""
        on = months.workdays(last.month)[-1]
        asked = [self.firm.CODE, on, PAYS_AFTER_DAYS]
        with self._system.connect() as conn:
            due = conn.execute(OWED, asked).fetchall()
        for invoice, number, client, currency, owed in due:
            self._send(months.paying(number, client, invoice, Decimal(owed), currency, on))
        self.settle()

    def _close(self, first: date) -> None:
        self._send(revaluing(self._system, "sample", self.firm.CODE, first))
        self.settle()
        self._send(closing(self._system, "sample", self.firm.CODE, first))
        self.settle()

    def _of_month(self, kind: type[Command], first: date) -> Command:
        return self.firm.do(kind, str(first), entity=self.firm.CODE, month=first)

    def _send(self, commands: Iterable[Command], actor: Actor = OFFICE) -> None:
        self.commands += send(self._store, commands, actor)

    @staticmethod
    def _refuse(refused: Iterable[tuple[object, object]]) -> None:
        for what, why in refused:
            raise StoppedShort(f"{what}: {why}")
