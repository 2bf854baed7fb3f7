"""Ids of things that tests make, by name."""

from uuid import UUID

from domain.identity import named_id


def new(name: str) -> UUID:
    """An id that nothing has yet."""
    return named_id("sample", name)
