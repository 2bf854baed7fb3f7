"""``throughline work``: the parts that follow the log, in one process or one each."""

import signal
from collections.abc import Callable
from functools import partial
from threading import Event

import click

from adapters.broker import drain_actor, work
from api.loops import Revive, in_threads, keep_dispatching, keep_sealing, keep_up
from api.settings import settings
from api.wiring import System, opened
from projections.reactions import Reactor

PARTS = ("projections", "reactions", "seal", "deliveries")


@click.command("work")
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--threads", default=4, show_default=True, help="Delivery worker threads.")
def command(parts: tuple[str, ...], threads: int) -> None:
    """Follow the log: projections, posting and policies, the seal, deliveries (all by default)."""
    stop = Event()
    with opened(settings()) as system:
        chosen = parts or PARTS
        followers = in_threads(loops(system, chosen, stop))
        if "deliveries" in chosen:
            deliver(system, stop, threads)
        else:
            await_signal(stop)
        for follower in followers:
            follower.join(timeout=10)


def loops(system: System, chosen: tuple[str, ...], stop: Event) -> list[Callable[[], None]]:
    """The followers among the chosen parts."""
    made: list[Callable[[], None]] = []
    if "projections" in chosen:
        made.append(partial(keep_up, system.feed, stop, revive(system)))
    if "reactions" in chosen:
        made += [partial(keep_up, make, stop, revive(system)) for make in reactors(system)]
    if "seal" in chosen:
        made.append(partial(keep_sealing, system.sealer, stop, revive(system)))
    return made


def revive(system: System) -> Revive:
    """What brings the database back where it is ours: started again by whoever misses it."""
    return system.embedded.ensure if system.embedded is not None else lambda: None


def reactors(system: System) -> list[partial[Reactor]]:
    """Makers of the policies and of posting."""
    return [partial(system.reactor, reaction) for reaction in system.reactions()]


def deliver(system: System, stop: Event, threads: int) -> None:
    """Work on deliveries until a signal comes."""
    vendors = system.vendors()
    broker = system.broker()

    def drain(connection: str) -> None:
        if vendor := vendors.get(connection):
            system.drain(connection, vendor, stop.is_set)

    actor = drain_actor(broker, drain)
    due = partial(due_here, system, frozenset(vendors))
    in_threads([partial(keep_dispatching, due, actor.send, stop, revive(system))])
    work(broker, threads, stopping=stop)


def await_signal(stop: Event) -> None:
    """Sleep until SIGTERM or SIGINT, then have the loops stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(1.0):
        pass


def due_here(system: System, connected: frozenset[str]) -> list[str]:
    """Connections that are due and configured."""
    return [name for name in system.due_connections() if name in connected]
