"""What a retainer earns: what was drawn of each grant, what lapsed, and expected breakage; pure.

The fee of a grant is earned in proportion to what was used of it. What the client loses is earned
as it lapses, or, where the firm can tell in advance, in proportion to use (ASC 606-10-55-46 to
55-49).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.explanation import Step
from domain.money import quantize
from domain.revenue.breakage import BreakageSchedule, Usage, pro_rata, when_remote
from domain.revenue.figures import ZERO, require_not_negative
from domain.revenue.progress import Progress


@dataclass(frozen=True)
class GrantUse:
    """A grant to date: its ``fee``, and of its ``quantity`` what was ``drawn`` and ``lapsed``.

    Quantities share a unit, the fee is in the contract's currency.
    """

    name: str
    fee: Decimal
    quantity: Decimal
    drawn: Decimal
    lapsed: Decimal

    @property
    def ended(self) -> bool:
        """Whether nothing of it can be drawn any more."""
        return self.drawn + self.lapsed >= self.quantity

    def worth(self, quantity: Decimal, currency: str) -> Decimal:
        """The part of the fee that some of the grant stands for, rounded once."""
        if not self.quantity:
            return self.fee
        return Progress(min(quantity, self.quantity), self.quantity).of(self.fee, currency)


@dataclass(frozen=True)
class Used:
    """Revenue to date of several grants, and its part that no use stands for."""

    earned: Decimal
    breakage: Decimal
    steps: tuple[Step, ...]


def used(grants: Iterable[GrantUse], expected_breakage_pct: Decimal, currency: str) -> Used:
    """Revenue to date; with 0 percent expected, what lapses is earned as it lapses.

    Raises NegativeFigure.
    """
    earned, breakage, steps = ZERO, ZERO, list[Step]()
    for grant in grants:
        figures = grant.fee, grant.quantity, grant.drawn, grant.lapsed
        require_not_negative(*figures, field="grants")
        if grant.fee:
            found = _earned(grant, expected_breakage_pct, currency)
            earned += found
            breakage += found - grant.worth(grant.drawn, currency)
            text = f"{grant.name}: {found} of {grant.fee} {currency} earned"
            steps.append(Step("revenue.retainer", text))
    return Used(earned, breakage, tuple(steps))


def _earned(grant: GrantUse, expected_pct: Decimal, currency: str) -> Decimal:
    """All of the fee once the grant has ended; never less than what was drawn and lapsed."""
    gone = grant.worth(grant.drawn + grant.lapsed, currency)
    as_it_lapses = when_remote(grant.fee, [Usage(gone)], remote=grant.ended)
    if not expected_pct or grant.ended:
        return to_date(as_it_lapses)
    expected = quantize(grant.fee * expected_pct / 100, currency)
    usage = Usage(grant.worth(grant.drawn, currency), expected)
    return max(to_date(pro_rata(grant.fee, [usage], currency)), gone)


def to_date(schedule: BreakageSchedule) -> Decimal:
    """What a schedule has earned by its end."""
    return sum((row.revenue for row in schedule.rows), ZERO)
