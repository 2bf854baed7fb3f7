"""The demo's group: each month is closed, and is the sum of its houses less what is between."""

from contextlib import closing
from datetime import date
from decimal import Decimal

from api.commands.verify import verdicts
from api.demo.firms.group import GROUP
from api.demo.firms.group_year import BOUGHT, HERE, OVERSEAS, GroupYear
from api.wiring import System
from tests.journeys.books import in_books, report

BETWEEN = ("1500", "2400", "4500", "5030", "1700")
ENTITIES = (HERE, OVERSEAS, BOUGHT, GROUP)


def balance(system: System, entity: str, on: date) -> Decimal:
    """The sum of an entity's books, which is nothing."""
    rows = report(system, "trial-balance", on, entity=entity)
    return sum(
        (Decimal(row["functional_debit"]) - Decimal(row["functional_credit"]) for row in rows),
        Decimal(0),
    )


def explained(system: System, on: date) -> Decimal:
    """What translation added to 3200 up to a day, credit negative as in the books."""
    rows = report(system, "cta-proof", on, group=GROUP)
    assert {row["rounding"] for row in rows} <= {"0.00"}
    parts = ("from_opening", "from_result", "from_equity")
    return -sum((Decimal(row[part]) for row in rows for part in parts), Decimal(0))


def test_a_groups_year_is_one_firms_year_at_every_months_end(system: System) -> None:
    with closing(GroupYear(system, lambda _: None)) as year:
        for on in year.months():
            assert [in_books(system, GROUP, code, on) for code in BETWEEN] == [Decimal(0)] * 5
            assert [balance(system, entity, on) for entity in ENTITIES] == [Decimal(0)] * 4

            rows = report(system, "consolidation", on, group=GROUP)
            translated = {row["account"]: row for row in rows if not row["member"]}["3200"]
            assert Decimal(translated["translated"]) == explained(system, on)

    assert [one for one in verdicts(system) if not one.holds] == []
    shares = report(system, "consolidation", date(2025, 12, 31), group=GROUP)
    kinds = {(row["account"], row["member"]) for row in shares}
    assert {("3300", OVERSEAS), ("1620", BOUGHT)} <= kinds
