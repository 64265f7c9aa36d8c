"""The rows of a table that cannot be read, brought into Python one after the other, to say why."""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyConnection

from blinadss.cohort.layout import ROW
from blinadss.cohort.query import CohortQuery
from blinadss.cohort.rows import why_refused

_AT_ONCE = 1000  # rows

Cell = tuple[str, str, str]  # its column, what it says, and what is wrong with it


def refused_rows(connection: DuckDBPyConnection, query: CohortQuery, table: str) -> Iterator[tuple[int, list[Cell]]]:
    """The number of each row that cannot be read, and its cells that are wrong.

    The connection asks nothing else before the last of them.
    """
    if not query.refusals:
        return
    cursor = connection.execute(query.refused(table).sql("duckdb", copy=False))
    names = [name for name, *_ in cursor.description or ()]
    while some := cursor.fetchmany(_AT_ONCE):
        for cells in some:
            row = dict(zip(names, cells, strict=True))
            wrong = [name for name in query.refusals if row[f"{name} refused"]]
            yield row[ROW], list(why_refused(query.layout, wrong, row, query.on))
