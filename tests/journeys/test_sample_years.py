"""The demo's firms of four kinds: each lives its year, and every month's end is looked at."""

from contextlib import closing
from typing import Any

import pytest

from api.commands.verify import verdicts
from api.demo.firms import FIRMS
from api.demo.firms.sample_year import SampleYear
from api.wiring import System
from tests.journeys.books import in_books, rolled_forward

OVER_ALLOCATED = """
SELECT t.contract_id, t.obligation, sum(l.amount), t.allocated
FROM (SELECT DISTINCT ON (contract_id, obligation) * FROM revenue_terms
      ORDER BY contract_id, obligation, position DESC) t
JOIN revenue_lines l USING (contract_id, obligation)
GROUP BY t.contract_id, t.obligation, t.allocated HAVING sum(l.amount) > t.allocated
"""


def over_allocated(system: System) -> list[Any]:
    """Obligations that have earned more than their share of the price."""
    with system.connect() as conn:
        return conn.execute(OVER_ALLOCATED).fetchall()


@pytest.mark.parametrize("name", FIRMS)
def test_a_firms_year_adds_up_at_every_months_end(name: str, system: System) -> None:
    firm = FIRMS[name]()
    with closing(SampleYear(system, firm, lambda _: None)) as year:
        for on in year.months():
            assert rolled_forward(system, firm.CODE, on) == in_books(system, firm.CODE, "1200", on)
            assert over_allocated(system) == []
    assert [one for one in verdicts(system) if not one.holds] == []
