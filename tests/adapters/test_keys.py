import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.postgres.keys import ERASED, SubjectErased, SubjectKeys, UnreadableError
from adapters.postgres.master_key import MasterKey
from tests.adapters.scratch_database import Connect, scratch_database

MASTER = MasterKey(bytes(range(32)))
NEXT_MASTER = MasterKey(bytes(range(32, 64)))


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    with scratch_database(tmp_path_factory.mktemp("postgres")) as connect:
        yield connect


@pytest.fixture(autouse=True)
def _no_keys_yet(connect: Connect) -> None:
    with connect() as conn:
        conn.execute("TRUNCATE keys.subjects")


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def stored(connect: Connect, subject: UUID) -> tuple[Any, ...]:
    with connect() as conn:
        row = conn.execute(
            "SELECT wrapped_key, master_id, destroyed_at FROM keys.subjects WHERE subject = %s",
            [subject],
        ).fetchone()
    assert row is not None
    return tuple(row)


def test_a_field_opens_again_in_another_process(connect: Connect) -> None:
    subject = uuid4()
    text = SubjectKeys(connect, MASTER).encrypt(subject, b"stream|1|name", "Žofie ✓")

    assert SubjectKeys(connect, MASTER).decrypt(subject, b"stream|1|name", text) == "Žofie ✓"


def test_a_field_is_ascii_with_its_version_and_tells_nothing(connect: Connect) -> None:
    text = SubjectKeys(connect, MASTER).encrypt(uuid4(), b"place", "sentinel@example.com")

    assert text.startswith("enc:1:")
    assert text.isascii()
    assert set(text).isdisjoint("=+/ ")
    assert "sentinel" not in text


def test_the_same_text_twice_is_two_ciphertexts(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()

    assert keys.encrypt(subject, b"place", "same") != keys.encrypt(subject, b"place", "same")


def test_the_empty_text_is_a_text(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()

    assert keys.decrypt(subject, b"place", keys.encrypt(subject, b"place", "")) == ""


def test_a_field_does_not_open_in_another_place(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    text = keys.encrypt(subject, b"stream|1|name", "secret")

    with pytest.raises(UnreadableError, match="altered, moved"):
        keys.decrypt(subject, b"stream|2|name", text)


def test_a_field_does_not_open_for_another_subject(connect: Connect) -> None:
    keys, subject, other = SubjectKeys(connect, MASTER), uuid4(), uuid4()
    text = keys.encrypt(subject, b"place", "secret")
    keys.get_or_create(other)

    with pytest.raises(UnreadableError, match=str(other)):
        keys.decrypt(other, b"place", text)


def test_every_altered_character_is_noticed(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    text = keys.encrypt(subject, b"place", "secret")
    for at, letter in enumerate(text):
        forged = text[:at] + ("B" if letter == "A" else "A") + text[at + 1 :]

        with pytest.raises(UnreadableError):
            keys.decrypt(subject, b"place", forged)


@pytest.mark.parametrize("text", ["", "plain", "enc:1:", "enc:1:a", "enc:1:é", "enc:2:AAAA"])
def test_what_is_no_encrypted_field_is_said_so(connect: Connect, text: str) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    keys.get_or_create(subject)

    with pytest.raises(UnreadableError):
        keys.decrypt(subject, b"place", text)


def test_a_field_without_any_kept_key_is_an_error_not_an_erasure(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    text = keys.encrypt(subject, b"place", "secret")

    with pytest.raises(UnreadableError, match="no key is kept"):
        keys.decrypt(uuid4(), b"place", text)


def test_the_stored_key_is_wrapped_and_bound_to_its_subject(connect: Connect) -> None:
    keys, subject, other = SubjectKeys(connect, MASTER), uuid4(), uuid4()
    key = keys.get_or_create(subject)
    keys.get_or_create(other)
    wrapped, master_id, _ = stored(connect, subject)
    with connect() as conn:
        conn.execute(
            "UPDATE keys.subjects SET wrapped_key = %s WHERE subject = %s", [wrapped, other]
        )

    assert key not in wrapped
    assert master_id == MASTER.id
    with pytest.raises(UnreadableError, match="was altered"):
        SubjectKeys(connect, MASTER).get_or_create(other)


def test_another_master_key_opens_nothing_and_is_named(connect: Connect) -> None:
    subject = uuid4()
    SubjectKeys(connect, MASTER).get_or_create(subject)

    with pytest.raises(UnreadableError, match=MASTER.id):
        SubjectKeys(connect, NEXT_MASTER).get_or_create(subject)


def test_racing_processes_agree_on_one_key(connect: Connect) -> None:
    subject, racers = uuid4(), 8
    gate = threading.Barrier(racers)

    def race(_: int) -> bytes:
        keys = SubjectKeys(connect, MASTER)
        gate.wait()
        return keys.get_or_create(subject)

    with ThreadPoolExecutor(racers) as pool:
        keys = set(pool.map(race, range(racers)))

    assert len(keys) == 1


def test_the_loser_of_an_insert_takes_the_winners_key(connect: Connect) -> None:
    subject = uuid4()
    early, late = SubjectKeys(connect, MASTER), SubjectKeys(connect, MASTER)
    key = early.get_or_create(subject)

    assert late._create([subject])[subject].key == key


def test_a_destroyed_key_leaves_erased_and_only_its_date(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    text = keys.encrypt(subject, b"place", "secret")

    destroyed_at = keys.destroy(subject)

    assert keys.decrypt(subject, b"place", text) == ERASED == "[erased]"
    assert SubjectKeys(connect, MASTER).decrypt(subject, b"place", text) == ERASED
    assert stored(connect, subject) == (None, MASTER.id, destroyed_at)


def test_a_destroyed_key_is_never_made_again(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    keys.get_or_create(subject)
    keys.destroy(subject)

    for any_process in (keys, SubjectKeys(connect, MASTER)):
        with pytest.raises(SubjectErased) as refused:
            any_process.get_or_create(subject)
        assert refused.value.code == "SUBJECT_ERASED"
        with pytest.raises(SubjectErased):
            any_process.encrypt(subject, b"place", "secret")
        assert any_process._create([subject])[subject].key is None
    assert stored(connect, subject)[0] is None


def test_a_subject_erased_before_it_had_a_key_gets_none(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    keys.destroy(subject)

    with pytest.raises(SubjectErased):
        SubjectKeys(connect, MASTER).get_or_create(subject)


def test_destroying_twice_answers_the_first_date(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()

    assert keys.destroy(subject) == keys.destroy(subject)


def test_a_key_destroyed_elsewhere_is_forgotten_once_its_time_is_up(connect: Connect) -> None:
    clock, subject = Clock(), uuid4()
    here = SubjectKeys(connect, MASTER, clock=clock)
    text = here.encrypt(subject, b"place", "secret")
    SubjectKeys(connect, MASTER).destroy(subject)

    clock.seconds = 59.9
    before = here.decrypt(subject, b"place", text)
    clock.seconds = 60.0
    after = here.decrypt(subject, b"place", text)

    assert (before, after) == ("secret", ERASED)


def test_a_key_is_not_read_again_while_it_is_fresh(connect: Connect) -> None:
    opened: list[None] = []

    def counting() -> psycopg.Connection[Any]:
        opened.append(None)
        return connect()

    keys, subject = SubjectKeys(counting, MASTER, clock=Clock()), uuid4()
    text = keys.encrypt(subject, b"place", "secret")
    so_far = len(opened)
    keys.decrypt(subject, b"place", text)
    keys.get_or_create(subject)

    assert len(opened) == so_far


def test_a_read_begun_before_a_destruction_revives_nothing(connect: Connect) -> None:
    clock, subject = Clock(), uuid4()
    keys = SubjectKeys(connect, MASTER, clock=clock)
    text = keys.encrypt(subject, b"place", "secret")
    late = keys._read([subject], clock())
    keys.destroy(subject)
    keys._remember(late)

    assert keys.decrypt(subject, b"place", text) == ERASED


def test_many_keys_are_read_at_once(connect: Connect) -> None:
    opened: list[None] = []

    def counting() -> psycopg.Connection[Any]:
        opened.append(None)
        return connect()

    known, erased, unknown = [uuid4() for _ in range(50)], uuid4(), uuid4()
    writer = SubjectKeys(connect, MASTER)
    expected: dict[UUID, bytes | None] = {one: writer.get_or_create(one) for one in known}
    writer.destroy(erased)

    found = SubjectKeys(counting, MASTER).load_many([*known, erased, unknown, *known])

    assert found == expected | {erased: None}
    assert len(opened) == 1


def test_keys_of_an_import_are_made_in_one_write(connect: Connect) -> None:
    keys, erased, known = SubjectKeys(connect, MASTER), uuid4(), uuid4()
    keys.destroy(erased)
    key = keys.get_or_create(known)
    subjects = [erased, known, *(uuid4() for _ in range(20))]

    keys.prepare([*subjects, *subjects])
    found = SubjectKeys(connect, MASTER).load_many(subjects)

    assert found[erased] is None
    assert found[known] == key
    assert len(set(found.values())) == 22


def test_memory_of_keys_is_bounded_and_keeps_those_used_last(connect: Connect) -> None:
    keys = SubjectKeys(connect, MASTER, most=3)
    subjects = [uuid4() for _ in range(4)]
    for subject in subjects[:3]:
        keys.get_or_create(subject)
    keys.get_or_create(subjects[0])
    keys.get_or_create(subjects[3])

    assert list(keys._cache) == [subjects[2], subjects[0], subjects[3]]


def test_rewrapped_keys_open_with_the_new_master_only(connect: Connect) -> None:
    keys, subject, erased = SubjectKeys(connect, MASTER), uuid4(), uuid4()
    text = keys.encrypt(subject, b"place", "secret")
    keys.destroy(erased)

    count = keys.rewrap(NEXT_MASTER)
    again = keys.rewrap(NEXT_MASTER)
    made_after = uuid4()
    keys.get_or_create(made_after)

    assert (count, again) == (1, 0)
    assert SubjectKeys(connect, NEXT_MASTER).decrypt(subject, b"place", text) == "secret"
    assert stored(connect, made_after)[1] == NEXT_MASTER.id
    assert stored(connect, erased)[0] is None
    with pytest.raises(UnreadableError, match=NEXT_MASTER.id):
        SubjectKeys(connect, MASTER).decrypt(subject, b"place", text)


def test_a_process_that_knows_both_masters_reads_through_a_rotation(connect: Connect) -> None:
    subject = uuid4()
    text = SubjectKeys(connect, MASTER).encrypt(subject, b"place", "secret")

    next_one = SubjectKeys(connect, NEXT_MASTER, others=[MASTER])

    assert next_one.decrypt(subject, b"place", text) == "secret"


def test_a_key_destroyed_while_keys_are_rewrapped_stays_destroyed(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER, others=[NEXT_MASTER]), uuid4()
    keys.get_or_create(subject)
    with connect() as eraser, ThreadPoolExecutor(1) as pool:
        eraser.execute(
            "UPDATE keys.subjects SET wrapped_key = NULL, destroyed_at = now() WHERE subject = %s",
            [subject],
        )
        rewrapping = pool.submit(keys.rewrap, NEXT_MASTER)
        with pytest.raises(TimeoutError):
            rewrapping.result(timeout=0.3)
        eraser.commit()
        count = rewrapping.result()

    assert count == 0
    assert stored(connect, subject)[0] is None


def test_a_wrapped_key_is_aes_gcm_under_a_key_of_its_own_purpose(connect: Connect) -> None:
    keys, subject = SubjectKeys(connect, MASTER), uuid4()
    key = keys.get_or_create(subject)
    wrapped = stored(connect, subject)[0]

    opened = AESGCM(MASTER.derive("subject-keys/1")).decrypt(
        wrapped[:12], wrapped[12:], subject.bytes
    )

    assert opened == key


def test_the_applications_own_login_may_do_all_of_it(connect: Connect) -> None:
    keys = SubjectKeys(lambda: connect(options="-c role=throughline_app"), MASTER)
    subject, erased = uuid4(), uuid4()
    keys.prepare([subject, erased])
    text = keys.encrypt(subject, b"place", "secret")
    keys.destroy(erased)

    assert keys.rewrap(NEXT_MASTER) == 1
    assert SubjectKeys(connect, NEXT_MASTER).decrypt(subject, b"place", text) == "secret"
