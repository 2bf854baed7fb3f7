"""A group's months on real books: charges, netting, translation, eliminations, minorities."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from api.commands.verify import verdicts
from domain.group.charge import NothingOpen
from domain.group.clearing_commands import SettleIntercompany
from domain.group.consolidation import ConsolidationFinal
from domain.group.consolidation_commands import IntercompanyUnmatched, RunTranslation
from projections.gathering import gathered
from projections.reports import REPORTS
from tests.domain.named import new
from tests.firm import CHIEF, Firm
from tests.projections.faults import off, rewrite

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


def test_the_same_again_changes_nothing_and_late_facts_are_taken_up(group: Firm) -> None:
    run(group)
    before = balances(group, ENDS[JANUARY])

    assert [answer.changed for answer in run(group)] == [False, False, False]

    journal(group, "US31", ENDS[JANUARY], ("6010", "USD", "105.00"), ("1000", "USD", "-105.00"))
    answers = run(group)

    after = balances(group, ENDS[JANUARY])
    assert [(answer.changed, answer.number) for answer in answers][::2] == [(True, 2), (True, 2)]
    assert after["6010"] == D("100.00")
    assert before["1000"] - after["1000"] == D("95.46")
    assert not sum(after.values())


def test_a_month_run_again_is_taken_up_by_the_next_one(group: Firm) -> None:
    run(group)
    run(group, FEBRUARY)
    wanted = balances(group, ENDS[FEBRUARY])
    journal(group, "US31", ENDS[JANUARY], ("6010", "USD", "105.00"), ("1000", "USD", "-105.00"))
    run(group)

    run(group, FEBRUARY)

    found = balances(group, ENDS[FEBRUARY])
    # January's cost stays at January's average, the bank is at February's closing rate
    assert found["6010"] - wanted.get("6010", D(0)) == D("100.00")
    assert wanted["1000"] - found["1000"] == D("80.77")
    assert not sum(found.values())


def test_what_two_books_do_not_agree_on_shows_in_the_matrix(group: Firm) -> None:
    group.do("DisputeCounterpart", charge_id=new("one"), why="never ordered")

    answer: Any = group.do("MatchIntercompany", entity="DE01", counterparty="US31",
                           month=JANUARY).answer  # fmt: skip

    assert answer.status == "disputed"
    row = ask(group, "intercompany-matrix", effective=ENDS[JANUARY])[0]
    assert (row["entity"], row["counterparty"], row["due_from"], row["due_to"]) == (
        "DE01", "US31", "110.00", "110.00")  # fmt: skip
    assert (row["status"], row["functional_due_from"], row["functional_due_to"]) == (
        "disputed", "100.00", "110.00")  # fmt: skip
    group.do("RunTranslation", group="GRP", month=JANUARY)
    with pytest.raises(IntercompanyUnmatched):
        group.do("RunEliminations", group="GRP", month=JANUARY)


def test_profit_inside_the_group_waits_until_it_is_realised(group: Firm) -> None:
    inside = [{"seller": "US31", "holder": "DE01", "account": "1300", "amount": "50.00"}]
    run(group, unrealised=inside)
    held = balances(group, ENDS[JANUARY])
    run(group, FEBRUARY)

    assert (held["1300"], held["5090"]) == (D("-50.00"), D("50.00"))
    assert "1300" not in balances(group, ENDS[FEBRUARY])
    # a fifth of it was not the others' either
    assert held["3300"] == D("-212.42")


def test_shares_that_change_hands_are_a_matter_of_equity(group: Firm) -> None:
    run(group)
    held = balances(group, ENDS[JANUARY])
    group.do("SetOwnership", group="GRP", member="US31", parent="DE01", pct="90",
             from_date=FEBRUARY)  # fmt: skip
    journal(group, "DE01", FEBRUARY, ("1700", "EUR", "150.00"), ("1000", "EUR", "-150.00"),
            **DIMENSION)  # fmt: skip
    run(group, FEBRUARY)

    columns = {
        (row["account"], row["member"]): D(row["eliminated"])
        for row in ask(group, "consolidation", effective=ENDS[FEBRUARY], group="GRP")
    }
    assert "1700" not in balances(group, ENDS[FEBRUARY])
    # a tenth of 1112.12 net assets for 150
    assert columns["3300", "US31"] == D("-200.00") + D("111.21")
    assert columns["3100", "US31"] == D("150.00") - D("111.21")
    assert held["3300"] == D("-222.42")


def test_a_final_month_is_sealed(group: Firm) -> None:
    run(group)
    for entity in ("DE01", "US31"):
        group.close(JANUARY, entity)

    group.do("FinalizeConsolidation", group="GRP", month=JANUARY)

    with pytest.raises(ConsolidationFinal):
        group.do("RunTranslation", group="GRP", month=JANUARY)


def test_an_adjustment_has_a_column_of_its_own(group: Firm) -> None:
    run(group)
    lines = [{"account": "6010", "debit": "7"},
             {"account": "2010", "member": "US31", "credit": "7"}]  # fmt: skip
    group.do("PostTopsideAdjustment", group="GRP", month=JANUARY, adjustment_id=new("t"),
             text="reserve", lines=lines)  # fmt: skip
    group.settle()

    rows = ask(group, "consolidation", effective=ENDS[JANUARY], group="GRP")

    found = {(row["account"], row["member"]): row["adjustments"] for row in rows}
    assert (found["6010", ""], found["2010", "US31"]) == ("7.00", "-7.00")


def test_a_charge_is_paid_once_however_many_pay(group: Firm) -> None:
    group.settle()

    def pay(no: int) -> Any:
        try:
            return group.store.execute(SettleIntercompany.model_validate({
                "entity": "US31", "counterparty": "DE01", "currency": "USD",
                "settlement_id": new(f"pay {no}"), "settled_on": ENDS[JANUARY],
                "open_charges": (new("one"),),
            }), CHIEF).answer  # fmt: skip
        except NothingOpen:
            return None

    with ThreadPoolExecutor(4) as pool:
        answers = [answer for answer in pool.map(pay, range(4)) if answer]

    assert [answer.cleared for answer in answers] == [D("110.00")]
    group.settle()
    assert "1500" not in balances(group, ENDS[JANUARY], "DE01")


def test_a_run_made_twice_at_once_is_one_run(group: Firm) -> None:
    group.settle()
    with group.system.connect() as conn:
        command = gathered(conn, RunTranslation(group="GRP", month=JANUARY))

    def translate(_: int) -> Any:
        again = command.model_copy(update={"command_id": uuid4()})
        return group.store.execute(again, CHIEF).answer

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(translate, range(4)))

    assert sorted(answer.changed for answer in answers) == [False, False, False, True]


def test_balances_that_a_run_did_not_find_are_found_out(group: Firm) -> None:
    run(group)

    def more(fact: dict[str, Any]) -> None:
        fact["balances"][0]["functional"] = "1.00"

    rewrite(group, "group.translated", more)

    assert "translations repeat" in off(group)
