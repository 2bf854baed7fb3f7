"""Compares what a calculator says with what was published, leaf by leaf.

Figures agree to the cent, to the published figure's own decimals where it has more, or within
the case's tolerance.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

CENT = Decimal("0.01")


@dataclass(frozen=True)
class LeftOpen:
    """A figure that the input does not determine, and why.

    What is known of it is held against the published ones: it is ``by`` more than ``than``.
    """

    why: str
    than: str
    by: Decimal


def left_open(found: Any) -> Iterator[str]:
    """Why figures of an answer are open."""
    if isinstance(found, LeftOpen):
        yield found.why
    elif isinstance(found, Mapping):
        for part in found.values():
            yield from left_open(part)


def differences(found: Any, wanted: Any, tolerance: Decimal | None, at: str = "") -> Iterator[str]:
    """Each place where the two are not the same, in words."""
    if isinstance(wanted, Mapping):
        yield from _in_mapping(found, wanted, tolerance, at)
    elif isinstance(wanted, Sequence) and not isinstance(wanted, str):
        yield from _in_sequence(found, wanted, tolerance, at)
    elif not _agree(found, wanted, tolerance):
        yield f"{at or 'answer'}: {found!r}, published {wanted!r}"


def _in_mapping(
    found: Any, wanted: Mapping[str, Any], tolerance: Decimal | None, at: str
) -> Iterator[str]:
    if not isinstance(found, Mapping):
        yield f"{at or 'answer'}: {found!r} has no parts"
        return
    for name, value in wanted.items():
        place = f"{at}.{name}" if at else name
        if isinstance(found.get(name), LeftOpen):
            yield from _untied(found[name], wanted, name, place)
        elif name in found:
            yield from differences(found[name], value, tolerance, place)
        else:
            yield f"{place}: not answered, published {value!r}"


def _untied(found: LeftOpen, wanted: Mapping[str, Any], name: str, place: str) -> Iterator[str]:
    if found.than in wanted:
        gap = Decimal(str(wanted[name])) - Decimal(str(wanted[found.than]))
        if gap != found.by:
            yield f"{place}: published {gap} above {found.than}, is {found.by}"


def _in_sequence(
    found: Any, wanted: Sequence[Any], tolerance: Decimal | None, at: str
) -> Iterator[str]:
    listed = list(found) if isinstance(found, Sequence) and not isinstance(found, str) else found
    if not isinstance(listed, list) or len(listed) != len(wanted):
        yield f"{at}: {found!r}, published {wanted!r}"
        return
    for no, (one, other) in enumerate(zip(listed, wanted, strict=True)):
        yield from differences(one, other, tolerance, f"{at}[{no}]")


def _agree(found: Any, wanted: Any, tolerance: Decimal | None) -> bool:
    published, ours = _number(wanted), _number(found)
    if published is None or ours is None:
        return bool(found == wanted)
    if tolerance is not None:
        return abs(ours - published) <= tolerance
    exponent = published.as_tuple().exponent
    unit = min(CENT, Decimal(1).scaleb(int(exponent)))
    return ours.quantize(unit, ROUND_HALF_UP) == published


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
