"""The feed: reads the log in pages, decodes once, and brings every projection forward.

One page of all projections is one transaction with its tracking rows, so each event counts
exactly once. A page that one of them cannot digest is given to each apart; that one retries,
bisects, then dead-letters the event or, if it keeps the books, halts and says why.
"""

import logging
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from psycopg import OperationalError, ProgrammingError

from projections.projection import Projection
from projections.recorded import Decode, Recorded, read_page
from projections.slots import Slot, enter, live
from projections.table import Conn
from projections.unreadable import Unreadable, guarded

log = logging.getLogger(__name__)

PAGE_SIZE = 2000
TRIES = 3
# Looks at halted ones only when it is told to; what it answers is locked by this session.
LEAD = """
WITH wanted AS MATERIALIZED (
    SELECT name FROM projections WHERE live AND name = ANY(%s) AND (%s OR halted IS NULL))
SELECT name FROM wanted WHERE pg_try_advisory_lock(7310103, hashtext(name))
"""
ADVANCE = """
UPDATE projections SET position = %b, halted = NULL WHERE slot = ANY(%b::text[]) AND position = %b
RETURNING slot, live, pg_notify('projected', %b)
"""


class NoLongerLive(Exception):
    """Another build or another feed took over while this one was being written."""


class Feed:
    """Brings projections forward on one connection of its own (session locks, LISTEN).

    ``lead`` takes the projections nobody else leads; a second process takes over what the first
    one's end sets free.
    """

    def __init__(self, conn: Conn, decode: Decode, projections: Sequence[Projection]) -> None:
        self._conn = conn
        self._decode = decode
        self._projections = list(projections)
        self.slots: list[Slot] = []
        self._begins = True
        conn.execute("LISTEN log")
        conn.execute("SET synchronous_commit = off")

    def lead(self) -> None:
        """Take the lock of every projection that is free.

        One that has halted is tried again once, when the feed begins. A position is read under
        the lock: before it, the leader of that time could still move it.
        """
        led = {slot.projection.name for slot in self.slots}
        waiting = [p.name for p in self._projections if p.name not in led]
        rows = self._conn.execute(LEAD, [waiting, self._begins]).fetchall() if waiting else []
        taken = {row[0] for row in rows}
        self.slots += live(self._conn, [p for p in self._projections if p.name in taken])
        self._begins = False
        enter(self._conn, self.slots)

    def catch_up(self, page_size: int = PAGE_SIZE) -> int:
        """Fold pages until the end of the log; how many events that were."""
        count = 0
        while read := self.step(page_size):
            count += read
        return count

    def step(self, page_size: int = PAGE_SIZE) -> int:
        """Fold one page into the projections furthest behind."""
        if not self.slots:
            return 0
        after = min(slot.position for slot in self.slots)
        behind = [slot for slot in self.slots if slot.position == after]
        ahead = [slot.position for slot in self.slots if slot.position > after]
        page = self._read(after, page_size, min(ahead, default=2**62))
        if page:
            self._fold(behind, page)
        return len(page)

    def _read(self, after: int, page_size: int, until: int) -> list[Recorded]:
        try:
            return read_page(self._conn, self._decode, after, page_size, until)
        except OperationalError:
            raise
        except Exception:
            log.exception("an event after %s cannot be decoded", after)
            return read_page(self._conn, guarded(self._decode), after, page_size, until)

    def _fold(self, slots: Sequence[Slot], page: Sequence[Recorded]) -> None:
        try:
            self._write(slots, page)
        except (OperationalError, NoLongerLive):
            self._forget()
            raise
        except Exception:
            log.exception("a page after %s failed; each projection goes alone", slots[0].position)
            self._forget()
            for slot in slots:
                self._alone(slot, page)

    def _write(self, slots: Sequence[Slot], page: Sequence[Recorded]) -> None:
        with self._conn.transaction():
            self._advance(slots, page[-1].position)
            kinds = {type(at.fact) for at in page}
            for slot in slots:
                if mine := wanted(slot.projection, page, kinds):
                    slot.projection.apply(self._conn, mine)
        for slot in slots:
            slot.position = page[-1].position

    def _advance(self, slots: Sequence[Slot], last: int) -> None:
        """Move the tracking rows before anything is folded, so that nothing is folded twice.

        Those who wait hear what every projection has reached. Raises NoLongerLive.
        """
        names = [slot.schema for slot in slots]
        reached = min(last if s.schema in names else s.position for s in self.slots)
        terms = [last, names, slots[0].position, str(reached)]
        rows = self._conn.execute(ADVANCE, terms).fetchall()
        if len(rows) < len(slots) or not all(row[1] for row in rows):
            raise NoLongerLive(str(names))

    def _alone(self, slot: Slot, page: Sequence[Recorded]) -> None:
        """Fold a page into one projection; halve it until the event at fault is found."""
        for attempt in range(TRIES):
            try:
                self._write([slot], page)
            except (OperationalError, NoLongerLive):
                raise
            except Exception as error:  # noqa: BLE001 -- any fault of a handler
                slot.projection.forget()
                fault = error
                time.sleep(0.01 * attempt)
            else:
                return
            if len(page) > 1:
                break
        if len(page) > 1:
            middle = len(page) // 2
            self._alone(slot, page[:middle])
            if slot in self.slots:
                self._alone(slot, page[middle:])
        else:
            self._give_up(slot, page[0], fault)

    def _give_up(self, slot: Slot, at: Recorded, fault: Exception) -> None:
        """Books halt; so does anything whose tables or rights are wrong: no event is at fault."""
        error = f"{type(fault).__name__}: {fault}"
        if slot.projection.halts or isinstance(fault, ProgrammingError):
            self.slots.remove(slot)
            log.error("%s halts before event %s: %s", slot.schema, at.position, error)
            self._conn.execute(
                "UPDATE projections SET halted = %s WHERE slot = %s",
                [f"event {at.position}: {error}", slot.schema],
            )
            return
        log.error("%s gives up event %s: %s", slot.schema, at.position, error)
        with self._conn.transaction():
            self._conn.execute(
                "INSERT INTO dead_letters (reader, position, error) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [slot.schema, at.position, error],
            )
            self._advance([slot], at.position)
        slot.position = at.position

    def _forget(self) -> None:
        for slot in self.slots:
            slot.projection.forget()

    def wait(self, timeout_s: float) -> None:
        """Sleep until the log grows or the time is over; LISTEN came before the first read."""
        for _ in self._conn.notifies(timeout=timeout_s, stop_after=1):
            pass

    def close(self) -> None:
        """Give up the connection and with it the lead, so that another may take it."""
        self._conn.close()


def wanted(
    projection: Projection, page: Sequence[Recorded], kinds: AbstractSet[type]
) -> Sequence[Recorded]:
    """What of a page a projection reads, in order; ``kinds`` are the classes of its facts.

    Most projections read nothing of most pages, so kinds are asked for and not every fact.
    Raises CannotRead.
    """
    if Unreadable in kinds:
        return [at for at in page if reads(projection, at.fact)]
    mine = {kind for kind in kinds if projection.reads(object.__new__(kind))}
    if len(mine) == len(kinds):
        return page
    return [at for at in page if type(at.fact) in mine] if mine else []


def reads(projection: Projection, fact: Any) -> bool:
    """Whether a projection wants this fact. Raises CannotRead where it would, could it be read."""
    if type(fact) is not Unreadable:
        return projection.reads(fact)
    kind = fact.kind
    if kind is None or projection.reads(object.__new__(kind)):
        raise fact.fault
    return False
