"""Samples of a group: a parent in EUR, subsidiaries in USD and GBP, charges between them."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.group.matching import PairBalance
from domain.group.translation import TrialRow
from tests.domain.named import new
from tests.firm import Firm

DATED = {
    "RaiseIntercompanyCharge": "charged_on", "NetIntercompany": "netted_on",
    "SettleIntercompany": "settled_on",
}  # fmt: skip
CREATED = {
    "RaiseIntercompanyCharge": "charge_id", "NetIntercompany": "netting_id",
    "SettleIntercompany": "settlement_id",
}  # fmt: skip
JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
LENT = date(2025, 7, 7)
PAID, END = date(2025, 1, 2), date(2025, 1, 31)
MONTH = {"group": "GRP", "month": JANUARY}
CURRENCIES = {"US21": "USD", "GB21": "GBP"}
HELD = [
    {"member": "DE01", "from_date": JANUARY},
    {"member": "US21", "parent": "DE01", "pct": "80", "from_date": JANUARY},
    {"member": "GB21", "parent": "DE01", "pct": "100", "from_date": JANUARY},
]
TRIAL = tuple(
    TrialRow(member, account, "", on, Decimal(amount))
    for member, account, on, amount in (
        ("DE01", "1000", END, "900.00"), ("DE01", "3000", PAID, "-1000.00"),
        ("DE01", "6010", END, "100.00"), ("US21", "1000", END, "600.00"),
        ("US21", "3000", PAID, "-500.00"), ("US21", "4000", END, "-100.00"),
    )
)  # fmt: skip
PAIRS = (PairBalance("DE01", "US21", "USD", Decimal(100), Decimal(100)),)


def prepare(firm: Firm) -> None:
    """A group whose January is translated and eliminated; a rule and charges both ways."""
    for code, currency in CURRENCIES.items():
        firm.do("RegisterLegalEntity", code=code, name=f"Fictional {code}", currency=currency,
                country="US")  # fmt: skip
        firm.do("OpenPeriod", entity=code, month=JANUARY)
    for day in (END, LENT):
        firm.rates(day, USD="1.0393", GBP="0.8366")
    firm.do("DefineGroup", **group("GRP"))
    firm.do("OpenPeriod", entity="GRP", month=JANUARY)
    firm.do("DefineIntercompanyRule", **rule())
    for name, ways in (("there", ("DE01", "US21")), ("back", ("US21", "DE01"))):
        firm.do("RaiseIntercompanyCharge", **charge(name, *ways))
    closed(firm)
    firm.do("RunTranslation", **MONTH, **trial())
    firm.do("RunEliminations", **MONTH, pairs=PAIRS, position=1)


def closed(firm: Firm) -> None:
    """A second group of one entity, all of whose runs are done."""
    firm.do("RegisterLegalEntity", code="FR21", name="Fictional FR21", currency="EUR",
            country="FR")  # fmt: skip
    firm.do("OpenPeriod", entity="FR21", month=JANUARY)
    firm.do("DefineGroup", code="GRF", name="Fictional one", currency="EUR", country="FR",
            members=[{"member": "FR21", "from_date": JANUARY}])  # fmt: skip
    firm.do("OpenPeriod", entity="GRF", month=JANUARY)
    firm.close(JANUARY, "FR21")
    given = {"group": "GRF", "month": JANUARY}
    firm.do("RunTranslation", **given, balances=(), days=(END,), position=1)
    firm.do("RunEliminations", **given, pairs=(), position=1)
    firm.do("RecordNoncontrollingInterest", **given)


def trial() -> dict[str, Any]:
    """What the members' books say of January."""
    return {"balances": TRIAL, "days": (END,), "position": 1}


def group(code: str, **fields: Any) -> dict[str, Any]:
    """Fields of a group of three."""
    return {"code": code, "name": "Fictional Group", "currency": "EUR", "country": "DE",
            "members": HELD, **fields}  # fmt: skip


def rule(**fields: Any) -> dict[str, Any]:
    """The parent lends its people at cost plus a quarter, in dollars."""
    return {"provider": "DE01", "receiver": "US21", "currency": "USD",
            "from_date": "2025-01-01", "markup_pct": "25", **fields}  # fmt: skip


def charge(name: str, provider: str, receiver: str, **fields: Any) -> dict[str, Any]:
    """100 dollars for management."""
    return {"charge_id": new(f"charge {name}"), "provider": provider, "receiver": receiver,
            "charged_on": "2025-01-09", "amount": "100.00", "currency": "USD",
            "text": "management", **fields}  # fmt: skip


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    pair = {"entity": "DE01", "counterparty": "US21"}
    both = (new("charge there"), new("charge back"))
    return {
        "DefineIntercompanyRule": rule(receiver="GB21", hourly=[{"hourly_rate": "120"}]),
        "RaiseIntercompanyCharge": charge("third", "DE01", "GB21"),
        "ConfirmCounterpart": {"charge_id": both[0]},
        "DisputeCounterpart": {"charge_id": both[0], "why": "never ordered"},
        "MatchIntercompany": {**pair, "month": JANUARY, "balances": PAIRS, "position": 1},
        "NetIntercompany": {**pair, "currency": "USD", "netting_id": new("netting"),
                            "netted_on": "2025-01-09", "open_charges": both},
        "SettleIntercompany": {**pair, "currency": "USD", "settlement_id": new("settlement"),
                               "settled_on": "2025-01-09", "open_charges": both},
        "DefineGroup": group("GR2"),
        "SetOwnership": {"group": "GRP", "member": "US21", "parent": "DE01", "pct": "90",
                         "from_date": FEBRUARY},
        "RunTranslation": {**MONTH, **trial(), "balances": TRIAL[:3]},
        "RunEliminations": {**MONTH, "pairs": PAIRS, "position": 1,
                            "unrealised": [{"seller": "US21", "holder": "DE01",
                                            "account": "1300", "amount": "10.00"}]},
        "RecordNoncontrollingInterest": MONTH,
        "PostTopsideAdjustment": {**MONTH, "adjustment_id": new("topside"), "text": "a reserve",
                                  "lines": [{"account": "6010", "debit": "1"},
                                            {"account": "2010", "member": "DE01",
                                             "credit": "1"}]},
        "FinalizeConsolidation": {"group": "GRF", "month": JANUARY, "trial_balance": "0" * 64,
                                  "position": 1},
    }  # fmt: skip


def played(firm: Firm, given: dict[str, Any]) -> None:
    """Lent time and its way back, netting and payment, every step of consolidation twice."""
    firm.do("CreateProject", project_id=new("lent"), code="LENT", name="lent", entity="US21")
    _, entry = firm.work(new("lent"), LENT)
    firm.do("ReverseTime", person_id=firm.person, week=LENT, entry_ids=[entry],
            why="not theirs")  # fmt: skip
    for name in ("RecordNoncontrollingInterest", "RunTranslation", "RunEliminations",
                 "RecordNoncontrollingInterest", "PostTopsideAdjustment", "SettleIntercompany",
                 "RaiseIntercompanyCharge"):  # fmt: skip
        firm.do(name, **given[name])
    firm.do("RaiseIntercompanyCharge", **charge("fourth", "US21", "DE01"))
    both = (new("charge there"), new("charge fourth"))
    firm.do("NetIntercompany", **{**given["NetIntercompany"], "open_charges": both})
