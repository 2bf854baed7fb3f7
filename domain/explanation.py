"""How a calculation came to its figures: the steps it took, in the order it took them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step. ``rule`` is stable, for queries; ``text`` is for the person who asks why."""

    rule: str
    text: str
