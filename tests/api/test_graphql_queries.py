"""Queries: what is shown to whom, page by page, whatever the shape of the question."""

from tests.api.serving import OTHER_PROJECT, Served

ENTRIES = """
query Entries($first: Int!, $after: String, $order: Order! = ascending) {
  timeEntries(first: $first, after: $after, order: $order) {
    edges { cursor node { id workDate } }
    nodes { workDate }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


def test_a_list_is_read_page_by_page(api: Served) -> None:
    first = api.data(ENTRIES, first=2)["timeEntries"]

    rest = api.data(ENTRIES, first=2, after=first["pageInfo"]["endCursor"])["timeEntries"]

    assert [one["workDate"] for one in first["nodes"] + rest["nodes"]] == [
        "2025-01-06",
        "2025-01-07",
        "2025-01-13",
    ]
    assert [one["pageInfo"]["hasNextPage"] for one in (first, rest)] == [True, False]
    assert [one["pageInfo"]["hasPreviousPage"] for one in (first, rest)] == [False, True]
    assert first["edges"][0]["cursor"] == first["pageInfo"]["startCursor"]
    assert first["edges"][1]["cursor"] == first["pageInfo"]["endCursor"]


def test_a_list_is_read_backwards(api: Served) -> None:
    first = api.data(ENTRIES, first=2, order="descending")["timeEntries"]

    rest = api.data(ENTRIES, first=2, order="descending", after=first["pageInfo"]["endCursor"])[
        "timeEntries"
    ]

    days = [one["workDate"] for one in first["nodes"] + rest["nodes"]]
    assert days == ["2025-01-13", "2025-01-07", "2025-01-06"]


def test_an_empty_page_has_no_cursors(api: Served) -> None:
    page = api.data("{ expenses(first: 5) { nodes { id } pageInfo { startCursor endCursor } } }")

    assert page["expenses"] == {
        "nodes": [],
        "pageInfo": {"startCursor": None, "endCursor": None},
    }


def test_a_project_shows_its_budget_its_people_and_its_client(api: Served) -> None:
    project = api.data(
        """query One($id: UUID!) { project(id: $id) {
            code currency client { code legalEntity { code name } }
            contract { name value { amount currency } billingModel }
            budgetVersusActual { budgetHours actualHours actualCost earnedValue }
            milestones(first: 5) { nodes { name } }
            timeEntries(first: 5) { nodes { minutes person { code } amount { amount } } }
        } }""",
        id=str(api.project),
    )["project"]

    assert project["client"] == {
        "code": "ACME",
        "legalEntity": {"code": "DE01", "name": "Nordlicht GmbH"},
    }
    assert project["contract"]["value"] == {"amount": "10000.00", "currency": "USD"}
    assert project["contract"]["billingModel"] == "time_and_materials"
    assert project["budgetVersusActual"] == {
        "budgetHours": "100.00",
        "actualHours": "24.00",
        "actualCost": "1320.00",
        "earnedValue": "3600.00",
    }
    assert project["milestones"] == {"nodes": []}
    assert [one["amount"]["amount"] for one in project["timeEntries"]["nodes"]] == ["1200.00"] * 3
    assert {one["person"]["code"] for one in project["timeEntries"]["nodes"]} == {"P1"}


def test_an_invoice_shows_its_lines_and_what_is_open(api: Served) -> None:
    (invoice,) = api.data(
        """{ invoices(first: 5, number: "DE01-INV-2025-00001") { nodes {
            net { amount } tax { amount } gross { amount currency } openAmount { amount }
            settled dueOn lines(first: 10) { nodes { no kind quantity net { amount } } }
            creditMemos(first: 10) { nodes { number } } contract { name }
        } } }"""
    )["invoices"]["nodes"]

    assert invoice == {
        "net": {"amount": "2400.00"},
        "tax": {"amount": "456.00"},
        "gross": {"amount": "2856.00", "currency": "USD"},
        "openAmount": {"amount": "2856.00"},
        "settled": False,
        "dueOn": "2025-02-12",
        "lines": {
            "nodes": [
                {"no": 1, "kind": "time", "quantity": "16.0000", "net": {"amount": "2400.00"}}
            ]
        },
        "creditMemos": {"nodes": []},
        "contract": {"name": "Deal"},
    }


def test_billables_of_a_contract_end_at_a_date(api: Served) -> None:
    query = """query Due($contract: UUID!, $upTo: Date) {
        billables(contractId: $contract, first: 10, upTo: $upTo) {
            nodes { kind amount { amount } earnedOn } } }"""

    up_to_now = api.data(query, contract=str(api.contract))["billables"]["nodes"]
    up_to_then = api.data(query, contract=str(api.contract), upTo="2025-01-12")["billables"]

    assert up_to_now == [{"kind": "time", "amount": {"amount": "1200.00"},
                          "earnedOn": "2025-01-13"}]  # fmt: skip
    assert up_to_then == {"nodes": []}


def test_filters_narrow_a_list(api: Served) -> None:
    query = """query Some($state: TimeState, $from: Date) {
        timeEntries(first: 10, state: $state, fromDate: $from) { nodes { workDate } } }"""

    billed = api.data(query, state="billed")["timeEntries"]["nodes"]
    late = api.data(query, **{"from": "2025-01-07"})["timeEntries"]["nodes"]

    assert [one["workDate"] for one in billed] == ["2025-01-06", "2025-01-07"]
    assert [one["workDate"] for one in late] == ["2025-01-07", "2025-01-13"]


def test_any_node_is_found_by_its_id(api: Served) -> None:
    query = """query Any($id: ID!) { node(id: $id) {
        __typename id ... on Invoice { number } ... on Project { code } } }"""

    found = [api.data(query, id=str(id_))["node"] for id_ in (api.invoice, api.project)]

    assert [one["__typename"] for one in found] == ["Invoice", "Project"]
    assert found[0]["number"] == "DE01-INV-2025-00001"
    assert found[1]["code"] == "Deal"


def test_an_unknown_or_malformed_id_is_nothing(api: Served) -> None:
    query = "query Any($id: ID!) { node(id: $id) { id } }"

    unknown = api.data(query, id="01940000-0000-7000-8000-00000000dead")
    malformed = api.data(query, id="not an id")
    absent = api.data('{ invoice(id: "01940000-0000-7000-8000-00000000dead") { id } }')

    assert unknown == malformed == {"node": None}
    assert absent == {"invoice": None}


def test_a_malformed_uuid_is_refused_with_its_place(api: Served) -> None:
    answer = api.post({"query": '{ invoice(id: "x") { id } }'})

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error["locations"] == [{"line": 1, "column": 15}]


def test_a_key_sees_only_its_entities(api: Served) -> None:
    key = api.issue("controller", entities=("US01",))
    query = """{ projects(first: 10) { nodes { code } } legalEntities(first: 10) { nodes { code } }
        timeEntries(first: 10) { nodes { id } } invoices(first: 10) { nodes { id } } }"""

    seen = api.data(query, key=key)

    assert seen == {
        "projects": {"nodes": [{"code": "US"}]},
        "legalEntities": {"nodes": [{"code": "US01"}]},
        "timeEntries": {"nodes": []},
        "invoices": {"nodes": []},
    }


def test_a_key_reaches_no_foreign_node_by_its_id(api: Served) -> None:
    key = api.issue("controller", entities=("US01",))

    found = api.data(
        "query Two($a: ID!, $b: UUID!) { node(id: $a) { id } project(id: $b) { code } }",
        key=key, a=str(api.invoice), b=str(api.project),
    )  # fmt: skip

    assert found == {"node": None, "project": None}


def test_a_joined_noun_of_a_foreign_entity_is_hidden(api: Served) -> None:
    worker = str(api.firm.person)
    api.firm.do("LogTime", person_id=worker, project_id=OTHER_PROJECT, work_date="2025-01-14",
                minutes=30)  # fmt: skip
    api.firm.settle()
    query = """{ timeEntries(first: 10, fromDate: "2025-01-14") { nodes {
        project { code timeEntries(first: 5) { nodes { minutes } } } } } }"""

    all_of_it = api.data(query)["timeEntries"]["nodes"]
    home_only = api.data(query, key=api.issue("admin", entities=("DE01",)))["timeEntries"]["nodes"]

    assert all_of_it == [{"project": {"code": "US", "timeEntries": {"nodes": [{"minutes": 30}]}}}]
    assert home_only == [{"project": None}]


def test_asking_for_a_foreign_entity_is_refused(api: Served) -> None:
    key = api.issue("controller", entities=("US01",))

    answer = api.ask('{ projects(first: 1, entity: "DE01") { nodes { code } } }', key=key)

    assert answer["data"] == {"projects": None}
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "WRONG_ENTITY", "field": "entity"}
    assert error["path"] == ["projects"]


def test_figures_need_a_role_however_they_are_reached(api: Served) -> None:
    key = api.issue("resource")
    ways = (
        "{ invoices(first: 1) { nodes { id } } }",
        "{ clients(first: 1) { nodes { invoices(first: 1) { nodes { id } } } } }",
        "{ timeEntries(first: 1) { nodes { cost { amount } } } }",
        "{ projects(first: 1) { nodes { budgetVersusActual { actualCost } } } }",
        '{ trialBalance(asOf: {effective: "2025-12-31"}) { rows { account } } }',
    )

    codes = [api.code(way, key=key) for way in ways]

    assert codes == ["MISSING_ROLE"] * len(ways)


def test_one_refused_field_leaves_the_others_their_data(api: Served) -> None:
    key = api.issue("resource")

    answer = api.ask(
        "{ invoices(first: 1) { nodes { id } } clients(first: 1) { nodes { code } } }", key=key
    )

    assert answer["data"] == {"invoices": None, "clients": {"nodes": [{"code": "ACME"}]}}
    assert [error["path"] for error in answer["errors"]] == [["invoices"]]


def test_a_page_has_one_to_a_hundred_rows(api: Served) -> None:
    codes = [
        api.code(f"{{ projects(first: {first}) {{ nodes {{ id }} }} }}")
        for first in (0, -1, 101, 2_000_000_000)
    ]

    assert codes == ["PAGE_SIZE"] * 4


def test_a_page_of_a_list_below_is_held_to_the_same(api: Served) -> None:
    query = "{ clients(first: 1) { nodes { contracts(first: 101) { nodes { id } } } } }"

    assert api.code(query) == "PAGE_SIZE"


def test_a_page_needs_its_size(api: Served) -> None:
    assert api.code("{ projects { nodes { id } } }") == "GRAPHQL_VALIDATION_FAILED"


def test_a_cursor_that_is_none_is_refused(api: Served) -> None:
    ways = ("", "x", "bm90IGFuIGlk", "é", "AAAA" * 300)

    codes = [
        api.code("query P($a: String) { projects(first: 1, after: $a) { nodes { id } } }", a=way)
        for way in ways
    ]

    assert codes == ["BAD_CURSOR"] * len(ways)


def test_lists_in_lists_may_not_multiply_for_ever(api: Served) -> None:
    query = """{ clients(first: 100) { nodes { contracts(first: 100) { nodes {
        projects(first: 100) { nodes { id } } } } } } }"""

    assert api.code(query) == "TOO_COMPLEX"


def test_text_that_no_database_takes_is_refused(api: Served) -> None:
    query = "query C($code: String) { clients(first: 1, code: $code) { nodes { id } } }"

    assert api.code(query, code="a\0b") == "BAD_USER_INPUT"


def test_the_log_says_how_far_it_is_read(api: Served) -> None:
    api.firm.settle()

    log = api.data("{ log { recorded projected } }")["log"]

    assert log["projected"] == log["recorded"] > 0


def test_a_report_is_asked_as_of_two_dates(api: Served) -> None:
    query = """query T($known: String) {
        trialBalance(asOf: {effective: "2025-12-31", known: $known}, entity: "DE01") {
            name known digest parameters rows { account debit credit currency } } }"""

    first = api.data(query)["trialBalance"]
    again = api.data(query, known=str(first["known"]))["trialBalance"]

    assert first == again
    assert first["name"] == "trial-balance"
    assert first["parameters"] == {"book": "main", "effective": "2025-12-31", "entity": "DE01"}
    receivable = next(row for row in first["rows"] if row["account"] == "1100")
    assert receivable == {
        "account": "1100", "debit": "2856.00", "credit": "0.00", "currency": "USD"
    }  # fmt: skip


def test_any_report_is_asked_by_its_name(api: Served) -> None:
    typed = api.data(
        """{ generalLedger(asOf: {effective: "2025-12-31"}, account: "1100", rows: 5,
            from: "2025-01-01") { digest rows { row debit } } }"""
    )["generalLedger"]
    by_name = api.data(
        """{ report(name: general_ledger, asOf: {effective: "2025-12-31"}, options: [
            {name: "account", value: "1100"}, {name: "rows", value: "5"},
            {name: "from", value: "2025-01-01"}]) { digest rows } }"""
    )["report"]

    assert typed["digest"] == by_name["digest"]
    assert len(typed["rows"]) == len(by_name["rows"]) > 0


def test_a_report_of_all_entities_needs_a_key_for_all(api: Served) -> None:
    key = api.issue("controller", entities=("US01",))
    query = """query T($entity: String) {
        trialBalance(asOf: {effective: "2025-12-31"}, entity: $entity) { rows { entity } } }"""

    assert api.code(query, key=key) == "WRONG_ENTITY"
    assert api.code(query, key=key, entity="DE01") == "WRONG_ENTITY"
    assert api.data(query, key=key, entity="US01")["trialBalance"] == {"rows": []}


def test_a_report_that_cannot_be_asked_so_says_why(api: Served) -> None:
    query = """query A($known: String, $name: String!) {
        report(name: unbilled, asOf: {effective: "2025-12-31", known: $known},
               options: [{name: $name, value: "1"}]) { digest } }"""

    assert api.code(query, name="pages") == "BAD_PARAMETER"
    assert api.code(query, name="known") == "BAD_PARAMETER"
    plain = '{ unbilled(asOf: {effective: "2025-12-31", known: "%s"}) { digest } }'
    assert api.code(plain % "yesterday") == "BAD_PARAMETER"
    assert api.code(plain % "999999999") == "UNKNOWN_POSITION"
