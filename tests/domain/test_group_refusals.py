"""What intercompany and consolidation refuse."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.actor import Actor
from domain.group.charge import NothingOpen
from domain.group.clearing import TooMuchCleared
from domain.group.consolidation import (
    ConsolidationFinal,
    NotEliminated,
    NotTranslated,
    OutOfDate,
)
from domain.group.consolidation_commands import IntercompanyUnmatched
from domain.group.elimination import WrongAsset
from domain.group.final_commands import MemberOpen
from domain.group.group import BadOwnership, NotFirstDay, NotInGroup
from domain.group.intercompany_rule import NotGroupAccount, SameEntity
from domain.group.matching import PairBalance
from domain.group.transfer_price import NoTransferPrice
from domain.group.translation import TrialRow
from domain.ledger.chart import UnknownAccount
from domain.ledger.commands import ControlAccount, ReasonNeeded
from domain.ledger.journal import Unbalanced
from domain.ledger.period import PeriodClosed, PeriodNotOpen, WrongOrder
from domain.money import AmountTooFine, CurrencyMismatch, UnknownCurrency
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_group import (
    END,
    FEBRUARY,
    JANUARY,
    MONTH,
    PAIRS,
    TRIAL,
    charge,
    group,
    prepare,
    rule,
    trial,
)

ACCOUNTANT = Actor("accountant", frozenset({"accountant"}), frozenset({"*"}))
PAIR = {"entity": "DE01", "counterparty": "US21", "currency": "USD"}
FINAL = {"group": "GRF", "month": JANUARY}
NOTHING: dict[str, Any] = {"balances": (), "days": (END,), "position": 1}
TOPSIDE = {"adjustment_id": new("t"), "text": "x",
           "lines": [{"account": "6010", "debit": "1"},
                     {"account": "2010", "credit": "1"}]}  # fmt: skip


@pytest.fixture
def firm(paper: PaperFirm) -> PaperFirm:
    """The firm with its group; January is translated and eliminated."""
    prepare(paper)
    return paper


def test_an_entity_does_not_charge_itself(firm: PaperFirm) -> None:
    same = {"entity": "DE01", "counterparty": "DE01"}

    firm.refuses(SameEntity, "DefineIntercompanyRule", **rule(receiver="DE01"))
    firm.refuses(SameEntity, "RaiseIntercompanyCharge", **charge("x", "DE01", "DE01"))
    firm.refuses(SameEntity, "MatchIntercompany", **same, month=JANUARY, balances=(), position=1)
    firm.refuses(SameEntity, "NetIntercompany", **{**PAIR, **same}, netting_id=new("n"),
                 netted_on="2025-01-09", open_charges=())  # fmt: skip
    firm.refuses(SameEntity, "SettleIntercompany", **{**PAIR, **same}, settlement_id=new("s"),
                 settled_on="2025-01-09", open_charges=())  # fmt: skip


def test_a_rule_keeps_to_accounts_between_entities_and_to_its_currency(firm: PaperFirm) -> None:
    firm.refuses(NotGroupAccount, "DefineIntercompanyRule", **rule(accounts={"cost": "5000"}))
    firm.refuses(UnknownAccount, "DefineIntercompanyRule", **rule(accounts={"cost": "9999"}))
    firm.refuses(UnknownCurrency, "DefineIntercompanyRule", **rule(currency="XXQ"))
    firm.refuses(CurrencyMismatch, "DefineIntercompanyRule", **rule(currency="EUR"))


def test_what_entities_owe_each_other_takes_no_manual_journal(firm: PaperFirm) -> None:
    lines = [{"account": "1500", "currency": "EUR", "debit": "1"},
             {"account": "6010", "currency": "EUR", "credit": "1"}]  # fmt: skip

    firm.refuses(ControlAccount, "PostJournal", journal_id=new("j"), entity="DE01",
                 accounting_date="2025-01-09", description="x", lines=lines)  # fmt: skip


def test_a_charge_needs_a_price_a_rate_and_open_books_on_both_sides(firm: PaperFirm) -> None:
    firm.refuses(NoTransferPrice, "RaiseIntercompanyCharge",
                 **charge("x", "GB21", "US21", at_cost=True))  # fmt: skip
    firm.refuses(NoTransferPrice, "RaiseIntercompanyCharge",
                 **charge("x", "GB21", "US21", currency=""))  # fmt: skip
    firm.refuses(MissingRate, "RaiseIntercompanyCharge",
                 **charge("x", "DE01", "US21", currency="CHF"))  # fmt: skip
    firm.refuses(AmountTooFine, "RaiseIntercompanyCharge",
                 **charge("x", "DE01", "US21", amount="1.001"))  # fmt: skip
    firm.refuses(PeriodNotOpen, "RaiseIntercompanyCharge",
                 **charge("x", "DE01", "US21", charged_on="2025-02-03"))  # fmt: skip
    firm.do("SoftClosePeriod", entity="US21", month=JANUARY)
    firm.refuses(ReasonNeeded, "RaiseIntercompanyCharge", **charge("x", "DE01", "US21"))
    firm.refuses(PeriodClosed, "RaiseIntercompanyCharge", ACCOUNTANT,
                 **charge("x", "DE01", "US21"))  # fmt: skip


def test_lent_time_needs_a_price_of_its_day(firm: PaperFirm) -> None:
    firm.do("CreateProject", project_id=new("lent"), code="LENT", name="lent", entity="US21")
    firm.do("DefineIntercompanyRule", **rule(receiver="GB21", from_date="2025-06-01"))
    firm.do("CreateProject", project_id=new("gb"), code="GB", name="gb", entity="GB21")
    week = {"person_id": firm.person, "week": date(2025, 1, 6)}
    _, entry = firm.work(new("lent"), date(2025, 1, 6))
    firm.do("LogTime", person_id=firm.person, project_id=new("gb"), work_date=date(2025, 1, 7),
            minutes=60)  # fmt: skip
    firm.do("SubmitTimesheet", **week)

    firm.refuses(NoTransferPrice, "ApproveTime",
                 Actor("boss", frozenset({"approver"}), frozenset({"*"})), **week)  # fmt: skip
    firm.do("DefineIntercompanyRule", **rule(hourly=[{"role": "other", "hourly_rate": "1"}]))
    firm.refuses(NoTransferPrice, "ReRateTime", **week, entry_ids=[entry], why="new prices")


def test_only_what_is_open_is_cleared(firm: PaperFirm) -> None:
    both = (new("charge there"), new("charge back"))
    netting = {**PAIR, "netting_id": new("n"), "netted_on": "2025-01-09"}
    paying = {**PAIR, "settlement_id": new("s"), "settled_on": "2025-01-09"}

    firm.refuses(NothingOpen, "NetIntercompany", **netting, open_charges=both[:1])
    firm.refuses(TooMuchCleared, "SettleIntercompany", **paying, open_charges=both, amount="101")
    firm.do("DisputeCounterpart", charge_id=both[1], why="not ours")
    firm.refuses(NothingOpen, "SettleIntercompany", **paying, open_charges=both)
    firm.do("RaiseIntercompanyCharge", **charge("dollars", "US21", "DE01"))
    given = {**paying, "open_charges": (new("charge dollars"),)}
    firm.do("OpenPeriod", entity="US21", month=FEBRUARY)
    firm.refuses(MissingRate, "SettleIntercompany", **{**given, "settled_on": "2025-02-20"})
    firm.do("SettleIntercompany", **given)
    firm.refuses(NothingOpen, "DisputeCounterpart", charge_id=new("charge dollars"), why="late")


def test_shares_lead_to_one_parent_on_the_first_of_a_month(firm: PaperFirm) -> None:
    top, us, gb = group("GR3")["members"]

    firm.refuses(BadOwnership, "DefineGroup", **group("GR3", members=[top, {**gb, "parent": ""}]))
    loop = [top, {**us, "parent": "GB21"}, {**gb, "parent": "US21"}]
    firm.refuses(BadOwnership, "DefineGroup", **group("GR3", members=loop))
    stranger = [top, {**us, "parent": "FR21"}]
    firm.refuses(BadOwnership, "DefineGroup", **group("GR3", members=stranger))
    firm.refuses(BadOwnership, "DefineGroup", **group("GR3", members=[us]))
    firm.refuses(NotFirstDay, "DefineGroup",
                 **group("GR3", members=[top, {**us, "from_date": "2025-01-02"}]))  # fmt: skip
    firm.refuses(UnknownAccount, "DefineGroup",
                 **group("GR3", members=[top, {**us, "investment_account": "9"}]))  # fmt: skip
    firm.refuses(UnknownCurrency, "DefineGroup", **group("GR3", currency="XXQ"))
    firm.refuses(AlreadyTaken, "DefineGroup", **group("GRP"))


def test_shares_change_hands_within_the_group(firm: PaperFirm) -> None:
    given = {"group": "GRP", "member": "US21", "parent": "DE01", "pct": "90",
             "from_date": FEBRUARY}  # fmt: skip

    firm.refuses(BadOwnership, "SetOwnership", **{**given, "parent": "GB21"})
    firm.refuses(NotFirstDay, "SetOwnership", **{**given, "from_date": "2025-02-02"})
    firm.refuses(UnknownAccount, "SetOwnership", **{**given, "investment_account": "9"})


def test_months_are_translated_in_order_at_known_rates(firm: PaperFirm) -> None:
    stranger = (TrialRow("FR21", "1000", "", END, Decimal(1)),)
    firm.refuses(NotInGroup, "RunTranslation", **MONTH, **{**trial(), "balances": stranger})
    firm.refuses(PeriodNotOpen, "RunTranslation", **{**MONTH, "month": FEBRUARY}, **trial())
    for month in (2, 3):
        firm.do("OpenPeriod", entity="GRP", month=date(2025, month, 1))
    firm.refuses(MissingRate, "RunTranslation", **{**MONTH, "month": FEBRUARY}, **trial())
    firm.refuses(WrongOrder, "RunTranslation", **{**MONTH, "month": "2025-03-01"}, **trial())


def test_a_closed_month_of_the_group_takes_no_run(firm: PaperFirm) -> None:
    firm.do("SoftClosePeriod", entity="GRP", month=JANUARY)
    firm.refuses(ReasonNeeded, "RunTranslation", **MONTH, **trial())
    firm.refuses(PeriodClosed, "RunTranslation", ACCOUNTANT, **MONTH, **trial())


def test_eliminations_wait_for_translation_and_for_agreement(firm: PaperFirm) -> None:
    gap = (PairBalance("DE01", "US21", "USD", Decimal(100), Decimal(90)),)
    unknown = (PairBalance("DE01", "US21", "CHF", Decimal(100), Decimal(90)),)
    profit = {"seller": "US21", "holder": "DE01", "account": "1300", "amount": "1"}
    given: dict[str, Any] = {**MONTH, "pairs": PAIRS, "position": 1}

    firm.refuses(IntercompanyUnmatched, "RunEliminations", **{**given, "pairs": gap})
    firm.refuses(MissingRate, "RunEliminations", **{**given, "pairs": unknown})
    firm.refuses(WrongAsset, "RunEliminations", **given,
                 unrealised=[{**profit, "account": "1000"}])  # fmt: skip
    firm.refuses(NotInGroup, "RunEliminations", **given,
                 unrealised=[{**profit, "seller": "FR21"}])  # fmt: skip
    firm.refuses(AmountTooFine, "RunEliminations", **given,
                 unrealised=[{**profit, "amount": "0.001"}])  # fmt: skip
    firm.do("OpenPeriod", entity="GRP", month=FEBRUARY)
    firm.refuses(NotTranslated, "RunEliminations", **{**given, "month": FEBRUARY})


def test_a_difference_within_tolerance_is_taken(firm: PaperFirm) -> None:
    gap = (PairBalance("DE01", "US21", "USD", Decimal(100), Decimal("99.99")),)

    firm.do("RunEliminations", **MONTH, pairs=gap, position=1, tolerance="0.01")


def test_what_builds_on_an_old_run_is_out_of_date(firm: PaperFirm) -> None:
    firm.do("OpenPeriod", entity="GRP", month=FEBRUARY)
    firm.rates(date(2025, 2, 28), USD="1.04", GBP="0.83")
    later = {**MONTH, "month": FEBRUARY}
    firm.do("RunTranslation", **later, **NOTHING)
    firm.refuses(NotEliminated, "RecordNoncontrollingInterest", **later)

    firm.do("RunTranslation", **MONTH, **{**trial(), "balances": TRIAL[:3]})

    firm.refuses(OutOfDate, "RunEliminations", **later, pairs=(), position=1)
    firm.refuses(OutOfDate, "RecordNoncontrollingInterest", **MONTH)


def test_minorities_wait_for_translation(firm: PaperFirm) -> None:
    firm.do("OpenPeriod", entity="GRP", month=FEBRUARY)

    firm.refuses(NotTranslated, "RecordNoncontrollingInterest", **{**MONTH, "month": FEBRUARY})


def test_an_adjustment_balances_and_names_members(firm: PaperFirm) -> None:
    def lines(account: str = "2010", credit: str = "1", **more: str) -> dict[str, Any]:
        return {"lines": [{"account": "6010", "debit": "1"},
                          {"account": account, "credit": credit, **more}]}  # fmt: skip

    given = {**MONTH, **TOPSIDE}
    firm.refuses(Unbalanced, "PostTopsideAdjustment", **{**given, **lines(credit="2")})
    firm.refuses(UnknownAccount, "PostTopsideAdjustment", **{**given, **lines("9")})
    firm.refuses(AmountTooFine, "PostTopsideAdjustment", **{**given, **lines(credit="0.001")})
    firm.refuses(NotInGroup, "PostTopsideAdjustment", **{**given, **lines(member="FR21")})


def test_a_month_is_final_once_everybody_is_closed_and_all_is_current(firm: PaperFirm) -> None:
    sealed: dict[str, Any] = {"trial_balance": "0" * 64, "position": 1}
    firm.refuses(MemberOpen, "FinalizeConsolidation", **MONTH, **sealed)
    for entity in ("DE01", "US21", "GB21"):
        firm.close(JANUARY, entity)
    firm.refuses(NotEliminated, "FinalizeConsolidation", **MONTH, **sealed)
    firm.do("RecordNoncontrollingInterest", **MONTH)
    firm.do("RunTranslation", **MONTH, **{**trial(), "balances": TRIAL[:3]})
    firm.refuses(OutOfDate, "FinalizeConsolidation", **MONTH, **sealed)
    for entity in ("GRF", "FR21"):
        firm.do("OpenPeriod", entity=entity, month=FEBRUARY)
    firm.close(FEBRUARY, "FR21")
    later = {**FINAL, "month": FEBRUARY}
    firm.refuses(NotTranslated, "FinalizeConsolidation", **later, **sealed)
    firm.do("RunTranslation", **later, balances=(), days=(), position=1)
    firm.do("RunEliminations", **later, pairs=(), position=1)
    firm.do("RecordNoncontrollingInterest", **later)
    firm.refuses(WrongOrder, "FinalizeConsolidation", **later, **sealed)


def test_a_final_month_never_changes(firm: PaperFirm) -> None:
    sealed: dict[str, Any] = {"trial_balance": "0" * 64, "position": 1}
    firm.do("FinalizeConsolidation", **FINAL, **sealed)

    firm.refuses(ConsolidationFinal, "FinalizeConsolidation", **FINAL, **sealed)
    firm.refuses(ConsolidationFinal, "RunTranslation", **FINAL, **NOTHING)
    firm.refuses(ConsolidationFinal, "RunEliminations", **FINAL, pairs=(), position=1)
    firm.refuses(ConsolidationFinal, "RecordNoncontrollingInterest", **FINAL)
    firm.refuses(ConsolidationFinal, "PostTopsideAdjustment", **FINAL, **TOPSIDE)
