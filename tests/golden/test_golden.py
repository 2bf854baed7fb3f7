"""Published examples through the calculators: `pytest tests/golden --golden-dir DIR`.

A wrong figure or a topic that crashes fails; a topic that no calculator answers is skipped and
says so.
"""

from pathlib import Path

import pytest

from tests.golden.cases import SHARED, Case, cases_in
from tests.golden.comparison import differences
from tests.golden.topics import TOPICS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    folder = Path(metafunc.config.getoption("--golden-dir") or SHARED)
    absent = pytest.mark.skip(f"no published examples in {folder}")
    cases = [pytest.param(case, id=f"{case.topic}-{case.id}") for case in cases_in(folder)]
    metafunc.parametrize("case", cases or [pytest.param(None, marks=absent, id="none")])


def test_calculator_gives_the_published_figures(case: Case) -> None:
    answer = TOPICS.get(case.topic)
    if answer is None:
        pytest.skip(f"unsupported topic {case.topic}")

    wrong = list(differences(answer(case.input), case.expected, case.tolerance))

    assert not wrong, "\n".join(wrong)
