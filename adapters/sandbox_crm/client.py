"""HTTP to the sandbox CRM."""

from urllib.parse import quote

import httpx

from adapters.delivery_http import read, write
from adapters.delivery_port import Accepted, Outcome, Transient, Uncertain, Unsupported
from adapters.documents import DealUpdate, Document, ProjectActuals
from adapters.sandbox_crm import mapping


class CrmClient:
    """A ``Vendor``: every document is an update of its opportunity's deal."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def send(self, document: Document, key: str) -> Outcome:
        """Write the properties of the deal."""
        match document:
            case DealUpdate():
                body = mapping.deal(document, key)
            case ProjectActuals():
                body = mapping.actuals(document, key)
            case _:
                raise Unsupported(f"the CRM takes no {document.kind}")
        answer = write(self._http, "PATCH", _path(document), body)
        if isinstance(answer, Uncertain):
            return answer
        if isinstance(answer.get("id"), str):
            return Accepted(answer["id"])
        return Uncertain(f"an answer without an id: {answer!r}")

    def find(self, document: Document, key: str) -> str | None:
        """Find the deal if this update is the last it took; lanes keep others from coming after.

        Raises Transient.
        """
        deal = read(self._http, _path(document))
        if deal is None:
            return None
        try:
            return str(deal["id"]) if deal["updates"][-1] == key else None
        except (KeyError, TypeError, IndexError) as error:
            raise Transient(f"unreadable deal: {deal!r}") from error


def _path(document: Document) -> str:
    return f"/deals/{quote(document.lane, safe='')}"
