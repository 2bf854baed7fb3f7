"""Catching up: a simple fold against decoding alone, and all of history ten times as long."""

import resource
from collections.abc import Iterator
from typing import Any

from api.bench.ground import Ground, time_entry
from api.bench.line import Line, alternately, seconds
from domain.delivery.timesheet import Timesheet
from projections.feed import wanted
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded, read_page
from projections.slots import Slot, build, enter
from projections.table import Table

PAGE = 2000
SMALL, LARGE = 20_000, 200_000
PEOPLE = 64
MINUTES = Table(
    "bench_minutes", {"project_id": "uuid", "minutes": "bigint DEFAULT 0"}, key=("project_id",)
)


class Minutes(Projection):
    """A simple fold: minutes by project."""

    name = "bench_minutes"
    tables = (MINUTES,)

    @on(Timesheet.TimeLogged)
    def logged(self, fact: Timesheet.TimeLogged, at: Recorded, fold: Fold) -> None:
        """More minutes."""
        del at
        fold.add(MINUTES, fact.project_id, minutes=fact.minutes)


def lines(ground: Ground) -> Iterator[Line]:
    """The catch-up and rebuild rows."""
    fill(ground, SMALL)
    with ground.system.connect() as conn:
        ours, bare = alternately(
            3,
            lambda: SMALL / fold_all(ground, conn, Minutes()),
            lambda: SMALL / decode(ground, conn),
        )
        yield Line("projection catch-up, simple fold", ours, bare, "events a second",
                   "decoding the same events", 0.5)  # fmt: skip
        small = SMALL / rebuild_all(ground, conn)
        before = memory_mb()
        fill(ground, LARGE - SMALL)
        grown = memory_mb() - before
        large = LARGE / rebuild_all(ground, conn)
        yield Line("whole-history rebuild, ten times the events", large, small, "events a second",
                   "the same over a tenth", 0.8,
                   note=f"1e6 events in {1e6 / large:.0f} s")  # fmt: skip
        yield Line("rebuild of 1e6 events", 1e6 / large, 60.0, "seconds", "the limit set", 1.0,
                   "at most")  # fmt: skip
        yield Line("memory grown by 180,000 more commands", grown, 1.0, "MB", "one MB", None)


def fill(ground: Ground, events: int) -> None:
    """Time entries of many people, imported."""
    start = ground.store.recorder.max_notification_id() or 0
    each = events // PEOPLE + 1
    first = start // PEOPLE
    ground.load(time_entry(who, no) for no in range(first, first + each) for who in range(PEOPLE))


def rebuild_all(ground: Ground, conn: Any) -> float:
    """Every projection from nothing: one read of the log, decoded once for all."""
    with conn.transaction():
        slots = [build(conn, projection) for projection in ground.system.projections()]
    enter(conn, slots)
    took = seconds(lambda: fold_pages(ground, conn, slots))
    drop(conn, slots)
    return took


def fold_pages(ground: Ground, conn: Any, slots: list[Slot]) -> None:
    """Pages folded by every projection, one transaction a page."""
    after = 0
    while page := read_page(conn, ground.system.decode, after, PAGE):
        with conn.transaction():
            kinds = {type(at.fact) for at in page}
            for slot in slots:
                if mine := wanted(slot.projection, page, kinds):
                    slot.projection.apply(conn, mine)
        after = page[-1].position


def fold_all(ground: Ground, conn: Any, projection: Projection) -> float:
    """One projection from nothing."""
    with conn.transaction():
        slots = [build(conn, projection)]
    enter(conn, slots)
    took = seconds(lambda: fold_pages(ground, conn, slots))
    drop(conn, slots)
    return took


def drop(conn: Any, slots: list[Slot]) -> None:
    """Leave nothing behind."""
    conn.execute("SET search_path = public")
    for slot in slots:
        conn.execute(f"DROP SCHEMA {slot.schema} CASCADE")
        conn.execute("DELETE FROM projections WHERE slot = %s", [slot.schema])


def decode(ground: Ground, conn: Any) -> float:
    """Read and decode every event, and do nothing."""

    def run() -> None:
        after = 0
        while page := read_page(conn, ground.system.decode, after, PAGE):
            after = page[-1].position

    return seconds(run)


def memory_mb() -> float:
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
