"""Questions that a report refuses, and days at the ends of the calendar."""

from datetime import date
from typing import Any

import pytest

from domain.ledger.chart import UnknownAccount
from projections.as_of import NotYetRead
from projections.report import EARLIEST, LATEST, BadParameter
from tests.firm import Firm
from tests.projections.test_reports import FIXED, ask


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("trial-balance", {"effective": "soon"}, "effective"),
        ("trial-balance", {"effective": None}, "effective"),
        ("trial-balance", {"effective": "1899-12-31"}, "effective"),
        ("revenue-by-month", {"effective": date.max}, "effective"),
        ("general-ledger", {"from": "0001-01-01"}, "from"),
        ("trial-balance", {"entity": "DE\x0001"}, "entity"),
        ("trial-balance", {"colour": "red"}, None),
        ("trial-balance", {"known": "soon"}, "known"),
        ("general-ledger", {"account": None}, "account"),
        ("general-ledger", {"rows": "0"}, "rows"),
        ("general-ledger", {"page": 10**30}, "page"),
        ("general-ledger", {"from": "2026-01-01"}, "from"),
        ("revenue-by-month", {"from": "2026-01-01"}, "from"),
        ("revenue-by-month", {"from": "1925-01-01"}, "from"),
        ("audit-trail", {"page": "0"}, "page"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    firm: Firm, name: str, given: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(BadParameter) as refused:
        ask(firm, name, **given)

    assert refused.value.field == field


@pytest.mark.parametrize("name", FIXED)
@pytest.mark.parametrize("day", [EARLIEST, LATEST])
def test_a_report_knows_the_first_and_the_last_day(firm: Firm, name: str, day: date) -> None:
    firm.settle()

    assert ask(firm, name, effective=day).parameters["effective"] == day


def test_an_unknown_account_is_refused(firm: Firm) -> None:
    with pytest.raises(UnknownAccount):
        ask(firm, "general-ledger", account="9999")


def test_what_is_not_read_yet_is_refused_not_left_out(firm: Firm) -> None:
    firm.settle()
    position = firm.do("DeactivateClient", client_id=firm.client).position

    with pytest.raises(NotYetRead):
        ask(firm, "trial-balance", known=position)
