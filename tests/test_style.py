"""The house style where it can be counted, and what must never be committed."""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("api", "domain", "projections", "adapters", "migrations")
FUNCTION_MEDIAN, FUNCTION_P90, FILE_MAX = 6, 25, 400
VAGUE = {"base", "common", "helper", "helpers", "manager", "managers", "util", "utils"}

# In pieces, so that this file may be committed itself.
MACHINE_PATH = re.compile("|".join(rf"(?<![\w.~-])/{top}/" for top in ("work", "root", "home")))
REGISTRIES = [
    ".".join(words)
    for words in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("debian", "org"),
        ("golang", "org"),
    )
]


def committed() -> list[Path]:
    """Every file that git holds, as it is now."""
    names = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


COMMITTED = committed()
PYTHON = [file for file in COMMITTED if file.suffix == ".py"]


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the last one, without the docstring's."""
    first = function.body[0]
    words = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(function) else 0
    return (function.end_lineno or 0) - function.lineno + 1 - words


def functions() -> Iterator[tuple[int, str]]:
    for file in PYTHON:
        name = file.relative_to(ROOT)
        if name.parts[0] not in SOURCES:
            continue
        for node in ast.walk(ast.parse(text_of(file))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield length(node), f"{name}:{node.lineno} {node.name}"


LENGTHS = sorted(functions(), reverse=True)


def longest(share: float) -> str:
    return "\n".join(f"{lines} {where}" for lines, where in LENGTHS[: int(len(LENGTHS) * share)])


def test_half_of_all_functions_fit_six_lines() -> None:
    median = statistics.median(lines for lines, _ in LENGTHS)

    assert median <= FUNCTION_MEDIAN, longest(0.2)


def test_nine_functions_of_ten_fit_a_glance() -> None:
    lines, _ = LENGTHS[len(LENGTHS) // 10]

    assert lines <= FUNCTION_P90, longest(0.1)


def test_every_file_is_about_one_thing() -> None:
    sizes = {str(file.relative_to(ROOT)): text_of(file).count("\n") for file in PYTHON}

    assert not {name: lines for name, lines in sizes.items() if lines > FILE_MAX}


def test_no_name_says_nothing() -> None:
    names = [file.relative_to(ROOT).with_suffix("") for file in COMMITTED]

    assert not [
        str(name) for name in names if VAGUE & {part.split("_")[-1] for part in name.parts}
    ]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert not [
        f"{file.relative_to(ROOT)}: {found.group()}"
        for file in COMMITTED
        if (found := MACHINE_PATH.search(text_of(file)))
    ]


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_package_registry(host: str) -> None:
    name = re.compile(rf"(?<![\w-]){re.escape(host)}\b")

    assert not [str(file.relative_to(ROOT)) for file in COMMITTED if name.search(text_of(file))]


def test_the_lock_names_no_address() -> None:
    assert not re.findall(r"https?://\S+", text_of(ROOT / "requirements.lock"))


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("cd /wor" + "k/main", True),
        ('"/roo' + 't/.cache"', True),
        ("https://books.example/work/1", False),
        ("a ~/work/folder", False),
    ],
)
def test_a_machine_path_is_told_from_an_address(line: str, *, is_one: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is is_one
