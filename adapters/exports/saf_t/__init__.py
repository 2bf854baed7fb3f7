"""The ledger as SAF-T Financial, the Norwegian profile 1.30: written as a stream."""
