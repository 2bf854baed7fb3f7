"""Phases of projects: their days and their part of the budget."""

from datetime import date
from decimal import Decimal

from api.graphql.noun import Money, money, noun


@noun("project_phases", key="no", key_type="int", entity=None)
class ProjectPhase:
    """Part of a project's work, as it was laid out."""

    no: int
    name: str
    starts_on: date
    ends_on: date
    hours: Decimal
    cost: Money | None = money("cost", "books", "In the books of the entity")
    price: Money | None = money("price")
