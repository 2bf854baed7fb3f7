"""A legal entity: keeps books of its own in its functional currency."""

from datetime import date
from uuid import UUID

from domain.aggregate import Root, event
from domain.identity import named_id
from domain.organisation.details import FirmDetails, of_day


def entity_id(code: str) -> UUID:
    """The stream of the entity with this code."""
    return named_id("legal_entity", code)


class LegalEntity(Root):
    """``code`` is the entity's name in every report; ``zone`` an IANA time zone.

    ``rate_source`` is empty where the European Central Bank's rates count.
    """

    class Registered(Root.Created):
        """A legal entity joined the group."""

        TOPIC = "organisation.legal_entity_registered"
        code: str
        name: str
        currency: str
        country: str
        zone: str

    class RateSourceChosen(Root.Event):
        """Its books take this source's exchange rates from now on."""

        TOPIC = "organisation.rate_source_chosen"
        code: str
        source: str

    class DetailsSet(Root.Event):
        """Its address and numbers on documents from a day on."""

        TOPIC = "organisation.legal_entity_details_set"
        code: str
        from_date: date
        details: FirmDetails

    @event(Registered)
    def __init__(
        self, id: UUID, code: str, name: str, currency: str, country: str, zone: str
    ) -> None:
        self.code = code
        self.name = name
        self.currency = currency
        self.country = country
        self.zone = zone
        self.rate_source = ""
        self.details: dict[date, FirmDetails] = {}

    def choose_rate_source(self, source: str) -> None:
        """The same again changes nothing."""
        if source != self.rate_source:
            self._rate_source_chosen(self.code, source)

    @event(RateSourceChosen)
    def _rate_source_chosen(self, code: str, source: str) -> None:
        del code
        self.rate_source = source

    def set_details(self, from_date: date, details: FirmDetails) -> None:
        """The same again changes nothing; others of the same day replace them."""
        if self.details.get(from_date) != details:
            self._details_set(self.code, from_date, details)

    def details_on(self, day: date) -> FirmDetails:
        """What a document of that day says; its country is known in any case."""
        return of_day(self.details, day, FirmDetails(self.country))

    @event(DetailsSet)
    def _details_set(self, code: str, from_date: date, details: FirmDetails) -> None:
        del code
        self.details[from_date] = details
