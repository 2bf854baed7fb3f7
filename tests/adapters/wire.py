"""What passes between client and server: counted on the wire, and cut off on purpose."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool


class Wire:
    """Counts round trips of every connection it is given, by libpq's own trace."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()

    def watch(self, conn: Connection[Any]) -> None:
        """Trace a connection from now on."""
        conn.pgconn.trace(os.open(self._path, os.O_WRONLY | os.O_APPEND))

    def round_trips(self) -> int:
        """Requests that waited for an answer since the last question."""
        lines = [line.split(b"\t") for line in self._path.read_bytes().splitlines()]
        os.truncate(self._path, 0)
        return sum(b"F" in line and (b"Sync" in line or b"Query" in line) for line in lines)


@contextmanager
def watched_pool(dsn: str, wire: Wire) -> Iterator[ConnectionPool[Any]]:
    """A pool of one connection, traced."""
    with ConnectionPool(
        dsn, min_size=1, max_size=1, kwargs={"autocommit": True}, configure=wire.watch, open=True
    ) as pool:
        pool.wait()
        yield pool


class Cutter:
    """Stands between client and server; ``cut`` drops answers to appends that were done."""

    def __init__(self, dsn: str) -> None:
        self._to = conninfo_to_dict(dsn)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cuts = 0
        self.dsn = make_conninfo(
            dsn, host="127.0.0.1", port=self._listener.getsockname()[1], sslmode="disable"
        )
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, answers: int = 1) -> None:
        """Let the server do the next appends, and lose its answers."""
        self._cuts = answers

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server, doomed = self._reach(), threading.Event()
                for carry in (self._requests, self._answers):
                    arguments = (client, server, doomed)
                    threading.Thread(target=carry, args=arguments, daemon=True).start()

    def _reach(self) -> socket.socket:
        host, port = str(self._to["host"]), str(self._to.get("port", 5432))
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        reached = socket.socket(socket.AF_UNIX)
        reached.connect(f"{host}/.s.PGSQL.{port}")
        return reached

    def _requests(
        self, client: socket.socket, server: socket.socket, doomed: threading.Event
    ) -> None:
        with client, suppress(OSError):
            while data := client.recv(65536):
                if self._cuts and b"append_events" in data:
                    self._cuts -= 1
                    doomed.set()
                server.sendall(data)
        hang_up(server)

    def _answers(
        self, client: socket.socket, server: socket.socket, doomed: threading.Event
    ) -> None:
        with server, suppress(OSError):
            while (data := server.recv(65536)) and not doomed.is_set():
                client.sendall(data)
        hang_up(client)


def hang_up(end: socket.socket) -> None:
    """Tell the other side that nothing more comes."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
