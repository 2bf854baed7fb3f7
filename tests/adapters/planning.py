"""A directory of what a test says is known, and the two sides of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from adapters.imports.plans.directory import Holder
from adapters.imports.plans.name_map import NameMap, read_map
from adapters.imports.plans.planned import Plan, Planned
from adapters.imports.verdict import Broken
from domain.identity import named_id
from domain.sales.opportunity import Opportunity

NO_NAMES = read_map(None)


@dataclass
class Known:
    """A directory of what a test says is known."""

    clients: Mapping[str, Holder] = field(default_factory=dict)
    people: Mapping[str, Holder] = field(default_factory=dict)
    projects: Mapping[str, Holder] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    opened: Mapping[UUID, Opportunity] = field(default_factory=dict)
    asked: int = 0

    def client(self, code: str) -> Holder | None:
        return self.clients.get(code)

    def person(self, code: str) -> Holder | None:
        self.asked += 1
        return self.people.get(code)

    def project(self, code: str) -> Holder | None:
        return self.projects.get(code)

    def project_codes(self) -> Mapping[str, str]:
        return self.names

    def deals(self, ids: Sequence[UUID]) -> Mapping[UUID, Opportunity]:
        return {id_: self.opened[id_] for id_ in ids if id_ in self.opened}

    def has(self, id_: UUID) -> bool:
        return id_ in self.opened


def holder(name: str, entity: str = "DE01") -> Holder:
    return Holder(named_id("test", name), entity)


def mapped(**kinds: Mapping[str, str]) -> NameMap:
    return {**NO_NAMES, **kinds}


def commands(plan: Plan) -> list[Any]:
    steps = list(plan)
    assert not [step for step in steps if isinstance(step, Broken)]
    return [c for step in steps if isinstance(step, Planned) for c in step.commands]


def refused(plan: Plan) -> list[tuple[int, str, str | None]]:
    return [(one.line, one.code, one.field) for one in plan if isinstance(one, Broken)]


def kinds(plan: Plan) -> list[str]:
    return [type(command).__name__ for command in commands(plan)]
