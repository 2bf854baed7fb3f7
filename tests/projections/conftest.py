"""The small firm with a year behind it, and a second machine."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import cloned, system_on
from tests.firm import Firm
from tests.projections.history import live_a_year


@pytest.fixture(scope="session")
def year_template(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Name of a database in which the year was lived, to clone."""
    name = f"year_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        with ExitStack() as stack:
            firm = Firm(system_on(server, name, tmp_path_factory.mktemp("year"), stack))
            firm.found()
            live_a_year(firm)
        yield name
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def year(server: str, year_template: str, tmp_path: Path) -> Iterator[Firm]:
    """A firm whose year is lived, posted and projected."""
    with cloned(server, year_template, tmp_path) as system:
        yield Firm(system)


@pytest.fixture
def sealed(year: Firm) -> Firm:
    """The year, with its log sealed."""
    while year.system.sealer().seal(1000, at=datetime.now(UTC)):
        pass
    return year


@pytest.fixture
def twin(server: str, template: str, tmp_path: Path) -> Iterator[Firm]:
    """The same firm founded on another database."""
    with cloned(server, template, tmp_path / "twin") as system:
        firm = Firm(system)
        firm.found()
        yield firm
