"""Start Throughline, or test it, from a bare checkout.

    python3 dev.py run [ARGS…]    prepare everything, then `throughline demo ARGS`
    python3 dev.py test [ARGS…]   prepare everything, then `pytest ARGS`
    python3 dev.py check          ruff, its formatter and mypy over source and tests
    python3 dev.py lock [ARGS…]   write requirements.lock anew from pyproject.toml

Needs Python 3.11 with pip and venv, nothing else. What the lock names goes into `.venv`
(`THROUGHLINE_VENV` names another place); the system's own Python is left as it was.

This file owns that environment. A stamp in it says what it was prepared for, and is written
last, so that an interrupted start is seen by the next one and begun again.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - older ones come this far, to be told
    sys.exit(f"Throughline needs Python 3.11 or newer, and this is {sys.version.split()[0]}.")

import tomllib

ROOT = Path(__file__).resolve().parent
UNFINISHED = "unfinished"
HAS = "import importlib.util as u, sys; sys.exit(not u.find_spec(sys.argv[1]))"
IS_WHOLE = """import os, sys, sysconfig
sys.exit(sys.version_info < (3, 11) or not os.path.isdir(sysconfig.get_path("purelib")))"""


def venv_place() -> Path:
    """Where the environment lives, with links followed."""
    return Path(os.environ.get("THROUGHLINE_VENV") or ROOT / ".venv").expanduser().resolve()


def python_of(venv: Path) -> Path:
    """Give the environment's interpreter, which need not exist yet."""
    return venv / "bin" / "python"


def stamp_of(venv: Path) -> Path:
    """Give the file that says what the environment was prepared for."""
    return venv / "throughline.stamp"


def digest(venv: Path) -> str:
    """Sum up what an environment depends on: lock, project, checkout and interpreter."""
    lock_text = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    parts = [lock_text, json.dumps(project), str(ROOT), str(python_of(venv).resolve())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_stamped(venv: Path, text: str) -> bool:
    """Whether the stamp is there and says just this."""
    return stamp_of(venv).is_file() and stamp_of(venv).read_text() == text


def is_ready(venv: Path) -> bool:
    """Whether the environment fits lock and project as they are now."""
    return python_of(venv).exists() and is_stamped(venv, digest(venv))


def is_usable(venv: Path) -> bool:
    """Whether something can be installed there: a whole one, perhaps made by hand."""
    if is_stamped(venv, UNFINISHED) or not python_of(venv).exists():
        return False
    return python(venv, "-c", IS_WHOLE)


def say(text: str) -> None:
    """Tell the person; standard output belongs to what is started."""
    print(text, file=sys.stderr, flush=True)


def python(venv: Path, *words: str, out: int = 1) -> bool:
    """Run the environment's Python in the checkout; tell whether it went well."""
    words = (str(python_of(venv)), *words)
    return subprocess.run(words, cwd=ROOT, stdout=out, check=False).returncode == 0


def module(venv: Path, *words: str) -> bool:
    """Run one of the environment's modules, what it prints going where `say` goes."""
    return python(venv, "-m", *words, out=2)


@contextlib.contextmanager
def alone(venv: Path) -> Iterator[None]:
    """Hold the lock file beside the environment; a second start waits here."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    with venv.with_name(venv.name + ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another start is preparing {venv}; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def clear(venv: Path) -> None:
    """Leave an empty folder marked unfinished; what is no environment is not removed."""
    ours = not venv.exists() or stamp_of(venv).exists() or (venv / "pyvenv.cfg").exists()
    if not ours and (venv.is_file() or any(venv.iterdir())):
        sys.exit(f"{venv} is no virtual environment; move it, or set THROUGHLINE_VENV.")
    shutil.rmtree(venv, ignore_errors=True)
    venv.mkdir(exist_ok=True)
    stamp_of(venv).write_text(UNFINISHED)


def make(venv: Path) -> None:
    """Make an empty environment in place of what is there."""
    if not importlib.util.find_spec("ensurepip"):
        sys.exit("This Python cannot make environments (on Debian: apt install python3-venv).")
    clear(venv)
    # The base interpreter: the one that runs this may live in what was just removed.
    base = getattr(sys, "_base_executable", sys.executable)
    made = subprocess.run([base, "-m", "venv", venv], capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"{made.stdout}{made.stderr}{base} could not make {venv}.")


def pinned(name: str) -> str:
    """Cut one package's requirement, hashes included, out of the lock."""
    lines = (ROOT / "requirements.lock").read_text().splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = next(n for n in range(first, len(lines)) if not lines[n].endswith("\\\n"))
    return "".join(lines[first : last + 1])


def get_uv(venv: Path) -> bool:
    """See to it that uv is there, in the version the lock names; tell whether it is."""
    if python(venv, "-c", HAS, "uv"):
        return True
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pinned("uv"))
        file.flush()
        wheels_only = ("--require-hashes", "--only-binary=:all:")
        return module(venv, "pip", "install", "-q", *wheels_only, "-r", file.name)


def install(venv: Path) -> bool:
    """Install what the lock names and the project itself; tell whether both are there.

    uv does it in seconds. pip does it where uv cannot: no build of it for this machine, or an
    index that only pip was told about.
    """
    quiet = () if sys.stderr.isatty() else ("-q",)
    locked, project = ("--require-hashes",), ("--no-deps", "--no-build-isolation", "-e", ".")
    if not (python(venv, "-c", HAS, "pip") or module(venv, "ensurepip")):
        return False
    if get_uv(venv):
        to = (*quiet, "--python", str(python_of(venv)))
        synced = module(venv, "uv", "pip", "sync", *to, *locked, "requirements.lock")
        if synced and module(venv, "uv", "pip", "install", *to, *project):
            return True
        say("uv could not; trying pip.")
    pip = ("pip", "install", *quiet)
    return module(venv, *pip, *locked, "-r", "requirements.lock") and module(venv, *pip, *project)


def prepare(venv: Path) -> None:
    """Leave an environment that fits the lock, or say why there is none."""
    if is_ready(venv):
        return
    with alone(venv):
        if is_ready(venv):
            return
        say(f"Preparing {venv} (once, and after changes of requirements.lock).")
        if not is_usable(venv):
            make(venv)
        stamp_of(venv).write_text(UNFINISHED)
        if not install(venv):
            sys.exit("The packages could not be installed; the reason is above.")
        stamp_of(venv).write_text(digest(venv))


def become(venv: Path, *words: str) -> None:
    """Turn this process into the environment's Python running these words."""
    path = os.pathsep.join([str(venv / "bin"), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "VIRTUAL_ENV": str(venv), "PATH": path}
    os.execve(python_of(venv), [str(python_of(venv)), *words], environment)


def run(venv: Path, args: list[str]) -> None:
    """Show the main job; paths among the arguments stay relative to where you are."""
    become(venv, str(venv / "bin" / "throughline"), "demo", *args)


def test(venv: Path, args: list[str]) -> None:
    """Run the tests, all of them or those named."""
    os.chdir(ROOT)
    become(venv, "-m", "pytest", *args)


def check(venv: Path, args: list[str]) -> None:
    """Run every check even after one fails, so that one start shows all that is wrong."""
    where = args or ["."]
    steps = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "--strict"])
    results = [python(venv, "-m", *step, *where) for step in steps]
    sys.exit(not all(results))


def lock(venv: Path, args: list[str]) -> None:
    """Resolve for every platform from Python 3.11 on, naming no index."""
    source = ("pyproject.toml", "--group", "dev", "--python-version", "3.11", "--universal")
    shape = ("--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet")
    target = ("-o", "requirements.lock")
    sys.exit(not python(venv, "-m", "uv", "pip", "compile", *source, *shape, *target, *args))


COMMANDS: dict[str, Callable[[Path, list[str]], None]] = {
    "run": run,
    "test": test,
    "check": check,
    "lock": lock,
}


def main(argv: list[str]) -> None:
    """Prepare, then do what the first word says."""
    command = COMMANDS.get(argv[0]) if argv else None
    if command is None:
        say(__doc__)
        sys.exit(0 if argv[:1] in (["-h"], ["--help"]) else 2)
    venv = venv_place()
    try:
        prepare(venv)
        command(venv, argv[1:])
    except KeyboardInterrupt:
        say("\nInterrupted; the next start begins again.")
        sys.exit(130)
    except OSError as error:
        sys.exit(f"The environment could not be prepared or started: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
