"""Posting and policies: derived once, in the log's order, dated alike whenever that is done."""

import logging
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.identity import named_id
from domain.ledger import posting as rules
from domain.ledger.delivery_posting import time_cost
from domain.ledger.entry import both
from domain.policies import POLICIES, contract_id, project_id
from domain.sales.opportunity import Opportunity
from projections.posting import Policies, Posting
from projections.reactions import Reactor
from tests.domain.samples import new
from tests.firm import WORKER, Firm

PROJECT = new("project")
JANUARY, JANUARY_26 = date(2025, 1, 6), date(2026, 1, 5)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Halts are what these tests are about."""
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def office(firm: Firm) -> Firm:
    """The firm with one internal project."""
    firm.do("CreateProject", project_id=PROJECT, code="P", name="x", entity="DE01")
    return firm


def asked(firm: Firm, question: str, *values: Any) -> list[Any]:
    with firm.system.connect() as conn:
        return conn.execute(question.encode(), values).fetchall()


def journals(firm: Firm) -> list[tuple[int, date, date, str, Decimal]]:
    """Source, accounting date, effective date, rule and first amount of each derived journal."""
    return asked(
        firm,
        "SELECT (j ->> 'source_position')::int, (j ->> 'accounting_date')::date, effective_date,"
        " j ->> 'rule', (j -> 'lines' -> 0 ->> 'amount')::numeric"
        " FROM (SELECT convert_from(payload, 'UTF8')::json AS j, effective_date, position"
        " FROM events WHERE topic = 'ledger.journal_posted') e ORDER BY position",
    )


def tracked(firm: Firm, name: str) -> tuple[int, str | None]:
    [(position, halted)] = asked(
        firm, "SELECT position, halted FROM projections WHERE slot = %s", name
    )
    return position, halted


def size(firm: Firm) -> int:
    return firm.store.recorder.max_notification_id() or 0


def close_month(firm: Firm, month: int) -> None:
    firm.close(date(2025, month, 1))


def reactor(firm: Firm, reaction: Any) -> Reactor:
    """A new reader of its kind, as another process would begin one."""
    made = Reactor(firm.system._session(), firm.system.decode, firm.system.store, reaction)
    until(made.lead)
    return made


def restart(firm: Firm, position: int | None = None) -> None:
    """End the readers and begin anew; from an earlier position where one is given."""
    for each in firm._reactors:
        each.close()
    if firm._feed is not None:
        firm._feed.close()
    firm._feed = None
    if position is not None:
        with firm.system.connect() as conn:
            conn.execute(
                "UPDATE projections SET position = %s WHERE slot IN ('posting', 'policies')",
                [position],
            )
    ends = monotonic() + 10
    while monotonic() < ends:
        free = asked(
            firm,
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE locktype = 'advisory' AND datname = current_database()",
        )
        if free == [(0,)]:
            return
        sleep(0.01)


def until(true: Callable[[], Any]) -> None:
    end = monotonic() + 10
    while not true():
        assert monotonic() < end
        sleep(0.01)


def test_a_late_fact_is_booked_on_the_first_open_day_and_keeps_its_own(office: Firm) -> None:
    office.work(PROJECT, JANUARY)
    office.settle()
    close_month(office, 1)
    close_month(office, 2)

    office.work(PROJECT, date(2025, 1, 14))
    office.work(PROJECT, date(2025, 3, 4))
    office.settle()

    assert [(booked, effective) for _, booked, effective, _, _ in journals(office)] == [
        (JANUARY, JANUARY), (date(2025, 3, 1), date(2025, 1, 14)),
        (date(2025, 3, 4), date(2025, 3, 4)),
    ]  # fmt: skip


def test_the_order_of_the_log_decides_what_a_close_refuses(office: Firm) -> None:
    """A fact recorded before the close belongs to the month, however late it is posted."""
    office.work(PROJECT, JANUARY)
    close_month(office, 1)
    office.work(PROJECT, date(2025, 1, 14))

    office.settle()

    assert [booked for _, booked, *_ in journals(office)] == [JANUARY, date(2025, 2, 1)]


def test_books_without_an_open_month_halt_say_why_and_go_on_once_there_is_one(
    office: Firm,
) -> None:
    office.work(PROJECT, JANUARY_26)
    waiting = size(office)
    office.work(PROJECT, JANUARY)
    office.settle()

    assert journals(office) == []
    assert tracked(office, "posting") == (
        waiting - 1, f"event {waiting}: no month of DE01 is open from 2026-01-05 on",
    )  # fmt: skip

    office.do("OpenPeriod", entity="DE01", month="2026-01-01")
    office.settle()

    assert [booked for _, booked, *_ in journals(office)] == [JANUARY_26, JANUARY]
    assert tracked(office, "posting") == (size(office), None)


def test_a_restart_while_halted_dates_what_waited_alike(office: Firm) -> None:
    office.work(PROJECT, JANUARY_26)
    office.settle()
    restart(office)
    office.settle()
    for month in ("2026-01-01", "2026-02-01"):
        office.do("OpenPeriod", entity="DE01", month=month)
    office.do("SoftClosePeriod", entity="DE01", month="2026-01-01")

    restart(office)
    office.settle()

    assert [booked for _, booked, *_ in journals(office)] == [JANUARY_26]


@pytest.mark.parametrize("position", [0, 30])
def test_doing_it_all_again_repeats_nothing(office: Firm, position: int) -> None:
    _, project = office.win()
    office.work(project, date(2025, 1, 3))
    office.work(PROJECT, JANUARY_26)
    office.settle()
    office.do("OpenPeriod", entity="DE01", month="2026-01-01")
    office.settle()
    close_month(office, 1)
    office.work(project, date(2025, 1, 9))
    office.settle()
    before, posted = size(office), journals(office)

    restart(office, position)
    office.settle()

    assert size(office) == before
    assert journals(office) == posted
    assert tracked(office, "posting") == (before, None)
    assert asked(office, "SELECT error FROM dead_letters") == []


def test_who_dies_between_append_and_tracking_repeats_nothing(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.settle()
    office.do("OpenOpportunity", opportunity_id=new("deal"), client_id=office.client, name="Deal",
              **deal())  # fmt: skip
    office.do("CloseOpportunityWon", opportunity_id=new("deal"), closed_on="2025-01-02")
    office.work(PROJECT, JANUARY)

    def die(*_: Any) -> None:
        raise psycopg.OperationalError("cut off")

    for each in office._reactors:
        with monkeypatch.context() as patch:
            patch.setattr(each, "_track", die)
            with pytest.raises(psycopg.OperationalError):
                each.catch_up()
    appended = size(office)
    assert len(journals(office)) == 1
    restart(office)
    office.settle()

    assert size(office) == appended
    assert tracked(office, "policies")[0] == appended


def deal(**fields: Any) -> dict[str, Any]:
    """Terms of a fixed-fee deal that may be won."""
    return {"value": "100", "currency": "EUR", "package": "advice", "billing_model": "fixed_fee",
            "starts_on": "2025-01-01", "ends_on": "2025-01-31", "payment_terms_days": 14,
            "roles": [{"role": "r", "hours": "1", "cost": "1"}],
            "milestones": [{"name": "m", "amount": "100", "due_on": "2025-01-31"}],
            **fields}  # fmt: skip


def test_what_follows_says_what_it_follows_from(office: Firm) -> None:
    office.win("Deal")
    [(position, chain)] = asked(
        office, "SELECT position, correlation_id FROM events WHERE topic = %s",
        Opportunity.ClosedWon.TOPIC,
    )  # fmt: skip

    found = asked(
        office,
        "SELECT DISTINCT causation_id, correlation_id, actor FROM events WHERE topic IN"
        " ('contracts.contract_drafted', 'contracts.contract_activated',"
        " 'delivery.budget_baselined') OR stream_id = ANY(%s)",
        [contract_id(deal_id("Deal")), project_id(deal_id("Deal"))],
    )

    assert found == [(position, chain, "system")]


def deal_id(name: str) -> UUID:
    return named_id("opportunity", name)


def test_a_policy_that_fails_is_a_dead_letter_and_the_next_deal_goes_on(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies: dict[Any, Any] = POLICIES
    policy = policies[Opportunity.ClosedWon]

    def fail_for_one(won: Any) -> Any:
        if won.name == "Bad":
            raise ZeroDivisionError("bad deal")
        return policy(won)

    monkeypatch.setitem(policies, Opportunity.ClosedWon, fail_for_one)
    office.win("Bad")
    _, project = office.win("Good")

    assert office.store.load_fresh([project])
    letters = asked(office, "SELECT reader, error FROM dead_letters")
    assert letters == [("policies", "ZeroDivisionError: bad deal")]


def test_a_rule_that_fails_halts_the_books_until_it_is_mended(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work(PROJECT, JANUARY)
    failing = size(office)

    def fail(_: Any) -> Any:
        raise ZeroDivisionError("no such rule")

    kind = next(kind for kind, found in rules.RULES.items() if time_cost in found)
    with monkeypatch.context() as patch:
        patch.setitem(rules.RULES, kind, (fail,))
        office.settle()
    assert tracked(office, "posting") == (
        failing - 1, f"event {failing}: ZeroDivisionError: no such rule",
    )  # fmt: skip

    office.do("OpenPeriod", entity="DE01", month="2026-01-01")
    office.settle()

    assert [booked for _, booked, *_ in journals(office)] == [JANUARY]
    assert tracked(office, "posting")[1] is None


def test_an_unbalanced_rule_halts_the_books_and_posts_nothing_after_it(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work(PROJECT, JANUARY)
    close_month(office, 1)
    office.work(PROJECT, date(2025, 1, 14))

    def lopsided(*arguments: Any) -> Any:
        return both(*arguments)[:1]

    with monkeypatch.context() as patch:
        patch.setattr("domain.ledger.delivery_posting.both", lopsided)
        office.settle()
    assert journals(office) == []
    assert "UNBALANCED" in (tracked(office, "posting")[1] or "")

    office.settle()

    assert [booked for _, booked, *_ in journals(office)] == [JANUARY, date(2025, 2, 1)]


def damage(firm: Firm, position: int) -> None:
    """Make the bytes of a fact unreadable, as only a superuser can."""
    with psycopg.connect(firm.system.addresses.owner) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE events SET payload = '{}' WHERE position = %s", [position])


def test_the_books_halt_before_a_fact_they_cannot_read(office: Firm) -> None:
    office.work(PROJECT, JANUARY)
    broken = size(office)
    damage(office, broken)
    reads = reactor(office, Posting())

    reads.catch_up()

    position, halted = tracked(office, "posting")
    assert position == broken - 1
    assert f"event {broken}: CannotRead: delivery.time_approved" in (halted or "")


def test_nobody_halts_before_a_fact_they_do_not_read(office: Firm) -> None:
    office.do("LogTime", WORKER, person_id=office.person, project_id=PROJECT,
              work_date=JANUARY, minutes=1)  # fmt: skip
    damage(office, size(office))
    office.work(PROJECT, date(2025, 1, 14))

    for reaction in (Posting(), Policies()):
        reactor(office, reaction).catch_up()

    assert [booked for _, booked, *_ in journals(office)] == [date(2025, 1, 14)]
    assert asked(office, "SELECT count(*) FROM dead_letters") == [(0,)]


def test_one_leads_and_the_next_takes_over_where_it_ended(office: Firm) -> None:
    first = reactor(office, Posting())
    second = Reactor(
        office.system._session(), office.system.decode, office.system.store, Posting()
    )
    assert not second.lead()
    office.work(PROJECT, JANUARY)
    first.catch_up()
    first.close()
    office.work(PROJECT, date(2025, 1, 14))

    until(second.lead)
    second.catch_up()

    assert [booked for _, booked, *_ in journals(office)] == [JANUARY, date(2025, 1, 14)]


def test_a_page_of_facts_is_one_append(office: Firm) -> None:
    for day in (6, 7, 8, 9):
        office.work(PROJECT, date(2025, 1, day))

    office.settle()

    moments = asked(
        office, "SELECT DISTINCT recorded_at FROM events WHERE topic = 'ledger.journal_posted'"
    )
    assert len(moments) == 1
    assert len(journals(office)) == 4
