"""What documents say of a firm: by the day they are issued."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.actor import Actor, WrongEntity
from domain.organisation.client import Client
from domain.organisation.details import FirmDetails
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import UNKNOWN

ENTITY = {"entity": "DE01", "from_date": "2025-02-01"}


def test_an_entity_shows_what_was_known_last_on_the_day(paper: PaperFirm) -> None:
    paper.do("SetEntityDetails", **ENTITY, city="Kiel", vat_id="DE999999999")
    paper.do("SetEntityDetails", **{**ENTITY, "from_date": "2025-06-01"}, city="Husum")

    entity: LegalEntity = paper.replayed(entity_id("DE01"))
    shown = [entity.details_on(date(2025, month, 1)) for month in (1, 2, 6)]
    assert shown == [FirmDetails("DE"), FirmDetails("DE", city="Kiel", vat_id="DE999999999"),
                     FirmDetails("DE", city="Husum")]  # fmt: skip


def test_a_client_is_not_known_before_the_first_day(paper: PaperFirm) -> None:
    paper.do("SetClientDetails", client_id=paper.client, from_date="2025-02-01", country="US",
             buyer_reference="R-1")  # fmt: skip

    client: Client = paper.replayed(paper.client)
    assert client.details_on(date(2025, 1, 31)) == (FirmDetails(), "")
    assert client.details_on(date(2025, 2, 1)) == (FirmDetails("US"), "R-1")


def test_the_same_details_again_change_nothing(paper: PaperFirm) -> None:
    for _ in range(2):
        paper.do("SetEntityDetails", **ENTITY, city="Kiel")
        paper.do("SetClientDetails", client_id=paper.client, from_date="2025-02-01", country="US")

    assert len(paper.all(LegalEntity.DetailsSet)) == len(paper.all(Client.DetailsSet)) == 1


def test_details_are_those_of_firms_that_are_there_and_within_reach(paper: PaperFirm) -> None:
    local = Actor("local", ANYBODY.roles, frozenset({"US01"}))
    client = {"from_date": "2025-02-01", "country": "US"}

    paper.refuses(NotFound, "SetEntityDetails", **{**ENTITY, "entity": "XX99"})
    paper.refuses(WrongEntity, "SetEntityDetails", local, **ENTITY)
    paper.refuses(NotFound, "SetClientDetails", client_id=UNKNOWN, **client)
    paper.refuses(WrongEntity, "SetClientDetails", local, client_id=paper.client, **client)


@pytest.mark.parametrize("wrong", [{"vat_id": "999999999"}, {"endpoint_scheme": "vat"}])
def test_a_number_that_has_another_form_is_no_number(
    paper: PaperFirm, wrong: dict[str, str]
) -> None:
    with pytest.raises(ValidationError):
        paper.do("SetEntityDetails", **ENTITY, **wrong)
