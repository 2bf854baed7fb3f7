"""Exports of hours worked: one file a source, all of them giving ``TimeRow``."""
