"""The tag of everything that was done for a project, by which a close finds it."""

from uuid import UUID


def work_tag(project_id: UUID) -> str:
    """Carried by the first note of a project in a week, and by every expense for it."""
    return f"work on {project_id}"
