"""The company of a SAF-T file: a legal entity as its documents show it on a day."""

from datetime import date

from adapters.exports.saf_t.source import Company
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.store import Store
from domain.unit_of_work import NotFound


def company_of(
    store: Store, code: str, on: date, contact: tuple[str, str], telephone: str
) -> Company:
    """Raises NotFound."""
    id_ = entity_id(code)
    found = store.load_fresh([id_]).get(id_)
    if not isinstance(found, LegalEntity):
        raise NotFound(f"no legal entity has code {code}", field="entity")
    known = found.details_on(on)
    return Company(
        code, found.name, found.currency, found.country, known.registration_id, known.street,
        known.city, known.postcode, known.vat_id, contact, telephone,
    )  # fmt: skip
