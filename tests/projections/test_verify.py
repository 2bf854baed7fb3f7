"""Verification holds on honest books, and names every fault that is planted in them."""

from datetime import date
from typing import Any

import pytest

from domain.actor import SYSTEM
from domain.billing.payment import Payment
from domain.ledger import posting
from projections import stored_balances
from projections.rebuild import rebuild
from tests.firm import Firm
from tests.projections.faults import PROJECTIONS, damage, found, off, owner, rewrite

RULES: dict[Any, Any] = posting.RULES
STRAY_LINE = """
INSERT INTO ledger_lines
SELECT position, no + 99, entity, book, account, currency, accounting_date, effective_date,
       recorded_at, amount, functional, functional_currency, project_id, journal_id, document,
       description, rule, source_position, department, cost_code, cost_type, phase, counterparty
FROM ledger_lines WHERE account = '1100' AND no = 0
"""
OTHER_TOTAL = """
UPDATE deliveries SET document = jsonb_set(document, '{total}', '1') WHERE kind = 'invoice'
"""
INVENTED = """
INSERT INTO deliveries (connection, key, lane, position, kind, document)
VALUES ('accounting', 'invented', 'x', 9, 'invoice', '{}')
"""
AT_ONCE = "unbilled = positions earned at once"
BILLED_TWICE = """
INSERT INTO unbilled_moves
SELECT position + 1000, item_id, effective_date, entity, contract_id, currency, amount, functional
FROM unbilled_moves WHERE amount < 0
"""


def test_a_changed_envelope_breaks_the_seal(sealed: Firm) -> None:
    damage(sealed, "UPDATE events SET actor = 'nobody' WHERE position = 7")

    assert off(sealed).keys() == {"log sealed and intact"}


def test_a_missing_event_is_named(sealed: Firm) -> None:
    damage(sealed, "DELETE FROM events WHERE topic = 'ledger.period_opened' AND position < 9")

    assert "events 3 to 8 are missing" in off(sealed)["positions gapless"]


def test_an_event_that_cannot_be_read_is_named_and_the_other_checks_go_on(sealed: Firm) -> None:
    damage(sealed, "UPDATE events SET payload = '{}' WHERE topic = 'billing.invoice_issued'")

    seen = off(sealed)
    assert "cannot be read" in seen["positions gapless"][0]
    assert "receivables = rebuilt" in seen


def test_a_halted_reader_is_named(year: Firm) -> None:
    damage(year, "UPDATE projections SET halted = 'event 5: no' WHERE name = 'ledger'")

    assert off(year) == {"nothing halted or dead": ("ledger has halted: event 5: no",)}


def test_a_reader_that_is_behind_is_named_and_nothing_else_is_blamed(year: Firm) -> None:
    year.rates(date(2025, 12, 30), USD="1.05")

    seen = off(year)

    assert seen.keys() == {"nothing halted or dead"}
    assert "ledger is 1 events behind" in seen["nothing halted or dead"]


def test_dead_letters_and_dead_documents_are_named(year: Firm) -> None:
    damage(year, "INSERT INTO dead_letters VALUES ('deals_1', 3, 'odd', now())")
    damage(year, "UPDATE deliveries SET state = 'dead', error = 'no' WHERE kind = 'payment'")

    assert len(off(year)["nothing halted or dead"]) == 3


def test_an_unbalanced_journal_is_named(sealed: Firm) -> None:
    def unbalance(facts: dict[str, Any]) -> None:
        facts["lines"][0]["functional"] = "0.01"

    position = rewrite(sealed, "ledger.journal_posted", unbalance)

    assert off(sealed)["journals balanced"][0].startswith(f"event {position}")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE ledger_lines SET amount = amount + 1 WHERE account = '2300' AND amount < -400",
         "differs"),
        ("DELETE FROM ledger_lines WHERE no = 2 AND account = '2300'", "is missing"),
        (STRAY_LINE, "is not in the log"),
    ],
)  # fmt: skip
def test_a_line_that_is_not_the_logs_is_named(year: Firm, statement: str, words: str) -> None:
    damage(year, statement)

    assert words in off(year)["ledger lines are the log's"][0]


def test_a_journal_that_says_otherwise_than_the_rules_is_named(year: Firm) -> None:
    def redate(facts: dict[str, Any]) -> None:
        facts["accounting_date"] = "2025-01-30"

    with owner(year) as conn:
        conn.execute("DELETE FROM events WHERE topic = 'ledger.journal_posted'"
                     " AND payload LIKE '%%\"rule\":\"manual\"%%'")  # fmt: skip
    rewrite(year, "ledger.journal_posted", redate)

    assert "accounting_date is 2025-01-30" in off(year)["posting rules repeat"][0]


def test_a_rule_that_changed_shows_every_journal_it_would_change(
    year: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RULES, Payment.Recorded, ())

    seen = off(year)

    assert seen.keys() == {"posting rules repeat"}
    assert all("follows from no rule" in one for one in seen["posting rules repeat"])
    assert len(seen["posting rules repeat"]) == 4


def test_a_journal_that_was_never_recorded_is_named(
    year: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = RULES[Payment.Recorded]
    monkeypatch.setitem(RULES, Payment.Recorded, (*rule, *rule))

    assert "payment was never recorded" in off(year)["posting rules repeat"][0]


def test_a_stored_balance_that_is_not_the_sum_of_its_lines_is_named(
    year: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_balances, "JOURNALS_A_VERSION", 3)
    kept = next(p for p in year.system.projections() if p.name == "ledger")
    with year.system.connect() as conn:
        assert rebuild(conn, year.system.decode, kept, accept=True).switched
    assert off(year) == {}

    damage(year, "UPDATE ledger_balances SET days[31] = days[31] + 1")

    assert "lines sum to" in off(year)["balances = sum of lines"][0]


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE receivable_moves SET amount = amount + 1 WHERE amount > 4000",
         "receivables = 1100"),
        ("UPDATE receivable_moves SET functional = functional - 1 WHERE amount < 0",
         "receivables = 1100"),
        ("UPDATE receivable_moves SET functional = functional - 1 WHERE amount < 0",
         "credit accounts = receivables"),
        ("DELETE FROM unbilled_moves WHERE amount < 0", AT_ONCE),
        ("UPDATE unbilled_moves SET functional = functional + 1", AT_ONCE),
        ("UPDATE position_moves SET carried = carried + 1 WHERE kind = 'billed'",
         "contract positions = 1200"),
        ("UPDATE ledger_lines SET amount = amount + 1 WHERE account = '2230'", "credits = 2230"),
        ("UPDATE ledger_lines SET functional = 0 WHERE account = '2230'", "credits = 2230"),
        ("UPDATE receivable_moves SET functional = functional - 0.01 WHERE amount = -4760",
         "settled invoices are zero"),
        ("UPDATE receivable_moves SET amount = amount - 1 WHERE amount = -4760",
         "settled invoices are zero"),
        ("UPDATE billables SET billed = NOT billed WHERE kind = 'milestone'",
         "consumption conserved"),
        ("UPDATE time_entries SET state = 'billed' WHERE state = 'approved'",
         "consumption conserved"),
        ("UPDATE expenses SET state = 'billed'", "consumption conserved"),
        ("DELETE FROM billables WHERE kind = 'time'", "consumption conserved"),
        (BILLED_TWICE, "consumption conserved"),
        ("UPDATE certified_work SET billed = NOT billed", "consumption conserved"),
        ("UPDATE retainage_moves SET amount = amount + 1 WHERE account = '1210'",
         "retainage held = 1210"),
        ("DELETE FROM retainage_moves WHERE account = '1120' AND what = 'billed'",
         "retainage released = 1120"),
        ("UPDATE deposit_moves SET functional = functional - 1", "deposits = 2210"),
    ],
)  # fmt: skip
def test_a_sub_ledger_that_is_off_is_named(year: Firm, statement: str, check: str) -> None:
    damage(year, statement)

    assert off(year)[check]


def test_a_gap_in_document_numbers_is_named(year: Firm) -> None:
    def renumber(facts: dict[str, Any]) -> None:
        facts.update(sequence=10, number="DE01-INV-2025-00010")

    position = rewrite(year, "billing.invoice_issued", renumber)

    assert off(year)["document numbers gapless"] == (
        f"event {position} is DE01-INV-2025-00010, due was DE01-INV-2025-00009",
    )


@pytest.mark.parametrize("name", PROJECTIONS)
def test_a_projection_that_a_rebuild_would_change_is_named(year: Firm, name: str) -> None:
    table = next(p for p in year.system.projections() if p.name == name).tables[0]
    place = f"{name}_1.{table.name}"
    damage(year, f"DELETE FROM {place} WHERE ctid = (SELECT min(ctid) FROM {place})")

    assert off(year)[f"{name} = rebuilt"][0].startswith(f"{table.name}: only rebuilt (1)")


def test_a_document_that_was_never_given_to_its_connection_is_named(year: Firm) -> None:
    damage(year, "DELETE FROM deliveries WHERE kind = 'credit_memo' AND position ="
                 " (SELECT max(position) FROM deliveries WHERE kind = 'credit_memo')")  # fmt: skip

    assert "was never given" in off(year)["deliveries complete, once"][0]
    assert found(year)["outbox = rebuilt"].holds


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (OTHER_TOTAL, "says otherwise"),
        (INVENTED, "follows from no event"),
    ],
)  # fmt: skip
def test_a_document_that_its_event_does_not_say_is_named(
    year: Firm, statement: str, words: str
) -> None:
    damage(year, statement)

    assert words in off(year)["deliveries complete, once"][0]


def test_a_document_that_went_twice_is_named(year: Firm) -> None:
    damage(year, "UPDATE deliveries SET state = 'delivered', external_id = 'V1'"
                 " WHERE kind = 'invoice'")  # fmt: skip

    assert "accounting has invoice V1 for" in off(year)["deliveries complete, once"][0]


def test_an_answer_that_the_table_does_not_hold_is_named(year: Firm) -> None:
    with year.system.connect() as conn:
        key = conn.execute("SELECT min(key) FROM deliveries WHERE kind = 'invoice'").fetchall()[0][
            0
        ]
        conn.execute("UPDATE deliveries SET state = 'delivered', external_id = 'V1'"
                     " WHERE key = %s", [key])  # fmt: skip
    year.do("RecordDelivery", SYSTEM, connection="accounting", key=key, kind="invoice",
            entity="DE01", external_id="V2")  # fmt: skip
    year.settle()

    assert off(year) == {
        "deliveries complete, once": (f"accounting took {key} as V2, the table says V1",)
    }
