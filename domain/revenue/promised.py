"""An obligation of a contract as it stands: its terms, its share of the price, what is earned.

And what is known of its progress: figures measured with their dates, so that an estimate of
today changes nothing of a period before it.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.revenue.figures import ZERO
from domain.revenue.obligation import PerformanceObligation
from domain.revenue.progress import Costs, Override
from domain.revenue.retainer_use import GrantUse


@dataclass(frozen=True)
class Delivery:
    """Where and when an obligation is delivered, and the account that takes its revenue.

    ``project_id`` is None where all work of the contract delivers it that delivers no other.
    ``whole`` is all there is to do in the unit of the measure; zero where it is not known.
    """

    account: str
    project_id: UUID | None
    starts_on: date
    ends_on: date
    whole: Decimal = ZERO


@dataclass(frozen=True)
class Measured:
    """Progress as known on a day: ``done`` of ``whole``, in the unit of the measure.

    ``done`` is None where what is gathered from time, cost and milestones says it. ``estimate``
    names the version of the estimate at completion. Waste and uninstalled material (contract's
    currency) are left out of cost.
    """

    on: date
    whole: Decimal
    done: Decimal | None = None
    estimate: str = ""
    waste_to_date: Decimal = ZERO
    waste_in_estimate: Decimal = ZERO
    uninstalled_to_date: Decimal = ZERO
    uninstalled_total: Decimal = ZERO

    def costs(self, to_date: Decimal) -> Costs:
        """The cost to date beside this estimate."""
        return Costs(
            to_date, self.whole, self.waste_to_date, self.waste_in_estimate,
            self.uninstalled_to_date, self.uninstalled_total,
        )  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """What was gathered for an obligation to a period's end; None where there is nothing.

    ``hours`` and ``units`` are quantities, ``cost`` is in the books of the contract's entity,
    the others in the contract's currency: accepted ``milestones``, what may be invoiced for the
    work (``invoiceable``, less price cuts) and what was ``invoiced``. Of a retainer: its
    ``grants``, and the part of them that is expected never to be used, by the entity's policy.
    """

    hours: Decimal | None = None
    cost: Decimal | None = None
    units: Decimal | None = None
    milestones: Decimal | None = None
    invoiceable: Decimal | None = None
    invoiced: Decimal | None = None
    grants: tuple[GrantUse, ...] = ()
    expected_breakage_pct: Decimal = ZERO


@dataclass
class Promised:
    """An obligation's state; revenue before ``base`` was earned on terms that have changed."""

    terms: PerformanceObligation
    delivery: Delivery
    allocated: Decimal = ZERO
    weight: Decimal = ZERO
    recognised: Decimal = ZERO
    functional: Decimal = ZERO
    done: Decimal = ZERO
    base: Decimal = ZERO
    base_done: Decimal = ZERO
    satisfied_on: date | None = None
    measured: list[Measured] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)

    def known(self, on: date) -> Measured:
        """The latest measurement on or before a day; what was planned where there is none."""
        found = [one for one in self.measured if one.on <= on]
        planned = Measured(self.delivery.starts_on, self.delivery.whole)
        return max(found, key=lambda one: one.on) if found else planned

    def override(self, on: date) -> Override | None:
        """The latest override that has begun by a day."""
        found = [one for one in self.overrides if one.from_on <= on]
        return found[-1] if found else None
