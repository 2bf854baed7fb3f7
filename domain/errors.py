"""The one family of expected failures: a stable code, a sentence, and where it applies."""

from typing import ClassVar


class Refusal(Exception):
    """A command, query or file cannot be accepted; nothing was changed.

    ``code`` is stable and public (GraphQL, verdict files, CLI); ``field`` names the input at
    fault where there is one.
    """

    code: ClassVar[str] = "REFUSED"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
