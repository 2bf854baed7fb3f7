"""Collecting: disputes, reminders, what policies and limits were when, as facts with positions."""

from domain.organisation.client import Client
from domain.receivables.collection import Collection
from domain.receivables.policy import ReceivablesPolicy
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

DISPUTES = Table(
    "dispute_moves",
    {"position": "bigint", "invoice_id": "uuid", "effective_date": "date", "change": "int",
     "why": "text"},
    key=("position", "invoice_id"),
    indexes=("invoice_id",),
)  # fmt: skip
REMINDERS = Table(
    "reminders",
    {"position": "bigint", "invoice_id": "uuid", "sent_on": "date", "level": "int",
     "days_overdue": "int", "currency": "text", "open": "numeric", "fee": "numeric",
     "interest": "numeric"},
    key=("position", "invoice_id"),
    indexes=("invoice_id",),
)  # fmt: skip
SUSPENSIONS = Table(
    "dunning_suspensions",
    {"position": "bigint", "invoice_id": "uuid", "effective_date": "date", "until": "date"},
    key=("position", "invoice_id"),
    indexes=("invoice_id",),
)
LEVELS = Table(
    "dunning_levels",
    {"position": "bigint", "entity": "text", "level": "int", "days_overdue": "int",
     "fee": "numeric", "annual_rate_pct": "numeric", "day_count": "int", "grace_days": "int"},
    key=("position", "entity", "level"),
)  # fmt: skip
LIMITS = Table(
    "credit_limits",
    {"position": "bigint", "client_id": "uuid", "effective_date": "date", "amount": "numeric?"},
    key=("position", "client_id"),
    indexes=("client_id",),
)


class Collecting(Projection):
    """Amounts are elsewhere; here is what is done about them."""

    name = "collection"
    tables = (DISPUTES, REMINDERS, SUSPENSIONS, LEVELS, LIMITS)

    @on(Collection.DisputeOpened)
    def disputed(self, fact: Collection.DisputeOpened, at: Recorded, fold: Fold) -> None:
        """The client does not agree."""
        fold.append(DISPUTES, at.position, fact.of.invoice_id, fact.opened_on, 1, fact.why)

    @on(Collection.DisputeResolved)
    def resolved(self, fact: Collection.DisputeResolved, at: Recorded, fold: Fold) -> None:
        """Agreed."""
        fold.append(DISPUTES, at.position, fact.of.invoice_id, fact.resolved_on, -1, fact.outcome)

    @on(Collection.DunningSent)
    def sent(self, fact: Collection.DunningSent, at: Recorded, fold: Fold) -> None:
        """A reminder."""
        fold.append(REMINDERS, at.position, fact.of.invoice_id, fact.sent_on, fact.level,
                    fact.days_overdue, fact.currency, fact.open, fact.fee,
                    fact.interest)  # fmt: skip

    @on(Collection.DunningSuspended)
    def suspended(self, fact: Collection.DunningSuspended, at: Recorded, fold: Fold) -> None:
        """No reminders for a while."""
        fold.append(SUSPENSIONS, at.position, fact.of.invoice_id, at.effective_date, fact.until)

    @on(ReceivablesPolicy.DunningSet)
    def policy(self, fact: ReceivablesPolicy.DunningSet, at: Recorded, fold: Fold) -> None:
        """When clients are reminded from now on."""
        late = fact.late
        for one in fact.levels:
            fold.append(LEVELS, at.position, fact.entity, one.level, one.days_overdue, one.fee,
                        late.annual_rate_pct, late.day_count, late.grace_days)  # fmt: skip

    @on(Client.CreditLimitSet)
    def limited(self, fact: Client.CreditLimitSet, at: Recorded, fold: Fold) -> None:
        """How much a client may owe from now on."""
        fold.append(LIMITS, at.position, at.stream_id, at.effective_date, fact.amount)
