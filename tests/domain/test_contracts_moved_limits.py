"""Limits move with the change order that changes what they limit, in the same append."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.contracts.change_order import LimitChange
from domain.contracts.change_order_commands import LimitInput
from domain.contracts.contract import BelowBilled, Contract
from domain.contracts.moved_limits import UnknownLimit
from domain.money import AmountTooFine
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_sales import FINANCE, LEADER, change, ordered

AT = {"change_order_id": new("order a")}
YES = {"approved_on": "2025-09-10", "client_reference": "PO 9"}
BARE: dict[str, Any] = {"cost": "0", "days": 0, "hours": [], "added": []}


@pytest.fixture
def capped(paper: PaperFirm) -> UUID:
    """Time for 10,000 USD under caps and an order; 1,200 of it are billed."""
    contract, project = paper.win("Deal")
    at = {"contract_id": contract}
    paper.do("SetCap", **at, name="all", limit="10000")
    paper.do("SetCap", **at, name="hours", limit="80", measure="hours")
    paper.do("SetCap", **at, name="travel", limit="500", kinds=["expense"])
    paper.do("AttachPurchaseOrder", **at, number="PO-1", limit="9000")
    paper.bill("i", contract, date(2025, 1, 7), paper.work(project, date(2025, 1, 6)))
    paper.win("Other")
    return contract


def given(paper: PaperFirm, contract: UUID, **fields: Any) -> dict[str, Any]:
    """A change of that contract by its own project."""
    [project] = [fact.event.originator_id for fact in paper.facts
                 if getattr(fact.event, "contract_id", None) == contract
                 and type(fact.event).__qualname__ == "Project.Created"]  # fmt: skip
    return {**change(**BARE), "contract_id": contract, "project_id": project, **fields}


def submit(paper: PaperFirm, contract: UUID, **fields: Any) -> None:
    """Draft and submit order ``a``."""
    ordered(paper, "a", **given(paper, contract, **fields))
    paper.do("SubmitChangeOrder", LEADER, **AT)


def limits(paper: PaperFirm, contract: UUID) -> list[Decimal]:
    """The limits that stand: caps in their order, then the client's order."""
    found: Contract = paper.replayed(contract)
    assert found.order is not None
    return [*(cap.limit for cap in found.caps.values()), found.order.limit]


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({"price": "300"}, [10300, 80, 500, 9300]),
        ({"price": "-300"}, [9700, 80, 500, 8700]),
        ({"price": "0", "days": 3}, [10000, 80, 500, 9000]),
        ({"price": "300", "limits": []}, [10000, 80, 500, 9000]),
        ({"price": "300", "limits": [{"source": "cap", "name": "hours", "by": "2.5"},
                                     {"source": "order", "name": "PO-1", "by": "0"}]},
         [10000, Decimal("82.5"), 500, 9000]),
        ({"price": "0", "limits": [{"source": "order", "name": "PO-1", "by": "-7800"}]},
         [10000, 80, 500, 1200]),
    ],
)  # fmt: skip
def test_limits_move_by_what_the_order_says_or_else_by_its_price(
    paper: PaperFirm, capped: UUID, fields: dict[str, Any], after: Sequence[Any]
) -> None:
    submit(paper, capped, **fields)
    assert limits(paper, capped) == [10000, 80, 500, 9000]

    paper.do("ApproveChangeOrder", FINANCE, **AT, **YES)

    assert limits(paper, capped) == after


def test_what_was_agreed_of_a_limit_beside_its_height_stays(
    paper: PaperFirm, capped: UUID
) -> None:
    paper.do("SetCap", contract_id=capped, name="all", limit="5000", hard=False,
             thresholds_pct=["50"])  # fmt: skip
    paper.do("AttachPurchaseOrder", contract_id=capped, number="PO-2", limit="5000",
             valid_until="2025-10-31")  # fmt: skip
    submit(paper, capped, price="1")
    paper.do("ApproveChangeOrder", FINANCE, **AT, **YES)

    found: Contract = paper.replayed(capped)
    cap, order = found.caps["all"], found.order
    assert (cap.limit, cap.hard, cap.thresholds_pct) == (Decimal(5001), False, (Decimal(50),))
    assert order is not None
    assert (order.number, order.limit, order.valid_until) == (
        "PO-2", Decimal(5001), date(2025, 10, 31),
    )  # fmt: skip


@pytest.mark.parametrize(
    "limit",
    [{"source": "order", "name": "PO-1", "by": "-7800.01"},
     {"source": "cap", "name": "all", "by": "-8800.01"},
     {"source": "cap", "name": "hours", "by": "-72.01"},
     {"source": "cap", "name": "travel", "by": "-500.01"}],
)  # fmt: skip
def test_a_limit_is_not_cut_below_what_is_billed(
    paper: PaperFirm, capped: UUID, limit: dict[str, str]
) -> None:
    submit(paper, capped, price="0", limits=[limit])

    paper.refuses(BelowBilled, "ApproveChangeOrder", FINANCE, **AT, **YES)


def test_only_limits_of_the_contract_move(paper: PaperFirm, capped: UUID) -> None:
    for source, name in (("cap", "PO-1"), ("order", "all")):
        strange = given(paper, capped, limits=[{"source": source, "name": name, "by": "1"}])
        paper.refuses(UnknownLimit, "DraftChangeOrder", **AT, name="a", **strange)
    fine = given(paper, capped, limits=[{"source": "cap", "name": "all", "by": "0.001"}])
    paper.refuses(AmountTooFine, "DraftChangeOrder", **AT, name="a", **fine)


def test_an_order_replaced_while_a_change_waits_is_not_moved(
    paper: PaperFirm, capped: UUID
) -> None:
    submit(paper, capped, price="300")
    paper.do("AttachPurchaseOrder", contract_id=capped, number="PO-2", limit="20000")

    paper.refuses(UnknownLimit, "ApproveChangeOrder", FINANCE, **AT, **YES)


def test_what_would_move_is_on_record_before_it_is_approved(
    paper: PaperFirm, capped: UUID
) -> None:
    submit(paper, capped, price="300")

    assert paper.replayed(AT["change_order_id"]).change.limits == (
        LimitChange("cap", "all", Decimal(300)), LimitChange("order", "PO-1", Decimal(300)),
    )  # fmt: skip
    assert LimitInput.model_fields.keys() == LimitChange.__dataclass_fields__.keys()
