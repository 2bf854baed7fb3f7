"""HTTP to the sandbox accounting system."""

from typing import Any
from urllib.parse import quote

import httpx

from adapters.delivery_http import read, write
from adapters.delivery_port import Accepted, Outcome, Rejected, Transient, Uncertain, Unsupported
from adapters.documents import CreditMemo, Document, Invoice, Payment
from adapters.sandbox_accounting import mapping


class AccountingClient:
    """A ``Vendor``. Contacts it has seen are remembered, as their ids never change."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._contacts: dict[tuple[str, str], str] = {}

    def send(self, document: Document, key: str) -> Outcome:
        """Create the record; a contact or invoice it hangs on comes first."""
        path = self._path(document)
        return _accepted(write(self._http, "POST", path, self._body(document, key), key=key))

    def find(self, document: Document, key: str) -> str | None:
        """Search by reference; the oldest is the one. Raises Transient."""
        return self._search(self._path(document), key)

    def _path(self, document: Document) -> str:
        if document.kind not in mapping.PATHS:
            raise Unsupported(f"the accounting system takes no {document.kind}")
        return mapping.PATHS[document.kind]

    def _body(self, document: Document, key: str) -> dict[str, Any]:
        match document:
            case Invoice():
                return mapping.invoice(document, key, self._contact(document))
            case CreditMemo():
                return mapping.credit_note(document, key, self._invoice(document.invoice_key))
            case Payment():
                return mapping.payment(document, key, self._invoice(document.invoice_key))
        raise Unsupported(f"the accounting system takes no {document.kind}")

    def _contact(self, invoice: Invoice) -> str:
        """Create or rename a contact; the vendor keeps its code unique, so twice does no harm."""
        known = (invoice.client_code, invoice.client_name)
        if known not in self._contacts:
            path = f"/contacts/{quote(invoice.client_code, safe='')}"
            said = _accepted(write(self._http, "PUT", path, mapping.contact(invoice)))
            if isinstance(said, Uncertain):
                raise Transient(f"contact: {said.error}")
            self._contacts[known] = said.external_id
        return self._contacts[known]

    def _invoice(self, invoice_key: str) -> str:
        found = self._search(mapping.PATHS["invoice"], invoice_key)
        if found is None:
            raise Rejected(f"the accounting system has no invoice {invoice_key}")
        return found

    def _search(self, path: str, reference: str) -> str | None:
        answer = read(self._http, path, reference=reference, limit="1")
        try:
            items = (answer or {})["items"]
            return str(items[0]["id"]) if items else None
        except (KeyError, TypeError) as error:
            raise Transient(f"unreadable search: {answer!r}") from error


def _accepted(answer: dict[str, Any] | Uncertain) -> Accepted | Uncertain:
    if isinstance(answer, Uncertain):
        return answer
    if isinstance(answer.get("id"), str):
        return Accepted(answer["id"])
    return Uncertain(f"an answer without an id: {answer!r}")
