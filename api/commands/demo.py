"""``throughline demo``: a fictional firm's year from the first command to the verified ledger."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.sandbox.accounting import accounting
from adapters.sandbox.crm import crm
from adapters.sandbox.serve import running
from api.commands.demo_files import RealYear
from api.commands.up import throughline
from api.commands.verify import report, verdicts
from api.demo.firm import HOUSES, YEAR
from api.demo.firms import FIRMS
from api.demo.firms.group_year import HERE, OVERSEAS, GroupYear
from api.demo.firms.sample_year import SampleYear
from api.demo.show import Shown, late_fact, of_a_group, of_a_kind, the_year, trial_balances
from api.demo.year import LATE_DAY, LATE_MONTH, Year
from api.settings import Settings, settings
from api.wiring import System, opened
from projections.table import Conn

STEPS = 13
GROUP = "group"
Lived = Year | RealYear | SampleYear | GroupYear


@click.command("demo")
@click.option(
    "--scale",
    default=1,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Times as many people, clients and deals.",
)
@click.option(
    "--serve/--no-serve",
    default=None,
    help="Serve API and start page at the end (default: on a terminal).",
)
@click.option(
    "--firm",
    "kind",
    type=click.Choice([*FIRMS, GROUP]),
    help="A smaller firm of one kind, billed and earned by monthly runs.",
)
@click.option("--from", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Run the year on real files: deals, time exports and ECB rates.")  # fmt: skip
def command(scale: int, kind: str | None, folder: Path | None, *, serve: bool | None) -> None:
    """Run a firm's year through real commands, deliver it, print the reports, verify, serve."""
    console = Console(width=None if sys.stdout.isatty() else 120, soft_wrap=True)
    known = settings()
    with ExitStack() as stack:
        known = with_sandboxes(known, stack)
        system = stack.enter_context(opened(known))
        year = run_kind(system, kind, folder, scale, console)
        deliver(system, console)
        year.settle()
        intact = print_all(system, year, console)
    if not intact:
        sys.exit(1)
    where_next(console, year)
    if serve or (serve is None and sys.stdout.isatty()):
        os.execv(sys.executable, throughline("up"))  # noqa: S606 -- our own command


def with_sandboxes(known: Settings, stack: ExitStack) -> Settings:
    """Sandbox vendors of our own where none is configured; their state stays with the demo's."""
    if known.accounting_url or known.crm_url:
        return known
    folder = known.home / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    books = stack.enter_context(running(accounting(folder / "accounting.sqlite")))
    deals = stack.enter_context(running(crm(folder / "crm.sqlite")))
    return known.model_copy(update={"accounting_url": books, "crm_url": deals})


def run_kind(
    system: System, kind: str | None, folder: Path | None, scale: int, console: Console
) -> Lived:
    """The files of a folder, a firm of a kind, or the studio with its three entities."""
    if folder:
        return run_files(system, folder, console)
    with bar(console) as step:
        year = lived(system, kind, scale, step)
        began = perf_counter()
        year.run()
    rate = year.commands / (perf_counter() - began)
    console.print(f"{year.commands} commands, {rate:.0f} a second, posted and projected.")
    return year


def lived(
    system: System, kind: str | None, scale: int, step: Callable[[str], None]
) -> Year | SampleYear | GroupYear:
    """The year of a kind of firm, of a group, or of the studio."""
    if kind == GROUP:
        return GroupYear(system, step)
    return SampleYear(system, FIRMS[kind](), step) if kind else Year(system, scale, step)


@contextmanager
def bar(console: Console) -> Iterator[Callable[[str], None]]:
    """A bar of the year's steps; call it with what is being done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        task = progress.add_task("a fictional firm's year", total=STEPS)
        yield lambda what: progress.update(task, advance=1, description=f"{what:<10}")


def run_files(system: System, folder: Path, console: Console) -> RealYear:
    """The files of a folder: imported, approved, billed, closed."""
    year = RealYear(system, folder, console.print)
    month = year.run()
    console.print(f"The books are closed up to {date(YEAR, month, 1):%B %Y}.\n")
    return year


def deliver(system: System, console: Console) -> None:
    """Everything that waits goes out, with a bar; each answer is recorded in the log."""
    for connection, vendor in system.vendors().items():
        done = system.drain(connection, vendor, lambda: False)
        console.print(f"Delivered to {connection}: {done.delivered} documents,"
                      f" {done.dead} refused.")  # fmt: skip


def print_all(system: System, year: Lived, console: Console) -> bool:
    """Reports, delivery state, the verdict of ``verify`` and one digest; whether all holds."""
    with system.connect() as conn:
        out = Shown(conn, console)
        end = date(YEAR, 12, 31)
        trial_balances(out, entities(conn), end)
        if isinstance(year, SampleYear):
            of_a_kind(out, year.firm, end)
        elif isinstance(year, GroupYear):
            of_a_group(out, end)
        else:
            the_year(out, end)
        if year.before_late_fact:
            late_fact(out, HOUSES[0].code, date(YEAR, LATE_DAY.month, 31),
                      date(YEAR, LATE_MONTH, 31), year.before_late_fact)  # fmt: skip
        digest = out.digest()
        out.table("Deliveries", out.ask("sync-health", effective=end),
                  ("where", "kind", "state", "documents"))  # fmt: skip
    intact = verify_all(system)
    console.print(f"Digest of these reports: {digest}", highlight=False)
    console.print("  The same on every machine: the year is the same business everywhere.\n")
    return intact


def entities(conn: Conn) -> list[str]:
    """Codes of all legal entities."""
    return [row[0] for row in conn.execute("SELECT code FROM legal_entities ORDER BY code")]


def where_next(console: Console, year: Lived) -> None:
    """What a newcomer may do now."""
    first, last = HOUSES[0].code, HOUSES[-1].code
    if isinstance(year, SampleYear):
        first = last = year.firm.CODE
    if isinstance(year, GroupYear):
        first, last = HERE, OVERSEAS
    console.print("Where to look next, after `. .venv/bin/activate`:")
    for words, what in NEXT:
        said = words.format(first=first, last=last)
        console.print(f"  throughline {said:<58} {what}", highlight=False)


NEXT = (
    ("report trial-balance --entity {first} --effective 2025-06-30", "any report, any date"),
    ("report audit-trail --of {first}-INV-2025-00001", "where a document comes from"),
    ("export hledger --entity {last}", "the ledger for other tools"),
    ("do --help", "every business command"),
    ("up", "API, start page and workers on this firm"),
)


def verify_all(system: System) -> bool:
    """Seal what is new, then check every invariant; whether all hold."""
    sealer = system.sealer()
    while sealer.seal(20_000, at=datetime.now(UTC)) is not None:
        pass
    return report(verdicts(system))
