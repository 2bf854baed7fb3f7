"""Worked examples of our own, in the form of the published ones."""

from pathlib import Path

import pytest

from tests.golden.cases import Case, cases_in
from tests.golden.comparison import differences
from tests.golden.topics import answer

OWN = cases_in(Path(__file__).parent / "own")


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.id)
def test_calculator_gives_the_figures(case: Case) -> None:
    calculator = answer(case.topic)
    assert calculator is not None

    wrong = list(differences(calculator(case.input), case.expected, case.tolerance))

    assert not wrong, "\n".join(wrong)
