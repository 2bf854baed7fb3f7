from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.postgres.event_bytes import event_bytes
from adapters.postgres.master_key import MasterKey
from adapters.postgres.merkle import EMPTY_ROOT
from adapters.postgres.seal import Checkpoint, LogDigest, Sealer, signing_key
from adapters.postgres.verification import MOST_FINDINGS, Finding, Verification, verify
from tests.adapters.log_rows import STARTED, append, empty, forge, row
from tests.adapters.scratch_database import Connect, scratch_database

KEY = signing_key(MasterKey(bytes(range(32))))
NEXT_KEY = signing_key(MasterKey(bytes(range(32, 64))))
NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)
ALL_DIFFER = "chain hash, Merkle root, frontier"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    with scratch_database(tmp_path_factory.mktemp("postgres")) as connect:
        yield connect


@pytest.fixture
def connect(scratch: Connect) -> Connect:
    with scratch() as conn:
        empty(conn)
    return scratch


@pytest.fixture
def sealed(connect: Connect) -> list[Checkpoint]:
    """Thirty events, sealed after 10, 20 and 30."""
    with connect() as conn:
        append(conn, *map(row, range(1, 31)))
    sealer = Sealer(connect, KEY)
    return [made for _ in range(3) if (made := sealer.seal(10, at=NOON))]


def verified(connect: Connect, *published: Checkpoint, page: int = 7) -> Verification:
    with connect() as conn:
        return verify(conn, [KEY.public_key()], published=published, page=page)


def change(connect: Connect, sql: str) -> None:
    with connect() as conn:
        forge(conn, sql)


def codes(found: Verification) -> list[tuple[int, str]]:
    return [(finding.position, finding.code) for finding in found.findings]


def test_an_untouched_log_is_intact(connect: Connect, sealed: list[Checkpoint]) -> None:
    with connect() as conn:
        append(conn, row(31), row(32))

    found = verified(connect)

    digest = LogDigest()
    for position in range(1, 33):
        digest.add(event_bytes(row(position)))
    assert found == Verification(
        events=32,
        sealed=30,
        checkpoints=len(sealed),
        chain_hash=digest.chain_hash,
        merkle_root=digest.frontier.root(),
        findings=(),
        found=0,
    )
    assert found.intact


def test_an_empty_log_is_intact(connect: Connect) -> None:
    found = verified(connect)

    assert (found.intact, found.events, found.sealed) == (True, 0, 0)
    assert (found.chain_hash, found.merkle_root) == (bytes(32), EMPTY_ROOT)


@pytest.mark.parametrize(
    "other",
    [
        "stream_id = gen_random_uuid()",
        "version = 2",
        "topic = 'billing.invoice_voided'",
        "schema_version = 2",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "effective_date = effective_date - 1",
        "effective_date = 'infinity'",
        "entity = 'southwind-fictional'",
        "actor = 'user:8'",
        "command_id = gen_random_uuid()",
        "correlation_id = gen_random_uuid()",
        "causation_id = NULL",
        "trace = 'x'",
        "policies = 'posting:2'",
        "payload = payload || ' '",
    ],
)
@pytest.mark.usefixtures("sealed")
def test_a_change_of_any_column_is_found_once_and_located(connect: Connect, other: str) -> None:
    change(connect, f"UPDATE events SET {other} WHERE position = 14")

    found = verified(connect)

    assert found.findings == (
        Finding(20, "seal", f"{ALL_DIFFER}: sealed otherwise, events 11 to 20"),
    )


@pytest.mark.usefixtures("sealed")
def test_changes_behind_a_change_are_found_too(connect: Connect) -> None:
    change(connect, "UPDATE events SET actor = 'user:8' WHERE position IN (2, 3, 30)")

    assert codes(verified(connect)) == [(10, "seal"), (30, "seal")]


@pytest.mark.usefixtures("sealed")
def test_two_events_exchanged_are_found(connect: Connect) -> None:
    change(
        connect,
        "UPDATE events e SET payload = o.payload FROM events o"
        " WHERE (e.position, o.position) IN ((4, 5), (5, 4))",
    )

    assert codes(verified(connect)) == [(10, "seal")]


@pytest.mark.parametrize("page", [1, 10, 1000])
@pytest.mark.usefixtures("sealed")
def test_a_missing_event_is_named_and_the_rest_still_fits(connect: Connect, page: int) -> None:
    change(connect, "DELETE FROM events WHERE position IN (14, 15)")

    found = verified(connect, page=page)

    assert codes(found) == [(14, "gap"), (20, "seal")]
    assert found.findings[0].detail == "events 14 to 15 are missing"
    assert found.events == 28


@pytest.mark.usefixtures("sealed")
def test_missing_events_around_a_checkpoint_are_named(connect: Connect) -> None:
    change(connect, "DELETE FROM events WHERE position BETWEEN 9 AND 12")

    assert sorted(codes(verified(connect))) == [(9, "gap"), (10, "seal"), (20, "seal")]


@pytest.mark.usefixtures("sealed")
def test_a_sealed_end_cut_off_is_named(connect: Connect) -> None:
    change(connect, "DELETE FROM events WHERE position > 18")

    found = verified(connect)

    assert codes(found) == [(19, "gap"), (20, "seal"), (21, "gap"), (30, "seal")]


@pytest.mark.usefixtures("sealed")
def test_a_log_emptied_behind_its_seals_is_named(connect: Connect) -> None:
    change(connect, "DELETE FROM events")

    assert (1, "gap") in codes(verified(connect))


@pytest.mark.usefixtures("sealed")
def test_an_event_put_far_behind_the_log_leaves_a_gap(connect: Connect) -> None:
    with connect() as conn:
        append(conn, row(1 << 60))

    assert codes(verified(connect)) == [(31, "gap")]


def test_a_clock_that_went_back_is_found_before_anything_is_sealed(connect: Connect) -> None:
    with connect() as conn:
        append(conn, row(1), row(2, recorded_at=STARTED), row(3, recorded_at=STARTED))

    assert codes(verified(connect)) == [(2, "time")]


@pytest.mark.parametrize(
    ("forged", "expected"),
    [
        ("chain_hash = sha256('x')", {(20, "seal"), (20, "signature")}),
        ("merkle_root = sha256('x')", {(20, "seal"), (20, "signature")}),
        ("frontier = frontier || sha256('x')", {(20, "seal")}),
        ("frontier = '{}'", {(20, "seal")}),
        ("sealed_at = sealed_at + interval '1 hour'", {(20, "signature")}),
        ("key_id = 'unknown'", {(20, "signature")}),
        ("signature = ''", {(20, "signature")}),
        ("size = 21", {(21, "seal"), (21, "signature")}),
    ],
)
@pytest.mark.usefixtures("sealed")
def test_a_forged_checkpoint_is_found_and_misleads_nobody(
    connect: Connect, forged: str, expected: set[tuple[int, str]]
) -> None:
    change(connect, f"UPDATE checkpoints SET {forged} WHERE size = 20")

    assert set(codes(verified(connect))) == expected


def test_the_log_is_checked_with_the_keys_of_both_sealers(connect: Connect) -> None:
    with connect() as conn:
        append(conn, row(1), row(2))
    Sealer(connect, KEY).seal(1, at=NOON)
    Sealer(connect, NEXT_KEY, [KEY.public_key()]).seal(1, at=NOON)

    with connect() as conn:
        by_one = verify(conn, [KEY.public_key()])
        by_both = verify(conn, [KEY.public_key(), NEXT_KEY.public_key()])

    assert codes(by_one) == [(2, "signature")]
    assert by_both.intact


def test_history_rewritten_with_the_key_is_told_by_a_published_checkpoint(
    connect: Connect, sealed: list[Checkpoint]
) -> None:
    change(connect, "DELETE FROM checkpoints")
    change(connect, "UPDATE events SET actor = 'user:8' WHERE position = 14")
    sealer = Sealer(connect, KEY)
    while sealer.seal(10, at=NOON):
        pass

    alone = verified(connect)
    witnessed = verified(connect, *sealed)

    assert alone.intact
    assert codes(witnessed) == [(20, "published"), (30, "published")]


def test_a_published_checkpoint_that_was_taken_away_is_missed(
    connect: Connect, sealed: list[Checkpoint]
) -> None:
    change(connect, "DELETE FROM checkpoints WHERE size = 20")

    assert codes(verified(connect, sealed[1])) == [(20, "published")]
    assert verified(connect, sealed[0], sealed[2]).intact


def test_a_published_checkpoint_nobody_of_us_signed_accuses_itself(
    connect: Connect, sealed: list[Checkpoint]
) -> None:
    invented = replace(sealed[1], chain_hash=bytes(32))

    found = verified(connect, invented)

    assert codes(found) == [(20, "published")]
    assert "is none" in found.findings[0].detail


def test_findings_are_counted_but_not_hoarded(connect: Connect) -> None:
    many = MOST_FINDINGS + 5
    with connect() as conn:
        append(
            conn,
            *(row(n, recorded_at=STARTED - timedelta(seconds=n)) for n in range(1, many + 2)),
        )

    found = verified(connect, page=5000)

    assert (len(found.findings), found.found) == (MOST_FINDINGS, many)


def test_a_log_that_grows_meanwhile_is_not_taken_for_damaged(connect: Connect) -> None:
    sealer = Sealer(connect, KEY)

    def grow() -> None:
        with connect() as conn:
            for position in range(1, 121):
                append(conn, row(position))
                sealer.seal(10, at=NOON)

    with ThreadPoolExecutor(1) as pool:
        growing = pool.submit(grow)
        found = [verified(connect, page=3) for _ in range(8)]
        growing.result()

    assert [one.findings for one in found] == [()] * 8
    assert verified(connect).sealed == 120


def test_the_applications_own_login_may_seal_and_verify(connect: Connect) -> None:
    with connect() as conn:
        append(conn, row(1), row(2))

    made = Sealer(lambda: connect(options="-c role=throughline_app"), KEY).seal(10, at=NOON)
    with connect(options="-c role=throughline_app") as conn:
        found = verify(conn, [KEY.public_key()])

    assert made is not None
    assert (found.intact, found.sealed) == (True, 2)
