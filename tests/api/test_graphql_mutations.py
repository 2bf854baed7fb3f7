"""Mutations: derived from the commands; what a rule refuses comes back as data."""

from datetime import date
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from api.graphql.inputs import camel
from api.graphql.mutations import commands
from api.graphql.schema import schema
from domain.access.roles import SYSTEM
from domain.command import Command
from domain.identity import new_id
from tests.api.serving import Served

KINDS = {kind.__name__: kind for kind in commands()}


def mutation(name: str) -> Any:
    kind = schema().mutation_type
    assert kind is not None
    return kind.fields[name[0].lower() + name[1:]]


def client_of(**more: Any) -> dict[str, Any]:
    return {
        "clientId": str(new_id()), "code": new_id().hex, "name": "New Fictional Ltd",
        "entity": "DE01", "currency": "EUR", **more,
    }  # fmt: skip


def payment_of(api: Served, **more: Any) -> dict[str, Any]:
    return {
        "paymentId": str(new_id()), "clientId": str(api.firm.client), "receivedOn": "2025-01-13",
        "amount": {"amount": "10.00", "currency": "USD"}, "bankReference": str(new_id()), **more,
    }  # fmt: skip


def refusal(payload: dict[str, Any]) -> tuple[str, str]:
    (error,) = payload["userErrors"]
    assert payload["id"] is payload["position"] is None
    assert error["message"]
    return error["code"], error["field"]


@pytest.mark.parametrize("name", KINDS)
def test_every_command_of_a_person_is_a_mutation(name: str) -> None:
    kind = KINDS[name]

    field = mutation(name)

    assert (kind.__doc__ or "").split("\n")[0] in field.description
    assert list(field.args) == ["input"]
    given = field.args["input"].type.of_type
    assert isinstance(given, GraphQLInputObjectType)
    assert set(given.fields) == {camel(one) for one in kind.asked()}
    assert isinstance(field.type, GraphQLObjectType)
    answered = {camel(one) for one in kind.ANSWER.model_fields}
    assert set(field.type.fields) == answered | {"position", "repeated", "userErrors"}


def test_commands_of_the_system_alone_are_none() -> None:
    kind = schema().mutation_type
    assert kind is not None

    hidden = {name for name, one in Command.registry.items() if {SYSTEM} == one.ROLES}

    assert "RecordDelivery" in hidden
    assert not {name[0].lower() + name[1:] for name in hidden} & set(kind.fields)


def test_an_input_has_the_bounds_of_its_command() -> None:
    fields = mutation("LogTime").args["input"].type.of_type.fields

    assert fields["minutes"].description == "more than 0; at most 1440"
    assert str(fields["minutes"].type) == "Int!"
    assert str(fields["commandId"].type) == "UUID"
    assert str(fields["billable"].type) == "Boolean!"
    assert fields["billable"].default_value is True


def test_values_lists_and_words_become_inputs() -> None:
    invoice = mutation("IssueInvoice").args["input"].type.of_type.fields
    payment = mutation("RecordPayment").args["input"].type.of_type.fields
    contract = mutation("DraftContract").args["input"].type.of_type.fields

    assert str(invoice["sources"].type) == "[BillableRefInput!]!"
    assert str(payment["amount"].type) == "MoneyInput!"
    assert str(contract["billingModel"].type) == "BillingModel!"
    assert str(contract["taxRatePct"].type) == "Decimal!"


def test_a_command_is_accepted_and_says_where_the_log_holds_it(api: Served) -> None:
    given = client_of()

    payload = api.do("registerClient", **given)

    assert payload["id"] == given["clientId"]
    assert payload["position"] > 0
    assert payload["repeated"] is False
    assert payload["userErrors"] == []


def test_the_same_command_twice_is_done_once(api: Served) -> None:
    given = client_of(commandId=str(new_id()))

    first = api.do("registerClient", **given)
    again = api.do("registerClient", **given)

    assert again == {**first, "repeated": True}


def test_a_command_id_of_other_content_is_refused(api: Served) -> None:
    given = client_of(commandId=str(new_id()))
    api.do("registerClient", **given)

    other = api.do("registerClient", **{**given, "name": "Another Fictional Ltd"})

    assert refusal(other)[0] == "KEY_REUSED"


def test_a_command_id_of_another_caller_is_refused(api: Served) -> None:
    given = client_of(commandId=str(new_id()))
    api.do("registerClient", **given)

    other = api.do("registerClient", key=api.issue("admin", holder="somebody else"), **given)

    assert refusal(other)[0] == "KEY_REUSED"


def test_a_dry_run_records_nothing(api: Served) -> None:
    given = client_of()

    tried = api.do("registerClient", **given, dryRun=True)
    done = api.do("registerClient", **given)

    assert tried["id"] == given["clientId"]
    assert tried["position"] is None
    assert done["position"] is not None
    assert done["repeated"] is False


def test_a_stale_version_is_refused(api: Served) -> None:
    given = client_of()
    api.do("registerClient", **given)

    stale = api.do("deactivateClient", clientId=given["clientId"], expectedVersion=7)
    fresh = api.do("deactivateClient", clientId=given["clientId"], expectedVersion=1)

    assert refusal(stale) == ("STALE_VERSION", "expectedVersion")
    assert fresh["userErrors"] == []


def test_an_unknown_id_is_refused(api: Served) -> None:
    unknown = api.do("deactivateClient", clientId=str(new_id()))

    assert refusal(unknown) == ("NOT_FOUND", "clientId")


def test_a_missing_role_is_refused(api: Served) -> None:
    refused = api.do("registerClient", key=api.issue("seller"), **client_of())

    assert refusal(refused)[0] == "MISSING_ROLE"


def test_a_foreign_entity_is_refused(api: Served) -> None:
    key = api.issue("admin", entities=("US01",))

    assert refusal(api.do("registerClient", key=key, **client_of())) == (
        "WRONG_ENTITY", "entity"
    )  # fmt: skip


def test_a_bound_is_refused_with_the_path_of_its_field(api: Served) -> None:
    card: dict[str, Any] = {
        "rateCardId": str(new_id()), "name": "x", "entity": "DE01", "currency": "EUR",
        "lines": [{"hourlyRate": "10", "fromDate": "2025-01-01"},
                  {"hourlyRate": "-1", "fromDate": "2025-01-01"}],
    }  # fmt: skip

    assert refusal(api.do("publishRateCard", **card)) == ("BAD_USER_INPUT", "lines.1.hourlyRate")


def test_every_bound_that_is_broken_is_named(api: Served) -> None:
    payload = api.do("registerClient", **client_of(code="", name="", paymentTermsDays=999))

    assert [error["field"] for error in payload["userErrors"]] == [
        "code", "name", "paymentTermsDays"
    ]  # fmt: skip


def test_an_amount_finer_than_its_currency_is_refused(api: Served) -> None:
    fine = payment_of(api, amount={"amount": "1.001", "currency": "USD"})
    whole = payment_of(api, amount={"amount": "1.5", "currency": "JPY"})

    assert refusal(api.do("recordPayment", **fine)) == ("AMOUNT_TOO_FINE", "amount")
    assert refusal(api.do("recordPayment", **whole)) == ("AMOUNT_TOO_FINE", "amount")


def test_an_unknown_currency_is_refused(api: Served) -> None:
    unknown = payment_of(api, amount={"amount": "1", "currency": "XXQ"})
    malformed = payment_of(api, amount={"amount": "1", "currency": "dollars"})

    assert refusal(api.do("recordPayment", **unknown)) == ("UNKNOWN_CURRENCY", "amount")
    assert refusal(api.do("recordPayment", **malformed))[0] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "amount", [1.5, "NaN", "Infinity", "1e400", "1e2", "", " 1", "1,5", "0x1", "9" * 19, True, [1]]
)
def test_a_malformed_amount_does_not_get_in(api: Served, amount: Any) -> None:
    response = api.post({
        "query": "mutation P($i: RecordPaymentInput!) { recordPayment(input: $i) { id } }",
        "variables": {"i": payment_of(api, amount={"amount": amount, "currency": "USD"})},
    })  # fmt: skip

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "amount.amount" in error["message"]


def test_a_literal_float_is_no_amount(api: Served) -> None:
    query = """mutation S($id: UUID!) { setCostRate(input: {
        personId: $id, fromDate: "2025-01-01", hourlyRate: 1.5}) { id } }"""

    assert api.code(query, id=str(api.firm.person)) == "GRAPHQL_VALIDATION_FAILED"


def test_a_day_beyond_all_calendars_does_not_get_in(api: Served) -> None:
    for day in ("9999-12-31", "0001-01-01", "2025-02-30", "20250101", "2025-W01-1"):
        code = api.code(
            "mutation P($i: RecordPaymentInput!) { recordPayment(input: $i) { id } }",
            i=payment_of(api, receivedOn=day),
        )
        assert code == "BAD_USER_INPUT"


def test_an_unknown_field_does_not_get_in(api: Served) -> None:
    code = api.code(
        "mutation P($i: RegisterClientInput!) { registerClient(input: $i) { id } }",
        i=client_of(nickname="x"),
    )

    assert code == "BAD_USER_INPUT"


def test_text_that_no_database_takes_is_refused(api: Served) -> None:
    assert refusal(api.do("registerClient", **client_of(name="a\0b")))[0] == "UNSTORABLE_TEXT"


def test_mutations_of_one_request_run_in_order(api: Served) -> None:
    one, two = client_of(), client_of()

    answer = api.data(
        """mutation Both($a: RegisterClientInput!, $b: RegisterClientInput!) {
            first: registerClient(input: $a) { position }
            second: registerClient(input: $b) { position } __typename }""",
        a=one, b=two,
    )  # fmt: skip

    assert answer["first"]["position"] < answer["second"]["position"]
    assert answer["__typename"] == "Mutation"


def test_the_answer_of_a_command_has_its_own_fields(api: Served) -> None:
    answer = api.data(
        """mutation L($i: LogTimeInput!) { logTime(input: $i) {
            id entryId userErrors { code } __typename } }""",
        i={"personId": str(api.firm.person), "projectId": str(api.project),
           "workDate": date(2025, 1, 20).isoformat(), "minutes": 30},
    )["logTime"]  # fmt: skip

    assert answer["entryId"]
    assert answer["id"] != answer["entryId"]
    assert answer["__typename"] == "LogTimePayload"
