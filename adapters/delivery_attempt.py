"""One attempt: bring one claimed document to its next state, and say so to the log when final."""

import logging
from dataclasses import dataclass
from time import monotonic

from pydantic import ValidationError

from adapters.delivery_circuit import Circuit
from adapters.delivery_lanes import Settlement, unsent
from adapters.delivery_pace import Pace
from adapters.delivery_port import (
    Accepted,
    Delivery,
    Outcome,
    Record,
    Refused,
    Rejected,
    Transient,
    Uncertain,
    Unsupported,
    Vendor,
)
from adapters.documents import Document, read

_log = logging.getLogger(__name__)


@dataclass
class Attempt:
    """What all attempts of one drain share. Called from its threads."""

    vendor: Vendor
    record: Record
    pace: Pace
    circuit: Circuit
    stopping: bool = False

    def __call__(self, delivery: Delivery) -> Settlement:
        """Attempt it. Raises only what kills a worker, never an Exception."""
        if self.stopping or self.circuit.holding or monotonic() > delivery.send_before:
            return unsent(delivery)
        try:
            document = read(delivery.document)
        except ValidationError as error:
            return self._concluded(delivery, Refused(f"unreadable: {error}"))
        try:
            return self._concluded(delivery, self._asked(document, delivery))
        except Transient as error:
            return self._postponed(delivery, error)
        except Unsupported as error:
            return self._given_up(delivery, f"cannot be looked up: {error}")

    def _asked(self, document: Document, delivery: Delivery) -> Outcome:
        """Look it up where it may be there, else send it. Raises Transient, Unsupported."""
        try:
            if delivery.perhaps_there and (found := self.vendor.find(document, delivery.key)):
                return Accepted(found, found_existing=True)
            return self._sent(document, delivery.key)
        except (Transient, Unsupported):
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours, before or after we were heard
            _log.warning("%s to %s", delivery.key, delivery.connection, exc_info=True)
            return Uncertain(repr(error))

    def _sent(self, document: Document, key: str) -> Outcome:
        try:
            return self.vendor.send(document, key)
        except (Rejected, Unsupported) as error:
            return Refused(str(error))

    def _concluded(self, delivery: Delivery, outcome: Outcome) -> Settlement:
        """Record a certain outcome, wait with an uncertain one."""
        match outcome:
            case Uncertain(error):
                self.circuit.failed(error)
                return self._put_off(delivery, "uncertain", error)
            case Accepted(external_id=external_id):
                final = Settlement(delivery=delivery, state="delivered", external_id=external_id)
            case Refused(error):
                final = Settlement(delivery=delivery, state="dead", error=error)
        self.circuit.answered()
        return self._recorded(final, outcome)

    def _postponed(self, delivery: Delivery, error: Transient) -> Settlement:
        """Wait as the vendor asked, else back off."""
        if error.retry_after_s is None:
            self.circuit.failed(str(error))
            return self._put_off(delivery, delivery.state, str(error))
        # Throttled is not tried: it neither counts towards giving up nor calls for a look-up.
        self.circuit.asked_to_wait(error.retry_after_s, str(error))
        wait_s = self.pace.wait_s(1, retry_after_s=error.retry_after_s)
        return unsent(delivery, error=str(error), wait_s=wait_s)

    def _put_off(self, delivery: Delivery, state: str, error: str) -> Settlement:
        """Try again later, or stop the lane after too many attempts."""
        if delivery.attempts >= self.pace.attempts_max:
            return self._given_up(delivery, f"after {delivery.attempts} attempts: {error}")
        wait_s = self.pace.wait_s(delivery.attempts)
        if state == "uncertain":
            wait_s = max(wait_s, self.pace.settling_s)
        return Settlement(delivery=delivery, state=state, error=error, wait_s=wait_s)

    def _given_up(self, delivery: Delivery, error: str) -> Settlement:
        said = f"gave up, not known to be there: {error}"
        final = Settlement(delivery=delivery, state="dead", error=said)
        return self._recorded(final, Uncertain(said))

    def _recorded(self, final: Settlement, outcome: Outcome) -> Settlement:
        """Record first: a row is final only when the log knows, however often that takes."""
        delivery = final.delivery
        try:
            self.record(delivery, outcome)
        except Exception as error:  # noqa: BLE001 - the log may be away; the vendor's answer stays
            _log.warning("recording %s", delivery.key, exc_info=True)
            wait_s = self.pace.wait_s(delivery.attempts)
            said = f"not recorded: {error!r}"
            return Settlement(delivery=delivery, state="uncertain", error=said, wait_s=wait_s)
        return final
