"""An allocation of a month: read, decided, and its splits alone, each against a tenth."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from api.bench.ground import ACTOR, ENTITY, Ground
from api.bench.line import Line, seconds
from api.bench.projecting import memory_mb
from api.followers import catch_up
from domain.allocation.rule_commands import DefineAllocationRule
from domain.allocation.run_commands import AllocationAnswer, RunAllocation
from domain.command import Command
from domain.identity import named_id
from domain.ledger.commands import PostJournal
from domain.money import apportion
from projections.gathering import gathered

POOLS, A_POOL = (100, 1_000), 10
OBJECTS = 10_000
TRIED = 3_000
"""Pools a size is measured with: as many collections of garbage for either."""
MONTH = date(2024, 3, 1)


def lines(ground: Ground) -> Iterator[Line]:
    """The run over its pools, then dense splits in memory."""
    rates, done, grown = [], 0, 0.0
    for pools in POOLS:
        ground.load(ruled(done, pools))
        catch_up(ground.system)
        before = memory_mb()
        rates.append(TRIED / seconds(lambda: rehearse(ground, pools)))  # noqa: B023 -- run at once
        grown, done = memory_mb() - before, pools
    yield Line("allocation of 1,000 pools over 10,000 cost objects", rates[1], rates[0],
               "pools a second", "the same over a tenth", 0.8,
               note=f"{grown:.0f} MB more at its peak")  # fmt: skip
    before = memory_mb()
    small, large = (pools * OBJECTS / seconds(lambda: split(pools)) for pools in POOLS)  # noqa: B023 -- run at once
    yield Line("each of 1,000 pools split over all 10,000", large, small, "shares a second",
               "the same over a tenth", 0.8,
               note=f"{memory_mb() - before:.0f} MB more at its peak")  # fmt: skip


def ruled(first: int, last: int) -> Iterator[Command]:
    """Pools of a department each, with ten departments that bear it, and their cost."""
    for no in range(first, last):
        listed = [
            {"department": f"D{no * A_POOL + i}", "weight": str(i + 1)} for i in range(A_POOL)
        ]
        yield DefineAllocationRule.model_validate({
            "entity": ENTITY, "code": f"R{no}", "accounts": ["6010"], "department": f"S{no}",
            "driver": "fixed", "targets": "listed", "listed": listed, "rationale": "bench",
            "from_month": MONTH,
        })  # fmt: skip
    cost: list[dict[str, Any]] = [
        {"account": "6010", "currency": "EUR", "debit": "1234.57", "department": f"S{no}"}
        for no in range(first, last)
    ]
    total = Decimal("1234.57") * (last - first)
    yield PostJournal.model_validate({
        "journal_id": named_id("bench overhead", str(first)), "entity": ENTITY,
        "accounting_date": MONTH, "description": "bench",
        "lines": [*cost, {"account": "2010", "currency": "EUR", "credit": total}],
    })  # fmt: skip


def rehearse(ground: Ground, pools: int) -> None:
    """Read and decide, as the run itself would, several times; record nothing."""
    for _ in range(TRIED // pools):
        with ground.system.connect() as conn:
            asked = RunAllocation(entity=ENTITY, month=MONTH, dry_run=True)
            answer = ground.store.execute(gathered(conn, asked), ACTOR).answer
        assert isinstance(answer, AllocationAnswer)  # noqa: S101 -- what a run answers
        assert len(answer.lines) == pools * A_POOL  # noqa: S101 -- all of it


def split(pools: int) -> None:
    """The splits alone, every pool over every cost object."""
    weights = [no % 97 + 1 for no in range(OBJECTS)]
    for no in range(pools):
        apportion(123_457 + no, weights)
