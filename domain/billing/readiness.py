"""Readiness: what the accounting system demands of whoever is billed.

Asked before an invoice gets its number and again where it is said to the system, by one rule: a
document that is bound to be refused there is not issued here.
"""

from domain.errors import Refusal

STEPS = frozenset({".", ".."})
"""Codes that an address would read as a way up, or nowhere."""


class NotExportReady(Refusal):
    """The accounting system would refuse the document."""

    code = "NOT_EXPORT_READY"


def lacking(client_code: str, client_name: str) -> tuple[str, ...]:
    """What is missing or unusable, in words; nothing where the client can be said.

    Source: the sandbox accounting system, which knows a contact by its code, as a part of an
    address, and by a name.
    """
    found = []
    if not client_name.strip():
        found.append("the client has no name")
    if client_code.strip() in STEPS | {""}:
        found.append(f"the client's code {client_code!r} names no contact")
    return tuple(found)


def require_ready(client_code: str, client_name: str) -> None:
    """Raises NotExportReady."""
    if lacks := lacking(client_code, client_name):
        raise NotExportReady("; ".join(lacks), field="contract_id")
