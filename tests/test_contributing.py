"""CONTRIBUTING.md: recipes stay short, and speak of files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
RECIPES = re.findall(r"^## (Add a \w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
LONGEST_RECIPE = 25


@pytest.mark.parametrize("thing", ["command", "projection", "report", "vendor"])
def test_adding_something_is_told_on_less_than_a_page(thing: str) -> None:
    told = dict(RECIPES)[f"Add a {thing}"]

    assert told.count("\n") < LONGEST_RECIPE


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`([\w.]+/[\w./]*)`|\]\(([\w./]+)\)", TEXT)

    assert named
    assert not [path for pair in named for path in pair if path and not (ROOT / path).exists()]
