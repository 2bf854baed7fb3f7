"""Books that begin elsewhere: balances and journals brought in from another ledger."""

OPENING, IMPORTED = "opening", "imported"
BROUGHT = frozenset({OPENING, IMPORTED})
"""Rules of journals that other books brought in: control accounts take them as they were."""
