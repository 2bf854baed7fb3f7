"""The audit trail finds ids by the types of fields, in whatever they are nested."""

from dataclasses import dataclass, fields
from typing import Annotated, Any, get_type_hints
from uuid import UUID

import pytest

import domain.contexts
from adapters.postgres.mapper import ENVELOPE
from domain.aggregate import topics
from projections.audit_trail import NAMED, finder, mentioned
from projections.table import Conn
from tests.firm import Firm

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))

assert domain.contexts


@dataclass(frozen=True)
class Inner:
    id: UUID
    name: str = ""


@dataclass(frozen=True)
class Outer:
    inner: Inner
    listed: tuple[Inner, ...]
    by_name: dict[str, UUID]
    maybe: UUID | None
    noted: Annotated[UUID, "a note"]
    words: tuple[str, ...] = ("no", "ids")


def test_ids_are_found_however_deep() -> None:
    found = finder(Outer)
    assert found is not None

    value = Outer(Inner(ONE), (Inner(TWO), Inner(TWO)), {"a": THREE}, None, UUID(int=4))

    assert list(found(value)) == [ONE, TWO, TWO, THREE, UUID(int=4)]


def test_a_type_without_ids_has_no_finder() -> None:
    assert finder(tuple[str, ...]) is None
    assert finder(dict[str, int]) is None
    assert finder(str | None) is None


@pytest.mark.parametrize("topic", sorted(topics()))
def test_every_event_with_an_id_inside_is_searched(topic: str) -> None:
    kind: Any = topics()[topic]
    hints = get_type_hints(kind)
    direct = any("UUID" in str(hints[f.name]) for f in fields(kind) if f.name not in ENVELOPE)

    assert not direct or finder(kind) is not None


def test_names_are_those_of_fields_that_exist() -> None:
    for kind, pairs in NAMED.items():
        fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
        assert all(name in fields and owner in fields for name, owner in pairs)


def mentions(conn: Conn, id_: UUID) -> list[str]:
    rows = conn.execute(
        "SELECT topic FROM mentions JOIN events USING (position) WHERE id = %s ORDER BY position",
        [id_],
    ).fetchall()
    return [row[0] for row in rows]


def test_an_entry_is_mentioned_from_its_note_to_its_invoice(year: Firm) -> None:
    with year.system.connect() as conn:
        row = conn.execute("SELECT id FROM time_entries WHERE work_date = '2025-02-10'").fetchone()
        assert row is not None

        assert set(mentions(conn, row[0])) == {
            "delivery.time_logged", "delivery.timesheet_submitted", "delivery.time_approved",
            "delivery.time_billed", "billing.invoice_issued", "delivery.time_restored",
            "billing.credit_memo_issued",
        }  # fmt: skip


def test_a_fact_mentions_all_ids_inside_but_not_its_own_stream(year: Firm) -> None:
    with year.system.connect() as conn:
        row = conn.execute(
            "SELECT topic, stream_id, version, schema_version, recorded_at, payload FROM events"
            " WHERE topic = 'billing.invoice_issued' ORDER BY position LIMIT 1"
        ).fetchone()
    assert row is not None
    fact = year.system.decode(*row)

    assert fact.originator_id not in mentioned(fact)
    assert fact.party.client_id in mentioned(fact)
    assert {source.id for line in fact.lines for source in line.sources} <= mentioned(fact)
