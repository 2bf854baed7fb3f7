"""Packets: canonical bytes and what a digest depends on."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from projections.packet import Column, Packet, amounts, packet, text

COLUMNS = (
    *text("account", "currency"), *amounts("amount"), Column("on", "date"),
    Column("items", "count"), Column("position", "count", beside=True),
)  # fmt: skip
ROW = ("1000", "EUR", Decimal(1), date(2025, 1, 31), 3, 42)


def packed(*rows: Any, known: int = 42, **parameters: Any) -> Packet:
    given = {"effective": date(2025, 1, 31), "entity": None, **parameters}
    return packet("sample", given, COLUMNS, rows or (ROW,), known)


def test_canonical_bytes_are_sorted_json_with_amounts_in_their_currency() -> None:
    yen = ("1000", "JPY", Decimal("1200.00"), date(2025, 2, 1), 1, 43)

    assert packed(ROW, yen).canonical == (
        b'{"name":"sample","parameters":{"effective":"2025-01-31","entity":null},"rows":['
        b'{"account":"1000","amount":"1.00","currency":"EUR","items":3,"on":"2025-01-31"},'
        b'{"account":"1000","amount":"1200","currency":"JPY","items":1,"on":"2025-02-01"}]}'
    )


def test_the_digest_is_the_sha256_of_the_canonical_bytes() -> None:
    assert packed().digest == hashlib.sha256(packed().canonical).hexdigest()


def test_positions_do_not_change_the_digest_and_everything_else_does() -> None:
    moved = (*ROW[:-1], 99)

    assert packed(moved, known=99).digest == packed().digest
    assert packed(entity="DE01").digest != packed().digest
    assert packed(("1000", "EUR", Decimal("1.01"), *ROW[3:])).digest != packed().digest


def test_a_document_holds_what_stands_beside_the_hash() -> None:
    document = packed().document()

    assert document["digest"] == packed().digest
    assert document["known"] == 42
    assert document["policy_versions"] == {"posting": 1}
    assert document["rows"][0]["position"] == 42


def test_words_are_utf8_and_times_are_utc() -> None:
    columns = (Column("name"), Column("at", "time"), Column("id"))
    at = datetime.fromisoformat("2025-01-31T12:00:00+02:00")

    said = packet("sample", {}, columns, [("Zürich", at, UUID(int=1))], 0)

    assert "Zürich".encode() in said.canonical
    assert said.said()[0]["at"] == at.astimezone(UTC).isoformat() == "2025-01-31T10:00:00+00:00"
    assert said.said()[0]["id"] == "00000000-0000-0000-0000-000000000001"
