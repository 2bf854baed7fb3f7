"""The small firm on a running machine: its commands go past the API, its readers are others."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from api.commands.key import minted
from api.wiring import System
from domain.identity import named_id
from tests.firm import CHIEF, Firm
from tests.journeys import load
from tests.journeys.machine import Machine, eventually

SETTLED_S = 180.0


class Remote(Firm):
    """The small firm, on a system whose readers are processes of their own."""

    def settle(self) -> None:
        eventually(lambda: not behind(self.system), SETTLED_S, "reading to the end")


def rows(system: System, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """On a connection of its own: any older one may have died."""
    with psycopg.connect(system.addresses.direct, connect_timeout=5) as conn:
        return conn.execute(query.encode(), values).fetchall()


def one(system: System, query: str) -> Any:
    return rows(system, query)[0][0]


def end(system: System) -> int:
    return int(one(system, "SELECT coalesce(max(position), 0) FROM events"))


def behind(system: System) -> list[tuple[Any, ...]]:
    """Readers that are not at the end of the log."""
    query = "SELECT name, halted FROM projections WHERE live AND position < %s"
    return rows(system, query, end(system))


def employed(system: System, at: Machine, place: Path, clients: int) -> list[load.Settings]:
    """What each client of a load is told; the firm they work for is there."""
    firm = Remote(system)
    firm.found()
    for day in range(2, 31, 7):
        firm.rates(date(2025, 1, day), USD="1.0321")
    roles = {"worker": "resource", "chief": "admin"}
    keys = {name: key(firm, name, role) for name, role in roles.items()}
    return [client(firm, at, place, f"L{number}", **keys) for number in range(clients)]


def key(firm: Firm, name: str, role: str) -> str:
    sent, command = minted(f"load {name}", (role,), ("*",), date(2999, 12, 31))
    firm.store.execute(command, CHIEF)
    return sent


def client(firm: Firm, at: Machine, place: Path, name: str, **keys: str) -> load.Settings:
    person = named_id("person", name)
    firm.do("RegisterPerson", person_id=person, code=name, name="Fictional Worker",
            entity="DE01", role="consultant", user=name)  # fmt: skip
    firm.do("SetCostRate", person_id=person, from_date=date(2025, 1, 1), hourly_rate="55")
    contract, project = firm.win(name)
    return load.Settings(
        url=at.url, name=name, client_id=str(firm.client), person_id=str(person),
        project_id=str(project), contract_id=str(contract), notes=str(place / f"{name}.notes"),
        stop=str(place / "stop"), **keys,
    )  # fmt: skip
