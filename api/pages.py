"""Pages without scripts: the start page, a form to ask a query, and reports as tables.

Nothing is loaded from elsewhere, and the content policy allows nothing else. A key that is typed
in is used for that one answer and is not kept.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape

from projections.packet import Packet
from projections.report import Report

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin-top: 2rem }
form { display: grid; gap: .6rem; max-width: 48rem } label { display: grid; gap: .2rem }
input, select, textarea, button { font: inherit; padding: .35rem .5rem }
textarea, pre { font: 14px/1.45 ui-monospace, monospace }
pre { border: 1px solid var(--line); overflow: auto; padding: .8rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
caption, th, td { text-align: left }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem }
.figure { text-align: right } .beside { overflow-wrap: anywhere; opacity: .75 }
"""
POLICY = (
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
FIGURES = ("count", "number", "amount")
EXAMPLE = """query Projects($first: Int!) {
  projects(first: $first) {
    nodes { code name client { name } budgetVersusActual { budgetHours actualHours } }
    pageInfo { hasNextPage endCursor }
  }
}"""
KEY = '<label>API key <input type="password" name="key" required autocomplete="off"></label>'


def page(title: str, *parts: str) -> str:
    """A whole page; the parts are HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def start(reports: Iterable[Report]) -> str:
    """What there is, and the two forms."""
    return page(
        "Throughline",
        "<h1>Throughline</h1><p>From what was sold, to what was delivered, to what was billed, to"
        " what the books say.</p><ul>"
        "<li><code>POST /graphql</code> with <code>Authorization: Bearer tl_…</code></li>"
        '<li><a href="/schema.graphql">The schema</a>, every query and mutation described</li>'
        '<li><a href="/readyz">Readiness</a></li></ul>',
        "<h2>Reports</h2>",
        report_form(reports),
        "<h2>Queries</h2>",
        query_form(EXAMPLE, '{"first": 10}'),
    )


def report_form(reports: Iterable[Report]) -> str:
    """Asks for a report as a table."""
    options = "".join(
        f'<option value="{escape(one.name)}">{escape(one.title)}</option>' for one in reports
    )
    return (
        f'<form method="post" action="/reports"><label>Report <select name="name">{options}'
        '</select></label><label>As of <input type="date" name="effective" required></label>'
        "<label>Known by, a time or a position; empty: all that is known"
        ' <input name="known"></label>'
        '<label>Legal entity; empty: all <input name="entity"></label>'
        "<label>Further parameters, as name=value, one a line"
        ' <textarea name="options" rows="2"></textarea></label>'
        f"{KEY}<button>Show</button></form>"
    )


def query_form(query: str, variables: str) -> str:
    """Asks a query."""
    return (
        '<form method="post" action="/explorer"><label>Query'
        f' <textarea name="query" rows="9" required>{escape(query)}</textarea></label>'
        f'<label>Variables <textarea name="variables" rows="2">{escape(variables)}</textarea>'
        f"</label>{KEY}<button>Ask</button></form>"
    )


def answer(query: str, variables: str, answered: str) -> str:
    """A query with its answer."""
    return page(
        "Answer", '<h1>Answer</h1><p><a href="/">Start</a></p>', f"<pre>{escape(answered)}</pre>",
        query_form(query, variables),
    )  # fmt: skip


def refusal(title: str, message: str) -> str:
    """Why there is no page."""
    return page(title, f'<h1>{escape(title)}</h1><p>{escape(message)}</p><a href="/">Start</a>')


def report(title: str, packet: Packet) -> str:
    """A packet as a table."""
    stated = ", ".join(f"{name} {value}" for name, value in packet.parameters.items() if value)
    return page(
        title,
        f'<h1>{escape(title)}</h1><p><a href="/">Start</a></p>',
        f"<p>{escape(stated)}; as known at position {packet.known}</p>",
        table(packet, [column.name for column in packet.columns]),
        f'<p class="beside">SHA-256 {packet.digest}, version {escape(packet.code)}</p>',
    )


def table(packet: Packet, names: Sequence[str]) -> str:
    """The rows; figures stand to the right."""
    kinds = {column.name: column.kind for column in packet.columns}
    heads = "".join(
        f'<th scope="col" class="{_class(kinds[column.name])}">{escape(column.title)}</th>'
        for column in packet.columns
    )
    rows = "".join(f"<tr>{_cells(row, names, kinds)}</tr>" for row in packet.said(beside=True))
    count = f"{len(packet.rows)} rows"
    return f"<table><caption>{count}</caption><tr>{heads}</tr>{rows}</table>"


def _cells(row: Mapping[str, object], names: Sequence[str], kinds: Mapping[str, str]) -> str:
    return "".join(
        f'<td class="{_class(kinds[name])}">{escape(_text(row[name]))}</td>' for name in names
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _class(kind: str) -> str:
    return "figure" if kind in FIGURES else "text"
