"""All followers of the log in one hand: for imports and the demo, which must know they are done.

Where another process leads a reader already, this waits for that one instead.
"""

import time

from api.wiring import System

BEHIND = """
SELECT count(*) FROM projections
WHERE live AND halted IS NULL AND position < (SELECT coalesce(max(position), 0) FROM events)
"""


def settled(system: System) -> None:
    """Bring every follower to the end of the log, here or by waiting for who leads."""
    followers = Followers(system)
    followers.settle()
    followers.close()


class Followers:
    """Policies, posting and projections of a system."""

    def __init__(self, system: System) -> None:
        self._reactors = system.reactors()
        self._feed = system.feed()
        self._conn = system.connect()

    def settle(self) -> None:
        """Follow up, post and project until nothing is left to do."""
        while self._pass() or self._behind():
            pass

    def _pass(self) -> int:
        """One round; how much there was."""
        reacted = [reactor.catch_up() for reactor in self._reactors if reactor.lead()]
        self._feed.lead()
        return sum(reacted) + self._feed.catch_up()

    def _behind(self) -> bool:
        row = self._conn.execute(BEHIND).fetchone()
        waits = bool(row and row[0])
        if waits:
            time.sleep(0.05)
        return waits

    def close(self) -> None:
        """Give up the connection that watches."""
        self._conn.close()
