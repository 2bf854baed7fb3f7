"""Mutations: one for every command a person may give, derived from its class.

Expected failures are data: the payload's ``userErrors``. Role and legal entity are checked where
the command runs, so no way in is more open than another.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from inspect import cleandoc
from typing import Any, get_args, get_origin

import strawberry
from pydantic import ValidationError
from pydantic_core import ErrorDetails

import domain.contexts  # noqa: F401 -- makes every command known
from api.graphql.inputs import PLAIN, camel, input_type, plain
from api.graphql.scalars import BigInt
from api.graphql.session import Session
from domain.access.roles import SYSTEM
from domain.command import Command, Value
from domain.errors import Refusal
from projections.gathering import gathered

BAD_INPUT = "BAD_USER_INPUT"
NOTHING: dict[str, Any] = {"position": None, "repeated": False, "user_errors": []}


@strawberry.type(description="Why nothing was done. A ``code`` never changes its meaning.")
class UserError:
    """Data, not an error of the transport."""

    code: str
    field: str | None = strawberry.field(
        description="Path of the input at fault, such as lines.0.net"
    )
    message: str


def mutations() -> Any:
    """The type with one field a command."""
    fields = {_name(kind): _field(kind) for kind in commands()}
    content = {"__annotations__": {}, **fields}
    return strawberry.type(
        type("Mutation", (), content),
        description="One mutation a command. The same commandId and content is answered again.",
    )


def commands() -> list[type[Command]]:
    """Commands that not only the system gives, in the order of their contexts."""
    return [kind for kind in Command.registry.values() if {SYSTEM} != kind.ROLES]


def _name(kind: type[Command]) -> str:
    return kind.__name__[0].lower() + kind.__name__[1:]


def _field(kind: type[Command]) -> Any:
    def resolver(input: Mapping[str, Any]) -> Callable[[Session], Any]:  # noqa: A002
        return lambda session: run(kind, input, session)

    resolver.__annotations__ = {"input": input_type(kind), "return": Any}
    return strawberry.field(
        resolver=resolver,
        name=_name(kind),
        graphql_type=payload_type(kind) | None,
        description=_description(kind),
    )


def _description(kind: type[Command]) -> str:
    roles = ", ".join(sorted(kind.ROLES - {SYSTEM}))
    return f"{cleandoc(kind.__doc__ or '')}\n\nRoles: {roles}."


def payload_type(kind: type[Command]) -> Any:
    """The command's answer, null where it was refused, and what every payload has."""
    annotations: dict[str, Any] = {}
    content: dict[str, Any] = {"__annotations__": annotations}
    for name, field in kind.ANSWER.model_fields.items():
        annotations[name] = answer_kind(field.annotation) | None
        content[name] = strawberry.field(description=field.description)
    annotations |= {"id": strawberry.ID | None, "position": BigInt | None, "repeated": bool,
                    "user_errors": list[UserError]}  # fmt: skip
    content["position"] = strawberry.field(
        description="Where the log holds it: read with @after(position:). Null for a dry run"
    )
    content["repeated"] = strawberry.field(description="This command had been accepted before")
    return strawberry.type(type(f"{kind.__name__}Payload", (), content))


def answer_kind(annotation: Any) -> Any:
    """A field of an answer as the schema shows it: plain, a value, or a list of either."""
    args = [arg for arg in get_args(annotation) if arg not in (type(None), Ellipsis)]
    if get_origin(annotation) is tuple:
        return list[answer_kind(args[0])]  # type: ignore[misc]
    if args:
        return answer_kind(args[0])
    return PLAIN[annotation] if annotation in PLAIN else answer_type(annotation)


@cache
def answer_type(model: type[Value]) -> Any:
    """The type of a value inside an answer."""
    content: dict[str, Any] = {"__annotations__": {}}
    for name, field in model.model_fields.items():
        content["__annotations__"][name] = answer_kind(field.annotation)
        content[name] = strawberry.field(description=field.description)
    described = cleandoc(model.__doc__ or "")
    return strawberry.type(type(model.__name__, (), content), description=described)


def run(kind: type[Command], given: Mapping[str, Any], session: Session) -> Mapping[str, Any]:
    """Run a command; refusals come back as data."""
    try:
        command = filled(kind.model_validate(plain(given)), session)
        outcome = session.store.execute(command, session.actor, session.cause)
    except ValidationError as error:
        return {**NOTHING, "user_errors": list(_invalid(error))}
    except Refusal as refusal:
        return {**NOTHING, "user_errors": [_refused(refusal)]}
    return {
        **outcome.answer.model_dump(),
        "position": outcome.position,
        "repeated": outcome.repeated,
        "user_errors": [],
    }


def filled(command: Command, session: Session) -> Command:
    """With what it needs of the projections, where it needs anything. Raises NotYetRead.

    Whoever may not give the command is not made to wait for it. Raises MissingRole.
    """
    if not command.GATHERED:
        return command
    session.actor.require_role(type(command).ROLES)
    with session.sources.reports() as conn:
        return gathered(conn, command)


def _refused(refusal: Refusal) -> dict[str, Any]:
    field = refusal.field and ".".join(map(camel, refusal.field.split(".")))
    return {"code": refusal.code, "field": field, "message": refusal.message}


def _invalid(error: ValidationError) -> Iterator[dict[str, Any]]:
    for one in error.errors(include_url=False, include_input=False):
        code, message = _reason(one)
        path = [camel(str(part)) for part in one["loc"]]
        yield {"code": code, "field": ".".join(path) or None, "message": message}


def _reason(one: ErrorDetails) -> tuple[str, str]:
    """A refusal behind a validation error keeps its code."""
    inner = one.get("ctx", {}).get("error")
    if isinstance(inner, ValidationError):
        return BAD_INPUT, "; ".join(each["msg"] for each in inner.errors())
    cause = getattr(inner, "__cause__", None)
    if isinstance(cause, Refusal):
        return cause.code, cause.message
    return BAD_INPUT, one["msg"].removeprefix("Value error, ")
