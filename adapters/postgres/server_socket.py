"""Where an embedded server listens: a short private folder, because socket paths are limited.

Its name is a hash of the server's directory, so every process finds the same one; which root it
lies under is written down, because processes of one user may see different runtime directories.
"""

import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE, S_ISDIR
from urllib.parse import quote, urlencode

from psycopg import pq
from psycopg.conninfo import make_conninfo

from adapters.postgres.server_locks import write_private

PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
LONGEST = 103  # bytes of a socket's path on the systems we know, the smallest of them
SUPERUSER = "throughline"


def answer_of(folder: Path) -> pq.Ping:
    """Ask the server in this folder: OK, REJECT (starting or stopping), or no response.

    It needs no session, so a server with all its connections taken still answers OK.
    """
    conninfo = make_conninfo(
        host=str(folder), port=PORT, user=SUPERUSER, dbname="postgres", connect_timeout=3
    )
    return pq.Ping(pq.PGconn.ping(conninfo.encode()))


def dsn_of(folder: Path, user: str, database: str) -> str:
    """Build the connection URL of a server in this folder."""
    where = urlencode({"host": str(folder), "port": PORT}, quote_via=quote)
    return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{where}"


def known_folder(base: Path) -> Path:
    """Name the folder in use for this directory, or the one that would be tried first."""
    return next(_candidates(base))


def prepare_folder(base: Path, uid: int | None, gid: int | None) -> Path:
    """Make and write down a folder that ``uid`` (None: ourselves) owns and nobody else may enter.

    The caller knows that no server of this directory is alive: one that answers is a stranger,
    and what a silent one left goes, because PostgreSQL would believe the pid in it.
    """
    for folder in _candidates(base):
        if _fits(folder) and _made_private(folder, uid, gid) and _is_silent(folder):
            break
    else:
        folder = Path(tempfile.mkdtemp(prefix=f"{_name(base)}-", dir="/tmp"))
        _give(folder, uid, gid)
    for left in (SOCKET, f"{SOCKET}.lock"):
        (folder / left).unlink(missing_ok=True)
    write_private(base / "socket", str(folder))
    return folder


def _name(base: Path) -> str:
    return "throughline-" + sha256(os.fsencode(base)).hexdigest()[:16]


def _candidates(base: Path) -> Iterator[Path]:
    """Name the folder written down, where it is this directory's own, then the usual ones."""
    record = base / "socket"
    recorded = Path(record.read_text()) if record.exists() else None
    if recorded is not None and recorded.name.startswith(_name(base)):
        yield recorded
    for root in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108
        if root:
            yield Path(root) / _name(base)


def _fits(folder: Path) -> bool:
    return folder.is_absolute() and len(os.fsencode(folder / SOCKET)) <= LONGEST


def _made_private(folder: Path, uid: int | None, gid: int | None) -> bool:
    """Make it, or answer False where that fails or somebody else got there first."""
    try:
        folder.mkdir(mode=0o700)
        _give(folder, uid, gid)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = folder.lstat()
    wanted = os.geteuid() if uid is None else uid
    private = S_IMODE(found.st_mode) & 0o077 == 0
    return S_ISDIR(found.st_mode) and found.st_uid == wanted and private


def _is_silent(folder: Path) -> bool:
    return answer_of(folder) is pq.Ping.NO_RESPONSE


def _give(folder: Path, uid: int | None, gid: int | None) -> None:
    if uid is not None and gid is not None:
        os.chown(folder, uid, gid)
