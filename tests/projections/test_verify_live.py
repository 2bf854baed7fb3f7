"""Verification holds on honest books, also while people write, post and deliver."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from threading import Event, Thread

from api.loops import keep_up
from api.wiring import System
from projections.as_of import log_end
from projections.verify import CHECKS, verify
from tests.firm import Firm
from tests.projections.faults import ADVICE, PROJECTIONS, found, off
from tests.projections.test_rebuild import working


def test_all_holds_on_honest_books(sealed: Firm) -> None:
    verdicts = found(sealed)

    assert off(sealed) == {}
    assert {check.name for check in CHECKS} <= verdicts.keys()
    assert {f"{name} = rebuilt" for name in PROJECTIONS} <= verdicts.keys()
    assert verdicts["document numbers gapless"].figures == "17 documents in 2 series"


def test_all_holds_on_an_empty_log(system: System) -> None:
    with system.connect() as conn:
        assert [one.name for one in verify(conn, system.decode, system.projections())
                if not one.holds] == []  # fmt: skip


@contextmanager
def approving(firm: Firm) -> Iterator[None]:
    """Somebody whose approved time is posted while we look."""
    stop = Event()

    def approve() -> None:
        for step in range(200):
            if not stop.is_set():
                firm.work(ADVICE, date(2025, 5, 5) + timedelta(days=step), minutes=30)

    posting_ = [partial(firm.system.reactor, reaction) for reaction in firm.system.reactions()]
    threads = [Thread(target=keep_up, args=(make, stop)) for make in posting_]
    for thread in (*threads, writer := Thread(target=approve)):
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in (*threads, writer):
            thread.join()


def test_all_holds_while_people_write_and_readers_read(sealed: Firm) -> None:
    with working(sealed), approving(sealed):
        seen = [off(sealed) for _ in range(3)]
        with sealed.system.connect() as conn:
            end = log_end(conn)

    assert seen == [{}, {}, {}]
    assert end > 250


def test_what_waits_for_a_month_to_open_is_one_finding_and_no_other(year: Firm) -> None:
    year.rates(date(2026, 1, 5), USD="1.05")
    year.work(ADVICE, date(2026, 1, 5))
    year.work(ADVICE, date(2025, 6, 5))
    year.settle()

    assert off(year).keys() == {"nothing halted or dead"}
    assert "no month of DE01 is open" in off(year)["nothing halted or dead"][0]

    year.do("OpenPeriod", entity="DE01", month=date(2026, 1, 1))
    year.settle()

    assert off(year) == {}


def test_all_holds_where_a_late_fact_met_a_closed_month(year: Firm) -> None:
    year.close(date(2025, 1, 1))
    year.work(ADVICE, date(2025, 1, 9))
    year.settle()

    assert off(year) == {}


def test_all_holds_while_documents_are_delivered(year: Firm) -> None:
    with year.system.connect() as worker, year.system.connect() as conn:
        checks = verify(conn, year.system.decode, year.system.projections())
        next(checks)
        worker.execute("UPDATE deliveries SET state = 'uncertain', attempts = 1")

        assert [verdict.findings for verdict in checks if not verdict.holds] == []


def test_nothing_remains_of_a_verification(sealed: Firm) -> None:
    found(sealed)

    with sealed.system.connect() as conn:
        left = conn.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'scratch%'")
        assert left.fetchall() == []
