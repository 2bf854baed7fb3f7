"""API keys: who has none is told nothing; a revoked one stops working."""

from contextlib import nullcontext
from datetime import date
from uuid import UUID

import pytest
from click.testing import CliRunner

from api.auth import KEPT_S, Keys, written
from api.commands.key import command, minted
from domain.access.api_key import InvalidKey
from domain.identity import new_id
from tests.api.serving import Served
from tests.firm import CHIEF, Firm

LOG = {"query": "{ log { recorded } }"}


def bearer(key: str) -> str:
    return f"Bearer {key}"


@pytest.mark.parametrize(
    "key", ["x", "tl_", f"tl_{'0' * 32}_{'x' * 43}", f"tl_{'g' * 32}_{'x' * 43}", "tl_é_x"]
)
def test_what_is_no_key_is_refused(api: Served, key: str) -> None:
    response = api.http.post(
        "/graphql", json=LOG, headers={b"authorization": bearer(key).encode("latin-1")}
    )

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INVALID_KEY"


def test_no_key_is_no_schema(api: Served) -> None:
    response = api.http.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})

    assert response.status_code == 401
    assert "data" not in response.json()


def test_a_key_with_another_secret_is_refused(api: Served) -> None:
    wrong = f"{api.key[:-1]}{'A' if api.key[-1] != 'A' else 'B'}"

    assert api.post(LOG, key=wrong).status_code == 401


def test_the_id_of_something_else_is_no_key(api: Served) -> None:
    assert api.post(LOG, key=written(api.project, "x" * 43)).status_code == 401


def test_a_key_acts_with_its_holders_name_roles_and_entities(firm: Firm) -> None:
    key, asked = minted("somebody", ("seller", "cash"), ("DE01",), date(2026, 1, 1))
    firm.store.execute(asked, CHIEF)

    actor = Keys(firm.store).actor(bearer(key))

    assert actor.id == "somebody"
    assert actor.roles == {"seller", "cash"}
    assert actor.entities == {"DE01"}


def test_a_key_ends_with_its_last_day(firm: Firm) -> None:
    today = firm.store.today()
    kept, asked = minted("somebody", ("seller",), ("DE01",), today)
    firm.store.execute(asked, CHIEF)
    over, late = minted("somebody", ("seller",), ("DE01",), date(2025, 12, 30))
    firm.store.execute(late, CHIEF)

    assert Keys(firm.store).actor(bearer(kept))
    with pytest.raises(InvalidKey):
        Keys(firm.store).actor(bearer(over))


def test_a_revoked_key_stops_working_once_it_is_forgotten(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("api.auth.time.monotonic", lambda: clock[0])
    keys = Keys(firm.store)
    key, asked = minted("somebody", ("seller",), ("DE01",), date(2026, 1, 1))
    firm.store.execute(asked, CHIEF)
    keys.actor(bearer(key))

    firm.do("RevokeApiKey", key_id=asked.key_id)

    assert keys.known(bearer(key)) is not None
    clock[0] += KEPT_S
    assert keys.known(bearer(key)) is None
    with pytest.raises(InvalidKey):
        keys.actor(bearer(key))


def test_keys_are_issued_and_revoked_over_the_api(api: Served) -> None:
    key, asked = minted("newcomer", ("seller",), ("DE01",), date(2026, 1, 1))

    issued = api.do(
        "issueApiKey", keyId=str(asked.key_id), holder="newcomer", roles=["seller"],
        entities=["DE01"], secretSha256=asked.secret_sha256, expiresOn="2026-01-01",
    )  # fmt: skip

    assert UUID(issued["id"]) == asked.key_id
    assert api.data("{ clients(first: 1) { nodes { code } } }", key=key)
    assert api.do("revokeApiKey", keyId=str(asked.key_id))["userErrors"] == []


def test_nobody_hands_out_more_than_he_has(api: Served) -> None:
    mine = api.issue("admin", entities=("DE01",))

    refused = api.do(
        "issueApiKey", key=mine, keyId=str(new_id()), holder="x", roles=["seller"],
        entities=["US01"], secretSha256="0" * 64, expiresOn="2026-01-01",
    )  # fmt: skip

    assert [error["code"] for error in refused["userErrors"]] == ["WRONG_ENTITY"]


def test_keys_are_issued_and_revoked_from_the_command_line(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.commands.key.opened", lambda _: nullcontext(firm.system))
    run = CliRunner().invoke

    issued = run(command, ["issue", "--holder", "newcomer", "--role", "seller", "--role", "cash"])
    actor = Keys(firm.store).actor(bearer(issued.stdout.strip()))
    revoked = run(command, ["revoke", issued.stdout[3:35]])

    assert (actor.id, actor.roles) == ("newcomer", frozenset({"seller", "cash"}))
    assert "newcomer" in issued.stderr
    assert revoked.exit_code == 0
    with pytest.raises(InvalidKey):
        Keys(firm.store).actor(bearer(issued.stdout.strip()))
