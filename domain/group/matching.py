"""Matching: whether what one entity says it is owed is what the other says it owes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.group.charge import Status
from domain.identity import named_id

ZERO = Decimal(0)


@dataclass(frozen=True)
class PairBalance:
    """What ``provider`` has as due from ``receiver``, and that as due to it; both positive.

    In ``currency``, then in the books of either. ``disputed`` is the part the receiver disputes.
    """

    provider: str
    receiver: str
    currency: str
    due_from: Decimal
    due_to: Decimal
    due_from_functional: Decimal = ZERO
    due_to_functional: Decimal = ZERO
    disputed: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """What the provider has more."""
        return self.due_from - self.due_to

    @property
    def status(self) -> Status:
        """Disputed while the receiver disputes something; matched where both sides are equal."""
        if self.disputed:
            return "disputed"
        return "unmatched" if self.difference else "matched"


def overall(balances: Iterable[PairBalance]) -> Status:
    """The worst of the statuses."""
    found = {one.status for one in balances}
    return next((word for word in ("disputed", "unmatched") if word in found), "matched")


def match_id(entities: Iterable[str], month: date) -> UUID:
    """The stream of a pair's month, whoever of the two asks."""
    return named_id("intercompany_match", f"{':'.join(sorted(entities))}:{month}")


class IntercompanyMatch(Root):
    """What the two sides of a pair came to at a month's end; matched again as often as needed."""

    class Compared(Root.Created):
        """The two books were held against each other."""

        TOPIC = "group.intercompany_compared"
        entities: tuple[str, ...]
        month: date
        position: int
        balances: tuple[PairBalance, ...]
        status: str

    class ComparedAgain(Root.Event):
        """They came to something else."""

        TOPIC = "group.intercompany_compared_again"
        position: int
        balances: tuple[PairBalance, ...]
        status: str

    @event(Compared)
    def __init__(
        self, id: UUID, entities: tuple[str, ...], month: date, position: int,
        balances: tuple[PairBalance, ...], status: str,
    ) -> None:  # fmt: skip
        del entities, month, position, status
        self.balances = balances

    def compare(self, position: int, balances: tuple[PairBalance, ...]) -> None:
        """The same balances again change nothing."""
        if balances != self.balances:
            self._compared_again(position, balances, overall(balances))

    @event(ComparedAgain)
    def _compared_again(
        self, position: int, balances: tuple[PairBalance, ...], status: str
    ) -> None:
        del position, status
        self.balances = balances
