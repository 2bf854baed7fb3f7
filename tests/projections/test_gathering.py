"""Commands that need figures of the projections get them at one position, and no other way."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import pytest

from domain.command import Answer, Command, NotGathered
from domain.ledger.commands import ACCOUNTANTS
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork
from projections import gathering
from projections.as_of import NotYetRead
from projections.gathering import Gathering, gathered, registry
from projections.gathering.registry import GATHERINGS
from projections.table import Conn
from tests.firm import CHIEF, Firm


class CountClients(Command):
    """Note how many clients there are."""

    GATHERED: ClassVar = frozenset({"clients", "position"})
    entity: str
    clients: int = 0
    position: int = 0

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        return Answer(id=legal_entity(work, self.entity).id)


def clients(conn: Conn, command: Any, known: int) -> dict[str, Any]:
    row = conn.execute("SELECT count(*) FROM clients WHERE entity = %s", [command.entity])
    return {"clients": row.fetchall()[0][0], "position": known}


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "GATHERINGS", {CountClients: Gathering(("parties",), clients)})
    monkeypatch.setattr(CountClients, "ROLES", ACCOUNTANTS)
    return iter(())


@pytest.mark.usefixtures("counting")
def test_figures_are_read_at_the_end_of_the_log(firm: Firm) -> None:
    firm.settle()

    with firm.system.connect() as conn:
        found = gathered(conn, CountClients(entity="DE01"))
        end = conn.execute("SELECT max(position) FROM events").fetchall()[0][0]

    assert (found.clients, found.position) == (1, end)


@pytest.mark.usefixtures("counting")
def test_readers_that_stay_behind_refuse_it(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "PATIENCE_S", 0.0)
    firm.settle()
    firm.rates(date(2025, 1, 3), USD="1.03")

    with firm.system.connect() as conn, pytest.raises(NotYetRead):
        gathered(conn, CountClients(entity="DE01"))


@pytest.mark.usefixtures("counting")
def test_nobody_gives_them(firm: Firm) -> None:

    with pytest.raises(NotGathered):
        firm.store.execute(CountClients(entity="DE01"), CHIEF)

    assert "clients" not in CountClients.asked()


def test_what_was_gathered_is_no_part_of_the_request() -> None:
    asked = CountClients(entity="DE01")

    later = asked.model_copy(update={"clients": 7, "position": 99})

    assert later.request_hash("chief") == asked.request_hash("chief")


def test_every_such_command_has_its_gathering() -> None:
    assert {kind for kind in Command.registry.values() if kind.GATHERED} == set(GATHERINGS)
