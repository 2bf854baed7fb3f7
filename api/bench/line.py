"""A line of the bench: what was measured, its limit of the same run, their ratio, the target."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Line:
    """``ratio`` is ours to the limit; ``sense`` says on which side of ``target`` it should be."""

    name: str
    ours: float
    limit: float
    unit: str
    limit_name: str
    target: float | None
    sense: Literal["at least", "at most"] = "at least"
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours in terms of the limit."""
        return self.ours / self.limit if self.limit else 0.0

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.sense == "at least" else self.ratio <= self.target

    def document(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {**asdict(self), "ratio": self.ratio, "reached": self.reached}


def seconds(work: Callable[[], object]) -> float:
    """How long something took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_parallel(jobs: Sequence[Callable[[], object]]) -> float:
    """Run jobs in a thread each; seconds until the last was done. Raises what a job raised."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(jobs) + 1)

    def run(job: Callable[[], object]) -> None:
        gate.wait()
        try:
            job()
        except BaseException as error:  # noqa: BLE001 -- raised again below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if errors:
        raise errors[0]
    return took


def alternately(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The median of each work over rounds taken in turn, so that noise meets all alike."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for figures, work in zip(found, works, strict=True):
            figures.append(work())
    return [statistics.median(figures) for figures in found]
