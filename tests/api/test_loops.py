"""The loops around readers: whatever a reader does, it is closed and another goes on."""

from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

import pytest
from psycopg import OperationalError

from api import loops
from api.loops import keep_dispatching, keep_sealing, keep_up, pause_s


class Reading:
    """A reader with a fault of its own; it writes down what is done with it."""

    def __init__(self, done: list[str], fault: Exception | None, pages: int = 0) -> None:
        self.done, self.fault, self.pages = done, fault, pages

    def lead(self) -> None:
        self.done.append("led")

    def step(self) -> int:
        if self.fault:
            raise self.fault
        self.pages -= 1
        return max(self.pages, 0)

    def wait(self, timeout_s: float) -> None:
        assert timeout_s <= 1
        self.done.append("waited")

    def close(self) -> None:
        self.done.append("closed")


def run(loop: Callable[[Event], None], until: Callable[[], bool]) -> None:
    """Run a loop in a thread until something holds; it must then end by itself."""
    stop = Event()
    thread = Thread(target=loop, args=(stop,))
    thread.start()
    for _ in range(500):
        if until():
            break
        stop.wait(0.01)
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr(loops, "IDLE_S", 0.01)


@pytest.mark.parametrize("fault", [OperationalError("gone"), KeyError("a fault of ours")])
def test_a_failed_reader_gives_up_its_lead_before_the_next_one_asks_for_it(
    fault: Exception,
) -> None:
    done: list[str] = []
    readers = iter([Reading(done, fault)])

    run(lambda stop: keep_up(lambda: next(readers, Reading(done, None)), stop),
        until=lambda: "waited" in done)  # fmt: skip

    assert done[:4] == ["led", "closed", "led", "waited"]


def test_a_reader_with_much_before_it_stops_after_the_page_it_reads() -> None:
    reader = Reading([], None, pages=10**9)

    run(lambda stop: keep_up(lambda: reader, stop), until=lambda: reader.pages < 10**9)

    assert reader.done == ["led", "waited", "closed"]


def test_after_a_failure_the_database_is_seen_to_even_if_that_fails_too() -> None:
    asked: list[int] = []

    def away() -> None:
        asked.append(1)
        raise RuntimeError("still away")

    def fail() -> Reading:
        raise OperationalError("no server")

    run(lambda stop: keep_up(fail, stop, away), until=lambda: len(asked) > 2)

    assert len(asked) > 2


def test_a_month_of_failures_is_counted_without_a_fault() -> None:
    assert pause_s(1) <= pause_s(500_000) == loops.LONGEST_PAUSE_S


class Sealing:
    """A sealer that fails at first."""

    def __init__(self, faults: list[Exception]) -> None:
        self.faults = faults
        self.sealed = 0

    def seal(self, limit: int, *, at: datetime) -> object | None:
        assert limit
        assert at.tzinfo
        if self.faults:
            raise self.faults.pop()
        self.sealed += 1
        return None


def test_sealing_goes_on_after_any_fault() -> None:
    sealer = Sealing([OperationalError("gone"), ValueError("odd")])

    run(lambda stop: keep_sealing(lambda: sealer, stop, every_s=0.01),
        until=lambda: sealer.sealed > 1)  # fmt: skip

    assert sealer.sealed > 1


def test_dispatching_goes_on_after_a_broker_failed() -> None:
    faults, sent = [ConnectionError("no broker")], list[str]()

    def send(name: str) -> None:
        if faults:
            raise faults.pop()
        sent.append(name)

    run(lambda stop: keep_dispatching(lambda: ["crm"], send, stop), until=lambda: len(sent) > 1)

    assert set(sent) == {"crm"}
