"""Inputs, derived from the commands: names, descriptions, bounds and defaults are theirs.

A value of a command becomes an input of its own, a tuple a list, words an enumeration, money and
decimals exact strings. What a bound cannot say in the schema stands in the description, and is
checked by the command itself.
"""

import enum
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from inspect import cleandoc
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import strawberry
from moneyed import Money
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from strawberry import UNSET

from api.graphql.words import words_of
from domain.command import Command, MoneyFields, Value
from domain.errors import Refusal

PLAIN: dict[Any, Any] = {kind: kind for kind in (str, int, bool, date, Decimal, UUID)}
BOUNDS = {
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "min_length": "length at least {}",
    "max_length": "length at most {}",
    "max_digits": "at most {} digits",
    "decimal_places": "at most {} decimals",
    "pattern": "matches {}",
}
_made: dict[type[Value], Any] = {}


class BadText(Refusal):
    """Text that no database takes."""

    code = "BAD_USER_INPUT"


def input_type(model: type[Value]) -> Any:
    """The input of a command or of a value inside one."""
    if model not in _made:
        _made[model] = _input_type(model)
    return _made[model]


def _input_type(model: type[Value]) -> Any:
    name = "MoneyInput" if model is MoneyFields else f"{model.__name__.removesuffix('Input')}Input"
    content: dict[str, Any] = {"__annotations__": {}, "__doc__": model.__doc__}
    for field_name, field in given_fields(model).items():
        kind = _kind(field.annotation, f"{name.removesuffix('Input')}{_title(field_name)}")
        default = _default(field, kind)
        optional = default is UNSET
        content["__annotations__"][field_name] = kind | None if optional else kind
        content[field_name] = strawberry.field(description=_description(field), **_given(default))
    return strawberry.input(type(name, (), content), description=cleandoc(model.__doc__ or ""))


def given_fields(model: type[Value]) -> Mapping[str, FieldInfo]:
    """What a caller gives of it."""
    return model.asked() if issubclass(model, Command) else model.model_fields


def _given(default: Any) -> dict[str, Any]:
    if default is PydanticUndefined:
        return {}
    return {"default_factory": list} if default == () else {"default": default}


def _default(field: FieldInfo, kind: Any) -> Any:
    """The default as the schema shows it; UNSET where leaving it out says more than a value."""
    if field.is_required():
        return PydanticUndefined
    if field.default is None or field.default_factory is not None:
        return UNSET
    if isinstance(kind, type) and issubclass(kind, enum.Enum | Decimal):
        return kind(field.default)
    return field.default


def _kind(annotation: Any, name: str) -> Any:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(args[0], name)
    if origin in (Union, UnionType):
        return _kind(next(arg for arg in args if arg is not type(None)), name)
    if origin is tuple:
        return list[_kind(args[0], name)]  # type: ignore[misc]
    if origin is Literal:
        return words_of(args, name)
    if annotation is Money:
        return input_type(MoneyFields)
    return PLAIN[annotation] if annotation in PLAIN else input_type(annotation)


def _description(field: FieldInfo) -> str | None:
    said = [field.description] if field.description else []
    return "; ".join([*said, *_bounds(field)]) or None


def _bounds(field: FieldInfo) -> Iterator[str]:
    for one in field.metadata:
        for name, words in BOUNDS.items():
            bound = getattr(one, name, None)
            if bound is not None and not callable(bound):
                yield words.format(bound)


def check_text(value: Any) -> None:
    """Raise BadText where any text among the arguments is one no database takes."""
    if isinstance(value, str) and "\0" in value:
        raise BadText("text must not contain the character U+0000")
    if isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            check_text(one)


def plain(value: Any) -> Any:
    """An input as the command takes it: words as text, null as left out."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.value if isinstance(value, enum.Enum) else value


def camel(name: str) -> str:
    """``invoice_id`` as clients know it: ``invoiceId``."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _title(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))
