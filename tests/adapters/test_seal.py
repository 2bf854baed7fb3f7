import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.postgres.event_bytes import event_bytes
from adapters.postgres.master_key import MasterKey
from adapters.postgres.merkle import Tree, leaf_hash, verify_consistency, verify_inclusion
from adapters.postgres.seal import (
    SEAL_LOCK,
    Checkpoint,
    LogDamagedError,
    LogDigest,
    Sealer,
    by_id,
    key_id,
    last_checkpoint,
    signing_key,
)
from adapters.postgres.verification import verify
from tests.adapters.log_rows import append, empty, forge, row
from tests.adapters.scratch_database import Connect, scratch_database

KEY = signing_key(MasterKey(bytes(range(32))))
NEXT_KEY = signing_key(MasterKey(bytes(range(32, 64))))
NOON = datetime(2025, 1, 31, 12, 0, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    with scratch_database(tmp_path_factory.mktemp("postgres")) as connect:
        yield connect


@pytest.fixture
def connect(scratch: Connect) -> Connect:
    with scratch() as conn:
        empty(conn)
    return scratch


def write(connect: Connect, first: int, last: int) -> None:
    with connect() as conn:
        append(conn, *map(row, range(first, last + 1)))


def sizes(connect: Connect) -> list[int]:
    with connect() as conn:
        return [size for (size,) in conn.execute("SELECT size FROM checkpoints ORDER BY size")]


def test_a_checkpoint_states_the_chain_and_tree_of_the_definition(connect: Connect) -> None:
    write(connect, 1, 5)

    sealed = Sealer(connect, KEY).seal(100, at=NOON)

    leaves = [sha256(b"\x00" + event_bytes(row(position))).digest() for position in range(1, 6)]
    chain = bytes(32)
    for leaf in leaves:
        chain = sha256(chain + leaf).digest()
    assert sealed is not None
    assert (sealed.size, sealed.chain_hash) == (5, chain)
    assert sealed.merkle_root == Tree(leaves).root()
    assert sealed.frontier == (Tree(leaves[:4]).root(), leaves[4])
    assert (sealed.sealed_at, sealed.key_id) == (NOON, key_id(KEY.public_key()))


def test_the_returned_checkpoint_is_the_stored_one(connect: Connect) -> None:
    write(connect, 1, 3)

    sealed = Sealer(connect, KEY).seal(100, at=NOON)

    with connect() as conn:
        assert last_checkpoint(conn) == sealed


def test_the_signature_is_over_the_documented_text(connect: Connect) -> None:
    write(connect, 1, 3)
    east = NOON.astimezone(timezone(timedelta(hours=2)))

    sealed = Sealer(connect, KEY).seal(100, at=east)

    assert sealed is not None
    text = (
        "throughline checkpoint 1\nsize 3\n"
        f"chain {sealed.chain_hash.hex()}\nroot {sealed.merkle_root.hex()}\n"
        "sealed 2025-01-31T12:00:00.000005Z\n"
    )
    KEY.public_key().verify(sealed.signature, text.encode())


def test_sealing_in_steps_ends_where_sealing_at_once_does(connect: Connect) -> None:
    write(connect, 1, 20)
    sealer = Sealer(connect, KEY)
    while last := sealer.seal(3, at=NOON):
        stepwise = last
    with connect() as conn:
        forge(conn, "DELETE FROM checkpoints")

    at_once = sealer.seal(1000, at=NOON)

    assert at_once == stepwise
    assert stepwise.size == 20


def test_a_seal_takes_at_most_its_limit_and_goes_on_from_there(connect: Connect) -> None:
    write(connect, 1, 7)
    sealer = Sealer(connect, KEY)
    for _ in range(5):
        sealer.seal(3, at=NOON)

    assert sizes(connect) == [3, 6, 7]


def test_nothing_new_is_not_sealed_again(connect: Connect) -> None:
    sealer = Sealer(connect, KEY)
    of_nothing = sealer.seal(100, at=NOON)
    write(connect, 1, 2)
    sealer.seal(100, at=NOON)

    assert of_nothing is None
    assert sealer.seal(100, at=NOON) is None
    assert sizes(connect) == [2]


def test_two_checkpoints_are_joined_by_a_consistency_proof(connect: Connect) -> None:
    write(connect, 1, 13)
    sealer = Sealer(connect, KEY)
    early, late = sealer.seal(6, at=NOON), sealer.seal(100, at=NOON)
    assert early is not None
    assert late is not None
    tree = Tree(leaf_hash(event_bytes(row(position))) for position in range(1, 14))

    proof = tree.consistency_proof(6)
    of_the_fourth = tree.inclusion_proof(3)

    assert verify_consistency(6, 13, proof, early.merkle_root, late.merkle_root)
    leaf = leaf_hash(event_bytes(row(4)))
    assert verify_inclusion(3, 13, leaf, of_the_fourth, late.merkle_root)


def test_a_sealer_leaves_while_another_is_at_work(connect: Connect) -> None:
    write(connect, 1, 2)
    with connect() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
        meanwhile = Sealer(connect, KEY).seal(100, at=NOON)
    after = Sealer(connect, KEY).seal(100, at=NOON)

    assert meanwhile is None
    assert after is not None


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_sealers_at_once_never_fork(connect: Connect, isolation: str) -> None:
    options = f"-c default_transaction_isolation={isolation.replace(' ', chr(92) + ' ')}"
    racers = 4
    gate = threading.Barrier(racers + 1)

    def race(_: int) -> int:
        sealer = Sealer(lambda: connect(options=options), KEY)
        gate.wait()
        return sum(sealer.seal(7, at=NOON) is not None for _ in range(25))

    with ThreadPoolExecutor(racers) as pool, connect() as conn:
        racing = [pool.submit(race, number) for number in range(racers)]
        gate.wait()
        for position in range(1, 201):
            append(conn, row(position))
        made = sum(future.result() for future in racing)
    while Sealer(connect, KEY).seal(1000, at=NOON):
        made += 1

    assert made == len(sizes(connect))
    with connect() as conn:
        found = verify(conn, [KEY.public_key()])
    assert (found.intact, found.sealed) == (True, 200)


def test_a_missing_event_stops_the_seal_and_nothing_is_stored(connect: Connect) -> None:
    write(connect, 1, 3)
    write(connect, 5, 6)

    with pytest.raises(LogDamagedError, match="event 4 is missing"):
        Sealer(connect, KEY).seal(100, at=NOON)
    assert sizes(connect) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("chain_hash = sha256('x')", "does not fit"),
        ("merkle_root = sha256('x')", "does not fit"),
        ("sealed_at = sealed_at - interval '1 day'", "does not fit"),
        ("signature = sha256('x')", "does not fit"),
        ("key_id = 'unknown'", "not known"),
        ("frontier = ARRAY[sha256('x')]", "does not have 1 peaks"),
        ("frontier = ARRAY[sha256('x'), sha256('y')]", "frontier and root disagree"),
    ],
)
def test_nothing_is_sealed_on_a_forged_checkpoint(
    connect: Connect, change: str, said: str
) -> None:
    write(connect, 1, 3)
    sealer = Sealer(connect, KEY)
    sealer.seal(100, at=NOON)
    write(connect, 4, 6)
    with connect() as conn:
        forge(conn, f"UPDATE checkpoints SET {change}")

    with pytest.raises(LogDamagedError, match=said):
        sealer.seal(100, at=NOON)
    assert sizes(connect) == [3]


def test_a_new_key_goes_on_only_where_the_earlier_one_is_trusted(connect: Connect) -> None:
    write(connect, 1, 3)
    Sealer(connect, KEY).seal(2, at=NOON)

    with pytest.raises(LogDamagedError, match="not known"):
        Sealer(connect, NEXT_KEY).seal(100, at=NOON)
    sealed = Sealer(connect, NEXT_KEY, [KEY.public_key()]).seal(100, at=NOON)
    assert sealed is not None
    assert sealed.key_id == key_id(NEXT_KEY.public_key())


def test_a_time_without_a_zone_is_refused(connect: Connect) -> None:
    with pytest.raises(ValueError, match="zone"):
        Sealer(connect, KEY).seal(100, at=NOON.replace(tzinfo=None))


def test_the_signing_key_follows_from_the_master_key() -> None:
    again = signing_key(MasterKey(bytes(range(32))))

    assert again.private_bytes_raw() == KEY.private_bytes_raw()
    # Recorded once: another key from the same master would orphan every sealed log.
    assert key_id(KEY.public_key()) == "9d2de6744d7c3fa522d629667782da0d"


def test_a_digest_does_not_continue_from_a_frontier_of_another_size() -> None:
    made = Checkpoint(3, bytes(32), bytes(32), (bytes(32),), NOON, "", b"")

    with pytest.raises(LogDamagedError, match="checkpoint 3"):
        LogDigest.after(made)


def test_a_doubt_names_its_reason() -> None:
    key = Ed25519PrivateKey.generate()
    unsigned = Checkpoint(1, bytes(32), bytes(32), (), NOON, key_id(key.public_key()), b"")
    signed = replace(unsigned, signature=key.sign(unsigned.statement()))

    assert signed.doubt(by_id([key.public_key()])) == ""
    assert "not known" in signed.doubt({})
    assert "does not fit" in replace(signed, size=2).doubt(by_id([key.public_key()]))
    assert "does not fit" in unsigned.doubt(by_id([key.public_key()]))
