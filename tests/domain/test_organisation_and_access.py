"""Who we are, whom we work for, and who may do what."""

from datetime import date
from hashlib import sha256

import pytest
from pydantic import ValidationError

from domain.access.api_key import ApiKey, InvalidKey
from domain.actor import Actor, MissingRole, WrongEntity
from domain.money import UnknownCurrency
from domain.organisation.client import Client
from domain.organisation.person import NoCostRate
from domain.pricing.business_date import UnknownZone
from domain.request import AlreadyTaken
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import KEY, api_key, new

ENTITY = {"code": "US01", "name": "Fictional Inc", "currency": "USD", "country": "US"}
CLIENT = {"client_id": new("c"), "code": "C", "name": "x", "entity": "DE01", "currency": "EUR"}
PERSON = {"person_id": new("p"), "code": "P", "entity": "DE01", "role": "consultant"}


def test_an_entity_has_a_code_a_currency_and_a_zone_of_this_world(paper: PaperFirm) -> None:
    paper.refuses(AlreadyTaken, "RegisterLegalEntity", **{**ENTITY, "code": "DE01"})
    paper.refuses(UnknownCurrency, "RegisterLegalEntity", **{**ENTITY, "currency": "ZZZ"})
    paper.refuses(UnknownZone, "RegisterLegalEntity", **ENTITY, zone="Mars/Olympus")
    paper.do("RegisterLegalEntity", **ENTITY, zone="America/New_York")


def test_only_who_acts_for_all_adds_an_entity(paper: PaperFirm) -> None:
    local = Actor("local", ANYBODY.roles, frozenset({"US01"}))

    paper.refuses(WrongEntity, "RegisterLegalEntity", local, **ENTITY)


def test_codes_of_clients_and_people_are_used_once(paper: PaperFirm) -> None:
    paper.refuses(AlreadyTaken, "RegisterClient", **{**CLIENT, "code": "ACME"})
    paper.refuses(AlreadyTaken, "RegisterPerson", **{**PERSON, "code": "P1"})
    paper.refuses(UnknownCurrency, "RegisterClient", **{**CLIENT, "currency": "ZZZ"})


def test_a_client_is_deactivated_once(paper: PaperFirm) -> None:
    for _ in range(2):
        paper.do("DeactivateClient", client_id=paper.client)

    assert len(paper.all(Client.Deactivated)) == 1


def test_a_person_costs_what_the_latest_rate_before_the_day_says(paper: PaperFirm) -> None:
    paper.do("SetCostRate", person_id=paper.person, from_date="2025-07-01", hourly_rate="60")

    person = paper.replayed(paper.person)
    days = [date(2025, 6, 30), date(2025, 7, 1), date(2030, 1, 1)]
    assert [person.cost_rate(day) for day in days] == [55, 60, 60]
    with pytest.raises(NoCostRate):
        person.cost_rate(date(2024, 12, 31))


def key_of(paper: PaperFirm) -> ApiKey:
    digest = sha256(b"s3cret").hexdigest()
    paper.do("IssueApiKey", key_id=new("k"), holder="robot", roles=["billing"],
             entities=["DE01"], secret_sha256=digest, expires_on="2025-06-30")  # fmt: skip
    key: ApiKey = paper.replayed(new("k"))
    return key


def test_a_key_gives_its_holder_roles_and_entities_to_its_last_day(paper: PaperFirm) -> None:
    actor = key_of(paper).actor("s3cret", date(2025, 6, 30))

    assert actor == Actor("robot", frozenset({"billing"}), frozenset({"DE01"}))
    actor.require_entity("DE01")
    with pytest.raises(WrongEntity):
        actor.require_entity("US01")
    with pytest.raises(MissingRole):
        actor.require_role(frozenset({"admin"}))


@pytest.mark.parametrize(("secret", "on"), [("wrong", "2025-01-01"), ("s3cret", "2025-07-01")])
def test_a_wrong_or_expired_key_opens_nothing(paper: PaperFirm, secret: str, on: str) -> None:
    with pytest.raises(InvalidKey):
        key_of(paper).actor(secret, date.fromisoformat(on))


def test_a_revoked_key_opens_nothing(paper: PaperFirm) -> None:
    key_of(paper)
    for _ in range(2):
        paper.do("RevokeApiKey", key_id=new("k"))

    with pytest.raises(InvalidKey):
        paper.replayed(new("k")).actor("s3cret", date(2025, 1, 1))
    assert len(paper.all(ApiKey.Revoked)) == 1


def test_nobody_hands_out_more_than_they_reach(paper: PaperFirm) -> None:
    local = Actor("local", frozenset({"admin"}), frozenset({"DE01"}))
    fields = {"key_id": new("k"), "holder": "x", "roles": ["billing"], "secret_sha256": KEY,
              "expires_on": "2025-06-30"}  # fmt: skip

    paper.refuses(WrongEntity, "IssueApiKey", local, **fields, entities=["DE01", "US01"])
    paper.refuses(WrongEntity, "IssueApiKey", local, **fields, entities=["*"])
    paper.do("IssueApiKey", local, **fields, entities=["DE01"])


def test_a_key_is_revoked_by_who_reaches_what_it_does(paper: PaperFirm) -> None:
    local = Actor("local", frozenset({"admin"}), frozenset({"DE01"}))
    key_of(paper)
    wide = {"key_id": new("wide"), "holder": "x", "roles": ["billing"], "secret_sha256": KEY,
            "expires_on": "2025-06-30", "entities": ["*"]}  # fmt: skip
    paper.do("IssueApiKey", **wide)

    paper.do("RevokeApiKey", local, key_id=new("k"))

    paper.refuses(WrongEntity, "RevokeApiKey", local, key_id=new("wide"))


def test_no_key_carries_the_machines_role(paper: PaperFirm) -> None:
    api_key(paper)

    with pytest.raises(ValidationError):
        paper.do("IssueApiKey", key_id=new("k"), holder="x", roles=["system"], entities=["*"],
                 secret_sha256=KEY, expires_on="2025-06-30")  # fmt: skip
