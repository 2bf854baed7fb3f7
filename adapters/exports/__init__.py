"""The ledger in the notation of other tools, which can then check us."""
