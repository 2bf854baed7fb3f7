"""What documents must say of a firm beside its name: where it sits, and by what it is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

D = TypeVar("D")


@dataclass(frozen=True)
class FirmDetails:
    """Empty where it is not known. ``country`` is ISO 3166, ``vat_id`` begins with a country.

    ``endpoint`` is where electronic documents go, ``endpoint_scheme`` the code list of it (EAS).
    """

    country: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    vat_id: str = ""
    registration_id: str = ""
    endpoint: str = ""
    endpoint_scheme: str = ""


def of_day(known: Mapping[date, D], day: date, nothing: D) -> D:
    """What was known last on a day; before the first, ``nothing``."""
    begun = [begin for begin in known if begin <= day]
    return known[max(begun)] if begun else nothing
