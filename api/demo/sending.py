"""Sending the demo's commands: a page at a time, so that any number of them fits in memory."""

from collections.abc import Iterable
from itertools import islice

from domain.actor import Actor
from domain.command import Command
from domain.store import Store

A_PAGE = 1000


def send(store: Store, commands: Iterable[Command], actor: Actor) -> int:
    """Run commands in their order; how many there were. Raises what a command raises."""
    rest, sent = iter(commands), 0
    with store.importing(actor) as batch:
        while page := list(islice(rest, A_PAGE)):
            batch.expect(page)
            for command in page:
                batch.run(command)
            batch.flush()
            sent += len(page)
    return sent
