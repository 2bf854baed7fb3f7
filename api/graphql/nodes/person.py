"""People who deliver work. Their names are personal data and stay encrypted in the log."""

from typing import Any

from api.graphql.listing import listing
from api.graphql.nodes.legal_entity import LegalEntity
from api.graphql.noun import Node, many, noun, one, said


@noun("people")
class Person(Node):
    """A person who delivers work, by code; the name is personal data."""

    code: str
    entity: str = said("Code of the home entity")
    role: str = said("Role that rate cards price")
    legal_entity: LegalEntity | None = one("entity")
    time_entries: Any = many("TimeEntry", "person_id")
    expenses: Any = many("Expense", "person_id")


people = listing(
    "People.",
    code=str,
)
