"""Projects that exports of hours name, and the projects they are here.

A project is found by its code or, where only one has it, by its name; a map says what neither
does. What is created for a name that nobody knows is internal work: a contract is not guessed.
"""

from collections.abc import Mapping
from functools import cached_property
from uuid import UUID

from adapters.imports.plans.directory import Directory
from adapters.imports.plans.names import Names
from adapters.imports.plans.planned import Planned, column_with, key_of, mapped, short_code
from adapters.imports.timesheets.entry import TimeRow
from adapters.imports.verdict import CellError
from domain.delivery.project_commands import CreateProject
from domain.identity import named_id


class Projects:
    """``all_on`` is the code of the one project that takes every row, whatever it names.

    ``new_in`` is the entity whose internal work an unknown project becomes; empty: none does.
    ``needed`` holds what creates a project that was found to be new, until somebody takes it.
    """

    def __init__(
        self, directory: Directory, told: Mapping[str, str], *, all_on: str | None, new_in: str,
        exact_names: bool,
    ) -> None:  # fmt: skip
        self._directory, self._told = directory, told
        self._all_on, self._new_in, self._exact = all_on, new_in, exact_names
        self._known: dict[tuple[str | None, str | None], UUID | None] = {}
        self.needed: dict[UUID, Planned] = {}

    def project(self, row: TimeRow) -> UUID:
        """What was worked on. Raises CellError (unknown_project)."""
        named = (self._all_on, None) if self._all_on else (row.project_code, row.project)
        if not any(named):
            raise CellError("unknown_project", "The row names no project; say which it is for.")
        if named not in self._known:
            self._known[named] = self._find([text for text in named if text])
        if id_ := self._known[named]:
            return id_
        shown = named[0] or named[1]
        told = mapped(self._told, *named)
        reason = f"{shown!r} is no project known here; map it to the code of one."
        reason = f"The map says {told!r}, and no project has that code." if told else reason
        raise CellError("unknown_project", reason, column_with(row.raw, shown))

    @cached_property
    def names(self) -> Names:
        """Names of the entity's projects; asked for only when a code was not enough."""
        return Names({}, self._codes, exact=self._exact)

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        return self._directory.project_codes()

    def _find(self, given: list[str]) -> UUID | None:
        """By what the map tells, else by code, else by name: ``given`` ends in the name."""
        told = mapped(self._told, *given)
        found = (self._directory.project(short_code(t)) for t in ([told] if told else given))
        if holder := next(filter(None, found), None):
            return holder.id
        if not told and (likened := self.names.ours(given[-1])):
            holder = self._directory.project(self._codes[likened])
            return holder.id if holder else None
        is_new = self._new_in and not self._all_on
        return self._create(told or given[0], given[-1]) if is_new else None

    def _create(self, code: str, name: str) -> UUID:
        short = short_code(code)
        id_ = named_id("project", short)
        command = CreateProject(
            command_id=key_of("project", self._new_in, short), project_id=id_, code=short,
            name=name[:200], entity=self._new_in,
        )  # fmt: skip
        self.needed[id_] = Planned(id_, (command,))
        return id_
