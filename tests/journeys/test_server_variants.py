"""The main way, from deal to report, on servers that are not the embedded one."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.commands.verify import verdicts
from api.settings import Settings
from api.wiring import System
from projections.reports import REPORTS
from tests.firm import Firm
from tests.journeys import load
from tests.journeys.machine import Machine, machine
from tests.journeys.remote import employed
from tests.journeys.servers import (
    APP,
    Place,
    owned_database,
    pooler,
    server_over_tcp,
    server_over_tls,
)

PAID = {"amount": "1428.00", "currency": "USD"}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAYMENT = "01941000-0000-7000-8000-000000000001"


def url(dsn: str, **changed: str | int) -> str:
    """A DSN as people write it into a setting."""
    told = {**conninfo_to_dict(dsn), **changed}
    base = f"postgresql://{told.pop('user')}@{told.pop('host')}:{told.pop('port', 5432)}"
    more = "&".join(f"{name}={value}" for name, value in told.items() if name != "dbname")
    return f"{base}/{told['dbname']}" + (f"?{more}" if more else "")


@pytest.fixture
def owner() -> Iterator[str]:
    """URL of a database of its own, for its owner."""
    with owned_database(server_over_tcp()) as dsn:
        yield url(dsn)


@pytest.fixture
def split(owner: str) -> Place:
    """The application's login for work, the owner's for the rest."""
    return Place(url(owner, user=APP), owner)


@pytest.fixture
def pooled(owner: str) -> Iterator[Place]:
    """Work through a pooler, the rest past it."""
    with pooler(owner) as port:
        yield Place(url(owner, user=APP, host="127.0.0.1", port=port), owner, pooled=True)


@pytest.fixture
def encrypted() -> Iterator[Place]:
    """Both logins over TLS that checks who answers."""
    with server_over_tls() as (port, ca):
        admin = make_conninfo(host="localhost", port=port, user="postgres", dbname="postgres",
                              sslmode="verify-full", sslrootcert=str(ca))  # fmt: skip
        with owned_database(admin) as dsn:
            yield Place(url(dsn, user=APP), url(dsn))


def system_at(place: Place, home: Path, stack: ExitStack) -> System:
    known = Settings(
        database_url=place.database_url,
        database_direct_url=place.database_direct_url,
        pooled=place.pooled,
        broker_url=None,
        home=home,
        master_key="A" * 43 + "=",
    )
    system = System(known, stack)
    system.prepare()
    return system


def main_way(place: Place, home: Path) -> None:
    """Win, work, bill, be paid; then the report adds up and nothing is off."""
    with ExitStack() as stack:
        system = system_at(place, home, stack)
        firm = Firm(system)
        firm.found()
        contract, project = firm.win()
        bill_and_pay(firm, firm.bill("one", contract, date(2025, 1, 7),
                                     firm.work(project, date(2025, 1, 3))))  # fmt: skip
        firm.settle()
        while system.sealer().seal(1000, at=NOON):
            pass

        assert trial_balance(system) == {"1000": Decimal("1428.00"), "4000": Decimal("-1200.00"),
                                         "2300": Decimal("-228.00")}  # fmt: skip
        assert [one for one in verdicts(system) if not one.holds] == []


def bill_and_pay(firm: Firm, invoice: object) -> None:
    firm.do("RecordPayment", payment_id=PAYMENT, client_id=firm.client, amount=PAID,
            received_on=date(2025, 1, 8), bank_reference="B1")  # fmt: skip
    firm.do("ApplyPayment", payment_id=PAYMENT, invoice_id=invoice, amount=PAID,
            applied_on=date(2025, 1, 8))  # fmt: skip


def trial_balance(system: System) -> dict[str, Decimal]:
    """Debits less credits of the accounts in dollars, read as the application."""
    with system.pool.connection() as conn:
        found = REPORTS["trial-balance"].run(conn, {"effective": "2025-01-31"}).said()
    return {
        row["account"]: Decimal(row["debit"]) - Decimal(row["credit"])
        for row in found
        if row["currency"] == "USD"
    }


def test_the_main_way_over_tcp_with_two_logins(split: Place, tmp_path: Path) -> None:
    main_way(split, tmp_path)


def test_the_main_way_over_tcp_with_the_owners_login_for_all(owner: str, tmp_path: Path) -> None:
    main_way(Place(owner), tmp_path)


def test_the_main_way_through_a_pooler(pooled: Place, tmp_path: Path) -> None:
    main_way(pooled, tmp_path)


def test_everything_runs_behind_a_pooler(pooled: Place, tmp_path: Path) -> None:
    key = {"THROUGHLINE_MASTER_KEY": "A" * 43 + "="}
    with machine(tmp_path / "home", **pooled.env, **key) as running, ExitStack() as stack:
        running.up()
        [told] = employed(system_at(pooled, running.home, stack), running, tmp_path, 1)
        with closing(load.Client(told)) as client:
            for number, monday in enumerate(load.MONDAYS):
                load.work(client, str(number), monday)

        verified = running.run("verify")

        assert verified.returncode == 0, verified.stdout
        assert running.stop() == 0


def test_the_main_way_over_tls_that_names_its_server(encrypted: Place, tmp_path: Path) -> None:
    with psycopg.connect(encrypted.database_direct_url or "") as conn:
        row = conn.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert row == (True,)

    main_way(encrypted, tmp_path)


def test_a_server_of_another_ca_or_name_is_not_spoken_to(encrypted: Place) -> None:
    by_number = encrypted.database_url.replace("@localhost", "@127.0.0.2")
    for address in (by_number, encrypted.database_url.replace("ca.crt", "server.crt")):
        with pytest.raises(psycopg.OperationalError, match=r"certificate|refused"):
            psycopg.connect(address)


def test_doctor_tells_one_login_from_two(split: Place, owner: str, tmp_path: Path) -> None:
    words = "the login of DATABASE_URL owns the log"

    assert words not in Machine(tmp_path / "two", more=split.env).run("doctor").stdout
    assert words in Machine(tmp_path / "one", more=Place(owner).env).run("doctor").stdout
