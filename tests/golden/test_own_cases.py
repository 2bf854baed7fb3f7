"""Cases of our own where none were found published: worked out by hand, read like the others."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.golden.cases import Case
from tests.golden.comparison import differences
from tests.golden.topics import TOPICS

OWN = Path(__file__).parent / "own"
CASES = [
    Case.read(raw)
    for file in sorted(OWN.glob("*.json"))
    for raw in json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.id))
def test_calculator_gives_what_was_worked_out(case: Case) -> None:
    assert not list(differences(TOPICS[case.topic](case.input), case.expected, case.tolerance))
