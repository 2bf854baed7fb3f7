"""Receivables: what clients owe after the invoice, and what they have with us."""
