"""The one place that assembles the whole: settings in, a running system's parts out."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from importlib.resources import files
from typing import Any
from uuid import UUID

import httpx
import psycopg
from dramatiq.broker import Broker
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

import domain.contexts
from adapters.broker import install_broker, open_broker
from adapters.delivery import Accepted, Delivery, Drained, Outcome, Pace, Vendor, drain, outcome_id
from adapters.exports.einvoice.source import file_of
from adapters.outbox import ACCOUNTING, CRM, TAX, Outbox
from adapters.postgres.embedded import open_embedded
from adapters.postgres.keys import SubjectKeys
from adapters.postgres.mapper import FactMapper, class_of, plan_of
from adapters.postgres.master_key import MasterKey, create_master_key
from adapters.postgres.migrate import migrate
from adapters.postgres.recorder import Doorbell, LogRecorder
from adapters.postgres.seal import Sealer, signing_key
from adapters.sandbox_accounting.client import AccountingClient
from adapters.sandbox_crm.client import CrmClient
from adapters.sandbox_tax.client import TaxClient
from adapters.tax_port import asking
from api.determining import Determine
from api.settings import Settings
from domain.actor import EVERY_ENTITY, SYSTEM, Actor
from domain.integration.commands import RecordDelivery
from domain.request import Cause
from domain.store import Store
from projections.allocations import Allocations
from projections.audit_trail import AuditTrail
from projections.billable_states import BillableStates
from projections.billing_plan import BillingPlan
from projections.budget_vs_actual import BudgetVersusActual
from projections.change_orders import ChangeOrders
from projections.collection import Collecting
from projections.contract_limits import ContractLimits
from projections.contract_position import ContractPosition
from projections.deals import Deals
from projections.deposits import Deposits
from projections.feed import Feed
from projections.handoffs import Handoffs
from projections.ledger import Ledger
from projections.minimums import Minimums
from projections.parties import Parties
from projections.pay_applications import PayApplications
from projections.periods import Periods
from projections.posting import Policies, Posting
from projections.project_outlook import ProjectOutlooks
from projections.projection import Projection
from projections.quotes import Quotes
from projections.reactions import Reaction, Reactor
from projections.rebates import Rebates
from projections.receivables import Receivables
from projections.recurring import Recurring
from projections.retainage import Retainage
from projections.retainers import Retainers
from projections.revaluations import Revaluations
from projections.revenue_contracts import RevenueContracts
from projections.slots import install
from projections.sold_contracts import SoldContracts
from projections.templates import Templates
from projections.time_entries import TimeEntries
from projections.unbilled import Unbilled
from projections.usage import Usage

__all__ = ["System", "domain", "opened"]

APP_LOGIN = "throughline_app"
DUE = "SELECT DISTINCT connection FROM delivery_lanes WHERE due_at <= now()"
Pool = ConnectionPool[Connection[TupleRow]]


@dataclass(frozen=True)
class Addresses:
    """DSNs: of the owner (migrations), direct (sessions), and of the application's pool."""

    owner: str
    direct: str
    pooled: str


class System:
    """Everything a process may need, made when it is first asked for and closed with ``close``."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self.settings = settings
        self._stack = stack

    @cached_property
    def embedded(self) -> Any:
        """The embedded server, or None where a DATABASE_URL is given."""
        if self.settings.database_url:
            return None
        self.settings.home.mkdir(parents=True, exist_ok=True)
        return self._stack.enter_context(open_embedded(self.settings.home / "postgres"))

    @cached_property
    def addresses(self) -> Addresses:
        """Where the database is."""
        if self.embedded is not None:
            app = self.embedded.dsn(APP_LOGIN)
            return Addresses(self.embedded.dsn(), app, app)
        url = self.settings.database_url
        assert url is not None  # noqa: S101 -- no embedded server without it
        direct = self.settings.database_direct_url or url
        return Addresses(direct, direct, url)

    def connect(self) -> Connection[TupleRow]:
        """A session of its own: locks, LISTEN, long work."""
        return psycopg.connect(self.addresses.direct, autocommit=True)

    @cached_property
    def pool(self) -> Pool:
        """Connections for short statements."""
        threshold = None if self.settings.pooled else 5
        pool: Pool = ConnectionPool(
            self.addresses.pooled,
            min_size=2,
            max_size=self.settings.pool_size,
            kwargs={"autocommit": True, "prepare_threshold": threshold},
            open=False,
        )
        pool.open()
        self._stack.callback(pool.close)
        return pool

    @cached_property
    def master_key(self) -> MasterKey:
        """From the environment, or from a file made at first use."""
        if self.settings.master_key:
            return MasterKey.from_text(self.settings.master_key)
        path = self.settings.home / "master.key"
        if path.exists():
            return MasterKey.from_file(path)
        self.settings.home.mkdir(parents=True, exist_ok=True)
        key = create_master_key(path)
        print(f"A master key was made in {path}: keep a copy of it elsewhere.", file=sys.stderr)
        return key

    @cached_property
    def keys(self) -> SubjectKeys:
        """The keys of people whose data is in the log."""
        return SubjectKeys(self.pool.connection, self.master_key)

    @cached_property
    def mapper(self) -> FactMapper:
        """Facts to bytes and back."""
        return FactMapper(self.keys)

    @cached_property
    def doorbell(self) -> Doorbell:
        """Wakes readers after commits."""
        bell = Doorbell(self.connect)
        self._stack.callback(bell.close)
        return bell

    @cached_property
    def store(self) -> Store:
        """Runs commands."""
        return self.store_on(lambda: datetime.now(UTC).date())

    def store_on(self, today: Callable[[], date]) -> Store:
        """A store that believes in another date: imports of history, the demo's year."""
        return Store(LogRecorder(self.pool, self.doorbell.ring), self.mapper, today)

    def decode(
        self,
        topic: str,
        stream: UUID,
        version: int,
        schema: int,
        recorded_at: datetime,
        state: bytes,
    ) -> Any:
        """A fact from its columns."""
        return self.mapper.decode(
            plan_of(class_of(topic)), stream, version, schema, recorded_at, state
        )

    def projections(self) -> list[Projection]:
        """Every projection, fresh."""
        return [
            Parties(), Deals(), TimeEntries(), BudgetVersusActual(), Unbilled(), Recurring(),
            Minimums(), Usage(), Retainers(), Receivables(), Collecting(), Ledger(),
            AuditTrail(), Outbox(),
            ContractPosition(), RevenueContracts(),
            BillableStates(), SoldContracts(), ContractLimits(), ChangeOrders(), Quotes(),
            Handoffs(), Rebates(), Templates(), ProjectOutlooks(),
            BillingPlan(), PayApplications(), Retainage(), Deposits(), Periods(),
            Allocations(),
            Revaluations(),
        ]  # fmt: skip

    def prepare(self) -> None:
        """Migrate the database and install the projections."""
        migrate(self.addresses.owner, files("migrations"))
        if not self.settings.broker_url:
            install_broker(self.addresses.owner)
        with self.connect() as conn:
            install(conn, self.projections())

    def feed(self) -> Feed:
        """A reader that brings the projections forward."""
        return Feed(self._session(), self.decode, self.projections())

    def reactions(self) -> list[Reaction]:
        """Policies and posting, fresh."""
        return [Policies(), Posting()]

    def reactor(self, reaction: Reaction) -> Reactor:
        """Runs a reaction on a session of its own."""
        return Reactor(self._session(), self.decode, self.store, reaction)

    def reactors(self) -> list[Reactor]:
        """Every reaction, each on a session of its own."""
        return [self.reactor(reaction) for reaction in self.reactions()]

    def einvoice(self, number: str, actor: Actor) -> bytes:
        """The e-invoice of an invoice or credit memo. Raises as ``file_of``."""
        with self.pool.connection() as conn:
            return file_of(conn, self.store, number, actor)

    def sealer(self) -> Sealer:
        """Seals the log."""
        return Sealer(self.connect, signing_key(self.master_key))

    def vendors(self) -> dict[str, Vendor]:
        """The connected external systems by connection; empty where none is configured."""
        found: dict[str, Vendor] = {}
        if self.settings.accounting_url:
            found[ACCOUNTING] = AccountingClient(self._http(self.settings.accounting_url))
        if self.settings.crm_url:
            found[CRM] = CrmClient(self._http(self.settings.crm_url))
        if self.settings.tax_url:
            found[TAX] = TaxClient(self._http(self.settings.tax_url))
        return found

    @cached_property
    def determine(self) -> Determine | None:
        """Asks the tax engine; None where none is configured."""
        url = self.settings.tax_url
        return asking(TaxClient(self._http(url))) if url else None

    def _http(self, url: str) -> httpx.Client:
        return self._stack.enter_context(
            httpx.Client(base_url=url, timeout=self.pace.lease_s / 18)
        )

    @cached_property
    def pace(self) -> Pace:
        """How fast to deliver; an attempt is a few calls, so each has its part of the lease."""
        lease_s = self.settings.delivery_lease_s
        return Pace(lease_s=lease_s, answer_s=lease_s / 2)

    def drain(self, connection: str, vendor: Vendor, stop: Callable[[], bool]) -> Drained:
        """Deliver what is due for a connection; each outcome is recorded in the log."""
        with self.connect() as conn:
            return drain(conn, connection, vendor, self._record, self.pace, stop=stop)

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        told = (
            {"external_id": outcome.external_id, "found_existing": outcome.found_existing}
            if isinstance(outcome, Accepted)
            else {"error": outcome.error}
        )
        command = RecordDelivery.model_validate({
            "command_id": outcome_id(delivery, outcome),
            "connection": delivery.connection,
            "key": delivery.key,
            "kind": delivery.kind,
            "entity": delivery.document.get("entity", EVERY_ENTITY),
            **told,
        })  # fmt: skip
        self.store.execute(command, SYSTEM, Cause(causation_id=delivery.position))

    def broker(self) -> Broker:
        """The work queue."""
        return open_broker(self.settings.broker_url, self.addresses.direct)

    def due_connections(self) -> list[str]:
        """Connections with lanes that are due."""
        with self.pool.connection() as conn:
            return [row[0] for row in conn.execute(DUE).fetchall()]

    def _session(self) -> Connection[TupleRow]:
        conn = self.connect()
        self._stack.callback(conn.close)
        return conn


@contextmanager
def opened(settings: Settings) -> Iterator[System]:
    """A system, prepared; everything it opened is closed at the end."""
    with ExitStack() as stack:
        system = System(settings, stack)
        system.prepare()
        yield system
