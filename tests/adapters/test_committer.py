"""Group commit: who comes together is sent together, and each gets its own verdict."""

import ctypes
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from time import monotonic, sleep

import pytest

from adapters.postgres.committer import MOST_IN_A_BATCH, Committer, Touches


def touching(*written: str, read: str = "") -> Touches:
    return Touches(frozenset(written), frozenset(read.split()))


class Gate:
    """A write that waits until it is let through, and notes each batch."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.steps: Queue[BaseException | None] = Queue()
        self.entered: Queue[int] = Queue()

    def write(self, batch: Sequence[str]) -> list[str]:
        self.batches.append(list(batch))
        self.entered.put(len(batch))
        error = self.steps.get(timeout=10)
        if error is not None:
            raise error
        return [f"verdict of {item}" for item in batch]


class Crowd:
    """Submits from threads of its own, one after another, behind a first batch that waits."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.committer: Committer[str, str] = Committer(self.gate.write)
        self.pool = ThreadPoolExecutor(MOST_IN_A_BATCH + 20)

    def comes(self, item: str, touches: Touches) -> Future[str]:
        waiting = len(self.committer._queue)
        future = self.pool.submit(self.committer.submit, item, touches)
        until(lambda: len(self.committer._queue) > waiting or not self.gate.entered.empty())
        return future

    def leads(self, item: str = "first", touches: Touches | None = None) -> Future[str]:
        future = self.pool.submit(self.committer.submit, item, touches or touching(item))
        self.gate.entered.get(timeout=10)
        return future

    def let(self, error: BaseException | None = None) -> None:
        self.gate.steps.put(error)


def until(true: Callable[[], bool]) -> None:
    end = monotonic() + 10
    while not true():
        assert monotonic() < end
        sleep(0.001)


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.pool.shutdown(cancel_futures=True)


def test_who_comes_while_another_writes_goes_together(crowd: Crowd) -> None:
    first = crowd.leads()
    others = [crowd.comes(str(n), touching(str(n))) for n in range(5)]
    crowd.let()
    crowd.let()

    assert first.result() == "verdict of first"
    assert [other.result() for other in others] == [f"verdict of {n}" for n in range(5)]
    assert crowd.gate.batches == [["first"], ["0", "1", "2", "3", "4"]]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (touching("a"), touching("b"), True),
        (touching("a"), touching("a"), False),
        (touching("a"), touching("b", read="a"), False),
        (touching("b", read="a"), touching("a"), False),
        (touching("a", read="c"), touching("b", read="c"), True),
    ],
)
def test_what_one_writes_no_other_in_the_batch_touches(
    crowd: Crowd, one: Touches, other: Touches, *, together: bool
) -> None:
    crowd.leads()
    futures = [crowd.comes("one", one), crowd.comes("other", other)]
    for _ in range(3):
        crowd.let()

    assert [future.result() for future in futures] == ["verdict of one", "verdict of other"]
    assert crowd.gate.batches[1:] == ([["one", "other"]] if together else [["one"], ["other"]])


def test_a_batch_is_bounded(crowd: Crowd) -> None:
    crowd.leads()
    futures = [crowd.comes(str(n), touching(str(n))) for n in range(MOST_IN_A_BATCH + 3)]
    for _ in range(3):
        crowd.let()

    for future in futures:
        future.result()
    assert [len(batch) for batch in crowd.gate.batches] == [1, MOST_IN_A_BATCH, 3]


def test_a_failed_write_is_raised_to_everybody_in_it_and_to_nobody_else(crowd: Crowd) -> None:
    first = crowd.leads()
    second = crowd.comes("second", touching("a"))
    third = crowd.comes("third", touching("a"))
    crowd.let()
    crowd.let(RuntimeError("the database is away"))
    crowd.let()

    assert first.result() == "verdict of first"
    with pytest.raises(RuntimeError):
        second.result()
    assert third.result() == "verdict of third"


def test_an_interrupted_leader_leaves_the_others_their_verdicts(crowd: Crowd) -> None:
    first = crowd.leads()
    others = [crowd.comes(str(n), touching(str(n))) for n in range(3)]
    crowd.let()
    first.result()
    crowd.gate.entered.get(timeout=10)
    crowd.let(KeyboardInterrupt())
    crowd.let()

    outcomes = [type(other.exception()) for other in others]
    assert outcomes.count(KeyboardInterrupt) == 1
    assert outcomes.count(type(None)) == 2
    assert crowd.committer._led is False


def test_who_is_interrupted_while_waiting_holds_up_nobody(crowd: Crowd) -> None:
    first = crowd.leads()
    idents: Queue[int] = Queue()

    def wait() -> str:
        idents.put(threading.get_ident())
        return crowd.committer.submit("gone", touching("a"))

    gone = crowd.pool.submit(wait)
    until(lambda: len(crowd.committer._queue) == 1)
    after = crowd.comes("after", touching("a"))
    interrupt = ctypes.pythonapi.PyThreadState_SetAsyncExc
    interrupt(ctypes.c_ulong(idents.get()), ctypes.py_object(KeyboardInterrupt))
    crowd.let()
    crowd.let()

    assert first.result() == "verdict of first"
    assert isinstance(gone.exception(), KeyboardInterrupt)
    assert after.result() == "verdict of after"
    assert crowd.gate.batches == [["first"], ["after"]]


def test_nobody_is_forgotten_among_many() -> None:
    committer: Committer[int, int] = Committer(lambda batch: [item * 2 for item in batch])

    def many(start: int) -> list[int]:
        return [committer.submit(start + n, touching(str((start + n) % 7))) for n in range(200)]

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(many, range(0, 16000, 1000)))

    assert found == [[2 * (start + n) for n in range(200)] for start in range(0, 16000, 1000)]
    assert committer._led is False
    assert not committer._queue
