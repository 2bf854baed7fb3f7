"""A group's months on real books: charges, netting, translation, eliminations, minorities."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.commands.verify import verdicts
from projections.reports import REPORTS
from tests.domain.named import new
from tests.firm import Firm

D = Decimal
JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
ENDS = {JANUARY: date(2025, 1, 31), FEBRUARY: date(2025, 2, 28)}
DIMENSION = {"counterparty": "US31"}


def journal(firm: Firm, entity: str, on: date, *lines: tuple[str, str, str], **about: Any) -> None:
    """Post (account, currency, signed amount) lines; the first one is about something."""
    listed = [
        {"account": a, "currency": c, "debit" if D(v) > 0 else "credit": str(abs(D(v)))}
        for a, c, v in lines
    ]
    listed[0] |= about
    firm.do("PostJournal", journal_id=new(f"{entity}{on}{lines}"), entity=entity,
            accounting_date=on, description="books", lines=listed)  # fmt: skip


@pytest.fixture
def group(firm: Firm) -> Firm:
    """DE01 (EUR) holds 80 % of US31 (USD); both earn, DE01 charges US31 in dollars."""
    for day, rate in (("2025-01-02", "1.00"), ("2025-01-31", "1.10"), ("2025-02-03", "1.20"),
                      ("2025-02-28", "1.30")):  # fmt: skip
        firm.rates(date.fromisoformat(day), USD=rate, GBP="0.83")
    firm.do("RegisterLegalEntity", code="US31", name="Fictional US31", currency="USD",
            country="US")  # fmt: skip
    held = {"parent": "DE01", "pct": "80", "from_date": JANUARY}
    members = [{"member": "DE01", "from_date": JANUARY}, {"member": "US31", **held}]
    firm.do("DefineGroup", code="GRP", name="Fictional Group", currency="EUR", country="DE",
            members=members)  # fmt: skip
    for entity in ("US31", "GRP"):
        for month in (JANUARY, FEBRUARY, date(2025, 3, 1)):
            firm.do("OpenPeriod", entity=entity, month=month)
    paid = date(2025, 1, 2)
    journal(firm, "DE01", paid, ("1000", "EUR", "5000.00"), ("3000", "EUR", "-5000.00"))
    journal(firm, "US31", paid, ("1000", "USD", "1000.00"), ("3000", "USD", "-1000.00"))
    journal(firm, "DE01", paid, ("1700", "EUR", "800.00"), ("1000", "EUR", "-800.00"), **DIMENSION)
    journal(firm, "US31", date(2025, 1, 20), ("1000", "USD", "333.33"), ("4000", "USD", "-333.33"))
    charge(firm, "one", date(2025, 1, 31), "110.00")
    return firm


def charge(firm: Firm, name: str, on: date, amount: str, ways: str = "DE01 US31") -> None:
    provider, receiver = ways.split()
    firm.do("RaiseIntercompanyCharge", charge_id=new(name), provider=provider, receiver=receiver,
            charged_on=on, amount=amount, currency="USD", text=name)  # fmt: skip


def run(firm: Firm, month: date = JANUARY, **more: Any) -> list[Any]:
    """All three steps of a month; their answers."""
    given = {"group": "GRP", "month": month}
    answers: list[Any] = [firm.do("RunTranslation", **given).answer]
    answers.append(firm.do("RunEliminations", **given, **more).answer)
    answers.append(firm.do("RecordNoncontrollingInterest", **given).answer)
    firm.settle()
    return answers


def balances(firm: Firm, on: date, entity: str = "GRP") -> dict[str, Decimal]:
    """What the books of an entity hold by account, in its currency."""
    found: dict[str, Decimal] = {}
    for row in ask(firm, "trial-balance", effective=on, entity=entity):
        signed = D(row["functional_debit"]) - D(row["functional_credit"])
        found[row["account"]] = found.get(row["account"], D(0)) + signed
    return found


def ask(firm: Firm, name: str, **given: Any) -> list[dict[str, Any]]:
    with firm.system.connect() as conn:
        return REPORTS[name].run(conn, given).said()


def test_the_group_is_its_members_without_what_is_between_them(group: Firm) -> None:
    run(group)

    assert balances(group, ENDS[JANUARY]) == {
        # 5000 - 800 of the parent, 1333.33 dollars at 1.10
        "1000": D("5412.12"),
        "3000": D("-5000.00"),
        # others: 20 % of 1000 paid in, of the result (333.33 / 1.05 - 110 / 1.05) and of the CTA
        "3300": D("-222.42"),
        "3100": D("42.54"),
        # 100.58 lost on net assets less 20.12 of others; 4.76 of two rates for the one charge
        "3200": D("85.22"),
        "4000": D("-317.46"),
    }


def test_every_check_holds_over_two_months(group: Firm) -> None:
    run(group)
    charge(group, "two", date(2025, 2, 3), "60.00")
    journal(group, "US31", date(2025, 2, 3), ("6010", "USD", "77.77"), ("1000", "USD", "-77.77"))

    run(group, FEBRUARY)

    assert [(one.name, one.findings) for one in verdicts(group.system) if not one.holds] == []
    for month in (JANUARY, FEBRUARY):
        found = balances(group, ENDS[month])
        assert not sum(found.values())
        assert not {code: found[code] for code in ("1500", "2400", "4500", "5030", "1700") if
                    found.get(code)}  # fmt: skip
