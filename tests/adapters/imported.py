"""Small files for readers, and the two sides of what a reader says of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import pytest

from adapters.imports.verdict import Broken

R = TypeVar("R")
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    """Skip where the real files of other people do not lie beside the checkout."""
    reason = f"the sample files shared/data/{folder} do not lie beside the checkout"
    return pytest.mark.skipif(not (SHARED / folder).is_dir(), reason=reason)


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    return path


def accepted(found: Iterable[R | Broken]) -> list[R]:
    """Every row of a file in which none is broken."""
    rows = list(found)
    assert not [one for one in rows if isinstance(one, Broken)]
    return [one for one in rows if not isinstance(one, Broken)]


def refused(found: Iterable[object]) -> tuple[int, str, str | None]:
    """Line, code and field of the one row that is broken."""
    (one,) = [one for one in found if isinstance(one, Broken)]
    assert one.reason.endswith(".")
    return one.line, one.code, one.field
