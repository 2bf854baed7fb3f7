"""What a billing run needs: everything unbilled of an entity through a day, by contract."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from projections.table import Conn

READS = ("unbilled", "deals", "parties")
MOST_IDS = 5000
UNBILLED = """
SELECT b.contract_id, c.name, b.currency, k.code, k.parked, k.consolidate, b.kind, b.holder_id,
       b.id, b.held, b.amount
FROM billables b JOIN contracts c ON c.id = b.contract_id JOIN clients k ON k.id = c.client_id
WHERE b.entity = %s AND NOT b.billed AND b.amount <> 0 AND b.earned_on <= %s
ORDER BY b.contract_id, b.kind, b.holder_id, b.earned_on, b.id
"""


class ToBill:
    """The unbilled things of one contract, by holder, in a fixed order.

    ``sources`` are those that nobody holds; where all are held, these. ``held`` counts and sums
    them in words. ``together`` is the same for contracts whose client wants one document.
    """

    def __init__(self, first: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
        self.contract_id: UUID = first[0]
        self.name, self.currency, self.client, self.parked, consolidate = first[1:6]
        self.together = f"{self.client} {self.currency}" if consolidate else ""
        free, held = ([row for row in rows if row[9] is kept] for kept in (False, True))
        self.free = len(free)
        self.held = _said(held, self.currency)
        self.sources = [
            {"kind": kind, "holder_id": holder, "ids": [row[8] for row in group][:MOST_IDS]}
            for (kind, holder), group in groupby(free or held, lambda row: (row[6], row[7]))
        ]


def to_bill(conn: Conn, entity: str, through: date) -> Iterator[ToBill]:
    """Each contract with something to bill, in the order of ids; one statement for all."""
    rows = conn.execute(UNBILLED, [entity, through]).fetchall()
    for first, group in groupby(rows, lambda row: row[:6]):
        yield ToBill(first, list(group))


def _said(held: Sequence[Sequence[Any]], currency: str) -> str:
    amount = sum((row[10] for row in held), Decimal(0))
    return f"{len(held)} held: {amount} {currency}" if held else ""
