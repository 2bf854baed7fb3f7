"""Events to bytes and back, and never again in another meaning."""

import dataclasses
import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from eventsourcing.utils import get_topic
from hypothesis import given, settings
from hypothesis import strategies as st

import domain.contexts
from adapters.postgres.keys import UnreadableError
from adapters.postgres.mapper import (
    ENVELOPE,
    FactMapper,
    NewerSchema,
    Stored,
    UnknownTopic,
    class_of,
    plan_of,
)
from domain.aggregate import Personal, Root, topics
from domain.money import Money
from tests.adapters import golden
from tests.adapters.mirror import PREFIX, Mirror
from tests.domain.samples import new
from tests.firm import WORKER, Firm

MAPPER = FactMapper(Mirror())
MOMENT = datetime(2025, 1, 1, 8, 30, tzinfo=UTC)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12),
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    UUID: st.uuids(),
    date: st.dates(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False, places=6),
}
TOPICS = sorted(topics()) if domain.contexts else []


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field's type."""
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints, fields = get_type_hints(hint), dataclasses.fields(hint)
        return st.builds(hint, **{field.name: values_of(hints[field.name]) for field in fields})
    return generic(get_origin(hint), get_args(hint))


def generic(origin: Any, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Any value of a type with types inside."""
    made: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
        Annotated: lambda: values_of(inner[0]),
        Literal: lambda: st.sampled_from(inner),
        Union: lambda: st.one_of([values_of(each) for each in inner]),
        types.UnionType: lambda: st.one_of([values_of(each) for each in inner]),
        tuple: lambda: st.lists(values_of(inner[0]), max_size=3).map(tuple),
        dict: lambda: st.dictionaries(values_of(inner[0]), values_of(inner[1]), max_size=3),
    }
    return made[origin]()


PLAIN[types.NoneType] = st.none()


def event_of(kind: type[Root.Event], /, **fields: Any) -> Root.Event:
    """A fact as an aggregate would trigger it."""
    envelope: dict[str, Any] = {
        "originator_id": uuid4(), "originator_version": 1, "timestamp": MOMENT,
    }  # fmt: skip
    if issubclass(kind, Root.Created):
        envelope["originator_topic"] = plan_of(kind).owner_topic
    return kind(**envelope, **fields)


@pytest.mark.parametrize("topic", TOPICS)
@settings(max_examples=25)
@given(data=st.data())
def test_an_event_comes_back_as_it_was(topic: str, data: st.DataObject) -> None:
    kind = class_of(topic)
    hints = get_type_hints(kind, include_extras=True)
    names = [f.name for f in dataclasses.fields(kind) if f.name not in ENVELOPE]
    event = event_of(kind, **{name: data.draw(values_of(hints[name])) for name in names})

    stored = MAPPER.to_stored_event(event)
    again = MAPPER.to_domain_event(dataclasses.replace(stored, recorded_at=MOMENT))

    assert again.__dict__ == event.__dict__
    assert type(again) is kind
    assert MAPPER.to_stored_event(again).state == stored.state


@pytest.mark.parametrize("topic", TOPICS)
def test_an_event_holds_business_facts_only(topic: str) -> None:
    fields = msgspec.json.decode(MAPPER.to_stored_event(sample(topic)).state).keys()

    assert not {"actor", "command_id", "recorded_at", "correlation_id", *ENVELOPE} & set(fields)


def sample(topic: str) -> Any:
    """The golden event of a topic."""
    name = golden.name_of(topic, class_of(topic).class_version)
    return MAPPER.to_domain_event(golden.stored_in(golden.FOLDER / name))


def test_every_form_of_every_event_has_a_stored_sample() -> None:
    missing = [name for name in golden.wanted() if not (golden.FOLDER / name).exists()]

    assert not missing, "python -m tests.adapters.golden stores them; commit what it writes"


@pytest.mark.parametrize("file", sorted(golden.FOLDER.glob("*.json")), ids=lambda f: f.stem)
def test_what_was_stored_once_is_read_for_ever(file: Any) -> None:
    stored = golden.stored_in(file)

    event = MAPPER.to_domain_event(stored)

    assert golden.name_of(stored.topic, stored.schema_version) == file.name
    if stored.schema_version == type(event).class_version:
        again = MAPPER.to_stored_event(event)
        assert (again.topic, again.state) == (stored.topic, stored.state)


def test_samples_load_whole_aggregates() -> None:
    created = [topic for topic in TOPICS if issubclass(class_of(topic), Root.Created)]

    loaded: list[Any] = [sample(topic).mutate(None) for topic in created]

    assert all(each.version == 1 for each in loaded)
    assert {get_topic(type(each)) for each in loaded} == {
        sample(topic).originator_topic for topic in created
    }


class Noted(Root.Event):
    """A test's own event in its third form."""

    TOPIC = "test.noted"
    class_version = 3
    text: str
    amount: Money
    labels: tuple[str, ...] = ()

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """The word was longer."""
        state["text"] = state.pop("description")

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """The amount had no currency."""
        state["amount"] = f"{state['amount']} EUR"


@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        (1, b'{"description":"x","amount":"12.50"}'),
        (2, b'{"text":"x","amount":"12.50"}'),
        (3, b'{"text":"x","amount":"12.50 EUR"}'),
        (3, b'{"text":"x","amount":"12.50 EUR","labels":[]}'),
    ],
)
def test_older_forms_are_read_as_todays(schema: int, payload: bytes) -> None:
    event = MAPPER.decode(plan_of(Noted), uuid4(), 1, schema, MOMENT, payload)

    assert (event.text, event.amount, event.labels) == ("x", Money("12.50", "EUR"), ())


def test_a_form_of_a_later_version_is_not_read_with_loss() -> None:
    with pytest.raises(NewerSchema, match=r"test\.noted is stored in form 4"):
        MAPPER.decode(plan_of(Noted), uuid4(), 1, 4, MOMENT, b'{"text":"x","amount":"1 EUR"}')


@pytest.mark.parametrize(
    "payload", [b"{}", b'{"text":1,"amount":"1 EUR"}', b"", b'{"text":"x","amount":"EUR"}']
)
def test_bytes_that_are_no_such_event_are_refused(payload: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, ValueError)):
        MAPPER.decode(plan_of(Noted), uuid4(), 1, 3, MOMENT, payload)


def test_a_topic_that_nobody_defines_is_named() -> None:
    with pytest.raises(UnknownTopic, match=r"sales\.poem_written"):
        MAPPER.to_domain_event(Stored(uuid4(), 1, "sales.poem_written", b"{}"))


def test_a_value_without_a_stored_form_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="complex"):
        MAPPER.to_stored_event(event_of(Noted, text=1j, amount=Money(1, "EUR")))


class Met(Root.Event):
    """A test's own event about a person other than its stream."""

    TOPIC = "test.met"
    SUBJECT = "person_id"
    person_id: UUID
    said: Personal
    nothing: Personal


def test_personal_fields_and_no_others_go_through_the_vault() -> None:
    event = event_of(Met, person_id=uuid4(), said="hello", nothing="")

    stored = msgspec.json.decode(MAPPER.to_stored_event(event).state)

    assert stored == {
        "person_id": str(event.__dict__["person_id"]), "said": PREFIX + "olleh", "nothing": "",
    }  # fmt: skip


SECRETS = {"contact_name": "Zebulon", "contact_email": "zebulon@fictional.example"}
WORKERS = {"name": "Quillfeather", "email": "quill@fictional.example"}
NOTE = "slept at the desk"


@pytest.fixture
def secretive(firm: Firm) -> Firm:
    """The firm with a client, a person and a note whose words are secret."""
    firm.do("RegisterClient", client_id=new("z"), code="Z", name="Fictional Ltd", entity="DE01",
            currency="EUR", **SECRETS)  # fmt: skip
    firm.do("RegisterPerson", person_id=new("q"), code="Q", entity="DE01", role="consultant",
            **WORKERS)  # fmt: skip
    firm.do("CreateProject", project_id=new("p"), code="P", name="x", entity="DE01")
    firm.do("LogTime", WORKER, person_id=new("q"), project_id=new("p"), work_date="2025-01-06",
            minutes=60, note=NOTE)  # fmt: skip
    firm.settle()
    return firm


def everything(firm: Firm) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(firm.system.addresses.owner) as conn:
        tables = conn.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows = [conn.execute(f"SELECT t::text FROM {table} t".encode()) for (table,) in tables]
        plain = [row[0] for each in rows for row in each.fetchall()]
        payloads = conn.execute("SELECT convert_from(payload, 'UTF8') FROM events").fetchall()
        answers = conn.execute("SELECT convert_from(answer, 'UTF8') FROM commands").fetchall()
    return "\n".join([*plain, *(row[0] for row in (*payloads, *answers))])


def test_personal_text_is_nowhere_in_the_database(secretive: Firm) -> None:
    held = everything(secretive)

    assert "Fictional Ltd" in held
    for word in (*SECRETS.values(), *WORKERS.values(), NOTE):
        assert word not in held
        assert word.encode().hex() not in held


def log_of(firm: Firm) -> list[Any]:
    with firm.system.connect() as conn:
        return conn.execute("SELECT * FROM events ORDER BY position").fetchall()


def test_an_erased_person_is_forgotten_and_the_log_stays_as_it_was(secretive: Firm) -> None:
    before = log_of(secretive)
    person: Any = secretive.store.load_fresh([new("q")])[new("q")]
    assert (person.name, person.email) == tuple(WORKERS.values())

    secretive.system.keys.destroy(new("q"))

    person = secretive.store.load_fresh([new("q")])[new("q")]
    assert (person.name, person.email) == ("[erased]", "[erased]")
    assert (person.code, person.role) == ("Q", "consultant")
    assert log_of(secretive) == before
    notes = secretive.store.recorder.select_notifications(1, 1000, topics=["delivery.time_logged"])
    stored = [secretive.store.mapper.to_domain_event(each) for each in notes]
    assert [fact.note for fact in stored] == ["[erased]"]  # type: ignore[attr-defined]


def test_nothing_personal_is_recorded_about_an_erased_person(secretive: Firm) -> None:
    secretive.system.keys.destroy(new("q"))
    given = {"person_id": new("q"), "project_id": new("p"), "work_date": "2025-01-07",
             "minutes": 60}  # fmt: skip

    with pytest.raises(Exception, match="erased") as refused:
        secretive.do("LogTime", WORKER, **given, note="again")
    secretive.do("LogTime", WORKER, **given)
    assert getattr(refused.value, "code", "") == "SUBJECT_ERASED"


def test_a_field_opens_only_in_its_own_place(secretive: Firm) -> None:
    mapper, stream = secretive.system.mapper, new("q")
    stored = next(iter(secretive.store.log_.select_streams([stream])))
    moved = dataclasses.replace(stored, originator_version=2)

    with pytest.raises(UnreadableError):
        mapper.to_domain_event(moved)
