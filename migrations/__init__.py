"""Numbered SQL of the log and of the tables beside it; projections own their tables."""
