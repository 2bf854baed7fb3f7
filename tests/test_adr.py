"""The decision records: listed, whole, and there where the code refers to them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "adr"
RECORDS = sorted(file for file in FOLDER.glob("*.md") if file.name != "README.md")
SECTIONS = ["## Context", "## Decision", "## Consequences", "## Rejected"]


def title(record: Path) -> str:
    first = record.read_text().partition("\n")[0]
    number, _, words = first.removeprefix("# ").partition(". ")
    assert number == str(int(record.name[:4])), f"{record.name} is headed {first!r}"
    return words


def test_the_index_lists_every_record_once_and_in_order() -> None:
    index = (FOLDER / "README.md").read_text()

    listed = [line for line in index.splitlines() if line.startswith("- [")]

    assert listed == [f"- [{file.name[:4]}]({file.name}) {title(file)}" for file in RECORDS]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_a_date_a_status_and_all_sections(record: Path) -> None:
    lines = record.read_text().splitlines()

    assert re.fullmatch(r"\d{4}(-[a-z0-9]+){2,}", record.stem)
    assert re.match(r"Date: \d{4}-\d\d-\d\d\. Status: \w+", lines[2])
    assert [line for line in lines if line.startswith("## ")] == SECTIONS


def test_two_records_never_share_a_number() -> None:
    numbers = [record.name[:4] for record in RECORDS]

    assert len(numbers) == len(set(numbers))


def test_every_record_that_the_code_names_is_there() -> None:
    sources = [
        file
        for top in ("api", "domain", "projections", "adapters", "migrations", "tests")
        for kind in ("*.py", "*.sql")
        for file in (ROOT / top).rglob(kind)
    ]

    named = {
        (n, file.name) for file in sources for n in re.findall(r"ADR (\d{4})", file.read_text())
    }

    assert not [pair for pair in named if not list(FOLDER.glob(f"{pair[0]}-*.md"))]
