"""Ids of streams: time-ordered, and the same for the same words."""

from datetime import UTC, date, datetime
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import named_id, new_id


def moment_of(id_: UUID) -> datetime:
    return datetime.fromtimestamp((id_.int >> 80) / 1000, tz=UTC)


def test_a_new_id_is_a_uuid_of_version_7_and_of_this_moment() -> None:
    ids = [new_id() for _ in range(1000)]

    assert {(id_.version, id_.variant) for id_ in ids} == {(7, RFC_4122)}
    assert len(set(ids)) == len(ids)
    assert abs((moment_of(ids[0]) - datetime.now(UTC)).total_seconds()) < 60
    assert [id_.int >> 80 for id_ in ids] == sorted(id_.int >> 80 for id_ in ids)


def test_a_named_id_never_changes() -> None:
    """These ids are stored; another way to make them would lose every record."""
    assert named_id("legal_entity", "DE01") == UUID("00dc6acf-ac00-8838-8271-c712184ddde2")


@given(st.text(max_size=20), st.text(max_size=20), st.dates(date(1970, 1, 1)))
def test_the_same_words_name_the_same_id(kind: str, key: str, on: date) -> None:
    id_ = named_id(kind, key, on)

    assert named_id.__wrapped__(kind, key, on) == id_
    assert (id_.version, id_.variant) == (8, RFC_4122)
    assert moment_of(id_).date() == on


@pytest.mark.parametrize(
    ("one", "other"), [(("a", "b"), ("ab", "")), (("a", "b"), ("a", "c")), (("a", ""), ("", "a"))]
)
def test_other_words_name_other_ids(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert named_id(*one) != named_id(*other)


def test_ids_of_one_time_lie_together() -> None:
    days = [date(2025, 1, day) for day in range(1, 29)]

    ids = [named_id("fx_rates", f"ECB:{day}", day) for day in days]

    assert ids == sorted(ids)
