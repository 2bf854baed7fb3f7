"""An entity's policy for receivables: what is let go, by whom, and how clients are reminded.

Amounts are in the entity's currency; a document in another takes them at its own rate.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.dunning import DunningLevel, LatePolicy
from domain.billing.settlement import Tolerance
from domain.identity import named_id
from domain.money import quantize
from domain.pricing.fx import Quote


def policy_id(entity: str) -> UUID:
    """The stream of an entity's policy for receivables."""
    return named_id("receivables policy", entity)


@dataclass(frozen=True)
class Forgiven:
    """The most that may be let go a document; None is no limit of that kind."""

    amount: Decimal | None = None
    pct: Decimal | None = None
    under: bool = True
    over: bool = True

    def for_document(self, quote: Quote) -> Tolerance:
        """The tolerance in the document's currency, whose booking rate is given."""
        amount = self.amount
        if amount is not None:
            amount = quantize(amount * quote.of_per_base / quote.to_per_base, quote.of)
        return Tolerance(amount, self.pct, self.under, self.over)


CreditControl = Literal["warn", "refuse"]


class ReceivablesPolicy(Root):
    """Nothing is let go and nobody is reminded until somebody says how.

    ``credit_control`` is what becomes of an invoice beyond its client's credit limit.
    """

    class Begun(Root.Created):
        """An entity sets its first rule."""

        TOPIC = "receivables.policy_begun"
        entity: str

    class ToleranceSet(Root.Event):
        """Small differences up to this are let go."""

        TOPIC = "receivables.tolerance_set"
        entity: str
        forgiven: Forgiven

    class WriteOffLimitSet(Root.Event):
        """Up to this an invoice may be written off by one person."""

        TOPIC = "receivables.write_off_limit_set"
        entity: str
        amount: Decimal

    class DunningSet(Root.Event):
        """Reminders by days overdue, and what lateness costs."""

        TOPIC = "receivables.dunning_policy_set"
        entity: str
        levels: tuple[DunningLevel, ...]
        late: LatePolicy

    class CreditControlSet(Root.Event):
        """Invoices beyond a credit limit are issued with a warning, or refused."""

        TOPIC = "receivables.credit_control_set"
        entity: str
        control: CreditControl

    @event(Begun)
    def __init__(self, id: UUID, entity: str) -> None:
        self.entity = entity
        self.forgiven = Forgiven(under=False, over=False)
        self.write_off_limit = Decimal(0)
        self.levels: tuple[DunningLevel, ...] = ()
        self.late = LatePolicy()
        self.credit_control: CreditControl = "warn"

    def set_tolerance(self, forgiven: Forgiven) -> None:
        """The same again changes nothing."""
        if forgiven != self.forgiven:
            self._tolerance_set(self.entity, forgiven)

    def set_write_off_limit(self, amount: Decimal) -> None:
        """The same again changes nothing."""
        if amount != self.write_off_limit:
            self._write_off_limit_set(self.entity, amount)

    def set_dunning(self, levels: tuple[DunningLevel, ...], late: LatePolicy) -> None:
        """The same again changes nothing."""
        if (levels, late) != (self.levels, self.late):
            self._dunning_set(self.entity, levels, late)

    def set_credit_control(self, control: CreditControl) -> None:
        """The same again changes nothing."""
        if control != self.credit_control:
            self._credit_control_set(self.entity, control)

    @event(ToleranceSet)
    def _tolerance_set(self, entity: str, forgiven: Forgiven) -> None:
        del entity
        self.forgiven = forgiven

    @event(WriteOffLimitSet)
    def _write_off_limit_set(self, entity: str, amount: Decimal) -> None:
        del entity
        self.write_off_limit = amount

    @event(DunningSet)
    def _dunning_set(
        self, entity: str, levels: tuple[DunningLevel, ...], late: LatePolicy
    ) -> None:
        del entity
        self.levels = levels
        self.late = late

    @event(CreditControlSet)
    def _credit_control_set(self, entity: str, control: CreditControl) -> None:
        del entity
        self.credit_control = control
