"""Where the answers about a table go: files that appear whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import duckdb

from blinadss.errors import UsageError, one_of
from blinadss.in_sql import literal
from blinadss.output import free, whole
from blinadss.tables.room import said
from blinadss.tables.running import run

QUARANTINE = ("row", "column", "value", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_KINDS = {
    ".csv": "FORMAT csv, HEADER true",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".jsonl": "FORMAT json",
}


def checked_target(target: Path, *, force: bool = False) -> Path:
    """The file, if a table can be written to it, for a caller that asks before a long piece of work.

    Raises `UsageError` for a suffix that says no format, a file that is there already, or a folder that is not.
    """
    if target.suffix.lower() not in _KINDS:
        raise UsageError(f"{target}: the format cannot be told by the name", f"let it end with {one_of(list(_KINDS))}")
    return free(target, force=force)


def write_table(
    connection: duckdb.DuckDBPyConnection, query: str, target: Path, *, force: bool = False, rows: int | None = None
) -> int:
    """Write what a query gives to a file, and return how many rows it has; ``rows`` is how many are expected.

    The format is that of the suffix: CSV, Parquet or lines of JSON. Cells are written as they are, so that an id can
    be looked up: a spreadsheet takes a text that begins with `=` for a formula, unless it is told that it is text.
    Raises `UsageError` as `checked_target` does, and if the disk or the memory is full; then no file is left behind.
    """
    kind = _KINDS[checked_target(target, force=force).suffix.lower()]
    with whole(target) as file:
        try:
            copy = f"COPY ({query}) TO {literal(file)} ({kind}, USE_TMP_FILE false)"
            ((written,),) = run(connection, copy, f"writing {target.name}", rows)
        except duckdb.OutOfMemoryException as error:
            raise UsageError(f"{target}: cannot be written: {said(error)}", "allow more memory") from None
        except (duckdb.OperationalError, duckdb.DataError) as error:
            raise UsageError(f"{target}: cannot be written: {said(error)}") from None
    return int(written)


def write_quarantine(rows: Iterable[tuple[int, str, str, str]], target: Path, *, force: bool = False) -> int:
    """Write the cells that could not be read as CSV, and return how many they are: row, column, value, reason.

    The file is for people, who will open it in a spreadsheet. A text that one would take for a formula (it begins
    with `=`, `+`, `-`, `@`, or a tab or line end) has an apostrophe before it, which is not in the table.
    Raises `UsageError` if it cannot be written; then no file is left behind.
    """
    free(target, force=force)
    count = 0
    with whole(target) as file, file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(QUARANTINE)
        for row, *texts in rows:
            writer.writerow(chain((row,), (f"'{text}" if text.startswith(_FORMULA) else text for text in texts)))
            count += 1
    return count
