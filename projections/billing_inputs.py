"""What a billing run needs: everything unbilled of an entity through a day, by contract."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from projections.table import Conn

READS = ("unbilled", "deals", "parties")
MOST_IDS = 5000
UNBILLED = """
SELECT b.contract_id, c.name, b.currency, b.kind, b.holder_id, b.id
FROM billables b JOIN contracts c ON c.id = b.contract_id
WHERE b.entity = %s AND NOT b.billed AND NOT b.held AND b.amount <> 0 AND b.earned_on <= %s
ORDER BY b.contract_id, b.kind, b.holder_id, b.earned_on, b.id
"""


class ToBill:
    """The unbilled things of one contract, by holder, in a fixed order."""

    def __init__(self, contract_id: UUID, name: str, currency: str, rows: list[Any]) -> None:
        self.contract_id = contract_id
        self.name = name
        self.currency = currency
        self.sources = [
            {"kind": kind, "holder_id": holder, "ids": [row[5] for row in group][:MOST_IDS]}
            for (kind, holder), group in groupby(rows, lambda row: (row[3], row[4]))
        ]


def to_bill(conn: Conn, entity: str, through: date) -> Iterator[ToBill]:
    """Each contract with something to bill, in the order of ids; one statement for all."""
    rows = conn.execute(UNBILLED, [entity, through]).fetchall()
    for (contract, name, currency), group in groupby(rows, lambda row: row[:3]):
        yield ToBill(contract, name, currency, list(group))
