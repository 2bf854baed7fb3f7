"""``python -m tests.domain.codes`` adds the refusals that `codes.txt` does not have yet."""

from tests.domain.test_commands import CODES, refusals


def main() -> None:
    """What is there stays as it is: a code once given out means one thing for ever."""
    said = dict(line.split() for line in CODES.read_text().splitlines())
    found = {kind.__name__: kind.code for kind in refusals()} | said
    CODES.write_text("".join(f"{name} {code}\n" for name, code in sorted(found.items())))


if __name__ == "__main__":
    main()
