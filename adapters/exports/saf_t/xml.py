"""XML in pieces: elements of text, with what the schema's types allow."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

CENT = Decimal("0.01")
CODE, SHORT, MIDDLE1, MIDDLE2, LONG = 9, 18, 35, 70, 256
"""Most characters of the schema's text types."""


def element(name: str, value: object, most: int = LONG) -> str:
    """An element of text; empty where there is nothing to say."""
    said = " ".join(_plain(str(value)).split())[:most].rstrip()
    return f"<{name}>{escape(said)}</{name}>" if said else ""


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def money(value: Decimal) -> str:
    """An amount as the schema takes it: two decimals."""
    return f"{value.quantize(CENT, ROUND_HALF_UP):f}"


def within(name: str, *parts: str | Iterator[str]) -> Iterator[str]:
    """An element around others; left out where all of them are empty."""
    opened = False
    for part in parts:
        for piece in (part,) if isinstance(part, str) else part:
            if piece and not opened:
                opened = True
                yield f"<{name}>"
            yield piece
    if opened:
        yield f"</{name}>\n"


def together(name: str, *parts: str) -> str:
    """The same as one text, for small ones."""
    content = "".join(parts)
    return f"<{name}>{content}</{name}>" if content else ""


def day(name: str, value: date) -> str:
    """A date."""
    return element(name, value.isoformat())
