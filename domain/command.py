"""The base of every command: validated data with the lines that run it.

GraphQL inputs, the command line, importers and the audit view are derived from these classes:
the docstring is the description, bounds and units are on the fields.
"""

import re
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

from moneyed import Money
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.fields import FieldInfo

from domain.errors import Refusal
from domain.identity import new_id
from domain.money import checked, minor_unit

if TYPE_CHECKING:
    from domain.unit_of_work import UnitOfWork


NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL character in JSON, not a text that spells one."""


class UnstorableText(Refusal):
    """The text holds a NUL character, which the database cannot keep."""

    code = "UNSTORABLE_TEXT"


class NotGathered(Refusal):
    """The way in did not read what the command needs: a caller cannot give it."""

    code = "NOT_GATHERED"


class Value(BaseModel):
    """Frozen, strict data: unknown fields and floats are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class MoneyFields(Value):
    """An amount in the currency's own decimals, as a string, and an ISO 4217 code."""

    amount: Decimal = Field(max_digits=18, allow_inf_nan=False)
    currency: str = Field(pattern="^[A-Z]{3}$")


def _no_float(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError("write decimals as strings: a float loses cents")  # noqa: TRY004
    return value


def _to_money(value: Any) -> Money:
    if isinstance(value, Money):
        return value
    fields = MoneyFields.model_validate(value)
    return _checked(fields.amount, fields.currency)


def _checked(amount: Decimal, currency: str) -> Money:
    try:
        minor_unit(currency)
        return checked(Money(amount, currency))
    except Refusal as error:
        raise ValueError(str(error)) from error


Exact = Annotated[Decimal, BeforeValidator(_no_float)]
"""A decimal number written as a string or integer."""

Amount = Annotated[
    Money,
    BeforeValidator(_to_money, json_schema_input_type=MoneyFields),
    PlainSerializer(lambda m: {"amount": str(m.amount), "currency": m.currency.code}),
]
"""Money of a command: exact, in its currency's decimals."""


class Answer(Value):
    """What an accepted command answers: at least the id of what it touched."""

    id: UUID = Field(description="Id of what the command created or changed")


class Command(Value):
    """Envelope of every command; subclasses add the business fields and ``run``."""

    ROLES: ClassVar[frozenset[str]] = frozenset()
    ANSWER: ClassVar[type[Answer]] = Answer
    GATHERED: ClassVar[frozenset[str]] = frozenset()
    """Fields that no caller gives: the way in reads them from projections, at one position."""
    registry: ClassVar[dict[str, type["Command"]]] = {}

    command_id: UUID = Field(
        default_factory=new_id,
        description="Idempotency key: the same key and content is answered again, not redone",
    )
    expected_version: int | None = Field(
        default=None, ge=0, description="Refuse unless the changed record has this version"
    )
    effective_date: date | None = Field(
        default=None, description="When it economically happened, where no other field says it"
    )
    reason: str = Field(default="", max_length=500, description="Why; some commands demand it")
    dry_run: bool = Field(default=False, description="Decide and answer, but record nothing")

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Every command that says who may give it is listed once, by its class name."""
        if "ROLES" in cls.__dict__:
            Command.registry[cls.__name__] = cls

    def effective_on(self, today: date) -> date:
        """The day the facts of this command happened economically."""
        return self.effective_date or today

    @classmethod
    def asked(cls) -> dict[str, FieldInfo]:
        """The fields that a caller gives, by name."""
        fields = cls.model_fields
        return {name: field for name, field in fields.items() if name not in cls.GATHERED}

    def request_hash(self, actor: str) -> bytes:
        """Identity of the request: what the key may be used again for, and by whom.

        A field that is left out counts as its default, so a command that gains an optional one
        keeps its keys; what was gathered for it is no part of the request. Raises UnstorableText.
        """
        left_out = {"command_id", *self.GATHERED}
        content = self.model_dump_json(exclude=left_out, exclude_defaults=True)
        if "\\u0000" in content and NUL.search(content):
            raise UnstorableText("a NUL character is no text")
        return sha256(f"{type(self).__name__}\0{actor}\0{content}".encode()).digest()

    def require_gathered(self) -> None:
        """Raises NotGathered."""
        missing = sorted(name for name in self.GATHERED if name not in self.model_fields_set)
        if missing:
            raise NotGathered(f"{', '.join(missing)} are read from the books, not given")

    def run(self, work: "UnitOfWork") -> Answer:
        """Decide: load, ask, record; raises a Refusal. Does no other I/O."""
        raise NotImplementedError
