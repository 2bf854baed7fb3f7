"""Everything on one machine under load, while its processes are killed one after another.

Nothing that was acknowledged may be missing, nothing may be there twice, here or outside, and
every figure must be the one a rebuild from the log gives. ``THROUGHLINE_KILLS`` says how many
kills; ``THROUGHLINE_SEED`` repeats their order.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.graphql.inputs import camel
from api.settings import Settings
from api.wiring import System
from tests.journeys import load
from tests.journeys.machine import ROOT, Machine, eventually, machine
from tests.journeys.remote import SETTLED_S, behind, employed, end, one, rows

KILLS = int(os.environ.get("THROUGHLINE_KILLS", "5"))
SEED = int(os.environ.get("THROUGHLINE_SEED", time.time_ns() % 10**6))
DIE = random.Random(SEED)  # noqa: S311 -- repeatable
TARGETS = ("database", "serve", "reactions", "deliveries", "projections")
CLIENTS = 3
LEASE_S = 18
RECOVERED_S = 90.0
FACTS = {
    "LogTime": "delivery.time_logged",
    "SubmitTimesheet": "delivery.timesheet_submitted",
    "ApproveTime": "delivery.time_approved",
    "IssueInvoice": "billing.invoice_issued",
    "RecordPayment": "billing.payment_recorded",
    "ApplyPayment": "billing.payment_applied",
    "IssueCreditMemo": "billing.credit_memo_issued",
}
BEHIND = """
SELECT name FROM projections
WHERE live AND position < %s AND (name IN ('policies', 'posting')) = %s
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path / "home", THROUGHLINE_DELIVERY_LEASE_S=str(LEASE_S)) as made:
        made.up()
        yield made


@pytest.fixture
def system(running: Machine) -> Iterator[System]:
    known = Settings(database_url=None, broker_url=None, home=running.home)
    with ExitStack() as stack:
        yield System(known, stack)


@pytest.fixture
def clients(running: Machine, system: System, tmp_path: Path) -> list[load.Settings]:
    """What each client is told; the firm they work for is there."""
    return employed(system, running, tmp_path, CLIENTS)


class Load:
    """The client processes."""

    def __init__(self, told: list[load.Settings]) -> None:
        self.told = told
        self.log = Path(told[0].stop).with_name("clients.log")
        self.processes = [self.start(one) for one in told]

    def start(self, told: load.Settings) -> "subprocess.Popen[bytes]":
        settings = Path(told.notes).with_suffix(".json")
        settings.write_text(json.dumps(asdict(told)))
        Path(told.notes).touch()
        with self.log.open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "tests.journeys.load", str(settings)],
                                    cwd=ROOT, stdout=log, stderr=log)  # fmt: skip

    def well(self) -> None:
        """No client met an answer that it should not."""
        assert all(process.poll() is None for process in self.processes), self.log.read_text()

    def stop(self) -> None:
        """Let every client finish its round."""
        Path(self.told[0].stop).touch()
        codes = [process.wait(SETTLED_S) for process in self.processes]
        assert not any(codes), self.log.read_text()

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def notes(self) -> list[dict[str, Any]]:
        """All that was acknowledged."""
        return [
            json.loads(line)
            for told in self.told
            for line in Path(told.notes).read_text().splitlines()
        ]


@pytest.fixture
def at_work(clients: list[load.Settings]) -> Iterator[Load]:
    made = Load(clients)
    yield made
    made.kill()


class Killer:
    """Kills one process of a machine and waits until its work goes on."""

    def __init__(self, running: Machine, system: System) -> None:
        self.machine, self.system = running, system
        self.recovery_s: dict[str, list[float]] = defaultdict(list)

    def pid(self, target: str) -> int | None:
        found = self.machine.parts()
        return self.machine.postmaster() if target == "database" else found.get(target)

    def kill(self, target: str) -> None:
        eventually(lambda: self.pid(target), RECOVERED_S, f"a start of {target}")
        pid, goes_on = self.pid(target), self.watch(target)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        took_s = eventually(
            lambda: self.pid(target) not in (None, pid) and tried(goes_on), RECOVERED_S,
            f"recovery of {target}",
        )  # fmt: skip
        self.recovery_s[target].append(round(took_s, 2))

    def watch(self, target: str) -> Callable[[], bool]:
        """What tells that the work of a part goes on after this moment."""
        if target == "serve":
            return self.machine.answers
        if target == "database":
            return lambda: end(self.system) > 0
        if target == "deliveries":
            return self.delivers()
        to = end(self.system) + 1
        return lambda: not rows(self.system, BEHIND, to, target == "reactions")

    def delivers(self) -> Callable[[], bool]:
        query = "SELECT count(*) FROM deliveries WHERE state = 'delivered'"
        before = one(self.system, query)
        return lambda: bool(one(self.system, query) > before)


def tried(true: Callable[[], bool]) -> bool:
    """Whether it holds; not while the database is away."""
    try:
        return true()
    except psycopg.OperationalError:
        return False


def order(kills: int) -> list[str]:
    """Every target as often as any other, in an order drawn anew each round."""
    rounds = [DIE.sample(TARGETS, len(TARGETS)) for _ in range(kills // len(TARGETS) + 1)]
    return [target for each in rounds for target in each][:kills]


def clean(running: Machine) -> bool:
    """Whether ``verify`` finds nothing; what is lost stays lost, what is on its way arrives."""
    verified = running.run("verify")
    if verified.returncode:
        sys.stdout.write(str(verified.stdout))
    return verified.returncode == 0


def test_what_was_acknowledged_stays_and_nothing_happens_twice(
    running: Machine, system: System, at_work: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    killer, began = Killer(running, system), time.monotonic()
    eventually(lambda: len(at_work.notes()) > CLIENTS, RECOVERED_S, "the first answers")

    for number, target in enumerate(order(KILLS)):
        time.sleep(DIE.uniform(0.2, 1.5))
        killer.kill(target)
        at_work.well()
        if number == KILLS // 2:
            rebuilt = running.run("rebuild", "budget_vs_actual")
            assert rebuilt.returncode == 0, rebuilt.stdout
    at_work.stop()
    eventually(lambda: settled(system), SETTLED_S, "settling")

    notes = at_work.notes()
    with capsys.disabled():
        sys.stdout.write(told(notes, killer.recovery_s, time.monotonic() - began))
    every_answer_is_kept(system, notes)
    every_fact_is_there_once(system, notes)
    every_document_arrived_once_and_in_order(running, system)
    assert rows(system, "SELECT * FROM dead_letters") == []
    eventually(lambda: clean(running), SETTLED_S, "a clean verdict")


def settled(system: System) -> bool:
    """Whether every reader is at the end and every document is delivered."""
    assert rows(system, "SELECT key, error FROM deliveries WHERE state = 'dead'") == []
    open_ = "SELECT count(*) FROM deliveries WHERE state <> 'delivered'"
    return not behind(system) and one(system, open_) == 0 and not behind(system)


def told(notes: list[dict[str, Any]], recovery_s: dict[str, list[float]], took_s: float) -> str:
    """Figures for who reads the output."""
    again = sum(note["tries"] > 1 for note in notes)
    longest_s = max(note["ended"] - note["began"] for note in notes)
    lines = [
        f"seed {SEED}: {KILLS} kills in {took_s:.0f} s, {len(notes)} commands acknowledged",
        f"  {again} of them asked for more than once, longest wait {longest_s:.1f} s",
    ]
    lines += [f"  {target:<12} back after {times_s} s" for target, times_s in recovery_s.items()]
    return "\n".join(["", *lines, ""])


def every_answer_is_kept(system: System, notes: list[dict[str, Any]]) -> None:
    kept = {
        str(id_): (position, json.loads(answer))
        for id_, position, answer in rows(
            system, "SELECT command_id, position, convert_from(answer, 'UTF8') FROM commands"
        )
    }
    for note in notes:
        position, answer = kept[note["id"]]
        heard = {k: v for k, v in note["answer"].items() if k not in ("position", "repeated")}
        assert (int(note["answer"]["position"]), heard) == (
            position,
            {camel(name): value for name, value in answer.items()},
        )


def every_fact_is_there_once(system: System, notes: list[dict[str, Any]]) -> None:
    """As many facts of the clients as acknowledged commands, and of no other command."""
    found = rows(system, "SELECT topic, command_id FROM events WHERE actor LIKE 'load %%'")
    counted = Counter(topic for topic, _ in found)
    acknowledged = Counter(note["command"] for note in notes)

    assert {name: counted[topic] for name, topic in FACTS.items()} == acknowledged
    assert {str(id_) for _, id_ in found} == {note["id"] for note in notes}
    assert len({note["id"] for note in notes}) == len(notes)


def every_document_arrived_once_and_in_order(running: Machine, system: System) -> None:
    arrived = {"accounting": booked(running), "crm": updated(running)}
    wanted = rows(system, "SELECT connection, lane, key FROM deliveries ORDER BY position, key")
    facts = Counter(topic for (topic,) in rows(system, "SELECT topic FROM events"))

    for connection, references in arrived.items():
        assert len(references) == len(set(references)), connection
        lanes: dict[str, list[str]] = defaultdict(list)
        for at, lane, reference in wanted:
            if at == connection:
                lanes[lane].append(reference)
        assert set(references) == {reference for lane in lanes.values() for reference in lane}
        place = {reference: number for number, reference in enumerate(references)}
        for lane in lanes.values():
            assert lane == sorted(lane, key=place.__getitem__)
    booked_facts = (
        "billing.invoice_issued",
        "billing.credit_memo_issued",
        "billing.payment_applied",
    )
    assert len(arrived["accounting"]) == sum(facts[topic] for topic in booked_facts)
    assert len(arrived["crm"]) == facts["sales.opportunity_closed_won"]


def booked(running: Machine) -> list[str]:
    """References of the accounting system's records, in the order they were made."""
    found = [
        (record["sequence"], record["reference"])
        for path in ("invoices", "credit-notes", "payments")
        for record in listed(f"{running.accounting}/{path}")
    ]
    return [reference for _, reference in sorted(found)]


def updated(running: Machine) -> list[str]:
    """Keys of the CRM's updates, in order within each deal."""
    return [key for deal in listed(f"{running.crm}/deals") for key in deal["updates"]]


def listed(url: str) -> Iterator[dict[str, Any]]:
    """Everything there is, page by page."""
    after = 0
    while page := httpx.get(url, params={"after": after}).json()["items"]:
        yield from page
        after = page[-1]["sequence"]
