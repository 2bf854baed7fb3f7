"""The demo's year: each month's commands sent in order, followed up, posted and projected.

Every command has an id derived from what it is about, so running the year twice changes
nothing, and every machine runs the same year.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from api.demo import month as months
from api.demo.closing import closing, revaluing
from api.demo.firm import HOUSES, YEAR, Deal, deals, founding, person_id, selling
from api.demo.sending import send
from api.followers import Followers
from api.wiring import System
from domain.access.roles import ALL
from domain.actor import EVERY_ENTITY, Actor
from domain.command import Command
from domain.delivery.time_commands import ApproveTime, LogTime, SubmitTimesheet
from domain.identity import named_id
from domain.policies import contract_id, project_id
from domain.store import Store

OFFICE = Actor("demo office", frozenset(ALL), frozenset({EVERY_ENTITY}))
MANAGER = Actor("demo manager", frozenset(ALL), frozenset({EVERY_ENTITY}))
LATE_MONTH, LATE_DAY = 7, date(YEAR, 3, 14)

UNBILLED = """
SELECT kind, holder_id, id FROM billables
WHERE contract_id = %s AND NOT billed AND earned_on <= %s
    AND NOT EXISTS (SELECT FROM invoices WHERE id = %s)
ORDER BY earned_on, id
"""
OPEN = """
SELECT i.id, i.number, i.client_id, i.currency, i.gross - i.retained - r.credited - r.paid
FROM invoices i JOIN invoice_reductions r ON r.invoice_id = i.id
WHERE i.issued_on BETWEEN %s AND %s AND i.gross - i.retained - r.credited - r.paid > 0
    AND NOT EXISTS (SELECT FROM payments WHERE bank_reference = i.number || %s)
ORDER BY i.number
"""
FIRST_LINE = (
    "SELECT no, net FROM invoice_lines WHERE invoice_id = %s AND kind = 'time' ORDER BY no"
)


class Year:
    """Runs the months; ``step`` is told what is being done."""

    def __init__(self, system: System, scale: int, step: Callable[[str], None]) -> None:
        self._system = system
        self._scale = scale
        self._step = step
        self._store: Store = system.store_on(lambda: date(YEAR + 1, 1, 31))
        self._followers = Followers(system)
        self._conn = system.connect()
        self.commands = 0
        self.before_late_fact = 0

    def run(self) -> None:
        """From the founding to the last close."""
        self._step("founding")
        self._send(founding(self._scale))
        for month in range(1, 13):
            self._step(f"{date(YEAR, month, 1):%B}")
            self._work(month)
            self._bill(month)
            self._collect(month)
            self._close(month)

    def settle(self) -> None:
        """Follow up, post and project all there is."""
        self._followers.settle()

    def _work(self, month: int) -> None:
        scale = self._scale
        self._send(months.rates(month))
        self._send(months.opening(month))
        for house in HOUSES:
            new = [deal for deal in deals(house, scale) if deal.starts_on.month == month]
            self._send(command for deal in new for command in selling(deal))
        self.settle()
        self._send(months.logging_time(month, scale))
        self._send(months.submitting(month, scale))
        self._send(months.approving(month, scale), MANAGER)
        spent = list(months.spending(month, scale))
        self._send(recorded for recorded, _ in spent)
        self._send((agreed for _, agreed in spent), MANAGER)
        self._send(months.accepting(month, scale))
        if month == LATE_MONTH:
            self._be_late()

    def _be_late(self) -> None:
        """In July somebody remembers a day in March, a month that is closed for good."""
        self.settle()
        row = self._conn.execute("SELECT max(position) FROM events").fetchone()
        self.before_late_fact = row[0] if row else 0
        house = HOUSES[0]
        person, project = person_id(house, 1), project_id(Deal(house, 1).id)
        common: dict[str, Any] = {"person_id": person}
        self._send([
            LogTime(command_id=named_id("demo", "late time"), project_id=project, minutes=90,
                    work_date=LATE_DAY, note="remembered in July", **common),
            SubmitTimesheet(command_id=named_id("demo", "late submit"), week=LATE_DAY, **common),
        ])  # fmt: skip
        late = ApproveTime(command_id=named_id("demo", "late approve"), week=LATE_DAY, **common)
        self._send([late], MANAGER)

    def _bill(self, month: int) -> None:
        self.settle()
        self._send(self._invoices(month))
        self.settle()
        if month % 3 == 0:
            self._send(self._memos(month))

    def _invoices(self, month: int) -> Iterator[Command]:
        until = months.last_day(month)
        for house in HOUSES:
            for deal in months.running(house, month, self._scale):
                asked = [contract_id(deal.id), until, months.invoice_id(deal, month)]
                found = self._conn.execute(UNBILLED, asked).fetchall()
                if found:
                    yield months.billing(month, deal, [(row[0], row[1], row[2]) for row in found])

    def _memos(self, month: int) -> Iterator[Command]:
        for house in HOUSES:
            deal = Deal(house, 1)
            row = self._conn.execute(FIRST_LINE, [months.invoice_id(deal, month)]).fetchone()
            if row:
                yield months.crediting(month, deal, row[0], row[1])

    def _collect(self, month: int) -> None:
        """Half of the last month's invoices in this one, the rest of the one before it."""
        self.settle()
        on = months.workdays(month)[-3]
        for back, part in ((1, Decimal("0.5")), (2, Decimal(1))):
            if month - back >= 1:
                self._send(self._payments(month - back, part, on, f"{month:02d}"))
                self.settle()

    def _payments(self, month: int, part: Decimal, on: date, tag: str) -> Iterator[Command]:
        asked = [date(YEAR, month, 1), months.last_day(month), f"/{tag}"]
        for invoice, number, client, currency, owed in self._conn.execute(OPEN, asked).fetchall():
            amount = (owed * part).quantize(Decimal("0.01"))
            yield from months.paying(f"{number}/{tag}", client, invoice, amount, currency, on)

    def _close(self, month: int) -> None:
        for house in HOUSES:
            self.settle()
            self._send(revaluing(self._system, "demo", house.code, date(YEAR, month, 1)))
            self.settle()
            self._send(closing(self._system, "demo", house.code, date(YEAR, month, 1)))
        self.settle()

    def _send(self, commands: Iterable[Command], actor: Actor = OFFICE) -> None:
        self.commands += send(self._store, commands, actor)
