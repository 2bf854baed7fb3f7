"""The master key: the one secret an installation keeps outside its database.

Owns its form (32 bytes, as base64 in the environment or in a file of mode 0600), its first
creation, and the keys derived from it. Losing it loses every personal field and the signing key;
nothing here writes it anywhere but to the file asked for.
"""

import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import Refusal

KEY_BYTES = 32


class MasterKeyUnusable(Refusal):
    """The master key is missing, malformed, or readable by others than its owner."""

    code = "MASTER_KEY_UNUSABLE"


@dataclass(frozen=True)
class MasterKey:
    """32 bytes; every other key is wrapped by it or derived from it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise MasterKeyUnusable(f"The master key has {len(self.secret)} bytes, not 32.")

    @classmethod
    def from_text(cls, text: str) -> "MasterKey":
        """Read the key from base64 text, plain or URL-safe. Raises MasterKeyUnusable."""
        try:
            return cls(b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True))
        except ValueError:
            raise MasterKeyUnusable("The master key is not base64 text.") from None

    @classmethod
    def from_file(cls, path: Path) -> "MasterKey":
        """Read the key from a file that only its owner may read. Raises MasterKeyUnusable."""
        try:
            with path.open(encoding="ascii", errors="replace") as file:
                if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                    raise MasterKeyUnusable(f"{path} is open to others; run: chmod 600 {path}")
                return cls.from_text(file.read())
        except OSError as error:
            raise MasterKeyUnusable(f"{path}: {error.strerror}") from error

    def text(self) -> str:
        """Give the key as base64, the form of the environment and of the file."""
        return b64encode(self.secret).decode()

    @cached_property
    def id(self) -> str:
        """Fingerprint that names the key without telling it: 16 hexadecimal digits."""
        return self.derive("fingerprint", 8).hex()

    def derive(self, purpose: str, length: int = KEY_BYTES) -> bytes:
        """Make a key of its own for ``purpose``, by HKDF-SHA256; it tells nothing of others."""
        info = b"throughline/" + purpose.encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self.secret)


def create_master_key(path: Path) -> MasterKey:
    """Write a new key with mode 0600, or take the one that stands there: nothing is overwritten.

    Processes that race all get the key of the one that came first, and never half a file.
    Raises MasterKeyUnusable where what stands there is no key, OSError where nothing can be
    written or the file system has no hard links.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(draft, "x", opener=_owner_only, encoding="ascii") as file:
            file.write(MasterKey(secrets.token_bytes(KEY_BYTES)).text() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # refuses where the name is taken; a rename would replace it
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    if os.name == "posix":
        _sync_directory(path.parent)
    return MasterKey.from_file(path)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
