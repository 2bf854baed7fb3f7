"""Clearing what entities owe each other: netted both ways, or paid from bank to bank."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.group.charge import IntercompanyCharge, NothingOpen, Portion
from domain.pricing.fx import Quote

ZERO = Decimal(0)


class TooMuchCleared(Refusal):
    """More than what is open."""

    code = "TOO_MUCH_CLEARED"


@dataclass(frozen=True)
class Netting:
    """What both owe before, what is set off, and what one of them still owes."""

    first_owes: Decimal
    second_owes: Decimal
    netted: Decimal
    left: Decimal


def net(first_owes: Decimal, second_owes: Decimal) -> Netting:
    """Bilateral netting: the smaller debt goes, the other shrinks by it. Raises NothingOpen.

    ``left`` is what the first still owes the second, the other way round where negative.
    """
    netted = min(first_owes, second_owes)
    if netted <= 0:
        raise NothingOpen("only one of the two owes anything", field="currency")
    return Netting(first_owes, second_owes, netted, first_owes - second_owes)


def parts(charges: Iterable[IntercompanyCharge], amount: Decimal) -> list[Portion]:
    """Charges that an amount clears: credits first, then the oldest. Raises TooMuchCleared."""
    owed = [one for one in charges if one.open]
    credits_ = [one for one in owed if one.open < 0]
    found = [one.portion(one.open) for one in credits_]
    left = amount - sum((one.open for one in credits_), ZERO)
    for charge in owed:
        if charge.open > 0 and left > 0:
            found.append(charge.portion(min(charge.open, left)))
            left -= found[-1].amount
    if left:
        raise TooMuchCleared(f"{left} more than is open", field="amount")
    return found


class IntercompanyNetting(Root):
    """Two entities set off what they owe each other; ``books`` are their currencies."""

    class Netted(Root.Created):
        """Equal amounts of both directions are gone."""

        TOPIC = "group.charges_netted"
        netted_on: date
        currency: str
        books: dict[str, str]
        portions: tuple[Portion, ...]

    @event(Netted)
    def __init__(
        self, id: UUID, netted_on: date, currency: str, books: dict[str, str],
        portions: tuple[Portion, ...],
    ) -> None:  # fmt: skip
        del netted_on, currency, books, portions


class IntercompanySettlement(Root):
    """The receiver paid the provider; each books it at the rate of the day."""

    class Settled(Root.Created):
        """Money went from one bank account of the group to another."""

        TOPIC = "group.charges_settled"
        settled_on: date
        provider_quote: Quote
        receiver_quote: Quote
        portions: tuple[Portion, ...]

    @event(Settled)
    def __init__(
        self, id: UUID, settled_on: date, provider_quote: Quote, receiver_quote: Quote,
        portions: tuple[Portion, ...],
    ) -> None:  # fmt: skip
        del settled_on, provider_quote, receiver_quote, portions
