"""HTTP to the sandbox tax engine."""

from decimal import InvalidOperation

import httpx

from adapters.delivery_http import read, write
from adapters.delivery_port import Accepted, Outcome, Rejected, Transient, Uncertain, Unsupported
from adapters.documents import Document, TaxedSale
from adapters.sandbox_tax import mapping
from domain.billing.tax_determination import Determination, TaxQuestion


class TaxClient:
    """A ``TaxEngine``, and a ``Vendor`` of sales and their credits."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def determine(self, asked: TaxQuestion) -> Determination:
        """Ask for a quote. It binds nobody, so what may have been made is asked again."""
        said = write(self._http, "POST", "/quotes", mapping.question(asked))
        if isinstance(said, Uncertain):
            raise Transient(said.error)
        try:
            return mapping.answer(asked, said)
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            raise Rejected(f"unreadable quote: {error!r}") from error

    def send(self, document: Document, key: str) -> Outcome:
        """Report a sale or credit."""
        if not isinstance(document, TaxedSale):
            raise Unsupported(f"the tax engine takes no {document.kind}")
        said = write(self._http, "POST", "/sales", mapping.sale(document, key), key=key)
        if isinstance(said, Uncertain):
            return said
        if isinstance(said.get("id"), str):
            return Accepted(said["id"])
        return Uncertain(f"an answer without an id: {said!r}")

    def find(self, document: Document, key: str) -> str | None:
        """Search by reference. Raises Transient."""
        del document
        said = read(self._http, "/sales", reference=key)
        try:
            items = (said or {})["items"]
            return str(items[0]["id"]) if items else None
        except (KeyError, TypeError) as error:
            raise Transient(f"unreadable search: {said!r}") from error
