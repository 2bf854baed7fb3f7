"""A cost object: what overhead is passed on to."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["project", "department", "client"]


@dataclass(frozen=True, order=True)
class CostObject:
    """``key`` is the id of a project or client, the name of a department."""

    kind: Kind
    key: str

    @property
    def project_id(self) -> UUID | None:
        """The project, where it is one."""
        return UUID(self.key) if self.kind == "project" else None

    @property
    def department(self) -> str:
        """The department, empty where it is none."""
        return self.key if self.kind == "department" else ""
