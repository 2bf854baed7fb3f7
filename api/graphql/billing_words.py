"""The words of billing: each list of them with the name and the meaning it has in the schema."""

from typing import get_args

from domain.pricing.rebate import VolumeMode
from domain.pricing.time_rounding import Mode

BILLING: dict[tuple[str, ...], tuple[str, str]] = {
    ("amount", "hours"): ("CapMeasure", "What a cap counts: money net of tax, or hours."),
    ("percent", "division"): (
        "TaxKind",
        "A percentage of the base, or a share of the total the tax is part of.",
    ),
    get_args(VolumeMode): (
        "VolumeMode",
        "The step that is reached holds for all, or each part has its own.",
    ),
    get_args(Mode): ("TimeRoundingMode", "Which way billed minutes are rounded."),
    ("entry", "day", "person_day"): ("TimeRoundingScope", "What is rounded together."),
}
