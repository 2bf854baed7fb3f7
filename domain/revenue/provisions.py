"""What a contract owes beside its revenue: the loss still to come, and refunds expected."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.pricing.fx import Quote
from domain.revenue.figures import ZERO, portion
from domain.revenue.onerous import Provision


class NothingToProvide(Refusal):
    """No further loss is expected than is provided for."""

    code = "NOTHING_TO_PROVIDE"


class NothingToRelease(Refusal):
    """The loss still to come is no smaller than the provision."""

    code = "NOTHING_TO_RELEASE"


@dataclass(frozen=True)
class Owing:
    """Whose provision it is: ``books`` is the functional currency of ``entity``."""

    contract_id: UUID
    entity: str
    currency: str
    books: str


def provisions_id(contract_id: UUID) -> UUID:
    """The stream of a contract's provisions."""
    return named_id("contract provisions", str(contract_id))


class ContractProvisions(Root):
    """``loss`` is in the books; ``refund`` in the contract's currency, ``refund_booked`` not."""

    class Begun(Root.Created):
        """A contract has something to provide for."""

        TOPIC = "revenue.provisions_begun"
        owing: Owing

    class LossProvided(Root.Event):
        """More of the loss still to come is provided for."""

        TOPIC = "revenue.loss_provided"
        class_version = 2
        owing: Owing
        provided_on: date
        provision: Provision
        policy: str
        absent_from: tuple[str, ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before there were books by other policies."""
            state["absent_from"] = ()

    class LossReleased(Root.Event):
        """Some of the provision was used, or is not needed any more."""

        TOPIC = "revenue.loss_provision_released"
        class_version = 2
        owing: Owing
        released_on: date
        provision: Provision
        policy: str
        absent_from: tuple[str, ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before there were books by other policies."""
            state["absent_from"] = ()

    class RefundExpected(Root.Event):
        """What is expected to go back to the customer, and how that changed."""

        TOPIC = "revenue.refund_liability_recorded"
        owing: Owing
        recorded_on: date
        expected: Decimal
        change: Decimal
        functional: Decimal
        quote: Quote

    @event(Begun)
    def __init__(self, id: UUID, owing: Owing) -> None:
        self.owing = owing
        self.loss = ZERO
        self.absent_from: tuple[str, ...] = ()
        self.refund = ZERO
        self.refund_booked = ZERO

    def provide(
        self, on: date, provision: Provision, policy: str, absent_from: tuple[str, ...] = ()
    ) -> None:
        """``absent_from``: books that do not provide; they stay so until the provision is used up.

        Raises NothingToProvide.
        """
        if provision.change <= 0:
            raise NothingToProvide(f"{self.loss} is provided", field="total_cost")
        absent = self.absent_from if self.loss else absent_from
        self._loss_provided(self.owing, on, provision, policy, absent)

    def release(self, on: date, provision: Provision, policy: str) -> None:
        """Raises NothingToRelease."""
        if provision.change >= 0:
            raise NothingToRelease(f"{self.loss} is still needed", field="total_cost")
        self._loss_released(self.owing, on, provision, policy, self.absent_from)

    def expect_refund(self, on: date, expected: Decimal, quote: Quote) -> None:
        """Set the liability; more comes at the day's rate, less goes at the rate booked.

        The same again changes nothing.
        """
        change = expected - self.refund
        if not change:
            return
        functional = quote.convert(change)
        if change < 0:
            left = Fraction(expected) / Fraction(self.refund)
            functional = portion(self.refund_booked, left, quote.to) - self.refund_booked
        self._refund_expected(self.owing, on, expected, change, functional, quote)

    @event(LossProvided)
    def _loss_provided(
        self, owing: Owing, provided_on: date, provision: Provision, policy: str,
        absent_from: tuple[str, ...],
    ) -> None:  # fmt: skip
        del owing, provided_on, policy
        self.loss = provision.balance
        self.absent_from = absent_from

    @event(LossReleased)
    def _loss_released(
        self, owing: Owing, released_on: date, provision: Provision, policy: str,
        absent_from: tuple[str, ...],
    ) -> None:  # fmt: skip
        del owing, released_on, policy, absent_from
        self.loss = provision.balance

    @event(RefundExpected)
    def _refund_expected(
        self, owing: Owing, recorded_on: date, expected: Decimal, change: Decimal,
        functional: Decimal, quote: Quote,
    ) -> None:  # fmt: skip
        del owing, recorded_on, change, quote
        self.refund = expected
        self.refund_booked += functional
