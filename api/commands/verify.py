"""``throughline verify``: every invariant of the whole history, a line each."""

import sys
import time
from collections.abc import Iterator

import click

from adapters.postgres.seal import signing_key
from adapters.postgres.verification import verify as verify_seal
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from projections.verify import Verdict, verify
from projections.verify.check import MOST_NAMED
from projections.verify.gathering import wait_for_readers


@click.command("verify")
def command() -> None:
    """Check every invariant, the seal, the rules and the projections; exit 1 where one fails."""
    with opened(settings()) as system:
        catch_up(system)
        sys.exit(0 if report(verdicts(system)) else 1)


def verdicts(system: System) -> Iterator[Verdict]:
    """The seal's verdict, then that of every check, on connections of their own."""
    with system.connect() as conn:
        due = wait_for_readers(conn)
        yield sealed(system)
        yield from verify(conn, system.decode, system.projections(), due)


def sealed(system: System) -> Verdict:
    """Whether the log is what was sealed, under this system's key."""
    begun = time.perf_counter()
    with system.connect() as conn:
        found = verify_seal(conn, [signing_key(system.master_key).public_key()])
    findings = [f"{one.code} at {one.position}: {one.detail}" for one in found.findings]
    return Verdict(
        "log sealed and intact",
        f"{found.sealed} of {found.events} events under {found.checkpoints} seals",
        found.found,
        tuple(findings[:MOST_NAMED]),
        time.perf_counter() - begun,
    )


def report(found: Iterator[Verdict]) -> bool:
    """Print each verdict as it comes; whether all hold."""
    failed = []
    for verdict in found:
        mark = "ok " if verdict.holds else "OFF"
        click.echo(f"{mark}  {verdict.name:<28} {verdict.seconds:7.3f} s  {verdict.figures}")
        for finding in verdict.findings:
            click.echo(f"       - {finding}")
        if more := verdict.found - len(verdict.findings):
            click.echo(f"       - and {more} more")
        failed += [] if verdict.holds else [verdict.name]
    click.echo(f"{len(failed)} checks failed: {', '.join(failed)}" if failed else "All hold.")
    return not failed
