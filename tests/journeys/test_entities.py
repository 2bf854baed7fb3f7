"""What one legal entity's people may do to another's books."""

from datetime import date

import pytest

from domain.actor import Actor, WrongEntity
from domain.identity import named_id
from tests.firm import WORKER, Firm

ABROAD = named_id("project", "abroad")


def test_time_is_approved_only_by_who_reaches_the_books_it_earns_in(firm: Firm) -> None:
    firm.do("RegisterLegalEntity", code="GB01", name="Nordlicht Ltd", currency="GBP",
            country="GB", zone="Europe/London")  # fmt: skip
    firm.do("CreateProject", project_id=ABROAD, code="ABROAD", name="abroad", entity="GB01")
    firm.do("LogTime", WORKER, person_id=firm.person, project_id=ABROAD,
            work_date=date(2025, 1, 3), minutes=60)  # fmt: skip
    firm.do("SubmitTimesheet", WORKER, person_id=firm.person, week=date(2025, 1, 3))
    here = Actor("here", frozenset({"approver"}), frozenset({"DE01"}))
    both = Actor("both", frozenset({"approver"}), frozenset({"DE01", "GB01"}))

    with pytest.raises(WrongEntity):
        firm.do("ApproveTime", here, person_id=firm.person, week=date(2025, 1, 3))
    assert firm.do("ApproveTime", both, person_id=firm.person, week=date(2025, 1, 3)).position
