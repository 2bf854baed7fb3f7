"""Which package may know which: the arrows, read from the imports themselves."""

import ast
import importlib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KNOWS = {
    "domain": {"domain"},
    "projections": {"projections", "domain"},
    "migrations": {"migrations"},
    "adapters": {"adapters", "projections", "domain", "migrations"},
    "api": {"api", "projections", "domain"},
}
# These put the parts together, so they see all of them.
COMPOSERS = ("api.wiring.", "api.commands.", "api.bench.")
CLOCKS = {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time"}
OUTSIDE = {"dramatiq", "httpx", "psycopg", "psycopg_pool", "socket", "starlette", "strawberry"}


def top(module: str) -> str:
    return module.partition(".")[0]


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(file): file for name in KNOWS for file in sorted((ROOT / name).rglob("*.py"))
}
DOMAIN = [name for name in MODULES if top(name) == "domain"]
CONTEXTS = [name for name in DOMAIN if name.count(".") > 1]


def named(module: str) -> Iterator[tuple[str, set[str]]]:
    """Each import of a module, at its top or inside a function, and the names it takes."""
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, set()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            yield node.module or "", {alias.name for alias in node.names}


def imported(module: str) -> Iterator[str]:
    """Every module of ours that this one imports."""
    for source, names in named(module):
        found = {f"{source}.{name}" for name in names} & MODULES.keys()
        found = found or {source} & MODULES.keys()
        assert found or top(source) not in KNOWS, f"{module} imports {source}, which is not there"
        yield from found


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_where_its_arrow_points(module: str) -> None:
    allowed = set(KNOWS) if f"{module}.".startswith(COMPOSERS) else KNOWS[top(module)]

    strangers = [name for name in imported(module) if top(name) not in allowed]

    assert not strangers


@pytest.mark.parametrize("module", DOMAIN)
def test_the_domain_talks_to_nobody_outside(module: str) -> None:
    assert not OUTSIDE & {top(source) for source, _ in named(module)}


@pytest.mark.parametrize("module", CONTEXTS)
def test_no_context_of_the_domain_reads_a_clock(module: str) -> None:
    tree = ast.walk(ast.parse(MODULES[module].read_text()))

    read = CLOCKS & {ast.unparse(node) for node in tree if isinstance(node, ast.Attribute)}

    assert not read


def test_no_imports_go_in_a_circle() -> None:
    circle: list[str] = []
    try:
        TopologicalSorter({name: set(imported(name)) for name in MODULES}).prepare()
    except CycleError as error:
        circle = error.args[1]

    assert not circle, " -> ".join(reversed(circle))


@pytest.mark.parametrize("module", MODULES)
def test_everything_in_the_tree_can_be_imported(module: str) -> None:
    assert importlib.import_module(module).__doc__
