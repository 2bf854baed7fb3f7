import base64
import multiprocessing
from pathlib import Path

import pytest

from adapters.postgres.master_key import MasterKey, MasterKeyUnusable, create_master_key

SECRET = bytes(range(32))


def test_the_key_is_read_from_plain_and_url_safe_base64() -> None:
    secret = b"\xfb\xff\xbe" * 10 + b"\x01\x02"
    plain, url_safe = base64.b64encode(secret), base64.urlsafe_b64encode(secret)

    assert MasterKey.from_text(plain.decode()) == MasterKey(secret)
    assert MasterKey.from_text(url_safe.decode() + "\n") == MasterKey(secret)


@pytest.mark.parametrize("text", ["", "c2hvcnQ=", "not base64!", "é" * 44, "A" * 43])
def test_a_malformed_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(MasterKeyUnusable) as refused:
        MasterKey.from_text(text)

    assert refused.value.code == "MASTER_KEY_UNUSABLE"
    assert not text or text not in refused.value.message


def test_a_key_does_not_show_its_secret() -> None:
    key = MasterKey(SECRET)

    assert SECRET.hex()[:8] not in repr(key)
    assert repr(SECRET)[2:10] not in repr(key)
    assert key.text() not in repr(key)


def test_the_id_is_a_fingerprint_that_stays() -> None:
    # HKDF-SHA256, no salt, info "throughline/fingerprint": recorded once, stored beside every key
    assert MasterKey(SECRET).id == "634e1f4769c6a23f"
    assert MasterKey(bytes(32)).id != MasterKey(SECRET).id


def test_each_purpose_has_a_key_of_its_own() -> None:
    key = MasterKey(SECRET)

    assert key.derive("seal") == MasterKey(SECRET).derive("seal")
    assert len({SECRET, key.derive("seal"), key.derive("subject-keys")}) == 3


def test_a_created_key_is_read_again_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "master.key"

    key = create_master_key(path)

    assert MasterKey.from_file(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.key"]


def test_a_key_that_stands_is_taken_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    first = create_master_key(path)
    written = path.read_bytes()

    assert create_master_key(path) == first
    assert path.read_bytes() == written


def test_a_file_that_holds_no_key_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.touch(mode=0o600)

    with pytest.raises(MasterKeyUnusable):
        create_master_key(path)
    assert path.read_bytes() == b""


def test_two_new_keys_differ(tmp_path: Path) -> None:
    assert create_master_key(tmp_path / "one") != create_master_key(tmp_path / "two")


def test_racing_processes_all_get_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        keys = pool.map(create_master_key, [path] * 16, chunksize=1)

    assert set(keys) == {MasterKey.from_file(path)}
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    create_master_key(path)
    path.chmod(mode)

    with pytest.raises(MasterKeyUnusable, match="chmod 600"):
        MasterKey.from_file(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyUnusable, match=r"absent.key: No such file"):
        MasterKey.from_file(tmp_path / "absent.key")


def test_creation_where_nothing_can_be_written_leaves_the_system_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        create_master_key(tmp_path / "absent" / "master.key")
    assert list(tmp_path.iterdir()) == []
