"""The revenue policy of an entity's book: what the standards leave to a firm to choose."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.revenue.onerous import Policy as OnerousPolicy
from domain.revenue.remeasurement import MixedPolicy
from domain.unit_of_work import UnitOfWork


class PolicyBackdated(Refusal):
    """A later policy was adopted already; what was run by it stays."""

    code = "POLICY_BACKDATED"


@dataclass(frozen=True)
class Choice:
    """``version`` counts from one; 0 is what holds where nothing was adopted.

    ``expected_breakage_pct`` is the part of retainers that is expected never to be used and is
    earned with use; 0 where the firm cannot tell, so that it is earned as it lapses.
    """

    version: int
    from_on: date
    onerous: OnerousPolicy
    mixed: MixedPolicy
    expected_breakage_pct: Decimal = Decimal(0)

    @property
    def name(self) -> str:
        """As runs cite it."""
        return f"main@{self.version}"


UNCHOSEN = Choice(0, date.min, "ifrs", "updated_remaining_price")


def policy_id(entity: str, book: str) -> UUID:
    """The stream of a book's policies."""
    return named_id("revenue policy", f"{entity}:{book}")


class RevenuePolicy(Root):
    """``choices`` in the order they hold."""

    class Begun(Root.Created):
        """A book has a policy of its own."""

        TOPIC = "revenue.policy_begun"
        entity: str
        book: str

    class Adopted(Root.Event):
        """Choices that hold from a day on."""

        TOPIC = "revenue.policy_adopted"
        entity: str
        choice: Choice

    @event(Begun)
    def __init__(self, id: UUID, entity: str, book: str) -> None:
        del book
        self.entity = entity
        self.choices: list[Choice] = []

    def adopt(self, chosen: Choice) -> None:
        """What is chosen; its version is given here. Raises PolicyBackdated.

        The same again changes nothing.
        """
        latest, from_on = self.choices[-1] if self.choices else UNCHOSEN, chosen.from_on
        same = replace(chosen, version=latest.version, from_on=latest.from_on)
        if latest.version and latest == same:
            return
        if from_on <= latest.from_on:
            raise PolicyBackdated(f"another holds from {latest.from_on} on", field="from_on")
        self._adopted(self.entity, replace(chosen, version=latest.version + 1))

    def on(self, day: date) -> Choice:
        """What holds on a day."""
        return next((c for c in reversed(self.choices) if c.from_on <= day), UNCHOSEN)

    @event(Adopted)
    def _adopted(self, entity: str, choice: Choice) -> None:
        del entity
        self.choices.append(choice)


def policy_on(work: UnitOfWork, entity: str, day: date) -> Choice:
    """The policy of an entity's main book on a day."""
    found = work.find(RevenuePolicy, policy_id(entity, "main"))
    return found.on(day) if found else UNCHOSEN
