"""Closing a month for real: its checklist from the books, its seal, and what came after it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.ledger.attestation import DigestDiffers
from domain.ledger.closing import CloseTasksOpen
from domain.ledger.period import PeriodClosed, calendar_id
from projections.as_of import NotYetRead, snapshot
from projections.close_tasks import Closing, close_tasks
from projections.report import BadParameter
from projections.reports import REPORTS
from tests.firm import Firm
from tests.projections.faults import damage
from tests.projections.history_books import JANUARY, rent

LAST = date(2025, 1, 31)


def tasks(firm: Firm, entity: str = "DE01", month: date = JANUARY) -> dict[str, str]:
    """What is left to do of each task."""
    names = [projection.name for projection in firm.system.projections()]
    with firm.system.connect() as conn, snapshot(conn, names) as known:
        return {one.name: one.left for one in close_tasks(Closing(conn, entity, month, known))}


def asked(firm: Firm, name: str, **given: Any) -> list[dict[str, Any]]:
    with firm.system.connect() as conn:
        return REPORTS[name].run(conn, {"effective": LAST, **given}).said()


def reports_known(firm: Firm, name: str, known: int, **given: Any) -> bytes:
    with firm.system.connect() as conn:
        found = REPORTS[name].run(conn, {"effective": LAST, "known": known, **given})
    return found.canonical


def end(firm: Firm) -> int:
    return firm.store.recorder.max_notification_id() or 0


def test_the_checklist_names_what_is_left(year: Firm) -> None:
    left = tasks(year)

    assert left["readers"] == left["sub-ledgers"] == ""
    assert "not billed" in left["unbilled"]


@pytest.mark.parametrize(
    ("statement", "task", "words"),
    [
        ("UPDATE receivable_moves SET amount = amount + 1 WHERE entity = 'DE01'", "sub-ledgers",
         "1100"),
        ("UPDATE position_moves SET carried = carried + 1 WHERE entity = 'DE01'", "sub-ledgers",
         "1200"),
        ("UPDATE deliveries SET state = 'dead' WHERE document->>'entity' = 'DE01'", "deliveries",
         "given up"),
        ("UPDATE projections SET halted = 'a fact' WHERE name = 'posting'", "readers",
         "posting has halted: a fact"),
        ("INSERT INTO dead_letters (reader, position, error) VALUES ('policies', 3, 'x')",
         "follow-ups", "1 facts"),
        ("DELETE FROM revenue_runs", "revenue", "no revenue run"),
        ("UPDATE time_entries SET state = 'logged' WHERE entity = 'DE01'", "time",
         "not approved"),
    ],
)  # fmt: skip
def test_a_task_is_open_where_its_figures_say_so(
    year: Firm, statement: str, task: str, words: str
) -> None:
    damage(year, statement)

    assert words in tasks(year)[task]


def test_money_of_unknown_senders_keeps_a_month_open(firm: Firm) -> None:
    firm.do("RecordPayment", payment_id=calendar_id("x"), entity="DE01",
            received_on=LAST, amount={"amount": "5", "currency": "EUR"},
            bank_reference="?")  # fmt: skip
    firm.settle()

    assert tasks(firm)["suspense"] == "5.00 EUR of unknown senders"


def test_a_month_closes_with_the_digest_of_its_trial_balance(year: Firm) -> None:
    sealed = year.system.sealer().seal(10_000_000, at=datetime(2026, 1, 1, tzinfo=UTC))
    year.do("SoftClosePeriod", entity="DE01", month=JANUARY)
    with pytest.raises(CloseTasksOpen):
        year.do("HardClosePeriod", entity="DE01", month=JANUARY)
    waived = [{"task": task, "why": "the next run"} for task, left in tasks(year).items() if left]

    answer: Any = year.do("HardClosePeriod", entity="DE01", month=JANUARY, waived=waived).answer
    year.settle()

    with year.system.connect() as conn:
        known = end(year) - 1
        balance = REPORTS["trial-balance"].run(
            conn, {"effective": LAST, "entity": "DE01", "known": known}
        )
    assert answer.trial_balance == balance.digest
    found = [row for row in asked(year, "periods", entity="DE01") if row["status"] != "open"]
    assert [row["trial_balance"] for row in found] == [balance.digest]
    assert sealed is not None
    with year.system.connect() as conn:
        root = conn.execute(
            "SELECT log_size, log_root FROM period_steps WHERE log_root <> ''"
        ).fetchall()
    assert root == [(sealed.size, sealed.merkle_root.hex())]


def test_a_closed_months_report_never_changes(year: Firm) -> None:
    year.close(JANUARY)
    year.settle()
    closed, balance = end(year), asked(year, "trial-balance", entity="DE01")
    said = reports_known(year, "trial-balance", closed, entity="DE01")
    year.rates(date(2025, 1, 15), USD="1.03", GBP="0.83")

    project = year.win("Late")[1]
    year.work(project, date(2025, 1, 15))
    year.settle()

    assert asked(year, "trial-balance", entity="DE01") == balance
    assert reports_known(year, "trial-balance", closed, entity="DE01") == said
    kinds = {(row["kind"], row["rule"]) for row in asked(year, "flux", entity="DE01")}
    assert kinds == {("late", "time_cost"), ("late", "time_value")}
    assert reports_known(year, "flux", closed, entity="DE01").endswith(b'"rows":[]}')


def test_flux_tells_what_came_while_a_month_was_open_again(year: Firm) -> None:
    found = asked(year, "flux", entity="LU01")

    assert [(row["kind"], row["description"], row["accounting_date"]) for row in found] == [
        ("backdated", "forgotten rent", "2025-01-31"),
        ("backdated", "forgotten rent", "2025-01-31"),
        ("backdated", "late rent", "2025-02-03"),
        ("backdated", "late rent", "2025-02-03"),
    ]


def test_flux_of_an_open_month_is_empty(year: Firm) -> None:
    assert asked(year, "flux", entity="DE02", month=date(2025, 12, 1)) == []


def test_periods_are_known_as_of_any_position(year: Firm) -> None:
    standing = {row["month"]: row for row in asked(year, "periods", entity="LU01")}

    assert standing["2025-01-01"]["status"] == "locked"
    assert (standing["2025-01-01"]["reopened"], standing["2025-01-01"]["closed_by"]) == (
        1,
        "chief",
    )


def test_the_checklist_of_a_closed_month_is_the_sealed_one(year: Firm) -> None:
    sealed = asked(year, "close-checklist", entity="LU01")
    damage(year, "INSERT INTO dead_letters (reader, position, error) VALUES ('policies', 3, 'x')")

    assert {row["state"] for row in sealed} == {"done"}
    assert asked(year, "close-checklist", entity="LU01") == sealed
    rows = asked(year, "close-checklist", entity="DE01")
    assert {row["task"] for row in rows} >= {"readers", "sub-ledgers", "suspense", "unbilled"}
    assert {row["state"] for row in rows} == {"done", "open"}


def test_an_empty_entity_closes(firm: Firm) -> None:
    firm.do("RegisterLegalEntity", code="LU01", name="Sternlicht", currency="EUR", country="LU")
    firm.do("OpenPeriod", entity="LU01", month=JANUARY)
    firm.do("SoftClosePeriod", entity="LU01", month=JANUARY)

    answer: Any = firm.do("HardClosePeriod", entity="LU01", month=JANUARY).answer

    assert not any(task.left for task in answer.tasks)


def test_a_closed_month_takes_no_journal_until_it_is_open_again(year: Firm) -> None:
    with pytest.raises(PeriodClosed):
        rent(year, "too late", "1", date(2025, 1, 31))


def test_a_report_is_vouched_for_by_its_digest(year: Firm) -> None:
    known = end(year)
    with year.system.connect() as conn:
        said = REPORTS["trial-balance"].run(
            conn, {"effective": LAST, "entity": "DE01", "known": known}
        )
    given = {
        "attestation_id": calendar_id("audit"), "entity": "DE01", "report": "trial-balance",
        "parameters": [{"name": "effective", "value": str(LAST)}], "known": known,
        "digest": said.digest,
    }  # fmt: skip
    year.work(year.win("Later")[1], date(2025, 1, 8))

    year.do("AttestReport", **given)

    again = {**given, "attestation_id": calendar_id("another")}
    with pytest.raises(DigestDiffers):
        year.do("AttestReport", **{
            **again, "parameters": [{"name": "effective", "value": "2025-12-31"}],
        })  # fmt: skip
    with pytest.raises(BadParameter):
        year.do("AttestReport", **{**again, "report": "sync-health"})
    with pytest.raises(NotYetRead):
        year.do("AttestReport", **{**again, "known": known + 10_000})
