"""Allocation rules: versions, what two of them must not do, reviews, captured statistics."""

from datetime import date
from typing import Any

import pytest

from domain.allocation.rule import (
    AllocationCycle,
    PoolsOverlap,
    ReviewBackdated,
    Rulebook,
    RuleEnded,
    UnknownRule,
)
from domain.allocation.rule_commands import (
    NotPoolable,
    OneTarget,
    StatisticUnnamed,
    TargetElsewhere,
    TargetsUnclear,
)
from domain.allocation.run_commands import DriverIsRead, NamedTwice
from domain.allocation.statistic import Statistic
from domain.ledger.chart import UnknownAccount
from domain.organisation.person import Person
from domain.unit_of_work import NotFound
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import UNKNOWN
from tests.domain.samples_allocation import JANUARY, desks, rule

DEFINE, OF = "DefineAllocationRule", {"entity": "DE01", "code": "RENT"}


def listed(*departments: str) -> dict[str, Any]:
    """Targets by name."""
    return {"targets": "listed", "listed": [{"department": name} for name in departments]}


def versions(paper: PaperFirm) -> list[int]:
    """Versions defined so far, in order."""
    return [fact.rule.version for fact in paper.all(Rulebook.Defined)]


def in_force(paper: PaperFirm, month: date) -> list[str]:
    """Rules that hold in a month."""
    found: Any = next(fact.event for fact in paper.facts if isinstance(fact.event, Rulebook.Begun))
    return [one.name for one in paper.replayed(found.originator_id).in_force(month)]


def test_versions_count_up_and_hold_from_their_month(paper: PaperFirm) -> None:
    paper.do(DEFINE, **rule())
    paper.do(DEFINE, **rule(driver="hours", statistic="", from_month="2025-03-15"))

    assert versions(paper) == [1, 2]
    assert in_force(paper, date(2024, 12, 1)) == []
    assert in_force(paper, date(2025, 2, 1)) == ["RENT v1"]
    assert in_force(paper, date(2025, 3, 1)) == ["RENT v2"]


def test_a_version_of_earlier_months_leaves_later_ones_as_they_are(paper: PaperFirm) -> None:
    paper.do(DEFINE, **rule(from_month="2025-03-01"))
    paper.do(DEFINE, **rule(statistic="chairs"))

    assert in_force(paper, JANUARY) == ["RENT v2"]
    assert in_force(paper, date(2025, 3, 1)) == ["RENT v1"]


def test_the_same_rule_again_is_no_version(paper: PaperFirm) -> None:
    paper.do(DEFINE, **rule())
    paper.do(DEFINE, **rule())

    assert versions(paper) == [1]


def test_an_ended_rule_holds_no_longer_until_it_is_defined_anew(paper: PaperFirm) -> None:
    paper.do(DEFINE, **rule())
    paper.do("EndAllocationRule", **OF, from_month="2025-03-01")
    assert in_force(paper, date(2025, 2, 1)) == ["RENT v1"]
    assert in_force(paper, date(2025, 3, 1)) == []

    paper.do(DEFINE, **rule(from_month="2025-05-01"))

    held = {no: in_force(paper, date(2025, no, 1)) for no in (2, 3, 4, 5)}
    assert held == {2: ["RENT v1"], 3: [], 4: [], 5: ["RENT v2"]}


def test_an_end_can_be_put_off(paper: PaperFirm) -> None:
    paper.do(DEFINE, **rule())
    for month in ("2025-03-01", "2025-04-01", "2025-04-30"):
        paper.do("EndAllocationRule", **OF, from_month=month)

    assert len(paper.all(Rulebook.Ended)) == 2
    assert in_force(paper, date(2025, 3, 1)) == ["RENT v1"]
    assert in_force(paper, date(2025, 4, 1)) == []


def test_two_rules_never_hold_the_same_cost(paper: PaperFirm) -> None:
    paper.do(DEFINE, **rule())

    paper.refuses(PoolsOverlap, "DefineAllocationRule", **rule("IT", department="IT"))
    paper.refuses(PoolsOverlap, "DefineAllocationRule",
                  **rule("IT", accounts=["6100", "6010"], from_month="2024-12-01"))  # fmt: skip

    paper.do(DEFINE, **rule("IT", accounts=["6100"], department="IT"))
    paper.do(DEFINE, **rule("HR", accounts=["6100"], department="HR"))
    paper.do("EndAllocationRule", **OF, from_month="2025-03-01")
    paper.do(DEFINE, **rule("AFTER", from_month="2025-03-01"))


def test_cost_codes_tell_pools_apart(paper: PaperFirm) -> None:
    paper.do(DEFINE, **rule("ONE", cost_code="100"))
    paper.do(DEFINE, **rule("TWO", cost_code="200"))

    paper.refuses(PoolsOverlap, "DefineAllocationRule", **rule("ANY"))


def service(name: str, *targets: str, method: str = "step") -> dict[str, Any]:
    """A rule that passes a department's cost on to named ones."""
    return rule(name, department=name, method=method, **listed(*targets))


def test_step_down_rules_that_go_round_are_refused(paper: PaperFirm) -> None:
    paper.do(DEFINE, **service("IT", "HR", "Design"))
    paper.do(DEFINE, **service("HR", "LEGAL"))

    refusal = paper.refuses(AllocationCycle, "DefineAllocationRule", **service("LEGAL", "IT"))

    assert "IT" in refusal.message
    assert "LEGAL" in refusal.message
    paper.refuses(AllocationCycle, "DefineAllocationRule", **service("LEGAL", "LEGAL"))


def test_reciprocal_rules_may_go_round_and_direct_ones_cannot(paper: PaperFirm) -> None:
    paper.do(DEFINE, **service("IT", "HR", "Design", method="reciprocal"))
    paper.do(DEFINE, **service("HR", "IT", "Design", method="reciprocal"))
    paper.do(DEFINE, **service("A", "B", "Design", method="direct"))
    paper.do(DEFINE, **service("B", "A", "Design", method="direct"))

    paper.refuses(AllocationCycle, "DefineAllocationRule",
                  **service("LEGAL", "LEGAL", method="reciprocal"))  # fmt: skip


@pytest.mark.parametrize("account", ["1000", "4000", "5040", "6090"])
def test_only_cost_is_pooled_and_nothing_that_was_passed_on(
    paper: PaperFirm, account: str
) -> None:
    paper.refuses(NotPoolable, "DefineAllocationRule", **rule(accounts=[account]))
    paper.refuses(UnknownAccount, "DefineAllocationRule", **rule(accounts=["6666"]))


def test_targets_are_listed_or_of_a_kind(paper: PaperFirm) -> None:
    paper.refuses(TargetsUnclear, "DefineAllocationRule", **rule(targets="listed"))
    paper.refuses(TargetsUnclear, "DefineAllocationRule",
                  **rule(listed=[{"department": "A"}]))  # fmt: skip
    paper.refuses(TargetsUnclear, "DefineAllocationRule", **rule(driver="fixed", statistic=""))


def test_a_statistic_has_a_name_and_other_drivers_their_own(paper: PaperFirm) -> None:
    paper.refuses(StatisticUnnamed, "DefineAllocationRule", **rule(statistic=""))
    paper.refuses(StatisticUnnamed, "DefineAllocationRule", **rule(driver="hours"))


def test_a_target_is_one_thing_of_the_same_books(paper: PaperFirm) -> None:
    _, project = paper.win()
    of = {"targets": "listed"}
    paper.do("RegisterLegalEntity", code="DE02", name="Suedlicht", currency="EUR", country="DE")
    paper.do("CreateProject", project_id=new("away"), code="AWAY", name="away", entity="DE02")

    paper.refuses(OneTarget, "DefineAllocationRule", **rule(**of, listed=[{}]))
    both = [{"project_id": project, "department": "A"}]
    paper.refuses(OneTarget, "DefineAllocationRule", **rule(**of, listed=both))
    away = [{"project_id": new("away")}]
    paper.refuses(TargetElsewhere, "DefineAllocationRule", **rule(**of, listed=away))
    nothing = [{"client_id": UNKNOWN}]
    paper.refuses(NotFound, "DefineAllocationRule", **rule(**of, listed=nothing))

    paper.do(DEFINE, **rule(**of, listed=[{"project_id": project}, {"client_id": paper.client}]))


def test_assumptions_are_looked_at_again(paper: PaperFirm) -> None:
    when = {"reviewed_on": "2025-03-01", "next_on": "2026-03-01"}
    paper.refuses(UnknownRule, "ReviewAssumptions", **OF, **when)
    paper.refuses(UnknownRule, "EndAllocationRule", **OF, from_month="2025-03-01")
    paper.do(DEFINE, **rule())

    paper.do("ReviewAssumptions", **OF, **when, note="still right")

    assert paper.last(Rulebook.Reviewed).version == 1
    paper.refuses(ReviewBackdated, "ReviewAssumptions", **OF,
                  **{**when, "next_on": "2025-03-01"})  # fmt: skip
    paper.do("EndAllocationRule", **OF, from_month="2025-02-01")
    paper.refuses(RuleEnded, "ReviewAssumptions", **OF, **when)


def test_a_later_capture_replaces_an_earlier_one(paper: PaperFirm) -> None:
    paper.do("CaptureDriver", **desks(A="1", B="2"))
    paper.do("CaptureDriver", **desks(A="1", B="2"))
    assert not paper.all(Statistic.Corrected)

    paper.do("CaptureDriver", **desks(B="3"))

    assert [one.to.key for one in paper.last(Statistic.Corrected).captured.measured] == ["B"]


def test_what_cannot_be_captured(paper: PaperFirm) -> None:
    twice = [{"department": "A", "quantity": "1"}, {"department": "A", "quantity": "2"}]
    elsewhere = [{"project_id": new("away"), "quantity": "1"}]
    paper.do("RegisterLegalEntity", code="DE02", name="Suedlicht", currency="EUR", country="DE")
    paper.do("CreateProject", project_id=new("away"), code="AWAY", name="away", entity="DE02")

    paper.refuses(DriverIsRead, "CaptureDriver", **{**desks(A="1"), "statistic": "hours"})
    paper.refuses(NamedTwice, "CaptureDriver", **{**desks(A="1"), "quantities": twice})
    paper.refuses(OneTarget, "CaptureDriver",
                  **{**desks(A="1"), "quantities": [{"quantity": "1"}]})  # fmt: skip
    paper.refuses(TargetElsewhere, "CaptureDriver", **{**desks(A="1"), "quantities": elsewhere})


def test_a_person_moves_from_department_to_department(paper: PaperFirm) -> None:
    to = {"person_id": paper.person, "from_date": "2025-02-01"}
    for department in ("Design", "Design", "Build"):
        paper.do("AssignDepartment", **to, department=department)

    assert len(paper.all(Person.DepartmentAssigned)) == 2
    assert paper.replayed(paper.person).departments == {date(2025, 2, 1): "Build"}
