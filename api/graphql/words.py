"""Enumerations: the words of events and columns, spelled the same way everywhere.

A ``Literal`` of a command becomes the enumeration with the same words, or one named after
command and field where none has them.
"""

import enum
from collections.abc import Mapping
from typing import Any, get_args

import strawberry

from api.graphql.allocation_words import ALLOCATION
from api.graphql.billing_words import BILLING
from api.graphql.revenue_words import REVENUE
from domain.access import roles
from domain.delivery.outlook import Measure
from domain.ledger.policy import Dimension


@strawberry.enum(description="How a contract is billed.")
class BillingModel(enum.Enum):
    """By hours and expenses, or by milestones."""

    time_and_materials = "time_and_materials"
    fixed_fee = "fixed_fee"


@strawberry.enum(description="What can be billed.")
class BillableKind(enum.Enum):
    """A time entry, an expense, a milestone, a charge, a certified application."""

    time = "time"
    expense = "expense"
    milestone = "milestone"
    recurring = "recurring"
    commitment = "commitment"
    usage = "usage"
    retainer = "retainer"
    application = "application"


@strawberry.enum(description="Where a deal stands.")
class Stage(enum.Enum):
    """Open until it is won or lost."""

    prospecting = "prospecting"
    engaging = "engaging"
    won = "won"
    lost = "lost"


@strawberry.enum(description="Where a time entry stands.")
class TimeState(enum.Enum):
    """Frozen from ``approved`` on."""

    logged = "logged"
    submitted = "submitted"
    approved = "approved"
    rejected = "rejected"
    billed = "billed"
    withdrawn = "withdrawn"
    reversed = "reversed"


@strawberry.enum(description="Where an expense stands.")
class ExpenseState(enum.Enum):
    """Frozen from ``approved`` on."""

    recorded = "recorded"
    approved = "approved"
    rejected = "rejected"
    billed = "billed"
    reversed = "reversed"


@strawberry.enum(description="Where a milestone stands.")
class MilestoneState(enum.Enum):
    """Earned from ``accepted`` on."""

    planned = "planned"
    completed = "completed"
    accepted = "accepted"
    billed = "billed"


def made(name: str, words: Mapping[str, str], description: str) -> Any:
    """An enumeration of words known only when the program runs; GraphQL word to our own."""
    create: Any = enum.Enum
    return strawberry.enum(create(name, dict(words)), description=description)


def same(*words: str) -> dict[str, str]:
    """Words that are spelled the same on both sides."""
    return {word: word for word in words}


KNOWN: dict[tuple[str, ...], Any] = {
    **{tuple(kind.__members__): kind for kind in (BillingModel, BillableKind, Stage)},
    roles.ALL: made("Role", same(*roles.ALL), "What a key's holder may do."),
    ("prospecting", "engaging"): made(
        "OpenStage", same("prospecting", "engaging"), "Where an open deal stands."
    ),
    get_args(Dimension): made(
        "LedgerDimension", same(*get_args(Dimension)), "What a ledger line may be analysed by."
    ),
    get_args(Measure): made(
        "ReportedMeasure", same(*get_args(Measure)), "What a report of progress counts in."
    ),
    **{
        words: made(name, same(*words), said)
        for words, (name, said) in (REVENUE | BILLING | ALLOCATION).items()
    },
}


def words_of(words: tuple[str, ...], name: str) -> Any:
    """The enumeration of these words, made once under the name where there is none yet."""
    if words not in KNOWN:
        KNOWN[words] = made(name, same(*words), "")
    return KNOWN[words]
