"""A group of two small entities: charges of every fate, two months of consolidation, one again."""

from datetime import date
from typing import Any

from tests.domain.named import new
from tests.firm import WORKER, Firm

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
LENT = date(2025, 1, 13)


def keep_group(firm: Firm) -> None:
    """IS01 belongs to IE01 but for a quarter; they work for each other, and pay in part."""
    for code, currency in (("IE01", "EUR"), ("IS01", "GBP")):
        firm.do("RegisterLegalEntity", code=code, name=f"Fictional {code}", currency=currency,
                country="IE")  # fmt: skip
    held = {"parent": "IE01", "pct": "75", "from_date": JANUARY}
    firm.do("DefineGroup", code="IEG", name="Fictional Group", currency="EUR", country="IE",
            members=[{"member": "IE01", "from_date": JANUARY},
                     {"member": "IS01", **held}])  # fmt: skip
    for entity in ("IE01", "IS01", "IEG"):
        for month in (JANUARY, FEBRUARY):
            firm.do("OpenPeriod", entity=entity, month=month)
    for on in (date(2025, 1, 31), date(2025, 2, 3), date(2025, 2, 28)):
        firm.rates(on, USD="1.05", GBP="0.84")
    capital(firm, "IE01", "EUR", "9000")
    capital(firm, "IS01", "GBP", "1000")
    charges(firm)
    lend(firm)
    consolidate(firm, JANUARY)
    firm.do("SetOwnership", group="IEG", member="IS01", parent="IE01", pct="80",
            from_date=FEBRUARY)  # fmt: skip
    consolidate(firm, FEBRUARY)
    firm.do("PostTopsideAdjustment", group="IEG", month=FEBRUARY, adjustment_id=new("reserve"),
            text="a reserve", lines=[{"account": "6010", "debit": "5"},
                                     {"account": "2010", "credit": "5"}])  # fmt: skip
    capital(firm, "IS01", "GBP", "10")
    for month in (JANUARY, FEBRUARY):
        consolidate(firm, month)


def capital(firm: Firm, entity: str, currency: str, amount: str) -> None:
    firm.do("PostJournal", journal_id=new(f"{entity}{amount}"), entity=entity,
            accounting_date=date(2025, 1, 3), description="capital",
            lines=[{"account": "1000", "currency": currency, "debit": amount},
                   {"account": "3000", "currency": currency, "credit": amount}])  # fmt: skip


def charges(firm: Firm) -> None:
    """One is netted and paid in part, one confirmed, one in dispute for a while."""
    for name, ways, amount in (("one", "IE01 IS01", "100"), ("two", "IE01 IS01", "50"),
                               ("three", "IS01 IE01", "30")):  # fmt: skip
        provider, receiver = ways.split()
        firm.do("RaiseIntercompanyCharge", charge_id=new(f"fee {name}"), provider=provider,
                receiver=receiver, charged_on=date(2025, 1, 8), amount=amount, currency="USD",
                text="fee")  # fmt: skip
    pair: dict[str, Any] = {"entity": "IS01", "counterparty": "IE01", "currency": "USD"}
    firm.do("DisputeCounterpart", charge_id=new("fee two"), why="ordered once")
    firm.do("NetIntercompany", **pair, netting_id=new("net"), netted_on=date(2025, 1, 9))
    firm.do("SettleIntercompany", **pair, settlement_id=new("pay"),
            settled_on=date(2025, 1, 31), amount="20")  # fmt: skip
    firm.do("ConfirmCounterpart", charge_id=new("fee two"))
    firm.do("MatchIntercompany", entity="IE01", counterparty="IS01", month=JANUARY)


def lend(firm: Firm) -> None:
    """Somebody of IS01 works for IE01; of three days one does not count in the end."""
    person = {"person_id": new("lent"), "week": LENT}
    firm.do("RegisterPerson", person_id=new("lent"), code="LENT", entity="IS01",
            role="consultant")  # fmt: skip
    firm.do("SetCostRate", person_id=new("lent"), from_date=JANUARY, hourly_rate="50")
    firm.do("DefineIntercompanyRule", provider="IS01", receiver="IE01", currency="EUR",
            from_date=JANUARY, markup_pct="10")  # fmt: skip
    firm.do("CreateProject", project_id=new("for IE"), code="FORIE", name="for IE", entity="IE01")
    for day in (13, 14, 15):
        firm.do("LogTime", WORKER, person_id=new("lent"), project_id=new("for IE"),
                work_date=date(2025, 1, day), minutes=480)  # fmt: skip
        firm.do("SubmitTimesheet", WORKER, **person)
        firm.do("ApproveTime", **person)
    firm.settle()
    with firm.system.connect() as conn:
        found = conn.execute(
            "SELECT id FROM time_entries WHERE person_id = %s AND work_date = %s",
            [new("lent"), date(2025, 1, 15)],
        ).fetchall()
    firm.do("ReverseTime", **person, entry_ids=[found[0][0]], why="a holiday")


def consolidate(firm: Firm, month: date) -> None:
    for command in ("RunTranslation", "RunEliminations", "RecordNoncontrollingInterest"):
        firm.do(command, group="IEG", month=month)
    firm.settle()


def charge_late(firm: Firm) -> None:
    """One more charge of January, and what the group makes of it."""
    firm.do("RaiseIntercompanyCharge", charge_id=new("late fee"), provider="IE01",
            receiver="IS01", charged_on=date(2025, 1, 10), amount="7", currency="USD",
            text="late fee")  # fmt: skip
    for month in (JANUARY, FEBRUARY):
        consolidate(firm, month)
