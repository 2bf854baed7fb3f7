"""The database server of a machine that has none: PostgreSQL in a directory, on a socket.

Any number of processes may open the same directory; the first starts the server, the last one to
leave stops it, and whoever is killed counts as having left. The server itself may be killed: no
acknowledged row is lost, and ``ensure`` brings it back. The rest of the program sees a DSN only.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from adapters.postgres.guardian import start_guardian, stop_if_unused
from adapters.postgres.server_binaries import Binaries, OutOfReach, choose
from adapters.postgres.server_locks import (
    BASE,
    USERS,
    holding,
    holding_if_free,
    open_private,
    share,
)
from adapters.postgres.server_socket import SUPERUSER, dsn_of, known_folder
from adapters.postgres.server_start import LOG, answers, start

DATABASE = "throughline"
PATIENCE_S = 600.0


class Embedded:
    """One user's hold on the server of a directory; the server stays up for as long as it is held.

    ``ensure`` and ``dsn`` may be called from any thread.
    """

    def __init__(self, directory: Path, *, patience_s: float = PATIENCE_S) -> None:
        self.directory = directory.resolve()
        self._patience_s = patience_s
        self._socket = Path()
        self._hold: int | None = None

    def open(self) -> Self:
        """Become a user; starts the server where none runs. Raises what ``ensure`` raises."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with holding(self.directory / BASE):
                self._hold = share(self.directory / USERS)
                self._bring_up()
        except BaseException as error:
            self._let_go()
            if isinstance(error, PermissionError):
                message = f"{error.filename} belongs to another user: {error.strerror}."
                raise OutOfReach(message) from error
            raise
        return self

    def dsn(self, user: str = SUPERUSER, database: str = DATABASE) -> str:
        """Answer a URL without a password: whoever may enter the socket's folder is in.

        It may change only where ``ensure`` answers True.
        """
        return dsn_of(self._socket, user, database)

    @property
    def binaries(self) -> Binaries:
        """Programs of the server's own major version, for backup and restore."""
        return choose(self.directory / "data")

    def ensure(self) -> bool:
        """Bring the server back where it died; True where it did not answer. Cheap otherwise.

        Waits for crash recovery. Raises DidNotStart, StartedElsewhere, NoServerPrograms,
        OtherMajor or OutOfReach.
        """
        if self._hold is None:
            raise RuntimeError("this hold on the server was closed")
        if answers(self.directory, self._socket):
            self._guard()
            return False
        with holding(self.directory / BASE):
            return self._bring_up()

    def close(self) -> None:
        """Stop being a user. The last one stops the server and waits for that."""
        if self._hold is None:
            return
        try:
            with holding_if_free(self.directory / BASE) as alone:
                self._let_go()
                if alone:  # otherwise somebody joins, and will leave in their turn
                    stop_if_unused(self.directory)
        except FileNotFoundError:
            self._let_go()  # the directory was removed meanwhile; the server ends by itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _let_go(self) -> None:
        hold, self._hold = self._hold, None
        if hold is not None:
            os.close(hold)

    def _bring_up(self) -> bool:
        """Server, guardian and database; the caller holds the base lock."""
        was_down = self._revive()
        try:
            _create_database(self.dsn(database="postgres"))
        except psycopg.OperationalError:  # killed since it answered, or out of sessions
            was_down |= self._revive()
            _create_database(self.dsn(database="postgres"))
        return was_down

    def _revive(self) -> bool:
        self._socket = known_folder(self.directory)
        was_down = not answers(self.directory, self._socket)
        if was_down:
            self._socket = start(self.directory, self._patience_s)
        self._guard()
        return was_down

    def _guard(self) -> None:
        log = open_private(self.directory / LOG)
        try:
            start_guardian(self.directory, log)
        finally:
            os.close(log)


def open_embedded(directory: Path, *, patience_s: float = PATIENCE_S) -> Embedded:
    """Use the server of a directory, which is made where it does not exist.

    Waits up to ``patience_s`` seconds for a start, crash recovery included. Raises what
    ``Embedded.ensure`` raises.
    """
    return Embedded(directory, patience_s=patience_s).open()


def _create_database(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
