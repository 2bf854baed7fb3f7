"""E-invoices over plain HTTP: the file of an invoice or a credit memo by its number."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from api.graphql.policy import require
from api.graphql.refusals import expected
from api.graphql.view import GraphQLView
from api.report_pages import refused
from domain.actor import Actor


class EInvoiceFiles:
    """Answers on behalf of the caller whose key came with the request."""

    def __init__(self, view: GraphQLView, export: Callable[[str, Actor], bytes]) -> None:
        self._view = view
        self._export = export

    async def asked(self, request: Request) -> Response:
        """UBL to keep as a file; a refusal as JSON."""
        number = request.path_params["number"]
        try:
            actor = await self._view.actor(dict(request.scope["headers"]))
            content = await self._view.in_thread(lambda: self._file(number, actor))
        except Exception as error:  # noqa: BLE001 -- the last place that can answer
            return refused(expected(error))
        return Response(content, headers=named(number), media_type="application/xml")

    def _file(self, number: str, actor: Actor) -> bytes:
        require(actor, ["Invoice"])
        return self._export(number, actor)


def named(number: str) -> dict[str, str]:
    """Headers of a file with the document's number, which is kept nowhere on the way."""
    return {
        "content-disposition": f'attachment; filename="{number}.xml"',
        "cache-control": "no-store",
    }
