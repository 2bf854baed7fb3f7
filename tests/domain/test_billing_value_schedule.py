"""Schedules of values: applied for line by line, certified, billed with what the client keeps."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.billing_schedule import NotFixedFee, PlannedBySchedule
from domain.billing.documents import NothingToBill
from domain.billing.milestone import ScheduleMismatch
from domain.billing.retainage import BadRetainage
from domain.billing.schedule_of_values import OverBilled, OverCertified
from domain.billing.value_schedule import (
    ApplicationNotOpen,
    ApplicationPending,
    OwnApplication,
    PeriodApplied,
    UnknownItem,
    ValueSchedule,
    values_id,
)
from domain.consumption import BilledElsewhere
from domain.contracts.change_order import PlanNotPrice
from domain.contracts.contract import ContractNotActive, ContractSuspended, OutsideTerm
from domain.ledger.commands import ReasonNeeded
from domain.money import AmountTooFine
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import draft
from tests.domain.samples_progress import (
    HALL,
    OWNER,
    applied,
    built,
    certificate,
    certified,
    charged,
    enlarged,
    hall,
    mark,
    tower,
    value,
    work,
)
from tests.domain.samples_sales import FINANCE

ONE = {**HALL, "application_id": new("one")}
YES = {"certified_on": "2025-01-04", "certificate": "C 1"}


@pytest.fixture
def site(paper: PaperFirm) -> PaperFirm:
    """A hall of 10,000 EUR, walls 6,000 and roof 4,000, of which a tenth is kept."""
    hall(paper)
    return paper


def values(firm: PaperFirm) -> Any:
    return firm.replayed(values_id(new("hall")))


def asked(*lines: Any, **fields: Any) -> dict[str, Any]:
    """Fields of an application of January."""
    return {**ONE, "period_to": "2025-01-03", "lines": lines, **fields}


def test_an_application_comes_to_work_and_materials_less_retainage(site: PaperFirm) -> None:
    answer = applied(site, "one", "2025-01-03", work("walls", "2000.00", "500.00"))

    assert (answer.no, answer.completed_and_stored, answer.retainage, answer.due) == (
        1, Decimal("2500.00"), Decimal("250.00"), Decimal("2250.00"),
    )  # fmt: skip
    assert answer.balance_to_finish == Decimal("7750.00")


def test_a_certificate_is_billed_and_the_client_keeps_its_tenth(site: PaperFirm) -> None:
    applied(site, "one", "2025-01-03", work("walls", "2000.00", "500.00"))
    certified(site, "one", "2025-01-04")

    answer = charged(site, "one", "2025-01-05")

    assert (answer.net, answer.tax, answer.retained, answer.due) == (
        Decimal("2500.00"), Decimal("475.00"), Decimal("250.00"), Decimal("2725.00"),
    )  # fmt: skip
    source = {"contract_id": new("hall"), "sources": [certificate("one")]}
    site.refuses(BilledElsewhere, "IssueInvoice", **source, invoice_id=new("again"),
                 issued_on="2025-01-05")  # fmt: skip


def test_what_is_not_certified_is_asked_for_again(site: PaperFirm) -> None:
    applied(site, "one", "2025-01-03", work("walls", "2000.00"))
    less = certified(site, "one", "2025-01-04", certified="1350.00", why="no proof of a quarter")
    assert (less.withheld, less.billable, less.retained) == (
        Decimal("450.00"), Decimal("1500.00"), Decimal("150.00"),
    )  # fmt: skip

    answer = applied(site, "two", "2025-01-31", work("walls", "1000.00"))

    assert (answer.previous_certificates, answer.due) == (Decimal("1350.00"), Decimal("1350.00"))
    all_ = certified(site, "two", "2025-02-03")
    assert (all_.billable, all_.retained) == (Decimal("1500.00"), Decimal("150.00"))


def test_a_certificate_of_nothing_lets_bill_nothing(site: PaperFirm) -> None:
    applied(site, "one", "2025-01-03", work("walls", "2000.00"))
    certified(site, "one", "2025-01-04", certified="0", why="nothing seen")

    site.refuses(ApplicationNotOpen, "IssueInvoice", contract_id=new("hall"),
                 invoice_id=new("i"), issued_on="2025-01-05",
                 sources=[certificate("one")])  # fmt: skip
    assert applied(site, "two", "2025-01-31", work("walls", "0.00")).due == Decimal("1800.00")


def test_no_line_is_billed_beyond_its_value(site: PaperFirm) -> None:
    applied(site, "one", "2025-01-03", work("walls", "5000.00", "1000.00"))
    certified(site, "one", "2025-01-04")
    second = {**asked(work("walls", "1000.01")), "application_id": new("two"),
              "period_to": "2025-01-31"}  # fmt: skip

    site.refuses(OverBilled, "SubmitPayApplication", **second)
    site.do("SubmitPayApplication", **{**second, "lines": [work("walls", "1000.00"),
                                                          work("roof", "1.00")]})  # fmt: skip


def test_material_that_is_not_named_lies_where_it_lay(site: PaperFirm) -> None:
    applied(site, "one", "2025-01-03", work("walls", "100.00", "500.00"))
    certified(site, "one", "2025-01-04")
    applied(site, "two", "2025-01-31", work("roof", "100.00"))

    assert [one.stored for one in values(site).pending.lines] == [Decimal("500.00"), 0]


def test_an_application_names_lines_once_and_asks_for_work(site: PaperFirm) -> None:
    walls = work("walls", "10.00")

    site.refuses(UnknownItem, "SubmitPayApplication", **asked(work("door", "1.00")))
    site.refuses(UnknownItem, "SubmitPayApplication", **asked(walls, walls))
    site.refuses(NothingToBill, "SubmitPayApplication", **asked(work("walls", "0.00")))
    site.refuses(AmountTooFine, "SubmitPayApplication", **asked(work("walls", "0.001")))
    site.refuses(OverBilled, "SubmitPayApplication", **asked(work("walls", "-1.00")))
    site.do("TerminateContract", **HALL, on="2025-01-02", why="a dispute")
    site.refuses(OutsideTerm, "SubmitPayApplication", **asked(walls))
    site.do("SuspendContract", **HALL, why="a dispute")
    site.refuses(ContractSuspended, "SubmitPayApplication", **asked(walls))


def test_one_application_is_decided_before_the_next_period(site: PaperFirm) -> None:
    walls = work("walls", "10.00")
    applied(site, "one", "2025-01-03", walls)
    second = {**asked(walls), "application_id": new("two"), "period_to": "2025-01-03"}

    site.refuses(ApplicationPending, "SubmitPayApplication", **second)
    certified(site, "one", "2025-01-04")
    site.refuses(PeriodApplied, "SubmitPayApplication", **second)
    site.refuses(AlreadyTaken, "SubmitPayApplication", **{**second, "period_to": "2025-01-31",
                                                          **ONE})  # fmt: skip


def test_an_application_that_is_withdrawn_never_was(site: PaperFirm) -> None:
    applied(site, "one", "2025-01-03", work("walls", "10.00"))
    site.do("WithdrawPayApplication", **ONE, why="a line is missing")

    site.refuses(ApplicationNotOpen, "WithdrawPayApplication", **ONE, why="again")
    site.refuses(ApplicationNotOpen, "CertifyPayApplication", OWNER, **ONE, **YES)
    assert applied(site, "two", "2025-01-03", work("walls", "20.00")).no == 1


def test_somebody_else_certifies_no_more_than_is_due(site: PaperFirm) -> None:
    applied(site, "one", "2025-01-03", work("walls", "2000.00"))
    less = {**ONE, **YES, "why": "less"}

    site.refuses(OwnApplication, "CertifyPayApplication", **ONE, **YES)
    site.refuses(OverCertified, "CertifyPayApplication", OWNER, **less, certified="1800.01")
    site.refuses(AmountTooFine, "CertifyPayApplication", OWNER, **less, certified="1.001")
    site.refuses(ReasonNeeded, "CertifyPayApplication", OWNER, **ONE, **YES, certified="1.00")


def test_a_foreign_certificate_needs_a_rate(paper: PaperFirm) -> None:
    hall(paper, "pier", currency="USD")
    applied(paper, "p", "2025-06-30", work("walls", "10.00"), on="pier")

    paper.refuses(MissingRate, "CertifyPayApplication", OWNER, contract_id=new("pier"),
                  application_id=new("p"), certified_on="2025-06-30",
                  certificate="C")  # fmt: skip


def test_values_are_the_price_and_change_until_work_is_applied_for(site: PaperFirm) -> None:
    lines = [value("walls", "6000"), value("roof", "3999.99")]

    site.refuses(ScheduleMismatch, "SetScheduleOfValues", **HALL, lines=lines)
    site.refuses(UnknownItem, "SetScheduleOfValues", **HALL,
                 lines=[value("walls", "5000"), value("walls", "5000")])  # fmt: skip
    site.refuses(AmountTooFine, "SetScheduleOfValues", **HALL,
                 lines=[value("walls", "9999.999"), value("roof", "0.001")])  # fmt: skip
    site.do("SetScheduleOfValues", **HALL, lines=[value("all", "10000")])
    applied(site, "one", "2025-01-03", work("all", "1.00"))
    site.refuses(ApplicationPending, "SetScheduleOfValues", **HALL, lines=[value("b", "10000")])
    assert list(values(site).items) == ["all"]


def test_a_price_is_billed_by_milestones_or_by_values(site: PaperFirm) -> None:
    built(site, "tower", "1")
    site.do("PlanBillingSchedule", **tower(), entries=[
        {"milestone_id": new("frame"), "name": "frame", "due_on": "2025-02-01", "pct": "100"},
    ])  # fmt: skip
    entry = {"milestone_id": new("m"), "name": "m", "due_on": "2025-02-01", "pct": "100"}

    site.refuses(PlannedBySchedule, "SetScheduleOfValues", contract_id=new("tower"),
                 lines=[value("all", "1")])  # fmt: skip
    site.refuses(PlannedBySchedule, "PlanBillingSchedule", **HALL, project_id=new("hall site"),
                 entries=[entry])  # fmt: skip
    site.refuses(PlannedBySchedule, "PlanMilestone", project_id=new("hall site"),
                 milestone_id=new("m"), name="m", amount="1", due_on="2025-02-01")  # fmt: skip
    site.refuses(ContractNotActive, "SetScheduleOfValues", contract_id=draft(site),
                 lines=[value("all", "1000")])  # fmt: skip
    time = draft(site, "by time")
    site.do("ActivateContract", contract_id=time, approved_by="x")
    site.refuses(NotFixedFee, "SetScheduleOfValues", contract_id=time, lines=[value("a", "1000")])


def test_a_milestone_planned_before_its_values_bills_nothing(paper: PaperFirm) -> None:
    built(paper, "tower", "1000")
    paper.do("PlanMilestone", **mark("frame"), name="frame", amount="1000", due_on="2025-02-01")
    paper.do("CompleteMilestone", **mark("frame"), completed_on="2025-01-03")
    paper.do("SetScheduleOfValues", contract_id=new("tower"), lines=[value("all", "1000")])

    paper.refuses(PlannedBySchedule, "AcceptMilestone", **mark("frame"), accepted_on="2025-01-04",
                  evidence="mail")  # fmt: skip


def test_a_change_order_is_a_line_of_its_own(site: PaperFirm) -> None:
    enlarged(site)

    added = values(site).items["CO 7"]
    assert (added.scheduled, added.change_order, added.text) == (800, True, "a gate")
    applied(site, "one", "2025-01-03", work("CO 7", "800.00"))
    figures = values(site).pending.figures
    assert (figures.original_sum, figures.change_orders, figures.contract_sum) == (
        10000, 800, 10800,
    )  # fmt: skip


def test_a_deduction_alone_is_no_application(site: PaperFirm) -> None:
    enlarged(site, "-500.00")

    site.refuses(BadRetainage, "SubmitPayApplication", **asked(work("CO 7", "-100.00")))
    applied(site, "one", "2025-01-03", work("CO 7", "-100.00"), work("walls", "1000.00"))
    assert values(site).pending.figures.due == Decimal("810.00")


def test_a_change_of_values_has_no_milestones(site: PaperFirm) -> None:
    more = {"milestone_id": new("m"), "name": "m", "amount": "5", "due_on": "2025-02-01"}

    site.refuses(PlanNotPrice, "DraftChangeOrder", **HALL, project_id=new("hall site"),
                 change_order_id=new("o"), name="8", scope="x", price="5", added=[more],
                 takes_effect_on="2025-01-01")  # fmt: skip


def test_a_change_order_named_like_a_line_is_refused(site: PaperFirm) -> None:
    site.do("SetScheduleOfValues", **HALL, lines=[value("CO 7", "10000")])

    enlarged(site, approve=False)
    site.refuses(UnknownItem, "ApproveChangeOrder", FINANCE, change_order_id=new("hall more"),
                 approved_on="2025-01-01", client_reference="PO 7")  # fmt: skip


def test_where_a_run_earns_the_certificate_does_not(paper: PaperFirm) -> None:
    hall(paper, recognition="by_run")
    applied(paper, "one", "2025-01-03", work("walls", "2000.00"))
    certified(paper, "one", "2025-01-04")

    assert not paper.last(ValueSchedule.Certified).certified.earned
    assert not list(paper.entries())


AMOUNTS = st.tuples(st.integers(0, 300000), st.integers(0, 100000), st.integers(0, 100))


@given(st.lists(AMOUNTS, min_size=1, max_size=5))
@settings(max_examples=20)
def test_certificates_never_exceed_the_work_and_end_at_it(steps: list[tuple[int, ...]]) -> None:
    paper = PaperFirm()
    paper.found()
    hall(paper)
    for no, (done, stored, share) in enumerate(steps, 1):
        try:
            line = work("walls", f"{done / 100:.2f}", f"{stored / 100:.2f}")
            due = applied(paper, f"a{no}", f"2025-{no:02}-28", line).due
        except (OverBilled, NothingToBill, BadRetainage):
            continue
        part = (due * share / 100).quantize(Decimal("0.01"))
        certified(paper, f"a{no}", f"2025-{no:02}-28", certified=str(part), why="as seen")
        held = values(paper)
        work_to_date = held.done["walls"] + held.stored["walls"]
        billable = sum(one.amount for one in held.shares_of.values())
        assert held.certified + held.retained == billable <= work_to_date
        assert share < 100 or billable == work_to_date
