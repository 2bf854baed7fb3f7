"""People that exports of hours name, and the people they are here.

Names and e-mail addresses are kept encrypted, so nobody is found by them: a person is found by
a code. That is what a map says, else the text of the file itself, else the code this module
derives from an e-mail address or name, which it gives to people it registers. That code says
nothing about the person to who does not know the name already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from adapters.imports.plans.deal_terms import EARLIEST
from adapters.imports.plans.directory import Directory
from adapters.imports.plans.names import bare
from adapters.imports.plans.planned import Planned, column_with, key_of, mapped, short_code
from adapters.imports.timesheets.entry import TimeRow
from adapters.imports.verdict import CellError
from domain.command import Command
from domain.identity import named_id
from domain.organisation.commands import RegisterPerson, SetCostRate

_WITH_CODES = frozenset({"utilisation"})
"""Sources whose people are ids, not names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPeople:
    """How people who are not known are registered; ``cost_rate`` in the entity's currency."""

    may: bool = False
    entity: str
    role: str = "consultant"
    cost_rate: Decimal | None = None


class People:
    """Finds each person of an export once.

    ``needed`` holds what registers a person who was found to be new, until somebody takes it.
    """

    def __init__(self, directory: Directory, told: Mapping[str, str], new: NewPeople) -> None:
        self._directory, self._told, self._new = directory, told, new
        self._known: dict[tuple[str, str | None], UUID | None] = {}
        self.needed: dict[UUID, Planned] = {}

    def person(self, row: TimeRow) -> UUID:
        """Who worked. Raises CellError (unknown_person)."""
        who = row.person, row.email
        if who not in self._known:
            self._known[who] = self._find(row)
        if id_ := self._known[who]:
            return id_
        shown = row.email or row.person
        told = mapped(self._told, row.email, row.person)
        reason = f"{shown!r} is nobody known here; map them to the code of a person."
        reason = f"The map says {told!r}, and nobody has that code." if told else reason
        raise CellError("unknown_person", reason, column_with(row.raw, shown))

    def _find(self, row: TimeRow) -> UUID | None:
        codes = self._codes(row)
        found = (self._directory.person(code) for code in codes)
        if holder := next(filter(None, found), None):
            return holder.id
        return self._register(codes[-1], row) if self._new.may else None

    def _codes(self, row: TimeRow) -> list[str]:
        """Codes to look for; the last is the one a new person gets, by e-mail where known."""
        names = [name for name in (row.email, row.person) if name]
        if told := mapped(self._told, *names):
            return [told]
        if row.key[0] in _WITH_CODES:
            return [short_code(row.person)]
        return [*names, person_code(names[0])]

    def _register(self, code: str, row: TimeRow) -> UUID:
        new, id_ = self._new, named_id("person", code)
        commands: list[Command] = [
            RegisterPerson(
                command_id=key_of("person", code),
                person_id=id_,
                code=code,
                name=row.person[:200] if row.key[0] not in _WITH_CODES else "",
                email=(row.email or "")[:200],
                entity=new.entity,
                role=new.role,
            )
        ]
        if new.cost_rate is not None:
            commands.append(
                SetCostRate(
                    command_id=key_of("cost_rate", code, str(new.cost_rate)),
                    person_id=id_,
                    from_date=EARLIEST,
                    hourly_rate=new.cost_rate,
                )
            )
        self.needed[id_] = Planned(id_, tuple(commands))
        return id_


def person_code(name: str) -> str:
    """The code of a person registered from an e-mail address or name."""
    return f"P{named_id('person of an export', bare(name)).hex[-10:]}"
