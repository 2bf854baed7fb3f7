"""A JSON file that is a list of objects, read as the rows of a table: names, then text."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Never

from adapters.imports.refusals import BadEncoding, BrokenJson
from adapters.imports.tabular import Record, columns_of, opened


def read_list(path: Path) -> list[Record]:
    """Read every object with the line it begins on; null is blank, true and false are words.

    Raises UnreadableFile, BadEncoding, BrokenJson.
    """
    with opened(path) as stream:
        content = stream.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadEncoding(f"{path.name} is not UTF-8 text.") from None
    try:
        return list(_records(text))
    except (ValueError, RecursionError):
        raise BrokenJson(f"{path.name} is not a JSON list of objects.") from None


def _records(text: str) -> Iterator[Record]:
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
    found = decoder.decode(text)
    if not isinstance(found, list):
        raise ValueError  # noqa: TRY004 - the file's fault, told as BrokenJson
    line, at = 1, 0
    for one in found:
        begin = text.index("{", at)
        line += text.count("\n", at, begin)
        yield _record(line, one)
        at = decoder.raw_decode(text, begin)[1]
        line += text.count("\n", begin, at)


def _record(line: int, found: Any) -> Record:
    if not isinstance(found, dict):
        raise ValueError  # noqa: TRY004 - the file's fault, told as BrokenJson
    names = tuple(found)
    return Record(line, names, tuple(map(_text, found.values())), columns_of(names))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)
    text.encode()  # half a character, which JSON can spell, is a ValueError
    return text if "\0" not in text else _refuse(text)


def _refuse(text: str) -> Never:
    raise ValueError(text)
