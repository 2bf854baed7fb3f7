"""What holds for every command there is: who may give it, for whom, about what."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from uuid import UUID

import pytest

import domain
from domain.actor import Actor, WrongEntity
from domain.aggregate import topics
from domain.command import Command, UnstorableText
from domain.errors import Refusal
from domain.request import AlreadyTaken
from domain.unit_of_work import IdOfAnother, NotFound, StaleVersion
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import DATED, MORE, UNKNOWN, samples, set_up

EVERY = sorted(Command.registry)
STRANGER = Actor("stranger", ANYBODY.roles, frozenset({"ZZ99"}))
CREATED = {
    **{name: field for more in MORE for name, field in more.CREATED.items()},
    "IssueApiKey": "key_id", "RegisterClient": "client_id", "RegisterPerson": "person_id",
    "PostJournal": "journal_id", "ReverseJournal": "reversal_id", "IssueInvoice": "invoice_id",
    "RecordPayment": "payment_id", "DraftContract": "contract_id", "CreateProject": "project_id",
    "RecordExpense": "expense_id", "PublishRateCard": "rate_card_id",
    "OpenOpportunity": "opportunity_id",
}  # fmt: skip


CODES = Path(__file__).parent / "codes.txt"
"""Every refusal and its code: what callers may rely on, so a line is added, never changed."""

Busy = tuple[PaperFirm, dict[str, dict[str, Any]]]

"""What clients and verdict files know each refusal by."""


@pytest.fixture
def busy(paper: PaperFirm) -> Busy:
    """The firm in full swing, and an acceptable use of every command."""
    return paper, samples(paper, set_up(paper))


@pytest.mark.parametrize("name", EVERY)
def test_a_command_records_facts(busy: Busy, name: str) -> None:
    firm, given = busy

    before = len(firm.facts)
    firm.do(name, ANYBODY, **given[name])

    assert len(firm.facts) > before


@pytest.mark.parametrize("name", EVERY)
def test_nobody_acts_for_an_entity_beyond_their_reach(busy: Busy, name: str) -> None:
    firm, given = busy

    firm.refuses(WrongEntity, name, STRANGER, **given[name])


@pytest.mark.parametrize("name", EVERY)
def test_a_command_says_who_may_give_it_and_what_it_does(name: str) -> None:
    assert Command.registry[name].ROLES
    assert (Command.registry[name].__doc__ or "").strip()


def references(firm: PaperFirm, given: dict[str, Any]) -> Iterator[str]:
    """Fields that name something there must be."""
    for name, value in given.items():
        if name == "entity" or (isinstance(value, UUID) and firm.replayed(value) is not None):
            yield name


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"RecordDelivery", "PostDerivedJournal"}))
def test_what_a_command_is_about_must_be_there(busy: Busy, name: str) -> None:
    firm, given = busy

    for field in references(firm, given[name]):
        unknown = "ZZ99" if field == "entity" else UNKNOWN
        firm.refuses(NotFound, name, ANYBODY, **{**given[name], field: unknown})


@pytest.mark.parametrize("name", CREATED)
def test_an_id_is_given_to_one_thing_only(busy: Busy, name: str) -> None:
    firm, given = busy
    firm.do(name, ANYBODY, **given[name])
    again = {**given[name], "code": "OTHER"} if "code" in given[name] else given[name]

    if name == "ReverseJournal":
        again = {**again, "journal_id": again["reversal_id"], "reversal_id": again["journal_id"]}
    firm.refuses(AlreadyTaken, name, ANYBODY, **again)


@pytest.mark.parametrize("name", CREATED)
def test_an_id_of_another_kind_of_thing_is_refused(busy: Busy, name: str) -> None:
    firm, given = busy
    other = firm.person if name != "RegisterPerson" else firm.client

    refusal = firm.refuses(IdOfAnother, name, ANYBODY, **{**given[name], CREATED[name]: other})

    assert refusal.code == "ALREADY_TAKEN"


def test_what_a_command_does_and_which_id_a_record_gets_is_never_guessed(
    paper: PaperFirm,
) -> None:
    work: Any = None

    with pytest.raises(NotImplementedError):
        Command().run(work)
    with pytest.raises(NotImplementedError):
        type(paper.replayed(paper.person)).create_id()


def test_a_version_that_has_passed_is_refused(paper: PaperFirm) -> None:
    given = {"person_id": paper.person, "from_date": "2025-06-01", "hourly_rate": "60"}

    paper.refuses(StaleVersion, "SetCostRate", expected_version=1, **given)

    paper.do("SetCostRate", expected_version=2, **given)


def test_a_new_thing_has_version_zero_before_it_is_there(paper: PaperFirm) -> None:
    given = {"client_id": UNKNOWN, "code": "C2", "name": "x", "entity": "DE01", "currency": "EUR"}

    paper.refuses(StaleVersion, "RegisterClient", expected_version=1, **given)

    paper.do("RegisterClient", expected_version=0, **given)


def test_a_key_is_for_one_content_and_one_actor(busy: Busy) -> None:
    _, given = busy
    one = Command.registry["LogTime"].model_validate(given["LogTime"])
    other = one.model_copy(update={"note": "another"})

    assert one.request_hash("me") == one.request_hash("me")
    assert one.request_hash("me") != one.request_hash("you")
    assert one.request_hash("me") != other.request_hash("me")


def test_a_command_that_gains_an_optional_field_keeps_its_keys(busy: Busy) -> None:
    _, given = busy
    today = Command.registry["LogTime"]
    later = type("LogTime", (today,), {"__annotations__": {"mood": str}, "mood": ""})

    old = today.model_validate(given["LogTime"]).request_hash("me")

    assert later(**given["LogTime"]).request_hash("me") == old
    assert later(**given["LogTime"], mood="good").request_hash("me") != old


@pytest.mark.parametrize("text", ["\0", "a\0b", "\\\0"])
def test_text_that_no_database_keeps_is_refused(busy: Busy, text: str) -> None:
    firm, given = busy

    firm.refuses(UnstorableText, "LogTime", **{**given["LogTime"], "note": text})


def test_text_that_only_spells_a_nul_is_kept(busy: Busy) -> None:
    firm, given = busy

    firm.do("LogTime", **{**given["LogTime"], "note": "\\u0000"})


for module in walk_packages(domain.__path__, "domain."):
    import_module(module.name)


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal of the domain."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("domain."):
            yield each
        yield from refusals(each)


def announced() -> set[tuple[str, str]]:
    """Commands and the refusals that their ``run`` says it raises."""
    names = {kind.__name__ for kind in refusals()}
    return {
        (name, word)
        for name, kind in Command.registry.items()
        for word in re.findall(r"\b[A-Z]\w+", kind.run.__doc__ or "")
        if word in names
    }


def tried() -> set[tuple[str, str]]:
    """Commands and refusals that the tests of this folder try, by ``firm.refuses(X, "Y", …)``."""
    found: set[tuple[str, str]] = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".refuses"):
                refusal, command = map(ast.unparse, node.args[:2])
                found.add((command.strip("'"), refusal))
    return found


def test_every_refusal_a_command_announces_is_tried() -> None:
    generic = {(name, refusal) for name in EVERY for refusal in ("WrongEntity", "NotFound")}
    generic |= {(name, "AlreadyTaken") for name in CREATED}
    generic |= {(name, "PeriodClosed") for name in DATED}

    assert not announced() - tried() - generic


def test_codes_are_said_once_and_for_ever() -> None:
    said = dict(line.split() for line in CODES.read_text().splitlines())

    assert {kind.__name__: kind.code for kind in refusals()} == said


def test_every_topic_begins_with_its_context() -> None:
    contexts = {"access", "allocation", "billing", "contracts", "delivery", "integration",
                "ledger", "organisation", "pricing", "receivables", "revenue",
                "sales"}  # fmt: skip

    assert {topic.split(".")[0] for topic in topics()} <= contexts
