"""dev.py: what it keeps, what it makes again, and what it says when it cannot."""

import os
import runpy
import subprocess
import sys
import threading
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

import dev

Install = Callable[[Path], bool]

LOCK = """\
uv==1.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via throughline
zip==3.4 \\
    --hash=sha256:cc
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a lock of two packages, and installing replaced by a note of it."""
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.ruff]\nline-length = 9')
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.delenv("THROUGHLINE_VENV", raising=False)
    installing(monkeypatch, note_it)
    return tmp_path


def note_it(place: Path) -> bool:
    with (place.parent / "installed").open("a") as file:
        file.write("x")
    return True


def installing(monkeypatch: pytest.MonkeyPatch, install: Install) -> None:
    monkeypatch.setattr(dev, "install", install)


def times_installed(checkout: Path) -> int:
    note = checkout / "installed"
    return len(note.read_text()) if note.exists() else 0


def made_by_hand(checkout: Path) -> Path:
    place = checkout / ".venv"
    venv.create(place, with_pip=False, symlinks=True)
    (place / "mine").touch()
    return place


def test_a_second_start_installs_nothing(checkout: Path) -> None:
    place = made_by_hand(checkout)

    dev.prepare(place)
    dev.prepare(place)

    assert times_installed(checkout) == 1


@pytest.mark.parametrize(
    ("name", "text", "times"),
    [
        ("requirements.lock", LOCK + "new==1.0\n", 2),
        ("pyproject.toml", '[project]\nname = "y"', 2),
        ("pyproject.toml", '[project]\nname = "x"\n[tool.ruff]\nline-length = 99', 1),
    ],
    ids=["the lock", "the project", "a linter's setting"],
)
def test_only_a_change_of_lock_or_project_installs_again(
    checkout: Path, name: str, text: str, times: int
) -> None:
    place = made_by_hand(checkout)
    dev.prepare(place)
    (checkout / name).write_text(text)

    dev.prepare(place)

    assert times_installed(checkout) == times
    assert (place / "mine").exists()


def test_an_environment_made_by_hand_is_kept_and_completed(checkout: Path) -> None:
    place = made_by_hand(checkout)

    dev.prepare(place)

    assert (place / "mine").exists()
    assert dev.is_ready(place)


def test_a_half_made_environment_is_made_again(checkout: Path) -> None:
    place = made_by_hand(checkout)
    dev.stamp_of(place).write_text(dev.UNFINISHED)

    dev.prepare(place)

    assert not (place / "mine").exists()
    assert dev.is_ready(place)


def test_an_environment_whose_python_is_gone_is_made_again(checkout: Path) -> None:
    place = made_by_hand(checkout)
    dev.prepare(place)
    dev.python_of(place).unlink()
    dev.python_of(place).symlink_to(checkout / "no-python")

    dev.prepare(place)

    assert not (place / "mine").exists()
    assert dev.python(place, "-c", "")


def test_a_failed_install_is_told_and_leaves_no_stamp(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = made_by_hand(checkout)
    installing(monkeypatch, lambda _: False)

    with pytest.raises(SystemExit, match="could not be installed"):
        dev.prepare(place)

    assert not dev.is_ready(place)
    assert not dev.is_usable(place)


def test_a_folder_that_is_no_environment_is_left_alone(checkout: Path) -> None:
    (checkout / "letters").mkdir()
    (checkout / "letters" / "first").touch()

    with pytest.raises(SystemExit, match="no virtual environment"):
        dev.prepare(checkout / "letters")

    assert (checkout / "letters" / "first").exists()


def test_a_python_without_ensurepip_is_told_what_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(SystemExit, match="python3-venv"):
        dev.prepare(checkout / ".venv")


def test_a_start_waits_for_another_and_uses_what_it_made(checkout: Path) -> None:
    place = made_by_hand(checkout)
    other = threading.Thread(target=dev.prepare, args=[place])

    with dev.alone(place):
        other.start()
        other.join(timeout=0.2)
        assert other.is_alive()
        dev.stamp_of(place).write_text(dev.digest(place))
    other.join(timeout=10)

    assert not other.is_alive()
    assert times_installed(checkout) == 0


def test_the_pinned_requirement_carries_its_hashes(checkout: Path) -> None:
    assert checkout.exists()
    assert dev.pinned("uv") == "uv==1.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"


def test_the_committed_lock_pins_uv_itself() -> None:
    assert "--hash=sha256:" in dev.pinned("uv")


def test_the_environment_may_live_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_VENV", str(tmp_path / "elsewhere"))

    assert dev.venv_place() == (tmp_path / "elsewhere").resolve()


def test_what_is_started_sees_the_environment_first(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = made_by_hand(checkout)
    script = "import os, shutil, sys; print(sys.prefix, os.environ['VIRTUAL_ENV'])"
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _, words, env: started.append((words, env)))

    dev.become(place, "-c", script)
    (words, env) = started[0]
    printed = subprocess.run(words, env=env, capture_output=True, text=True, check=True).stdout

    assert printed.split() == [str(place), str(place)]
    assert env["PATH"].startswith(f"{place}/bin:")


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))

    with pytest.raises(SystemExit, match=r"needs Python 3\.11"):
        runpy.run_path(dev.__file__)


@pytest.mark.parametrize(("words", "code"), [([], 2), (["dance"], 2), (["--help"], 0)])
def test_an_unknown_word_is_answered_with_the_usage(words: list[str], code: int) -> None:
    told = subprocess.run(
        [sys.executable, dev.__file__, *words], capture_output=True, text=True, check=False
    )

    assert told.returncode == code
    assert "python3 dev.py run" in told.stderr
