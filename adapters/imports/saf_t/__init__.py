"""SAF-T Financial files of other ledgers, whichever version of the schema they follow."""
