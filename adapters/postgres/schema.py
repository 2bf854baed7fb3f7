"""A database's whole schema as one text: for reading, and for comparing by a test.

``migrations/schema.sql`` is this text after every migration; its diff is the review of a change.
It is no script: it says what is there, object by object, and nothing about how it came about.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import psycopg

from adapters.postgres.schema_catalog import COMMENTS, SECTIONS

Line = tuple[str, str]
HEADING = "-- What the migrations amount to; written from the catalogs, not by hand.\n"


def dump_schema(dsn: str) -> str:
    """Describe tables, columns, types, functions, triggers, grants and comments, in fixed order.

    The same schema gives the same text on every supported version of PostgreSQL.
    """
    with psycopg.connect(dsn, prepare_threshold=None) as connection:
        connection.execute("SET search_path = ''")
        comments = _lines(connection, COMMENTS)
        paragraphs = [
            paragraph
            for queries in SECTIONS
            for paragraph in _paragraphs([_lines(connection, query) for query in queries])
        ]
    return "\n".join([HEADING, *_commented(paragraphs, comments)])


def write_schema(dsn: str, path: Path) -> None:
    """Write the description of the database to a file."""
    path.write_text(dump_schema(dsn), encoding="utf-8")


def _lines(connection: psycopg.Connection, query: str) -> list[Line]:
    rows = connection.execute(query.encode()).fetchall()
    return sorted((place or "", line) for place, line in rows)


def _paragraphs(answers: list[list[Line]]) -> list[Line]:
    """Join the lines of each object, in the order in which the queries answered them."""
    lines = [(place, rank, line) for rank, found in enumerate(answers) for place, line in found]
    objects = groupby(sorted(lines), key=lambda line: line[0])
    return [(place, "\n".join(line for _, _, line in found)) for place, found in objects]


def _commented(paragraphs: list[Line], comments: list[Line]) -> Iterator[str]:
    """Put comments below what they belong to; those of nothing shown come last."""
    places = {place for place, _ in paragraphs}
    for place, text in paragraphs:
        below = [comment for belongs, comment in comments if belongs == place]
        yield "\n".join([text, *below, ""])
    yield from (f"{comment}\n" for belongs, comment in comments if belongs not in places)
