"""Accounts of a CRM and the clients they are here.

An account is the client with its name as code, or the client a map names. Where missing ones
may be created, it is registered before its first deal; the CRM's own list of accounts, where
there is one, says which names are accounts at all.
"""

from dataclasses import dataclass
from uuid import UUID

from adapters.imports.deal import DealRow
from adapters.imports.plans.directory import Directory
from adapters.imports.plans.names import Names
from adapters.imports.plans.planned import Planned, column_with, key_of, short_code
from adapters.imports.verdict import CellError
from domain.identity import named_id
from domain.organisation.commands import RegisterClient


@dataclass(frozen=True, slots=True)
class NewClients:
    """How clients that are not known are registered; ``may`` is whether they are."""

    may: bool
    entity: str
    currency: str
    payment_terms_days: int


class Accounts:
    """``listed`` are the CRM's accounts; None where it did not export them.

    ``needed`` holds what registers a client that was found to be new, until somebody takes it.
    """

    def __init__(
        self, directory: Directory, names: Names, new: NewClients, listed: frozenset[str] | None
    ) -> None:
        self.names = names
        self._directory, self._new, self._listed = directory, new, listed
        self._known: dict[str, UUID] = {}
        self.needed: dict[UUID, Planned] = {}

    def client(self, row: DealRow) -> UUID:
        """The client of a deal. Raises CellError."""
        account = row.account or row.account_id
        if account is None:
            reason = "The deal has no account: it cannot be said who would buy."
            raise CellError("missing_client", reason, "account" if "account" in row.raw else None)
        name = self.names.ours(account) or account
        if name not in self._known:
            self._known[name] = self._find(name, column_with(row.raw, account))
        return self._known[name]

    def _find(self, name: str, column: str | None) -> UUID:
        holder = self._directory.client(short_code(name))
        if holder is None:
            return self._register(name, column)
        if holder.entity != self._new.entity:
            reason = f"{name!r} is a client of {holder.entity}."
            raise CellError("other_entity", reason, column)
        return holder.id

    def _register(self, name: str, column: str | None) -> UUID:
        if not self._new.may or (self._listed is not None and name not in self._listed):
            reason = f"{name!r} is neither a client nor an account that may become one."
            raise CellError("unknown_client", reason, column)
        code, new = short_code(name), self._new
        id_ = named_id("client", code)
        command = RegisterClient(
            command_id=key_of("client", new.entity, code), client_id=id_, code=code,
            name=name[:200], entity=new.entity, currency=new.currency,
            payment_terms_days=new.payment_terms_days,
        )  # fmt: skip
        self.needed[id_] = Planned(id_, (command,))
        return id_
