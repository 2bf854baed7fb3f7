"""The README keeps its word: two commands, and a tour that runs as it is printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SERVES = ("throughline up",)


def blocks(heading: str) -> list[str]:
    """Code blocks of a section."""
    section = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def test_the_quick_start_is_two_commands_in_blocks_of_their_own() -> None:
    assert blocks("Quick start") == ["python3 dev.py run\n", "python3 dev.py test\n"]


def test_the_tour_runs_as_it_is_printed(tmp_path: Path) -> None:
    bin_ = Path(sys.executable).parent
    environment = {k: v for k, v in os.environ.items() if not k.startswith("THROUGHLINE")}
    environment |= {"PATH": f"{bin_}:{environment['PATH']}", "HOME": str(tmp_path)}
    environment.pop("DATABASE_URL", None)
    (tmp_path / ".venv").symlink_to(bin_.parent)

    def run(script: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        return done.stdout

    demo = run("throughline demo --no-serve")
    tour = ["\n".join(line for line in block.splitlines() if line not in SERVES)
            for block in blocks("A ten-minute tour")]  # fmt: skip
    said = [run(block) for block in tour]

    assert "All hold." in demo
    assert "Trade receivables" in said[0]
    old, new = re.findall(r'"digest": "(\w+)"', said[1])
    assert old == new
    assert "1 accepted" in said[3]
    assert "1 answered" in said[3]
    assert "refused, as it should be" in said[4]
    assert "All hold." in said[5]
    assert re.search(r"^tl_", said[6], re.MULTILINE)


@pytest.mark.parametrize("name", ["docs/performance.md", "CONTRIBUTING.md", "docs/adr/README.md"])
def test_what_the_readme_links_to_is_there(name: str) -> None:
    assert f"({name})" in README
    assert (ROOT / name).is_file()
