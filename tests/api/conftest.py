"""One API a file of tests, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.serving import Served, served
from tests.conftest import cloned


@pytest.fixture(scope="module")
def api(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The API over the small firm."""
    home: Path = tmp_path_factory.mktemp("home")
    with cloned(server, template, home) as system, served(system) as api:
        yield api
