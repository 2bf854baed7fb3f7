"""The words of billing: each list of them with the name and the meaning it has in the schema."""

from typing import get_args

from domain.billing.retainer_grant import Overage, Unit
from domain.contracts.change_order import LimitSource
from domain.pricing.published_rate import Direction
from domain.pricing.tiers import TierMode
from domain.pricing.time_rounding import Mode

BILLING: dict[tuple[str, ...], tuple[str, str]] = {
    ("amount", "hours"): ("CapMeasure", "What a cap counts: money net of tax, or hours."),
    get_args(LimitSource): (
        "LimitSource",
        "What limits billing: a cap, or the client's own order.",
    ),
    ("percent", "division"): (
        "TaxKind",
        "A share of the net, or of the price with the tax in it.",
    ),
    ("volume", "graduated"): (
        "VolumeDiscountMode",
        "All at the step reached, or each part at its own step.",
    ),
    get_args(TierMode): (
        "UsagePriceMode",
        "Each part of what is used at its own tier, or all at the tier reached.",
    ),
    ("warn", "refuse"): ("CreditControl", "What becomes of an invoice beyond a credit limit."),
    get_args(Unit): ("RetainerUnit", "What an allowance counts."),
    get_args(Overage): (
        "RetainerOverage",
        "Work above an allowance is billed, refused, or done for nothing.",
    ),
    ("time", "expense"): ("DrawingKind", "Work that draws from a retainer."),
    ("month", "quarter"): ("RetainerPeriod", "How often a retainer grants its allowance."),
    ("invoice", "release"): (
        "RetainageTax",
        "Tax on what a client keeps: with the invoice, or with its release.",
    ),
    get_args(Direction): (
        "RateDirection",
        "An exchange rate: units for one of the base, or the base's for one, or for 100, of them.",
    ),
    get_args(Mode): ("TimeRoundingMode", "Which way billed minutes are rounded."),
    ("funded", "drawn", "expired", "adjusted", "taken_back", "repriced"): (
        "RetainerMoveKind",
        "What happened to a grant.",
    ),
    ("submitted", "certified", "withdrawn"): (
        "PayApplicationState",
        "Where an application for payment stands.",
    ),
    ("entry", "day", "person_day"): ("TimeRoundingScope", "What is rounded together."),
}
