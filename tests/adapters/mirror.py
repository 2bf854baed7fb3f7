"""A vault that anybody can open, for tests of bytes that must not change."""

from uuid import UUID

PREFIX = "mirror:"


class Mirror:
    """In the place of the key store."""

    def encrypt(self, subject: UUID, place: bytes, text: str) -> str:
        """The text backwards."""
        del subject, place
        return PREFIX + text[::-1]

    def decrypt(self, subject: UUID, place: bytes, text: str) -> str:
        """The text again."""
        del subject, place
        assert text.startswith(PREFIX)
        return text.removeprefix(PREFIX)[::-1]
