"""The words of billing: each list of them with the name and the meaning it has in the schema."""

from typing import get_args

from domain.pricing.time_rounding import Mode

BILLING: dict[tuple[str, ...], tuple[str, str]] = {
    ("amount", "hours"): ("CapMeasure", "What a cap counts: money net of tax, or hours."),
    ("percent", "division"): (
        "TaxKind",
        "A share of the net, or of the price with the tax in it.",
    ),
    ("volume", "graduated"): (
        "VolumeDiscountMode",
        "All at the step reached, or each part at its own step.",
    ),
    ("invoice", "release"): (
        "RetainageTax",
        "Tax on what a client keeps: with the invoice, or with its release.",
    ),
    get_args(Mode): ("TimeRoundingMode", "Which way billed minutes are rounded."),
    ("entry", "day", "person_day"): ("TimeRoundingScope", "What is rounded together."),
}
