"""Scalars that cannot be misread: exact decimals, days, whole numbers of 64 bits.

Amounts travel as strings, for a JSON number is a float in most clients. Everything is bounded,
so no input can make arithmetic overflow.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any, NewType
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

__all__ = ["JSON", "SCALARS", "BigInt", "parse_day", "parse_decimal", "parse_whole"]

BigInt = NewType("BigInt", int)
"""A position in the log."""

DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
LARGEST = 2**63 - 1


def parse_decimal(value: Any) -> Decimal:
    """An exact number from a string such as ``"12.50"``, or from an integer."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(written, str) and DECIMAL.fullmatch(written):
        return Decimal(written)
    raise ValueError(
        "a Decimal is a string of at most 18 digits before and 12 after the point,"
        f' such as "12.50": {shown(value)}'
    )


def parse_day(value: Any) -> date:
    """A day from 1900 to 2999."""
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = date.min
        if FIRST_DAY <= day <= LAST_DAY:
            return day
    raise ValueError(f"a Date is a day from 1900-01-01 to 2999-12-31: {shown(value)}")


def parse_whole(value: Any) -> int:
    """A whole number from 0 to 2^63-1."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    raise ValueError(f"a BigInt is a whole number from 0 to 2^63-1: {shown(value)}")


def parse_uuid(value: Any) -> UUID:
    """An id in its usual form of 36 characters."""
    if isinstance(value, str) and len(value) == len(str(UUID(int=0))):
        try:
            return UUID(value)
        except ValueError:
            pass
    raise ValueError(f"not a UUID: {shown(value)}")


def shown(value: Any) -> str:
    """What was given, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- a line of a message


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a string, such as "12.50"; never a float.',
        serialize=str,
        parse_value=parse_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day, ISO 8601: from 1900-01-01 to 2999-12-31.",
        serialize=str,
        parse_value=parse_day,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="An id. The ``id`` of every node is one.",
        serialize=str,
        parse_value=parse_uuid,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number from 0 to 2^63-1: a position in the log.",
        serialize=int,
        parse_value=parse_whole,
    ),
}
