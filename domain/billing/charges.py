"""Charges: what an agreement asks for by itself, each unbilled or on one invoice.

Recurring plans, minimum commitments, meters, retainers and schedules of values differ in how a
charge comes about; what an invoice does with it is the same.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Root
from domain.consumption import BilledElsewhere, Share


class ChargeHolder(Root):
    """``billed`` are the charges that stand on an invoice."""

    if TYPE_CHECKING:  # the library would make arguments of the first event of them
        contract_id: UUID
        billed: set[UUID]

    def shares(self, ids: tuple[UUID, ...]) -> list[Share]:
        """What an invoice would consume. Raises as ``charge``, and BilledElsewhere."""
        return [self._share(id_) for id_ in ids]

    def contract_of(self, id_: UUID) -> UUID | None:
        """The contract a charge is billed under; None for another thing's id."""
        return self.contract_id if self.has_charge(id_) else None

    def bill(self, invoice_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Put charges on an invoice. Raises as ``shares``."""
        self.shares(ids)
        self._charges_billed(invoice_id, ids)

    def restore(self, memo_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Make billed charges billable again."""
        self._charges_restored(memo_id, ids)

    def has_charge(self, id_: UUID) -> bool:
        """Whether it made this charge."""
        raise NotImplementedError

    def charge(self, id_: UUID) -> Share:
        """A charge as an invoice would take it. Raises the holder's own refusal of an unknown."""
        raise NotImplementedError

    def _share(self, id_: UUID) -> Share:
        found = self.charge(id_)
        if id_ in self.billed:
            raise BilledElsewhere(f"{found.text} is billed", field="sources")
        return found

    def _charges_billed(self, invoice_id: UUID, charge_ids: tuple[UUID, ...], /) -> None:
        """Record it: the holder's own event."""
        raise NotImplementedError

    def _charges_restored(self, memo_id: UUID, charge_ids: tuple[UUID, ...], /) -> None:
        """Record it: the holder's own event."""
        raise NotImplementedError
