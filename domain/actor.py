"""Who acts: a person or a machine, with roles, and the entities they may act for."""

from dataclasses import dataclass, field

from domain.errors import Refusal

EVERY_ENTITY = "*"


class MissingRole(Refusal):
    """The actor holds no role that may do this."""

    code = "MISSING_ROLE"


class WrongEntity(Refusal):
    """The actor may not act for this legal entity."""

    code = "WRONG_ENTITY"


@dataclass(frozen=True)
class Actor:
    """``roles`` and ``entities`` are names; the entity ``*`` is every entity."""

    id: str
    roles: frozenset[str] = field(default=frozenset())
    entities: frozenset[str] = field(default=frozenset())

    def require_role(self, allowed: frozenset[str]) -> None:
        """Raise MissingRole unless one of the actor's roles is among ``allowed``."""
        if not self.roles & allowed:
            raise MissingRole(f"one of these roles is needed: {', '.join(sorted(allowed))}")

    def may_see(self, entity: str) -> bool:
        """Whether the entity is within the actor's reach."""
        return entity in self.entities or EVERY_ENTITY in self.entities

    def require_entity(self, entity: str) -> None:
        """Raise WrongEntity unless the entity is within the actor's reach."""
        if not self.may_see(entity):
            raise WrongEntity(f"this key does not reach entity {entity}", field="entity")


SYSTEM = Actor("system", frozenset({"system"}), frozenset({EVERY_ENTITY}))
"""Process managers, posting and delivery: never a person."""
