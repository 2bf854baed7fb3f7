"""The work queue: who tells a worker that something waits for a destination.

The delivery table is the truth; a message holds a destination's name and means "drain it". So a
message may come twice or late, and one that is lost costs time until the next, never a delivery.
Retries, dead letters and due times are rows, therefore the queue itself retries nothing: a drain
that raises is a fault of ours and its message is kept among the queue's rejected ones.

Without a broker's URL the queue is a few tables in the ledger's own PostgreSQL, in a schema of
their own. Their connections do not wait for the disk (``synchronous_commit`` is off): a crash of
the server forgets messages of its last moments, which is allowed, see above.
"""

import signal
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import dramatiq
import psycopg
from dramatiq.broker import Broker
from dramatiq.brokers.rabbitmq import DEAD_MESSAGE_TTL, RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import xq_name
from dramatiq.middleware import Middleware, Retries
from dramatiq_postgres import PostgresBroker, init  # type: ignore[import-untyped] # has no types
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from domain.errors import Refusal

QUEUE = "delivery"
SCHEMA = "work_queue"
LOGIN = "throughline_app"
LEASE_S = 30.0

_POLL_MS = 500
_BLOCKED_S = 30.0
_CONNECTIONS = 8
_REJECTED_KEPT = "7 days"
_REDIS_NAMESPACE = "throughline"
_REDIS_UPKEEP_PER_MILLION = 200_000


class UnknownBroker(Refusal):
    """The broker's URL is of a kind we do not speak."""

    code = "UNKNOWN_BROKER"

    def __init__(self, scheme: str) -> None:
        kinds = "amqp, amqps, redis or rediss; without a URL the queue is in PostgreSQL"
        super().__init__(f"A broker cannot be {scheme!r}: {kinds}.", field="BROKER_URL")


def open_broker(broker_url: str | None, dsn: str, *, lease_s: float = LEASE_S) -> Broker:
    """Open the queue at ``broker_url``, or in the PostgreSQL of ``dsn`` where there is none.

    ``dsn`` must reach the server itself, not a pooler; ``install_broker`` must have run there.
    Several RabbitMQ nodes are separated by ``;``. Messages of a worker that died come again after
    ``lease_s`` seconds, up to twice that (RabbitMQ: at once). Connects on first use only, and one
    process opens one. Raises UnknownBroker.
    """
    if not broker_url:
        return _postgres(dsn, lease_s)
    scheme = urlsplit(broker_url).scheme
    if scheme in {"amqp", "amqps"}:
        return QuorumBroker(broker_url)
    if scheme in {"redis", "rediss"}:
        return _redis(broker_url, lease_s)
    raise UnknownBroker(scheme)


def install_broker(dsn: str, *, login: str = LOGIN) -> None:
    """Create the queue's schema and tables where missing, and let ``login`` use them.

    ``dsn`` is the owner's: the application's login needs no right to create anything. May run any
    number of times, and at once.
    """
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        init(cursor, SCHEMA)  # takes an advisory lock until the transaction ends
        for grant in (
            "GRANT USAGE ON SCHEMA {} TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}",
        ):
            names = sql.Identifier(SCHEMA), sql.Identifier(login)
            cursor.execute(sql.SQL(grant).format(*names))


def drain_actor(broker: Broker, drain: Callable[[str], None]) -> dramatiq.Actor[[str], None]:
    """Declare the actor ``drain``: ``.send(destination)`` has a worker call ``drain`` with it."""

    @dramatiq.actor(actor_name="drain", queue_name=QUEUE, broker=broker)
    def run(destination: str) -> None:
        drain(destination)

    return run


def run_workers(broker: Broker, threads: int) -> dramatiq.Worker:
    """Start draining in ``threads`` threads; the caller stops the worker and closes the broker.

    No more messages are taken than there are threads: a drain may be long, and what waits behind
    it should be another process's.
    """
    worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=_POLL_MS)
    worker.queue_prefetch = threads
    worker.start()
    return worker


def work(
    broker: Broker, threads: int, *, stopping: Event | None = None, grace_s: float = 25.0
) -> None:
    """Drain until SIGTERM or SIGINT, then finish what runs and give back the rest.

    Must be called from the main thread. ``stopping`` is set when the signal came, so that a long
    drain can leave early; what still runs ``grace_s`` later is cut off and given back too. A
    second signal ends the process at once.
    """
    asked: SimpleQueue[int] = SimpleQueue()  # its put() is safe inside a signal handler
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: asked.put(number))
    worker = run_workers(broker, threads)
    asked.get()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if stopping is not None:
        stopping.set()
    worker.stop(timeout=int(grace_s * 1000))
    broker.close()


class QuorumBroker(RabbitmqBroker):
    """RabbitMQ with replicated queues and confirmed messages, whatever the host's default is."""

    def __init__(self, urls: str) -> None:
        super().__init__(url=urls.split(";"), confirm_delivery=True, middleware=_middleware())
        for node in self.parameters:
            # Without it, sending waits for ever while the server is short of disk or memory.
            node.blocked_connection_timeout = node.blocked_connection_timeout or _BLOCKED_S

    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        arguments = super()._build_queue_arguments(queue_name)  # type: ignore[no-untyped-call]
        return {**arguments, "x-queue-type": "quorum"}

    def _declare_xq_queue(self, queue_name: str) -> Any:
        return self.channel.queue_declare(
            queue=xq_name(queue_name),
            durable=True,
            arguments={"x-message-ttl": DEAD_MESSAGE_TTL, "x-queue-type": "quorum"},
        )


class _GiveBackPostgres(Middleware):
    """Returns what a stopped worker had claimed and not begun; the library leaves it to the lease.

    It claims in batches, and claims once more while the last drains finish.
    """

    def after_worker_shutdown(self, broker: Any, _worker: dramatiq.Worker) -> None:
        with broker.pool.connection() as connection:
            connection.execute(
                f"UPDATE {SCHEMA}.queue SET state = 'queued', worker_id = NULL, consumed_at = NULL"
                " WHERE worker_id = %s AND state = 'consumed'",
                [broker.worker_id],
            )


class _GiveBackRedis(Middleware):
    """The same for Redis, where a batch is fetched before its messages are handed on."""

    def after_worker_shutdown(self, broker: Any, _worker: dramatiq.Worker) -> None:
        for queue in broker.get_declared_queues():
            held = f"{_REDIS_NAMESPACE}:__acks__.{broker.broker_id}.{queue}"
            if messages := broker.client.smembers(held):
                broker.do_requeue(queue, *messages)


def _postgres(dsn: str, lease_s: float) -> Broker:
    given = conninfo_to_dict(dsn)
    options = f"{given.get('options') or ''} -c synchronous_commit=off".strip()
    name = {"application_name": "throughline-queue", "maxconn": _CONNECTIONS}
    broker: Broker = PostgresBroker(
        url={**name, **given, "options": options},
        schema=SCHEMA,
        results=False,
        middleware=[*_middleware(), _GiveBackPostgres()],
        heartbeat_interval=lease_s / 4,
        heartbeat_ttl=lease_s,
        maintenance_interval=lease_s / 2,
        purge_maxage=_REJECTED_KEPT,
    )
    return broker


def _redis(url: str, lease_s: float) -> Broker:
    broker: Broker = RedisBroker(  # type: ignore[no-untyped-call]
        url=url,
        namespace=_REDIS_NAMESPACE,
        middleware=[*_middleware(), _GiveBackRedis()],
        heartbeat_timeout=int(lease_s * 1000),
        # Upkeep gives back a dead worker's messages. It is drawn by lot at every command, and an
        # idle worker gives only a few a second.
        maintenance_chance=_REDIS_UPKEEP_PER_MILLION,
    )
    return broker


def _middleware() -> list[Middleware]:
    """Only what marks a failed message as rejected; time limits and the rest are the drain's."""
    return [Retries(max_retries=0)]
