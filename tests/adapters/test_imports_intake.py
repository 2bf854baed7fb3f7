"""Taking in on a real log: batches, races between two imports, keys used for something else."""

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import pytest

from adapters.imports.intake import Row, take_in
from adapters.imports.plans.planned import Planned, Spot, key_of
from adapters.imports.verdict import Broken
from adapters.imports.verdicts import Tally, Verdict
from domain.delivery.project_commands import CreateProject
from domain.delivery.time_commands import LogTime
from domain.identity import named_id
from domain.importing import Import
from tests.firm import CHIEF, Firm

PROJECT = named_id("project", "X")


@pytest.fixture
def begin(firm: Firm) -> Callable[[], Import]:
    firm.do("CreateProject", project_id=PROJECT, code="X", name="X", entity="DE01")
    return lambda: Import(firm.store, CHIEF)


def note(line: int, minutes: int = 60) -> Planned:
    command = LogTime(
        command_id=key_of("test", str(line)), person_id=Firm.person, project_id=PROJECT,
        work_date=date(2025, 3, 1 + line % 28), minutes=minutes,
    )  # fmt: skip
    return Planned(command.command_id, (command,), (Spot(line),))


def project(line: int, code: str) -> Planned:
    id_ = named_id("project of a test", str(line))
    command = CreateProject(
        command_id=key_of("test project", str(line)), project_id=id_, code=code, name=code,
        entity="DE01",
    )  # fmt: skip
    return Planned(id_, (command,), (Spot(line),))


def words(verdicts: Iterator[Verdict]) -> list[tuple[int, str]]:
    return [(one.line, one.code or one.verdict) for one in verdicts]


def logged(firm: Firm) -> int:
    with firm.system.connect() as conn:
        row = conn.execute("SELECT count(*) FROM events WHERE topic = 'delivery.time_logged'")
        (count,) = row.fetchone() or (0,)
    return int(count)


def test_verdicts_come_in_the_order_of_the_file(begin: Callable[[], Import]) -> None:
    bad = Broken(3, "bad_date", "No date.")
    rows: list[Row] = [note(2), bad, note(4), note(5, 1440), note(33)]

    found = words(take_in(rows, begin, batch=2))

    assert found == [
        (2, "accepted"), (3, "bad_date"), (4, "accepted"), (5, "accepted"),
        (33, "too_many_hours"),
    ]  # fmt: skip


def test_an_import_overtaken_by_its_twin_records_nothing_twice(
    firm: Firm, begin: Callable[[], Import]
) -> None:
    rows = [note(line) for line in range(2, 12)]

    found = list(take_in(rows, lambda: Overtaken(firm, lambda: list(take_in(rows, begin)))))

    assert [one.verdict for one in found] == ["accepted"] * len(rows)
    assert logged(firm) == len(rows)


class Overtaken(Import):
    """Somebody else appends just before its first append."""

    def __init__(self, firm: Firm, rival: Callable[[], object]) -> None:
        super().__init__(firm.store, CHIEF)
        self.rival: Callable[[], object] | None = rival

    def flush(self) -> int:
        rival, self.rival = self.rival, None
        if rival:
            rival()
        return super().flush()


def test_what_a_race_leaves_no_room_for_is_refused_in_the_end(
    firm: Firm, begin: Callable[[], Import]
) -> None:
    long_day = [note(30, minutes=1400)]

    found = list(
        take_in([note(2)], lambda: Overtaken(firm, lambda: list(take_in(long_day, begin))))
    )

    assert words(iter(found)) == [(2, "too_many_hours")]
    assert logged(firm) == 1


def test_a_taken_code_refuses_its_row_and_no_other(begin: Callable[[], Import]) -> None:
    rows = [project(line, "X" if line in {4, 9} else f"C{line}") for line in range(2, 14)]

    found = words(take_in(rows, begin))

    assert {line: word for line, word in found if word != "accepted"} == {
        4: "already_taken",
        9: "already_taken",
    }
    assert [line for line, _ in found] == list(range(2, 14))


def test_one_code_given_twice_in_one_file_is_taken_the_second_time(
    begin: Callable[[], Import],
) -> None:
    found = words(take_in([project(2, "Same"), project(3, "Same")], begin))

    assert found == [(2, "accepted"), (3, "already_taken")]


def test_a_key_used_for_other_content_is_refused_and_the_others_answered(
    begin: Callable[[], Import],
) -> None:
    list(take_in([note(line) for line in range(2, 8)], begin))
    changed = [note(line, minutes=45 if line == 5 else 60) for line in range(2, 8)]

    found = words(take_in(changed, begin))

    assert found == [
        (line, "key_reused" if line == 5 else "answered") for line in range(2, 8)
    ]  # fmt: skip


def test_a_tally_adds_up() -> None:
    tally = Tally()
    for verdict in (
        Verdict(2, "accepted", id=str(UUID(int=1))),
        Verdict(3, "refused", "bad_date"),
        Verdict(4, "answered"),
    ):
        tally.add(verdict)

    assert tally.rows == 3 == sum(tally.words.values())
    assert tally.codes == {"bad_date": 1}
