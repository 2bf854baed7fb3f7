"""All followers of the log in one hand: for imports and the demo, which must know they are done.

Where another process leads a reader already, this waits for that one instead.
"""

import time

from api.wiring import System
from domain.errors import Refusal

PATIENCE_S = 600.0
BEHIND = """
SELECT count(*) FROM projections
WHERE live AND halted IS NULL AND position < (SELECT coalesce(max(position), 0) FROM events)
"""


class NotFollowed(Refusal):
    """Somebody else follows the log, and does not get on."""

    code = "NOT_FOLLOWED"


def catch_up(system: System) -> None:
    """Bring the followers that nobody leads to the end of the log; others are on their way."""
    followers = Followers(system)
    followers.catch_up()
    followers.close()


class Followers:
    """Policies, posting and projections of a system."""

    def __init__(self, system: System) -> None:
        self._reactors = system.reactors()
        self._feed = system.feed()
        self._conn = system.connect()

    def catch_up(self) -> None:
        """Follow up, post and project here until nothing is left to do."""
        while self._pass():
            pass

    def settle(self) -> None:
        """Catch up, and wait for followers that another process leads. Raises NotFollowed."""
        latest = time.monotonic() + PATIENCE_S
        while self._pass() or self._behind():
            if time.monotonic() > latest:
                raise NotFollowed(f"another process leads and is behind after {PATIENCE_S:.0f} s")

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
        """Give up the leads and the connection that watches."""
        for reactor in self._reactors:
            reactor.close()
        self._feed.close()
        self._conn.close()
