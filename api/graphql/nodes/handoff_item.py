"""Items of handoffs: what is there, and what is missing."""

from api.graphql.noun import noun, said


@noun("handoff_items", key="no", key_type="int", entity=None)
class HandoffItem:
    """Something delivery needs."""

    item: str
    done: bool
    evidence: str = said("Where it is found")
    gap: str = said("Why what was there would not do")
