"""Reports as queries: one field a report, its parameters and typed rows taken from the registry.

``report`` answers any of them by name. A report covers the legal entity it is asked for; asked
for all, it needs a key that reaches all.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from inspect import Parameter as Argument
from inspect import Signature
from keyword import iskeyword
from typing import Annotated, Any

import strawberry

from api.graphql.policy import require_report
from api.graphql.scalars import JSON, BigInt
from api.graphql.session import Session
from api.graphql.words import made
from domain.actor import EVERY_ENTITY, Actor
from projections.packet import Column
from projections.report import KNOWN, BadParameter, Parameter, Report
from projections.reports import REPORTS

KINDS: dict[str, Any] = {
    "text": str, "date": date, "count": BigInt, "number": Decimal, "amount": Decimal, "time": str,
    "list": list[str],
}  # fmt: skip


@strawberry.input(description="The two axes of a report. With both fixed it never changes.")
class AsOf:
    """``known`` is text so that it can be either."""

    effective: date = strawberry.field(description="Last day that counts")
    known: str | None = strawberry.field(default=None, description=KNOWN)


@strawberry.input(description="A parameter of a report by its name.")
class ReportOption:
    """Text of any kind of value."""

    name: str
    value: str


@strawberry.type(description="What a report is, without its rows.")
class ReportColumn:
    """``kind`` is text, date, count, number, amount, time or list."""

    name: str
    kind: str


@strawberry.type(description="A parameter that a report takes.")
class ReportParameter:
    """Beside ``asOf``."""

    name: str
    kind: str
    description: str
    default: str | None
    required: bool


@strawberry.type(description="A report there is.")
class ReportDescription:
    """Each is a query of its own, too."""

    name: str
    title: str
    description: str
    parameters: list[ReportParameter]
    columns: list[ReportColumn]


PACKET: dict[str, Any] = {
    "name": str,
    "title": str,
    "parameters": Annotated[JSON, strawberry.field(description="All parameters, none left out")],
    "known": Annotated[BigInt, strawberry.field(description="The position it is as of")],
    "digest": Annotated[str, strawberry.field(description="SHA-256 of the canonical bytes")],
    "code_version": str,
    "policy_versions": JSON,
}


def _type(name: str, fields: Mapping[str, Any], description: str) -> Any:
    content = {"__annotations__": dict(fields)}
    return strawberry.type(type(name, (), content), description=description)


AnyReport = _type(
    "Report",
    {**PACKET, "columns": list[ReportColumn], "rows": JSON},
    "The rows of a report by column name, with what is needed to repeat and compare them.",
)
ReportName: Any = made(
    "ReportName", {name.replace("-", "_"): name for name in REPORTS}, "The reports there are."
)


def title(report: Report) -> str:
    """``trial-balance`` as a type: ``TrialBalance``."""
    return "".join(word.title() for word in report.name.split("-"))


def packet_type(report: Report) -> Any:
    """The packet of a report with typed rows."""
    columns = {column.name: _column(column) for column in report.columns}
    row: Any = _type(f"{title(report)}Row", columns, f"A row: {report.description}")
    return _type(title(report), {**PACKET, "rows": list[row]}, report.description)


def _column(column: Column) -> Any:
    return KINDS[column.kind] | None


def report_field(report: Report) -> Any:
    """The query of one report."""

    def resolver(as_of: AsOf, **given: Any) -> Callable[[Session], Any]:
        return lambda session: run(session, report, as_of, given)

    arguments = [_argument("as_of", AsOf), *map(_parameter, report.parameters)]
    signature = Signature(arguments, return_annotation=Any)
    resolver.__signature__ = signature  # type: ignore[attr-defined]
    return strawberry.field(
        resolver=resolver, graphql_type=packet_type(report) | None, description=report.description
    )


def _argument(name: str, kind: Any, default: Any = Argument.empty) -> Argument:
    return Argument(name, Argument.KEYWORD_ONLY, annotation=kind, default=default)


def _parameter(parameter: Parameter) -> Argument:
    kind = parameter.kind if parameter.required else parameter.kind | None
    name = f"{parameter.name}_" if iskeyword(parameter.name) else parameter.name
    said = strawberry.argument(name=parameter.name, description=parameter.description)
    default = Argument.empty if parameter.required else parameter.default
    return _argument(name, Annotated[kind, said], default)


def any_report(
    name: Any,
    as_of: AsOf,
    entity: str | None = None,
    options: list[ReportOption] | None = None,
) -> Callable[[Session], Any]:
    """Any report by its name, its rows untyped."""
    given = {one["name"]: one["value"] for one in options or ()}  # type: ignore[index]
    if entity is not None:
        given["entity"] = entity
    return lambda session: run(session, REPORTS[name.value], as_of, given)


any_report.__annotations__["name"] = ReportName


def all_reports() -> Callable[[Session], Any]:
    """The reports there are."""
    return lambda _: [described(report) for report in REPORTS.values()]


def run(session: Session, report: Report, as_of: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The packet of a report as the schema has it. Raises refusals."""
    asked = {name.rstrip("_"): value for name, value in given.items() if value is not None}
    require(session.actor, report, asked)
    if asked.keys() & {"effective", "known"}:
        raise BadParameter("effective and known stand in asOf")
    with session.sources.reports() as conn:
        packet = report.run(conn, {**as_of, **asked})
    return {**packet.document(), "title": report.title}


def require(actor: Actor, report: Report, asked: Mapping[str, Any]) -> None:
    """Raise MissingRole, or WrongEntity unless the actor reaches all that would be shown."""
    require_report(actor, report.name)
    by_entity = any(parameter.name == "entity" for parameter in report.parameters)
    actor.require_entity(asked.get("entity") or EVERY_ENTITY if by_entity else EVERY_ENTITY)


def described(report: Report) -> dict[str, Any]:
    """A report without its rows."""
    return {
        "name": report.name,
        "title": report.title,
        "description": report.description,
        "parameters": [
            {
                "name": one.name,
                "kind": one.kind.__name__,
                "description": one.description,
                "default": None if one.default is None else str(one.default),
                "required": one.required,
            }
            for one in report.parameters
        ],
        "columns": [{"name": one.name, "kind": one.kind} for one in report.columns],
    }
