"""What a line of the ledger is about besides its account: the analysis axes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dimensions:
    """Empty text: not said. ``counterparty`` is another legal entity of ours, by its code.

    ``phase`` is the element of the work breakdown; ``cost_type`` is labour, material,
    subcontract, equipment, expense or overhead.
    """

    department: str = ""
    cost_code: str = ""
    cost_type: str = ""
    phase: str = ""
    counterparty: str = ""


NOWHERE = Dimensions()
