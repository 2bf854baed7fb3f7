"""Who is who: legal entities, clients and people as they stand now."""

from domain.organisation.client import Client
from domain.organisation.legal_entity import LegalEntity
from domain.organisation.person import Person
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ENTITIES = Table(
    "legal_entities",
    {"code": "text", "name": "text", "currency": "text", "country": "text", "zone": "text"},
    key=("code",),
)
CLIENTS = Table(
    "clients",
    {
        "id": "uuid", "code": "text", "name": "text", "entity": "text", "currency": "text",
        "payment_terms_days": "int", "active": "boolean", "parked": "text",
        "consolidate": "boolean",
    },
    key=("id",),
    indexes=("entity, id",),
)  # fmt: skip
PEOPLE = Table(
    "people",
    {"id": "uuid", "code": "text", "entity": "text", "role": "text"},
    key=("id",),
    indexes=("entity, id",),
)


class Parties(Projection):
    """Personal fields stay in the log: names of contacts and people are not copied here."""

    name = "parties"
    version = 3
    tables = (ENTITIES, CLIENTS, PEOPLE)

    @on(LegalEntity.Registered)
    def entity(self, fact: LegalEntity.Registered, at: Recorded, fold: Fold) -> None:
        """A legal entity joined."""
        del at
        fold.put(ENTITIES, code=fact.code, name=fact.name, currency=fact.currency,
                 country=fact.country, zone=fact.zone)  # fmt: skip

    @on(Client.Registered)
    def client(self, fact: Client.Registered, at: Recorded, fold: Fold) -> None:
        """A client was taken on."""
        fold.put(CLIENTS, id=at.stream_id, code=fact.code, name=fact.name, entity=fact.entity,
                 currency=fact.currency, payment_terms_days=fact.payment_terms_days,
                 active=True, parked="", consolidate=False)  # fmt: skip

    @on(Client.Deactivated)
    def deactivated(self, fact: Client.Deactivated, at: Recorded, fold: Fold) -> None:
        """No new business."""
        del fact
        fold.patch(CLIENTS, at.stream_id, active=False)

    @on(Client.Parked)
    def parked(self, fact: Client.Parked, at: Recorded, fold: Fold) -> None:
        """Passed over by billing runs."""
        fold.patch(CLIENTS, at.stream_id, parked=fact.why)

    @on(Client.Unparked)
    def unparked(self, fact: Client.Unparked, at: Recorded, fold: Fold) -> None:
        """Billed by runs again."""
        del fact
        fold.patch(CLIENTS, at.stream_id, parked="")

    @on(Client.ConsolidationSet)
    def consolidated(self, fact: Client.ConsolidationSet, at: Recorded, fold: Fold) -> None:
        """Billed on one document, or no more."""
        fold.patch(CLIENTS, at.stream_id, consolidate=fact.consolidate)

    @on(Person.Registered)
    def person(self, fact: Person.Registered, at: Recorded, fold: Fold) -> None:
        """A person joined."""
        fold.put(PEOPLE, id=at.stream_id, code=fact.code, entity=fact.entity, role=fact.role)
