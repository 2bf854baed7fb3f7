"""Exports of projects with their clients, rates and budgets: one file a source."""
