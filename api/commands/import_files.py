"""Files one after another into the log: verdicts beside each, a bar on a terminal, a summary."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from adapters.imports.intake import Taker, take_in
from adapters.imports.plans.planned import Plan
from adapters.imports.plans.window import Window
from adapters.imports.rehearsal import Rehearsal
from adapters.imports.tabular import lines_of
from adapters.imports.verdicts import SUFFIX, Tally, Verdict, beside, written
from api.followers import catch_up
from api.wiring import System
from domain.actor import Actor
from domain.errors import Refusal
from domain.importing import Import
from domain.store import Store


class Planner(Protocol):
    """The plan of one file."""

    @property
    def notes(self) -> Sequence[str]:
        """What whoever imports should know."""

    def steps(self) -> Plan:
        """Commands or what is wrong, for each row."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of every kind of file; ``verdicts`` is None where they go beside it."""

    actor: Actor
    dry_run: bool
    verdicts: Path | None
    window: Window


def take_files(
    system: System, files: Iterable[tuple[Path, Callable[[], Planner]]], asked: Asked
) -> None:
    """Take in each file; exits with 1 where one was refused as a whole.

    Verdicts of an earlier import that a pattern such as ``*.csv`` found are left out.
    """
    refused = [
        path
        for path, plan_of in files
        if not path.name.endswith(SUFFIX) and not _is_taken(system, path, plan_of, asked)
    ]
    if not asked.dry_run:
        catch_up(system)
    if refused:
        sys.exit(1)


def _is_taken(system: System, path: Path, plan_of: Callable[[], Planner], asked: Asked) -> bool:
    tally = Tally()
    try:
        _take(system.store, path, plan_of(), asked, tally)
    except Refusal as refusal:
        stopped = f"stopped after {tally.rows:,} rows, which stay; run it again"
        what = stopped if tally.rows else "refused as a whole"
        click.echo(f"{path.name}: {what} ({refusal.code}): {refusal.message}", err=True)
        return False
    return True


def _take(store: Store, path: Path, plan: Planner, asked: Asked, tally: Tally) -> None:
    began, place = time.perf_counter(), asked.verdicts or beside(path)
    with written(place) as sink, _progress(path) as advance:
        for verdict in take_in(plan.steps(), _begin(store, asked)):
            tally.add(verdict)
            sink.writerow(verdict)
            advance(verdict)
    seconds = time.perf_counter() - began
    for line in summary(path.name, tally, seconds, plan.notes, dry_run=asked.dry_run):
        click.echo(line)
    click.echo(f"  verdicts: {place}")


def _begin(store: Store, asked: Asked) -> Callable[[], Taker]:
    """What gives each append its import; a rehearsal is one and the same for all of them."""
    if not asked.dry_run:
        return lambda: Import(store, asked.actor)
    rehearsal = Rehearsal(store, asked.actor)
    return lambda: rehearsal


@contextmanager
def _progress(path: Path) -> Iterator[Callable[[Verdict], None]]:
    """A bar of the file's lines, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(path.name, total=sum(1 for _ in lines_of(path)))
        yield lambda verdict: bar.update(task, completed=verdict.line)


def summary(
    name: str, tally: Tally, seconds: float, notes: Iterable[str], *, dry_run: bool
) -> Iterator[str]:
    """The lines that tell what became of a file."""
    words = ", ".join(f"{tally.words[w]:,} {w}" for w in ("accepted", "answered", "refused"))
    tried = " (dry run: nothing was recorded)" if dry_run else ""
    yield f"{name}: {tally.rows:,} rows: {words}{tried}"
    for code, count in tally.codes.most_common():
        yield f"  refused {code}: {count:,}"
    yield from (f"  {note}" for note in notes)
    yield f"  {tally.rows / max(seconds, 1e-6):,.0f} rows/s"
