"""Published examples through the calculators: `pytest tests/golden --golden-dir DIR`.

A wrong figure or a topic that crashes fails. A topic that no calculator answers is skipped and
says so, as does a case whose input leaves a figure open. Where no folder is named, cases of our
own, worked by hand, run with the shared ones.
"""

from pathlib import Path

import pytest

from tests.golden.cases import SHARED, WORKED, Case, cases_in
from tests.golden.comparison import differences, left_open
from tests.golden.topics import answer


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    named = metafunc.config.getoption("--golden-dir")
    folder = Path(named or SHARED)
    absent = pytest.mark.skip(f"no published examples in {folder}")
    cases = [pytest.param(case, id=f"{case.topic}-{case.id}") for case in cases_in(folder)]
    cases = cases or [pytest.param(None, marks=absent, id="none")]
    own = [] if named else cases_in(WORKED)
    cases += [pytest.param(case, id=f"{case.topic}-{case.id}") for case in own]
    metafunc.parametrize("case", cases)


def test_calculator_gives_the_published_figures(case: Case) -> None:
    calculated = answer(case.topic)
    if calculated is None:
        pytest.skip(f"unsupported topic {case.topic}")

    found = calculated(case.input)
    wrong = list(differences(found, case.expected, case.tolerance))

    assert not wrong, "\n".join(wrong)
    if why := next(left_open(found), ""):
        pytest.skip(f"what can be told agrees; {why}")
