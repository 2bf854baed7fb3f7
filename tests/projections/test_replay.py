"""Replay: history folded again says what the live tables say, report by report."""

import pytest

from projections.as_of import NotYetRead, log_end
from projections.replay import Replayed, replay
from tests.firm import Firm


def replayed(firm: Firm, to: int) -> list[Replayed]:
    with firm.system.connect() as conn:
        return list(replay(conn, firm.system.decode, firm.system.projections(), to))


def end(firm: Firm) -> int:
    with firm.system.connect() as conn:
        return log_end(conn)


@pytest.mark.parametrize("part", [1, 2, 3])
def test_history_up_to_any_position_gives_the_same_reports(year: Firm, part: int) -> None:
    found = replayed(year, end(year) * part // 3)

    assert {"trial-balance", "unbilled", "receivables-ageing"} <= {one.name for one in found}
    assert [one.name for one in found if not one.same] == []
    assert part < 2 or any(one.live.rows for one in found)


def test_a_changed_figure_shows_in_the_reports_it_is_part_of(year: Firm) -> None:
    with year.system.connect() as conn:
        conn.execute("UPDATE receivable_moves SET amount = amount - 1 WHERE number LIKE '%1'")

    assert [one.name for one in replayed(year, end(year)) if not one.same] == [
        "receivables-ageing", "contract-position", "dunning-list",
    ]  # fmt: skip


def test_the_general_ledger_of_every_account_is_compared(year: Firm) -> None:
    names = {one.name for one in replayed(year, end(year))}

    assert {"general-ledger 1100", "general-ledger 4000", "general-ledger 6010"} <= names


def test_nothing_remains_of_a_replay(year: Firm) -> None:
    replayed(year, end(year))

    with year.system.connect() as conn:
        left = conn.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'scratch%'")
        assert left.fetchall() == []


def test_what_the_live_tables_have_not_read_cannot_be_compared(year: Firm) -> None:
    year.do("DeactivateClient", client_id=year.client)

    with pytest.raises(NotYetRead):
        replayed(year, end(year))


def test_nothing_can_be_replayed_too(firm: Firm) -> None:
    firm.settle()

    assert all(one.same for one in replayed(firm, 0))
