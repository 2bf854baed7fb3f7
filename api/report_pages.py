"""Reports over plain HTTP: their canonical bytes, CSV, a spreadsheet or a table; query answers.

A program sends its key as it does to GraphQL; a person types it into a form.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from api import pages
from api.graphql.gateway import Asked
from api.graphql.refusals import STATUS, expected
from api.graphql.reports import require
from api.graphql.session import Sources
from api.graphql.view import GraphQLView, failed
from api.report_workbook import MEDIA_TYPE, workbook
from domain.actor import Actor
from domain.errors import Refusal
from domain.request import Cause
from projections.packet import Packet
from projections.report import BadParameter, Report
from projections.reports import REPORTS

MOST_FORM_BYTES = 200_000


class NoSuchReport(Refusal):
    """There is no report of this name."""

    code = "NOT_FOUND"


class ReportPages:
    """Answers on behalf of the caller whose key came with the request."""

    def __init__(self, sources: Sources, view: GraphQLView) -> None:
        self._sources = sources
        self._view = view

    async def asked(self, request: Request) -> Response:
        """Canonical JSON; where the query string says so, ``format=csv``, ``xlsx`` or ``html``.

        Its other parameters are the report's. Digest, position and version are in the headers.
        """
        given = dict(request.query_params)
        try:
            shown = format_of(given.pop("format", "json"))
            actor = await self._view.actor(dict(request.scope["headers"]))
            report = report_of(request.path_params["name"])
            return await self._view.in_thread(
                lambda: shown(report, self._run(actor, report, given))
            )
        except Exception as error:  # noqa: BLE001 -- the last place that can answer
            return refused(expected(error))

    async def shown(self, request: Request) -> Response:
        """The form's report as a page."""
        form = await form_of(request)
        try:
            actor = await self._view.actor(_as_header(form.pop("key", "")))
            report = report_of(form.pop("name", ""))
            given = {**_options(form.pop("options", "")), **_filled(form)}
            packet = await self._view.in_thread(lambda: self._run(actor, report, given))
        except Exception as error:  # noqa: BLE001 -- the last place that can answer
            refusal = expected(error)
            content = pages.refusal(refusal.code, refusal.message)
            return HTMLResponse(content, STATUS.get(refusal.code, 400), pages.HEADERS)
        return as_page(report, packet)

    async def explored(self, request: Request) -> Response:
        """The query form's answer as a page."""
        form = await form_of(request)
        query, variables = form.get("query", ""), form.get("variables", "")
        try:
            actor = await self._view.actor(_as_header(form.get("key", "")))
            asked = Asked(query, None, orjson.loads(variables or "{}"))
            content = await self._view.answer(asked, actor, Cause())
        except orjson.JSONDecodeError as error:
            content = {"errors": [{"message": f"the variables are not JSON: {error}"}]}
        except Exception as error:  # noqa: BLE001 -- shown as the API would
            _, content = failed(error, document_ok=False)
        text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
        return HTMLResponse(pages.answer(query, variables, text), headers=pages.HEADERS)

    def _run(self, actor: Actor, report: Report, given: Mapping[str, Any]) -> Packet:
        require(actor, report, given)
        with self._sources.reports() as conn:
            return report.run(conn, given)


def report_of(name: str) -> Report:
    """A report by its name. Raises NoSuchReport."""
    if name not in REPORTS:
        raise NoSuchReport(f"no report is called {name!r}")
    return REPORTS[name]


def format_of(name: str) -> Callable[[Report, Packet], Response]:
    """How a packet is shown. Raises BadParameter."""
    if name not in FORMATS:
        raise BadParameter(f"format is one of {', '.join(FORMATS)}", field="format")
    return FORMATS[name]


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form."""
    body = await request.body()
    return dict(parse_qsl(body[:MOST_FORM_BYTES].decode("utf-8", "replace")))


def _as_header(key: str) -> dict[bytes, bytes]:
    return {b"authorization": f"Bearer {key.strip()}".encode("latin-1", "replace")}


def _options(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _filled(form: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in form.items() if value.strip()}


def refused(refusal: Refusal) -> Response:
    """A refusal as JSON."""
    known: Any = {"code": refusal.code, "message": refusal.message, "field": refusal.field}
    return JSONResponse(known, STATUS.get(refusal.code, 400))


def _headers(packet: Packet) -> dict[str, str]:
    return {
        "throughline-digest": f"sha256:{packet.digest}",
        "throughline-position": str(packet.known),
        "throughline-version": packet.code,
        "cache-control": "no-store",
    }


def canonical(report: Report, packet: Packet) -> Response:
    """The bytes that are hashed."""
    del report
    return Response(packet.canonical, headers=_headers(packet), media_type="application/json")


def as_csv(report: Report, packet: Packet) -> Response:
    """RFC 4180 with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in packet.columns])
    writer.writeheader()
    writer.writerows(packet.said(beside=True))
    name = {"content-disposition": f'attachment; filename="{report.name}.csv"'}
    return Response(text.getvalue(), headers=_headers(packet) | name, media_type="text/csv")


def as_page(report: Report, packet: Packet) -> Response:
    """A table."""
    return HTMLResponse(
        pages.report(report.title, packet), headers=_headers(packet) | pages.HEADERS
    )


def as_workbook(report: Report, packet: Packet) -> Response:
    """A spreadsheet. Raises BadParameter where it cannot hold the rows."""
    name = {"content-disposition": f'attachment; filename="{report.name}.xlsx"'}
    content = workbook(packet, report.title)
    return Response(content, headers=_headers(packet) | name, media_type=MEDIA_TYPE)


FORMATS = {"json": canonical, "csv": as_csv, "html": as_page, "xlsx": as_workbook}
