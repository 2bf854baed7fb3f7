"""Events to bytes and back: typed, compact, and with personal fields encrypted.

Only business fields are stored; the envelope has columns of its own. The bytes are JSON, read
straight into the field types of the event's class by msgspec (ADR 0021 has the figures).
"""

import dataclasses
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Protocol, get_args, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic
from moneyed import Money

from domain.aggregate import PERSONAL, Root, topics

ENVELOPE = frozenset({"originator_id", "originator_version", "timestamp", "originator_topic"})
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclasses.dataclass(frozen=True)
class Stored(StoredEvent):
    """A stored event with what the log keeps beside the payload."""

    schema_version: int = 1
    recorded_at: datetime = _NEVER
    tags: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


class Vault(Protocol):
    """Encrypts one field of one person; ``place`` is authenticated with it."""

    def encrypt(self, subject: UUID, place: bytes, text: str) -> str:
        """The text as ciphertext that only this subject's key opens."""

    def decrypt(self, subject: UUID, place: bytes, text: str) -> str:
        """The text again, or ``[erased]`` where the key is destroyed."""


def _encode_hook(value: Any) -> Any:
    if isinstance(value, Money):
        return f"{value.amount} {value.currency.code}"
    raise NotImplementedError(f"no stored form for {type(value).__name__}")


def _decode_hook(kind: type, value: Any) -> Any:
    if kind is Money:
        amount, currency = value.split(" ")
        return Money(Decimal(amount), currency)
    raise NotImplementedError(f"no reading of {kind.__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_encode_hook)


class Plan:
    """How events of one class are written and read."""

    def __init__(self, cls: type[Root.Event]) -> None:
        hints = get_type_hints(cls, include_extras=True)
        fields = [f for f in dataclasses.fields(cls) if f.name not in ENVELOPE]
        self.cls = cls
        self.names = [f.name for f in fields]
        self.personal = [f.name for f in fields if PERSONAL in get_args(hints[f.name])]
        self.subject = cls.SUBJECT
        self.topic = cls.TOPIC
        self.version = cls.class_version
        self.created = issubclass(cls, Root.Created)
        self.owner_topic = get_topic(_owner(cls)) if self.created else ""
        struct = msgspec.defstruct(cls.__name__, [_field(f, hints[f.name]) for f in fields])
        self.read: Callable[[bytes], Any] = msgspec.json.Decoder(
            struct, dec_hook=_decode_hook
        ).decode
        self.convert: Callable[[Any], Any] = lambda state: msgspec.convert(
            state, struct, dec_hook=_decode_hook, strict=False
        )


def _field(field: "dataclasses.Field[Any]", kind: Any) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.name, kind, field.default
    return field.name, kind


def _owner(cls: type) -> type[Root]:
    found: Any = sys.modules[cls.__module__]
    for name in cls.__qualname__.split(".")[:-1]:
        found = getattr(found, name)
    owner: type[Root] = found
    return owner


@cache
def plan_of(cls: type[Root.Event]) -> Plan:
    """The plan of an event class, made once."""
    return Plan(cls)


class UnknownTopic(LookupError):
    """The log holds an event that no context of this version defines."""


class NewerSchema(LookupError):
    """The log holds an event in a form that only a later version can read without loss."""


def class_of(topic: str) -> type[Root.Event]:
    """The event class of a topic. Raises UnknownTopic."""
    try:
        return topics()[topic]
    except KeyError:
        raise UnknownTopic(topic) from None


class FactMapper(Mapper[UUID]):
    """The mapper of the log: needs a vault only for events with personal fields."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def to_stored_event(self, domain_event: Any) -> Stored:
        """The event's bytes, topic, schema version, tags and claims."""
        kind: type[Root.Event] = type(domain_event)
        plan = plan_of(kind)
        held = domain_event.__dict__
        state = {name: held[name] for name in plan.names}
        for name in plan.personal:
            if state[name]:
                state[name] = self._vault.encrypt(*_place(plan, held, name), state[name])
        return Stored(
            held["originator_id"],
            held["originator_version"],
            plan.topic,
            _encoder.encode(state),
            plan.version,
            tags=domain_event.tags(),
            claims=domain_event.claims(),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event as its class of today describes it, older versions upcast."""
        plan = plan_of(class_of(stored_event.topic))
        version = getattr(stored_event, "schema_version", 1)
        recorded_at = getattr(stored_event, "recorded_at", _NEVER)
        return self.decode(
            plan,
            UUID(str(stored_event.originator_id))
            if not isinstance(stored_event.originator_id, UUID)
            else stored_event.originator_id,
            stored_event.originator_version,
            version,
            recorded_at,
            stored_event.state,
        )

    def decode(
        self,
        plan: Plan,
        stream: UUID,
        version: int,
        schema: int,
        recorded_at: datetime,
        state: bytes,
    ) -> Any:
        """One event from its columns."""
        facts = plan.read(state) if schema == plan.version else upcast(plan, schema, state)
        event = object.__new__(plan.cls)
        held = event.__dict__
        held["originator_id"] = stream
        held["originator_version"] = version
        held["timestamp"] = recorded_at
        if plan.created:
            held["originator_topic"] = plan.owner_topic
        for name in plan.names:
            held[name] = getattr(facts, name)
        for name in plan.personal:
            if held[name]:
                held[name] = self._vault.decrypt(*_place(plan, held, name), held[name])
        return event


def upcast(plan: Plan, schema: int, state: bytes) -> Any:
    """Bytes of an older schema version, brought step by step to today's fields.

    Raises NewerSchema.
    """
    if schema > plan.version:
        raise NewerSchema(f"{plan.topic} is stored in form {schema}; {plan.version} is known")
    raw = msgspec.json.decode(state)
    for step in range(schema, plan.version):
        getattr(plan.cls, f"upcast_v{step}_v{step + 1}")(raw)
    return plan.convert(raw)


def _place(plan: Plan, held: dict[str, Any], name: str) -> tuple[UUID, bytes]:
    place = f"{held['originator_id']}|{held['originator_version']}|{name}"
    return held[plan.subject], place.encode()
